"""Two histograms, one over the other, with arrows for the earth that is moved."""

import numpy as np

from dashboard.kit.figures.frames import Figure, axis, figure
from dashboard.kit.theme import BLUE, GREY, ORANGE

_WIDEST = 12.0


def piles(a: np.ndarray, b: np.ndarray, plan: np.ndarray, *, title: str, unit: str = "share of all earth") -> Figure:
    """Piles above, holes hanging below, arrows from pile to hole as wide as the mass.

    a, b: (n,), (m,) masses at places 1 … n and 1 … m; plan: (n, m)
    """
    n, m = plan.shape
    top = float(max(a.max(), b.max()))
    gap = 0.9 * top
    striped = {"color": ORANGE, "pattern": {"shape": "/", "solidity": 0.25, "fillmode": "overlay"}}
    above = {"x": list(range(1, n + 1)), "y": a.tolist(), "base": [gap] * n, "name": "piles", "marker": {"color": BLUE}}
    below = {"x": list(range(1, m + 1)), "y": (-b).tolist(), "base": [0] * m, "name": "holes", "marker": striped}
    bar = {"type": "bar", "width": 0.62}
    traces = [
        bar | above | {"hovertemplate": "pile at %{x}: %{y:.3f}<extra></extra>"},
        bar | below | {"customdata": b.tolist(), "hovertemplate": "hole at %{x}: %{customdata:.3f}<extra></extra>"},
    ]
    ticks = np.linspace(0, top, 3)
    named = {"tickvals": [*(gap + ticks).tolist(), *(-ticks).tolist()], "ticktext": [f"{tick:.2g}" for tick in (*ticks, *ticks)]}
    layout = {
        "barmode": "overlay",
        "xaxis": axis("place", dtick=1, range=[0.4, max(n, m) + 0.6], showgrid=False),
        "yaxis": axis(unit, range=[-top * 1.08, gap + top * 1.08], showgrid=False, **named),
        "annotations": [_arrow(i, j, plan[i, j], gap, float(plan.max())) for i, j in np.argwhere(plan > 1e-9)],
    }
    return figure(traces, title, layout, height=400, legend="below")


def _arrow(i: int, j: int, mass: float, gap: float, most: float) -> dict:
    width = max(1.2, _WIDEST * mass / max(most, 1e-300))
    head = {"showarrow": True, "arrowhead": 2, "arrowsize": max(0.32, 1.1 / width**0.5), "arrowwidth": width, "arrowcolor": GREY}
    ends = {"x": int(j) + 1, "y": gap * 0.04, "ax": int(i) + 1, "ay": gap * 0.97, "xref": "x", "yref": "y", "axref": "x", "ayref": "y"}
    return ends | head | {"text": "", "opacity": 0.75}
