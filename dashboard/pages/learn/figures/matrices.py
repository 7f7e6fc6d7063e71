"""A matrix with its row and column names, its numbers in the cells where they fit, and marks on some of them."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go

from dashboard.kit.theme import PLAN_SCALE
from dashboard.pages.learn.figures.base import axis, frame, plain

_WRITTEN, _WRITTEN_ACROSS = 49, 7  # cells, and of them in a row, up to which numbers are written into them: a phone is 390 wide
_CELL = 28  # pixels of a row with many


@dataclass(frozen=True)
class Marks:
    """Marks on cells: (row, column) places, a colour, a marker symbol and its pixels, a name for the legend."""

    name: str
    places: Sequence[tuple[int, int]]
    color: str
    symbol: str
    size: float = 12


def matrix(
    values: np.ndarray,
    rows: Sequence[str],
    columns: Sequence[str],
    *,
    title: str,
    unit: str,
    axes: tuple[str, str] = ("from", "to"),
    marks: Sequence[Marks] = (),
    form: str = ".2f",
    scale: str = PLAN_SCALE,
    reverse: bool = False,
    ends: tuple[float | None, float | None] = (0.0, None),
    height: int | None = None,
    blank_zero: bool = False,
    every: int = 1,
) -> go.Figure:
    """A heatmap, first row on top.

    values : (n, m); NaN is drawn as a gap
    unit   : of the values, over the colour bar and in the hover text
    axes   : what rows and what columns are
    form   : of the numbers in small matrices; "" writes none; `blank_zero` leaves out those that are 0
    every  : names every how many rows and columns
    scale  : colour scale; `reverse` makes small values bright; `ends` fixes its ends, None for the values' own
    """
    values = np.asarray(values, dtype=np.float64)
    n, m = values.shape
    low, high = ends  # one end alone would be ignored
    if low is not None and high is None:
        high = max(float(np.nanmax(values)) if np.isfinite(values).any() else 0.0, low + 1e-9)
    labels = [[plain(name) for name in names] for names in (rows, columns)]
    hover = [[f"{labels[0][i]} → {labels[1][j]}" for j in range(m)] for i in range(n)]
    cells = {
        "type": "heatmap", "z": values.tolist(), "customdata": hover, "colorscale": scale, "reversescale": reverse,
        "zmin": low, "zmax": high, "xgap": 1, "ygap": 1,
        "hovertemplate": f"%{{customdata}}<br>{unit} %{{z:.4f}}<extra></extra>",
        "colorbar": {"title": {"text": unit, "side": "top"}, "thickness": 10, "len": 0.85, "nticks": 5, "xpad": 4},
    }  # fmt: skip
    if form and n * m <= _WRITTEN and m <= _WRITTEN_ACROSS:
        written = [
            [format(value, form) if np.isfinite(value) and (not blank_zero or abs(value) > 1e-12) else "" for value in row]
            for row in values
        ]
        cells |= {"text": written, "texttemplate": "%{text}", "textfont": {"size": 13}}
    traces = [cells, *(_marks(entry) for entry in marks if entry.places)]
    angle = 0 if m <= 6 and max(map(len, labels[1]), default=0) <= 6 else -55
    layout = frame(title, height=height or int(max(300, 130 + _CELL * n)), legend=bool(marks)) | {
        "xaxis": axis(
            axes[1], tickvals=list(range(0, m, every)), ticktext=labels[1][::every], tickangle=angle, showgrid=False, range=[-0.5, m - 0.5]
        ),
        "yaxis": axis(axes[0], tickvals=list(range(0, n, every)), ticktext=labels[0][::every], showgrid=False, range=[n - 0.5, -0.5]),
    }
    if marks:  # above the matrix: the slanted names below need all the room there
        layout["legend"] = {"orientation": "h", "y": 1.0, "yanchor": "bottom", "x": 0, "xanchor": "left"}
        layout["margin"] = layout["margin"] | {"t": 78}
        layout["title"] = layout["title"] | {"y": 0.98, "yanchor": "top", "yref": "container"}
    return go.Figure(traces, layout)


def _marks(entry: Marks) -> dict:
    hollow = entry.symbol.endswith("open")
    line = {"width": 3 if hollow else 1.5, "color": entry.color if hollow else "white"}
    return {
        "type": "scatter", "mode": "markers", "x": [j for _, j in entry.places], "y": [i for i, _ in entry.places], "name": entry.name,
        "hoverinfo": "skip", "marker": {"symbol": entry.symbol, "size": entry.size, "color": entry.color, "line": line},
    }  # fmt: skip
