"""Whole numbers drawn by hand: a histogram whose bars are dragged, or a table whose cells are clicked."""

from collections.abc import Sequence

from dashboard import state
from dashboard.kit.components.declaring import component

_component = component(__file__, "bars", "bars.js", html='<div class="drawn"></div>', css="bars.css")


def bars(field: str, values: Sequence[int], *, label: str, top: int, color: str) -> None:
    """Bars from 0 to `top`, to drag or to move with the arrow keys; what is drawn goes into the field."""
    _draw(field, {"shape": "bars", "values": list(values), "label": label, "top": top, "color": color})


def cells(field: str, values: Sequence[int], *, label: str, top: int, rows: Sequence[int], columns: Sequence[int]) -> None:
    """A table whose cells grow by a click and shrink by Shift + click, with what its rows and columns should hold."""
    _draw(field, {"shape": "cells", "values": list(values), "label": label, "top": top, "rows": list(rows), "columns": list(columns)})


def _draw(field: str, data: dict) -> None:
    key = f"draw_{field}"
    _component(data=data, key=key, on_drawn_change=lambda: state.take_text(key, "drawn", field))
