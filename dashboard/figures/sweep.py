"""One number over a range of settings, the current setting marked."""

import plotly.graph_objects as go

from dashboard.theme import BLUE, GREY, VERMILLION


def curve(x: list[float], values: dict[str, list[float]], current: float, *, title: str, x_title: str, log: bool = False) -> go.Figure:
    """Lines over x.

    values  : name → one number for each x; at most two names, the second on the right-hand axis
    current : the setting of the page, drawn as a vertical line
    """
    figure = go.Figure()
    for (name, y), color, dash, symbol, axis in zip(
        values.items(), (BLUE, VERMILLION), ("solid", "dot"), ("circle", "diamond"), ("y", "y2"), strict=False
    ):
        figure.add_trace(
            go.Scatter(
                x=x, y=y, name=name, mode="lines+markers", yaxis=axis, line={"color": color, "dash": dash},
                marker={"symbol": symbol, "size": 8}, hovertemplate=f"{x_title} %{{x}}<br>{name} %{{y:.3f}}<extra></extra>",
            )
        )  # fmt: skip
    top = max((number for y in values.values() for number in y), default=1)
    now = {"mode": "lines", "line": {"color": GREY, "dash": "dash", "width": 2}, "hoverinfo": "skip", "name": f"now: {current:g}"}
    figure.add_trace(go.Scatter(x=[current, current], y=[0, top], **now))
    names = list(values)
    axis = {"rangemode": "tozero", "fixedrange": True}
    figure.update_layout(
        title={"text": title, "font": {"size": 15}}, height=300, margin={"l": 8, "r": 8, "t": 44, "b": 8}, dragmode=False,
        legend={"orientation": "h", "y": -0.35}, yaxis={"title": names[0], **axis},
        xaxis={"title": x_title, "type": "log" if log else "linear", "fixedrange": True} | ({} if log else {"dtick": 1}),
    )  # fmt: skip
    if len(names) > 1:
        figure.update_layout(yaxis2={"title": names[1], "overlaying": "y", "side": "right", "showgrid": False, **axis})
    return figure
