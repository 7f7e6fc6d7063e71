"""Lines over one number, and bars side by side."""

from collections.abc import Mapping, Sequence

from dashboard.kit.figures.frames import Figure, axis, figure, plain
from dashboard.kit.theme import BLUE, GREEN, GREY, ORANGE, PURPLE, SKY, VERMILLION

# A colour is never alone: each comes with a dash, a marker and, for bars, a pattern.
LOOKS = (
    (BLUE, "solid", "circle", ""),
    (VERMILLION, "dash", "diamond", "/"),
    (GREEN, "dot", "square", "."),
    (ORANGE, "dashdot", "triangle-up", "x"),
    (SKY, "longdash", "cross", "-"),
    (PURPLE, "longdashdot", "star", "|"),
)


def lines(
    series: Mapping[str, tuple[Sequence[float], Sequence[float | None]]],
    *,
    title: str,
    x: str,
    y: str,
    now: float | None = None,
    log_x: bool = False,
    log_y: bool = False,
    y_range: tuple[float, float] | None = None,
    height: int = 330,
) -> Figure:
    """Curves over one axis.

    series : name → (x, y) in order; a y of None is a gap
    now    : the present setting, a dashed upright line
    y_range: in the axis's own unit, where it is logarithmic in powers of ten
    """
    traces = []
    for (name, (along, heights)), (color, dash, symbol, _) in zip(series.items(), LOOKS, strict=False):
        look = {"line": {"color": color, "dash": dash, "width": 2.5}, "marker": {"symbol": symbol, "size": 7}, "cliponaxis": False}
        hover = f"{x} %{{x}}<br>{name} %{{y:.4g}}<extra></extra>"
        points = {"type": "scatter", "mode": "lines+markers", "x": list(along), "y": list(heights), "name": name}
        traces.append(points | look | {"hovertemplate": hover})
    # exponents would be written smaller than the rest
    across = {"type": "log", "dtick": 1, "exponentformat": "none"} if log_x else {}
    up = {"type": "log", "exponentformat": "e"} if log_y else {}
    up |= {"range": list(y_range)} if y_range else {"nticks": 6} if log_y else {"rangemode": "tozero"}
    up |= {"dtick": 1} if log_y and y_range else {}
    layout = {"xaxis": axis(x, **across), "yaxis": axis(y, **up)}
    if now is not None:
        upright = {"type": "line", "x0": now, "x1": now, "y0": 0, "y1": 1, "yref": "paper"}
        layout["shapes"] = [upright | {"line": {"color": GREY, "dash": "dash", "width": 2}}]
    return figure(traces, title, layout, height=height, legend="below" if len(series) > 1 else "")


def bars(
    names: Sequence[str], groups: dict[str, Sequence[float]], *, title: str, x: str, y: str, height: int = 330, form: str = ".3f"
) -> Figure:
    """Bars side by side: `names` along the axis, one bar of each group at each."""
    places, traces = list(range(len(names))), []
    for (group, values), (color, _, _, pattern) in zip(groups.items(), LOOKS, strict=False):
        look = {"color": color, "pattern": {"shape": pattern, "solidity": 0.25, "fillmode": "overlay"}}
        trace = {"type": "bar", "x": places, "y": [float(value) for value in values], "name": group, "marker": look}
        traces.append(trace | {"hovertemplate": f"{group} %{{y:{form}}}<extra></extra>"})
    labels = [plain(name, 26) for name in names]
    angle = 0 if len(labels) <= 6 and max(map(len, labels), default=0) <= 7 else -55
    across = axis(x, tickvals=places, ticktext=labels, tickangle=angle)
    layout = {"barmode": "group", "xaxis": across, "yaxis": axis(y, rangemode="tozero")}
    return figure(traces, title, layout, height=height, legend="above" if len(groups) > 1 else "")
