"""A slider with Play, Step and Back to the start that moves figures of the page in the browser."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from dashboard import state
from dashboard.kit.components.declaring import component
from dashboard.kit.figures.film import Film

_component = component(__file__, "player", "player.js", html='<div class="player"></div>', css="player.css")


@dataclass(frozen=True)
class Axis:
    """What the slider stands for.

    field : the choice that it sets
    label : what people read over it
    values: K texts, each as the choice has it in an address; `labels`: as people read them
    step  : where it stands
    play  : whether it plays at once
    """

    field: str
    label: str
    values: Sequence[str]
    labels: Sequence[str]
    step: int
    play: bool = False


def player(axis: Axis, film: Film, *, figures: Sequence[str], numbers: str) -> None:
    """Draws the slider.

    figures: keys of the charts that it moves; `numbers`: key of the container with their numbers
    """
    told = {"key": numbers, "steps": film.numbers}
    data = asdict(film) | asdict(axis) | {"figures": list(figures), "numbers": told}
    key = f"play_{axis.field}"
    _component(data=data, key=key, on_moved_change=lambda: state.take_text(key, "moved", axis.field))
