"""Whether a change is more than noise, in a word and in a sentence."""

import math

from otcore.evaluation.bootstrap import Difference
from otcore.evaluation.measures import MEASURES
from otcore.evaluation.types import MEAN, Change
from otcore.text.languages import language

WITHIN_NOISE = "within noise"
_ZERO = 1e-9  # below it a number is what rounding left


def verdict(found: Difference, better: str) -> str:
    """In a word: "within noise" where the interval holds 0 or there is none, else "better" or "worse", or "higher" or "lower" where
    neither is good."""
    if found.within_noise:
        return WITHIN_NOISE
    direction = "higher" if found.value > 0 else "lower"
    return direction if not better else "better" if direction == better else "worse"


def sentence(change: Change, languages: int) -> str:
    """One sentence: what changed by how much, its interval, where, and whether that is more than noise.

    languages: how many the mean is over
    """
    label = MEASURES[change.measure].label
    name = label[0].upper() + label[1:]
    where = f"over the mean of {languages} languages" if change.language == MEAN else f"for {language(change.language).name}"
    if change.language == MEAN and languages == 1:
        where = "over the one language"
    if math.isnan(change.low):
        return f"{name} changes by {signed(change.value)} {where}: too few draws have a value for an interval, so this is within noise."
    if change.verdict == WITHIN_NOISE:
        return f"{name} changes by {signed(change.value)} [{signed(change.low)}, {signed(change.high)}] {where}: within noise."
    moves, sign = ("rises", 1) if change.value > 0 else ("falls", -1)
    ends = sorted((sign * change.low, sign * change.high))
    remark = {"better": ", an improvement", "worse": ", a loss"}.get(change.verdict, "")
    size, low, high = (signed(number).lstrip("+") for number in (abs(change.value), *ends))
    return f"{name} {moves} by {size} [{low}, {high}] {where}{remark}."


def signed(value: float, decimals: int = 3) -> str:
    """With a sign; what would round to zero and is none has its first digit, so that no number gainsays the word beside it."""
    text = f"{value:+.{decimals}f}"
    if not text.strip("+-0.") and abs(value) > _ZERO:
        text = f"{value:+.{-math.floor(math.log10(abs(value)))}f}"
    return text.replace("-", "−") if text.strip("+-0.") else text[1:]
