"""A slider with Play, Step and Back to the start that moves figures of the page in the browser."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import streamlit as st

from dashboard import state
from dashboard.kit.figures.film import Film

_HERE = Path(__file__).parent

_component = st.components.v2.component(
    "otcore.player",
    html='<div class="player"></div>',
    css=(_HERE / "player.css").read_text(encoding="utf-8"),
    js=(_HERE / "player.js").read_text(encoding="utf-8"),
)


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
