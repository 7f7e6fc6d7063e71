"""A figure for a projector."""

import copy

from dashboard.kit.figures.frames import Figure

BACK_ROOM = 21  # pixels of every letter in teacher's mode: read from the back of a room


def enlarged(figure: Figure) -> Figure:
    """The same figure with every letter at BACK_ROOM, lines and markers in proportion, more height."""
    figure, font = copy.deepcopy(figure), {"size": BACK_ROOM}
    layout = figure.layout
    top = (layout.margin.t or 46) + (60 if (layout.legend.y or 0) > 0 else 18)
    figure.update_layout(font=font, title_font_size=BACK_ROOM + 2, legend_font=font, hoverlabel_font=font)
    figure.update_layout(height=int((layout.height or 330) * 1.4), margin_t=top)
    for update in (figure.update_xaxes, figure.update_yaxes):
        update(tickfont=font, title_font=font)
    figure.update_annotations(font=font)
    for trace in figure.data:
        if "textfont" in trace and trace.text is not None:
            trace.textfont.size = BACK_ROOM
        if "colorbar" in trace and trace.colorbar.title.text:
            trace.colorbar.tickfont, trace.colorbar.title.font = font, font
        if trace.type == "scatter":
            if isinstance(trace.marker.size, int | float):
                trace.marker.size *= 1.5
            if trace.line.width is not None:
                trace.line.width *= 1.5
    return figure
