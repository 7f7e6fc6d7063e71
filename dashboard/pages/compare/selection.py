"""What the person wants compared, as plain values."""

from dataclasses import dataclass

from dashboard import state
from dashboard.state.parsing import LAYER_DEFAULT
from otcore.base.errors import InputError
from otcore.evaluation.types import CompareSettings


@dataclass(frozen=True)
class Comparison:
    """One view of the Compare page, complete.

    encoders: the first is the one before, the others are compared with it
    settings: what is computed; measures: what of it is shown
    after   : the encoder whose heatmap stands beside the first one's
    """

    encoders: tuple[str, ...]
    settings: CompareSettings
    measures: tuple[str, ...]
    after: str


def current() -> Comparison:
    """The choices as they stand.

    raises: InputError   fewer than two encoders, no language, no measure
    """
    encoders = tuple(state.get("compared"))
    if len(encoders) < 2:
        raise InputError("Choose two encoders or more: the first is “before”, the others are compared with it.")
    if not state.get("shown"):
        raise InputError("Choose at least one figure to show.")
    layer = None if state.get("at") == LAYER_DEFAULT else int(state.get("at"))
    after = state.get("after")
    settings = CompareSettings(tuple(state.get("over")), layer=layer)
    return Comparison(encoders, settings, tuple(state.get("shown")), after if after in encoders[1:] else encoders[1])
