"""Comparisons of the bundled editions, as the Compare page and `otcore compare` make them."""

from collections.abc import Sequence

from otcore.alignment.settings import AlignSettings
from otcore.base.progress import Teller
from otcore.evaluation.types import CompareSettings, Evaluation
from otcore.results.kind import Kind
from otcore.results.store import Stored


class Comparisons(Kind):
    """The settings are CompareSettings, the result is an Evaluation."""

    name, label, rank = "comparisons", "comparison of editions", 20

    def wanted(self) -> Sequence[tuple[tuple[str, ...], CompareSettings]]:
        return [(names, CompareSettings()) for names in (("base", "tuned", "aligned"), ("base", "aligned"), ("base", "tuned"))]

    def decided_by(self, settings: CompareSettings) -> tuple[CompareSettings, AlignSettings]:
        return settings, AlignSettings()  # by which links are read

    def make(self, encoders: Sequence, settings: CompareSettings, tell: Teller) -> Evaluation:
        from otcore.evaluation.comparison import compare

        return compare(encoders, settings, progress=tell.progress, stop=tell.stop)

    def pack(self, result: Evaluation) -> Stored:
        return Stored(result.to_json())

    def unpack(self, stored: Stored, settings: CompareSettings) -> Evaluation:
        return Evaluation.from_json(stored.value)


KIND = Comparisons()
