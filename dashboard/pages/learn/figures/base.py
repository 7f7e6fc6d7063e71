"""What all figures of the lessons share: a frame, axes, large type, and text that is safe in a figure."""

import copy

import plotly.graph_objects as go

BACK_ROOM = 21  # pixels of every letter in teacher's mode: read from the back of a room
_TITLE = 15


def frame(title: str, *, height: int = 330, legend: bool = False, **more) -> dict:
    """A layout with a title, and a legend below the axes where asked for."""
    below = {"orientation": "h", "y": 0, "yanchor": "bottom", "x": 0, "xanchor": "left", "yref": "container"}
    return {
        "title": {"text": title, "font": {"size": _TITLE}}, "height": height, "margin": {"l": 8, "r": 8, "t": 46, "b": 8},
        "dragmode": False, "showlegend": legend, "legend": below, "hoverlabel": {"align": "left"}, **more,
    }  # fmt: skip


def axis(title: str, **more) -> dict:
    """An axis with a title that leaves room for its labels and cannot be dragged away."""
    return {"title": {"text": title}, "automargin": True, "fixedrange": True, "zeroline": False, **more}


def plain(text: str, most: int = 18) -> str:
    """User text as figure text: a few HTML tags are read there, so angle brackets are escaped; long words are cut."""
    shown = text if len(text) <= most else text[: most - 1] + "…"
    return shown.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def enlarged(figure: go.Figure) -> go.Figure:
    """The same figure for a projector: every letter at BACK_ROOM, lines and markers in proportion, more height."""
    figure = copy.deepcopy(figure)
    font = {"size": BACK_ROOM}
    layout = figure.layout
    figure.update_layout(
        font=font, title_font_size=BACK_ROOM + 2, legend_font_size=BACK_ROOM, hoverlabel_font_size=BACK_ROOM,
        height=int((layout.height or 330) * 1.4), margin_t=(layout.margin.t or 46) + (60 if (layout.legend.y or 0) > 0 else 18),
    )  # fmt: skip
    for update in (figure.update_xaxes, figure.update_yaxes):
        update(tickfont=font, title_font=font)
    figure.update_annotations(font_size=BACK_ROOM)
    for trace in figure.data:
        for place in ("textfont", "colorbar"):
            if place not in trace:
                continue
            if place == "textfont" and trace.text is not None:
                trace.textfont.size = BACK_ROOM
            elif place == "colorbar" and trace.colorbar.title.text:
                trace.colorbar.tickfont, trace.colorbar.title.font = font, font
        if trace.type == "scatter":
            if trace.marker.size is not None and isinstance(trace.marker.size, int | float):
                trace.marker.size = trace.marker.size * 1.5
            if trace.line.width is not None:
                trace.line.width = trace.line.width * 1.5
    return figure
