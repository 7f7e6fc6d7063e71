"""A change in plain words."""

from otcore.evaluation.comparison import WITHIN_NOISE
from otcore.evaluation.measures import MEASURES
from otcore.evaluation.types import MEAN, Change
from otcore.text.languages import language


def sentence(change: Change, languages: int) -> str:
    """One sentence: what changed by how much, its interval, where, and whether that is more than noise.

    languages: how many the mean is over
    """
    measure = MEASURES[change.measure]
    name = measure.name if measure.name.isupper() else measure.name[0].upper() + measure.name[1:]
    where = f"over the mean of {languages} languages" if change.language == MEAN else f"for {language(change.language).name}"
    if change.language == MEAN and languages == 1:
        where = "over the one language"
    if change.verdict == WITHIN_NOISE:
        return f"{name} changes by {signed(change.value)} [{signed(change.low)}, {signed(change.high)}] {where}: within noise."
    moves, sign = ("rises", 1) if change.value > 0 else ("falls", -1)
    ends = sorted((sign * change.low, sign * change.high))
    remark = {"better": ", an improvement", "worse": ", a loss"}.get(change.verdict, "")
    return f"{name} {moves} by {abs(change.value):.2f} [{ends[0]:.2f}, {ends[1]:.2f}] {where}{remark}."


def signed(value: float, decimals: int = 2) -> str:
    """With a sign; what rounds to zero has none."""
    text = f"{value:+.{decimals}f}".replace("-", "−")
    return text if text.strip("+−0.") else text[1:]
