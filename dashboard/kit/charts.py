"""What figures of several pages share. Pure: nothing here draws or knows of the web framework."""

import plotly.graph_objects as go
import plotly.io

# of st.plotly_chart
CONFIG = {"displaylogo": False, "modeBarButtonsToRemove": ["select2d", "lasso2d", "zoom", "pan"], "toImageButtonOptions": {"format": "svg"}}


def safe_name(name: str) -> str:
    """A name as text in a figure: plotly reads a little HTML and, in hover texts, %{…} (a run may be called so)."""
    return name.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("%{", "%\u200b{")


def as_html(figure: go.Figure) -> str:
    """A figure as a piece of an HTML file that holds the drawing library."""
    figure.update_layout(template="plotly_white")
    return plotly.io.to_html(figure, include_plotlyjs=False, full_html=False, config={"displaylogo": False, "responsive": True})
