"""A figure for a projector."""

import copy

from dashboard.kit.figures.frames import Figure

BACK_ROOM = 21  # pixels of every letter in teacher's mode: read from the back of a room
_ROOMY = 8  # rows of a matrix up to which there is room for what its axes are called


def enlarged(figure: Figure) -> Figure:
    """The same figure with every letter at BACK_ROOM, lines and markers in proportion, as high as its place."""
    import plotly.graph_objects as go

    return go.Figure(enlarged_parts(figure.to_plotly_json()))


def enlarged_parts(parts: dict) -> dict:
    """The same for a figure as plotly's JSON, where there are many."""
    parts = copy.deepcopy({"data": parts["data"], "layout": {key: one for key, one in parts["layout"].items() if key != "template"}})
    layout, font = parts["layout"], {"size": BACK_ROOM}
    above = layout.get("legend", {}).get("y", 0) > 0
    crowded = any(trace["type"] == "heatmap" and len(trace["z"]) > _ROOMY for trace in parts["data"])
    layout.pop("height", None)
    layout["font"] = font
    layout["title"] |= {"font": {"size": BACK_ROOM + 2}}
    layout["margin"] |= {"t": layout["margin"]["t"] + (60 if above else 12)}
    for name in ("legend", "hoverlabel"):
        layout[name] |= {"font": font}
    for key, axis in layout.items():
        if key.startswith(("xaxis", "yaxis")):
            axis |= {"tickfont": font, "title": axis.get("title", {}) | {"font": font}}
            if crowded:
                axis["title"] = {"text": ""}
    for note in layout.get("annotations", ()):
        note |= {"font": font}
    for trace in parts["data"]:
        _enlarge(trace, font)
    return parts


def _enlarge(trace: dict, font: dict) -> None:
    if trace.get("text") is not None:
        trace["textfont"] = trace.get("textfont", {}) | font
    bar = trace.get("colorbar", {})
    if bar.get("title", {}).get("text"):
        trace["colorbar"] = bar | {"tickfont": font, "title": bar["title"] | {"font": font}}
    if trace["type"] == "scatter":
        for part, key in (("marker", "size"), ("line", "width")):
            if isinstance(size := trace.get(part, {}).get(key), int | float):
                trace[part] |= {key: 1.5 * size}
