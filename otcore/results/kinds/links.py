"""Links that the bundled editions draw on the collection's pairs, which an analysis of errors judges."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from otcore.alignment.links import Alignment, WordLink
from otcore.alignment.settings import AlignSettings
from otcore.base.progress import Teller
from otcore.results.kind import Kind
from otcore.results.store import Stored

if TYPE_CHECKING:
    from otcore.analysis.analyse import Drawn


@dataclass(frozen=True)
class LinksOf:
    """The pairs from English to some languages, of one split, and how they are aligned."""

    languages: tuple[str, ...]
    split: str
    settings: AlignSettings


class DrawnLinks(Kind):
    """The settings are a LinksOf, the result is a Drawn."""

    name, label, rank = "links", "links of an edition", 40

    def wanted(self) -> Sequence[tuple[tuple[str, ...], LinksOf]]:
        return [((name,), LinksOf(("de",), "test", AlignSettings())) for name in ("base", "aligned")]

    def make(self, encoders: Sequence, settings: LinksOf, tell: Teller) -> "Drawn":
        from otcore.analysis.analyse import draw, encode_pairs
        from otcore.analysis.sources import bundled

        (encoder,) = encoders
        pairs = bundled(settings.languages, settings.split).pairs
        layer = encoder.check_layer(settings.settings.layer)
        sides = encode_pairs(encoder, pairs, layer, tell.part(0, 0.5).counted(encoder.name, "pairs encoded"))
        return draw(encoder.name, encoder, sides, settings.settings, tell.part(0.5, 1).counted(encoder.name, "pairs aligned"))

    def pack(self, result: "Drawn") -> Stored:
        alignments = [
            [one.source_words, one.target_words, *([k.source, k.target, k.confidence] for k in one.links)] for one in result.alignments
        ]
        unknown = [[sorted(side) for side in sides] for sides in result.unknown]
        return Stored({"name": result.name, "layer": result.layer, "alignments": alignments, "pieces": result.pieces, "unknown": unknown})

    def unpack(self, stored: Stored, settings: LinksOf) -> "Drawn":
        from otcore.analysis.analyse import Drawn

        found = stored.value
        alignments = tuple(Alignment(tuple(WordLink(*link) for link in links), n, m) for n, m, *links in found["alignments"])
        pieces = tuple((tuple(source), tuple(target)) for source, target in found["pieces"])
        unknown = tuple((frozenset(source), frozenset(target)) for source, target in found["unknown"])
        return Drawn(found["name"], found["layer"], alignments, pieces, unknown)


def _link(one: WordLink) -> list:
    return [one.source, one.target, one.confidence]


KIND = DrawnLinks()
