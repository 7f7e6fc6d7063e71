"""What figures share: a frame, axes, and text that is safe in a figure. Plotly is loaded with the first figure, so that what
draws figures can be imported without it."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from plotly.graph_objects import Figure
else:
    Figure = Any  # a name for annotations alone

_TITLE = 15


def figure(traces: Iterable[dict], title: str, layout: dict, *, height: int = 330, legend: str = "") -> Figure:
    """Traces in a frame with a title.

    legend: "below" the axes, "above" them where slanted names need all the room below, or "" for none
    """
    import plotly.graph_objects as go

    above = legend == "above"
    place = {"yanchor": "bottom", "x": 0, "xanchor": "left", "orientation": "h", "y": float(above)}
    heading = {"text": title, "font": {"size": _TITLE}} | ({"y": 0.98, "yanchor": "top", "yref": "container"} if above else {})
    frame = {
        "title": heading,
        "height": height,
        "margin": {"l": 8, "r": 8, "t": 78 if above else 46, "b": 8},
        "dragmode": False,
        "showlegend": bool(legend),
        "legend": place if above else place | {"yref": "container"},
        "hoverlabel": {"align": "left"},
    }
    return go.Figure(list(traces), frame | layout)


def axis(title: str, **more) -> dict:
    """An axis with a title that leaves room for its labels and cannot be dragged away."""
    return {"title": {"text": title}, "automargin": True, "fixedrange": True, "zeroline": False, **more}


def plain(text: str, most: int = 18) -> str:
    """User text as figure text: a few HTML tags are read there, so angle brackets are escaped; long words are cut."""
    shown = text if len(text) <= most else text[: most - 1] + "…"
    return shown.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
