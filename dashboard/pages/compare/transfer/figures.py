"""Transfer results by language as dots and lines, before and after, with the spread over seeds and chance. Pure."""

import plotly.graph_objects as go

from dashboard.kit.theme import GREY
from dashboard.pages.compare.figures import Rows, dot_figure
from otcore.evaluation.transfer.results import Transfer


def rows_of(found: Transfer, measure: str, name: str) -> Rows:
    """Languages, then the means over groups of them; each from the lowest to the highest seed.

    name: of the measure, for people
    """
    places = (*found.languages, *found.groups)
    averages = {one: [found.average(one, place, measure) for place in places] for one in found.encoders}
    return Rows(name, places, {encoder: [(one.mean, one.low, one.high) for one in row] for encoder, row in averages.items()})


def dots(found: Transfer, measure: str, name: str) -> go.Figure:
    """One row a language and a mean, with its chance; whiskers are the spread over seeds."""
    rows = rows_of(found, measure, name)
    ends = ", seeds %{customdata[1]:.3f} to %{customdata[2]:.3f}"
    figure = dot_figure(rows, f"{name}, in [0, 1] (higher is better)", ends, whiskers=len(found.seeds) > 1)
    figure.add_scatter(  # an upright stroke a row: it may differ by language
        x=[found.guess(place, measure) for place in rows.places],
        y=list(range(len(rows.places))),
        mode="markers",
        name="chance",
        marker={"symbol": "line-ns", "size": 16, "line": {"color": GREY, "width": 2}},
        customdata=rows.names,
        hovertemplate="%{customdata}: chance %{x:.3f}<extra></extra>",
    )
    if found.groups:
        figure.add_hline(len(found.languages) - 0.5, line={"color": GREY, "width": 1})
    return figure
