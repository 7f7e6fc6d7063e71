"""A comparison as one HTML file: figures with the drawing library inside, tables, verdicts. Opens anywhere, without a connection."""

from collections.abc import Sequence

import pandas as pd
from markupsafe import Markup
from plotly.offline import get_plotlyjs

from dashboard.kit import charts
from dashboard.kit.markup import filled
from dashboard.pages.compare import figures, tables
from otcore.evaluation.measures import MEASURES
from otcore.evaluation.types import MEAN, Evaluation
from otcore.evaluation.verdicts import sentence


def html_report(evaluation: Evaluation, measures: Sequence[str], after: str) -> str:
    """The whole file; names of encoders and all other text are escaped."""
    drawn = [(figures.dots(evaluation, key), MEASURES[key].reading) for key in measures]
    layers = [(figure, spoken) for _, figure, spoken in figures.layer_figures(evaluation, after) if figure] if evaluation.layers else []
    changes = {name: [evaluation.change(name, MEAN, key) for key in measures] for name in evaluation.names[1:]}
    values = {"evaluation": evaluation, "after": after, "layers_read": tables.layers_read(evaluation, evaluation.names)}
    values["counts"] = ", ".join(f"{figures.row_name(code)} {len(ids)}" for code, ids in evaluation.sentences.items())
    values["verdicts"] = {name: [sentence(change, len(evaluation.sentences)) for change in found] for name, found in changes.items()}
    values |= {"figures": _as_html(drawn), "layers": _as_html(layers), "plotly": Markup(get_plotlyjs())}
    values["table"] = _table(tables.figures_table(evaluation, measures, after))
    values["spread"] = _table(tables.spread_table(evaluation, measures))
    values["published"] = [_table(one) for one in (tables.paper_table(), *tables.published_tables(evaluation).values())]
    return filled("pages/compare/report.html", values)


def _as_html(drawn: Sequence[tuple]) -> list[tuple[Markup, str]]:
    return [(Markup(charts.as_html(figure)), reading) for figure, reading in drawn]


def _table(table: pd.DataFrame) -> Markup:
    """Nothing for a table without rows."""
    return Markup(table.to_html(index=False, escape=True, border=0, na_rep="–")) if len(table) else Markup()
