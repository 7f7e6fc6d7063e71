"""One number over a range of settings, the current setting marked."""

from dataclasses import dataclass

from dashboard.kit.figures.frames import Figure, figure
from dashboard.kit.theme import BLUE, GREY, VERMILLION

_LOOKS = ((BLUE, "solid", "circle", "y"), (VERMILLION, "dot", "diamond", "y2"))
_NUMBERS = {"rangemode": "tozero", "fixedrange": True, "tickformat": ".2~g", "nticks": 6}


@dataclass(frozen=True)
class Ticks:
    """Of the x-axis: whether it is logarithmic, and the step between two of them, on a logarithmic one in powers of ten."""

    log: bool = False
    step: float = 1


LINEAR = Ticks()


def curve(x: list[float], values: dict[str, list[float]], current: float, *, title: str, x_title: str, ticks: Ticks = LINEAR) -> Figure:
    """Lines over x.

    values  : name → one number for each x; at most two names, the second on the right-hand axis
    current : the setting of the page, drawn as a vertical line
    """
    traces = []
    for (name, y), (color, dash, symbol, axis) in zip(values.items(), _LOOKS, strict=False):
        look = {"line": {"color": color, "dash": dash}, "marker": {"symbol": symbol, "size": 8}, "cliponaxis": False, "yaxis": axis}
        told = f"{x_title} %{{x}}<br>{name} %{{y:.3f}}<extra></extra>"
        traces.append({"type": "scatter", "mode": "lines+markers", "x": x, "y": y, "name": name, "hovertemplate": told} | look)
    first, *second = values
    line = {"x": [current, current], "y": [0, max(values[first], default=1) or 1], "line": {"color": GREY, "dash": "dash", "width": 2}}
    traces.append({"type": "scatter", "mode": "lines", "name": f"now: {current:g}", "hoverinfo": "skip"} | line)
    across = {"title": {"text": x_title}, "type": "log" if ticks.log else "linear", "fixedrange": True, "dtick": ticks.step}
    layout = {"xaxis": across, "yaxis": {"title": {"text": first}} | _NUMBERS, "legend": {"orientation": "h", "y": -0.35}}
    for name in second:
        layout["yaxis2"] = {"title": {"text": name}, "overlaying": "y", "side": "right", "showgrid": False, "tickmode": "auto"} | _NUMBERS
    return figure(traces, title, layout, height=300, legend="below")
