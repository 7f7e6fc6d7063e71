"""One number over a range of settings, the current setting marked."""

import plotly.graph_objects as go

from dashboard.kit.theme import BLUE, GREY, VERMILLION


def curve(x: list[float], values: dict[str, list[float]], current: float, *, title: str, x_title: str, log: bool = False) -> go.Figure:
    """Lines over x.

    values  : name → one number for each x; at most two names, the second on the right-hand axis
    current : the setting of the page, drawn as a vertical line
    """
    looks = ((BLUE, "solid", "circle", "y"), (VERMILLION, "dot", "diamond", "y2"))
    traces = [
        {
            "type": "scatter", "x": x, "y": y, "name": name, "mode": "lines+markers", "yaxis": axis, "line": {"color": color, "dash": dash},
            "marker": {"symbol": symbol, "size": 8}, "cliponaxis": False,
            "hovertemplate": f"{x_title} %{{x}}<br>{name} %{{y:.3f}}<extra></extra>",
        }
        for (name, y), (color, dash, symbol, axis) in zip(values.items(), looks, strict=False)
    ]  # fmt: skip
    names = list(values)
    top = max(values[names[0]], default=1) or 1
    traces.append(
        {
            "type": "scatter", "x": [current, current], "y": [0, top], "mode": "lines", "line": {"color": GREY, "dash": "dash", "width": 2},
            "hoverinfo": "skip", "name": f"now: {current:g}",
        }
    )  # fmt: skip
    axis = {"rangemode": "tozero", "fixedrange": True, "tickformat": ".2~g", "nticks": 6}
    ticks = {"dtick": 1}  # one a layer; on the logarithmic axis one a power of ten
    layout = {
        "title": {"text": title, "font": {"size": 15}}, "height": 300, "margin": {"l": 8, "r": 8, "t": 44, "b": 8}, "dragmode": False,
        "legend": {"orientation": "h", "y": -0.35}, "yaxis": {"title": {"text": names[0]}, **axis},
        "xaxis": {"title": {"text": x_title}, "type": "log" if log else "linear", "fixedrange": True, **ticks},
    }  # fmt: skip
    if len(names) > 1:
        second = {"title": {"text": names[1]}, "overlaying": "y", "side": "right", "showgrid": False, "tickmode": "auto", **axis}
        layout["yaxis2"] = second
    return go.Figure(traces, layout)
