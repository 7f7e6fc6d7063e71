"""A file of sentence pairs, aligned: read as it was given, and given back with links and scores."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from dashboard.background.encoders import encoder
from dashboard.kit.exports import safe_cell
from dashboard.state import System
from otcore.alignment.aligner import align_many
from otcore.alignment.links import Alignment
from otcore.alignment.scores import Scores, score_pair
from otcore.base.errors import InputError
from otcore.base.progress import Teller
from otcore.corpora.parallel import SEPARATOR, read_bitext, read_parallel, read_tsv
from otcore.corpora.pharaoh import format_links, read_links
from otcore.corpora.types import SentencePair
from otcore.corpora.uploads import Kept, Store

GIVEN = Store("batches", "files to align", days=7)
MOST = 20_000  # pairs
_COLUMNS = ("source", "target", "links", "mean_confidence", "linked_words", "aer")


@dataclass(frozen=True)
class Shape:
    """How the files are read: codes, whether words stand apart at spaces, where gold begins to count, whether the last file is gold."""

    source: str
    target: str
    presplit: bool
    gold_base: int
    has_gold: bool


@dataclass(frozen=True)
class Batch:
    """What came of a file: pairs in their order, their links, and the scores of each where there was gold."""

    name: str
    pairs: tuple[SentencePair, ...]
    alignments: tuple[Alignment, ...]
    scores: tuple[Scores, ...]

    @property
    def pharaoh(self) -> str:
        """A line of links a pair."""
        return "".join(f"{format_links(found.pairs)}\n" for found in self.alignments)

    @property
    def table(self) -> str:
        """The pairs with links and scores, as TSV for spreadsheets."""
        held = io.StringIO()
        writer = csv.writer(held, delimiter="\t", lineterminator="\n")
        writer.writerow(_COLUMNS if self.scores else _COLUMNS[:-1])
        for place, (pair, found) in enumerate(zip(self.pairs, self.alignments, strict=True)):
            texts = [safe_cell(" ".join(side.words)) for side in (pair.source, pair.target)]
            row = [*texts, format_links(found.pairs), f"{confidence_of(found):.3f}", f"{linked_share(pair, found):.3f}"]
            writer.writerow(row + ([f"{self.scores[place].aer:.3f}"] if self.scores else []))
        return held.getvalue()

    @property
    def total(self) -> Scores | None:
        """Scores of all pairs together, None without gold."""
        return sum(self.scores[1:], self.scores[0]) if self.scores else None


def confidence_of(found: Alignment) -> float:
    """Mean confidence of the links of a pair, in [0, 1]; 0 where there are none."""
    return sum(link.confidence for link in found.links) / len(found.links) if found.links else 0.0


def linked_share(pair: SentencePair, found: Alignment) -> float:
    """Share of the words of both sides that are linked, in [0, 1]."""
    words = len(pair.source.words) + len(pair.target.words)
    return 1 - (len(found.source_null) + len(found.target_null)) / words


def keep(pairs: Sequence[tuple[str, bytes]], gold: tuple[str, bytes] | None, shape: Shape) -> str:
    """Stores the files after reading them once; returns the key for `aligned`.

    raises: InputError   what the readers raise, by the files' own names
    """
    if len(pairs) not in (1, 2):
        raise InputError("Give one file of sentence pairs, or two line-parallel ones.")
    ordered = sorted(pairs, key=lambda file: file[0].endswith(f".{shape.target}")) if len(pairs) == 2 else list(pairs)
    return GIVEN.keep([*ordered, *([gold] if gold else [])], vars(shape), read=read)


def read(kept: Kept) -> list[SentencePair]:
    """The pairs of stored files, with gold where there is some; raises what the readers raise."""
    shape = Shape(**kept.about)
    *paths, gold = kept.paths if shape.has_gold else (*kept.paths, None)
    reader = _reader(paths)
    pairs = reader(*paths, shape.source, shape.target, presplit=shape.presplit)
    if not pairs:
        raise InputError(f"{paths[0].name} holds no sentence pairs; give a file with at least one line.")
    if len(pairs) > MOST:
        raise InputError(f"{paths[0].name} has {len(pairs):,} pairs; up to {MOST:,} are aligned here, so give part of the file.")
    if gold is None:
        return pairs
    links = read_links(gold, base=shape.gold_base, pairs=pairs)
    return [replace(pair, gold=one) for pair, one in zip(pairs, links, strict=True)]


def align_kept(key: str, system: System, tell: Teller) -> Batch:
    """Aligns stored files under a system, telling how far it is."""
    kept = GIVEN.kept(key)
    pairs = read(kept)
    found = align_many(
        encoder(system.encoder), pairs, system.settings, lambda done, total: tell(done / total, f"{done:,} of {total:,} pairs")
    )
    scores = [score_pair(one.pairs, pair.gold) for one, pair in zip(found, pairs, strict=True)] if Shape(**kept.about).has_gold else []
    return Batch(kept.paths[0].stem, tuple(pairs), tuple(found), tuple(scores))


def _reader(paths: Sequence[Path]):
    """By what is given: two files are parallel; of one, a line with the separator makes it `source ||| target`, else two columns."""
    if len(paths) == 2:
        return read_parallel
    with open(paths[0], encoding="utf-8", errors="replace") as lines:
        beginning = "".join(line for line, _ in zip(lines, range(50), strict=False))
    return read_bitext if SEPARATOR in beginning or "\t" not in beginning else read_tsv
