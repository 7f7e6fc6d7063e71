"""A matrix with its row and column names, its numbers in the cells where they fit, and marks on some of them."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from dashboard.kit.figures.frames import Figure, axis, figure, plain
from dashboard.kit.theme import PLAN_SCALE

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
    names: tuple[Sequence[str], Sequence[str]],
    *,
    title: str,
    unit: str,
    axes: tuple[str, str] = ("from", "to"),
    marks: Sequence[Marks] = (),
    form: str = ".2f",
    reverse: bool = False,
    ends: tuple[float | None, float | None] = (0.0, None),
    height: int | None = None,
    blank_zero: bool = False,
    every: int = 1,
) -> Figure:
    """A heatmap, first row on top.

    values : (n, m); NaN is drawn as a gap
    names  : of the rows and of the columns, written at every how many of them `every` says
    unit   : of the values, over the colour bar and in the hover text
    axes   : what rows and what columns are
    form   : of the numbers in small matrices; "" writes none; `blank_zero` leaves out those that are 0
    reverse: small values are bright; `ends` fixes the ends of the scale, None for the values' own
    """
    values = np.asarray(values, dtype=np.float64)
    n, m = values.shape
    low, high = ends  # one end alone would be ignored
    if low is not None and high is None:
        high = max(float(np.nanmax(values)) if np.isfinite(values).any() else 0.0, low + 1e-9)
    rows, columns = ([plain(name) for name in side] for side in names)
    bar = {"title": {"text": unit, "side": "top"}, "thickness": 10, "len": 0.85, "nticks": 5, "xpad": 4}
    hover = {
        "customdata": [[f"{row} → {column}" for column in columns] for row in rows],
        "hovertemplate": f"%{{customdata}}<br>{unit} %{{z:.4f}}<extra></extra>",
    }
    colors = {"colorscale": PLAN_SCALE, "reversescale": reverse, "zmin": low, "zmax": high, "colorbar": bar}
    cells = {"type": "heatmap", "z": values.tolist(), "xgap": 1, "ygap": 1, **colors, **hover}
    if form and n * m <= _WRITTEN and m <= _WRITTEN_ACROSS:
        drawn = np.isfinite(values) & (~np.isclose(values, 0, atol=1e-12) | (not blank_zero))
        written = [[format(values[i, j], form) if drawn[i, j] else "" for j in range(m)] for i in range(n)]
        cells |= {"text": written, "texttemplate": "%{text}", "textfont": {"size": 13}}
    angle = 0 if m <= 6 and max(map(len, columns), default=0) <= 6 else -55
    across, down = (
        {"tickvals": list(range(0, len(side), every)), "ticktext": side[::every], "showgrid": False} for side in (columns, rows)
    )
    layout = {
        "xaxis": axis(axes[1], tickangle=angle, range=[-0.5, m - 0.5], **across),
        "yaxis": axis(axes[0], range=[n - 0.5, -0.5], **down),
    }
    traces = [cells, *(_marks(entry) for entry in marks if entry.places)]
    return figure(traces, title, layout, height=height or int(max(300, 130 + _CELL * n)), legend="above" if marks else "")


def _marks(entry: Marks) -> dict:
    hollow = entry.symbol.endswith("open")
    line = {"width": 3 if hollow else 1.5, "color": entry.color if hollow else "white"}
    look = {"symbol": entry.symbol, "size": entry.size, "color": entry.color, "line": line}
    y, x = zip(*entry.places, strict=True)
    return {"type": "scatter", "mode": "markers", "x": list(x), "y": list(y), "name": entry.name, "hoverinfo": "skip", "marker": look}
