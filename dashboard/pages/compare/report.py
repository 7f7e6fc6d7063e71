"""A comparison as one HTML file: figures with the drawing library inside, tables, verdicts. Opens anywhere, without a connection."""

import pandas as pd
import plotly.io
from plotly.offline import get_plotlyjs

from dashboard.kit.markup import escape_html
from dashboard.pages.compare import figures
from dashboard.pages.compare import tables as compare_tables
from otcore.evaluation.measures import MEASURES
from otcore.evaluation.seeds import seed_groups, spreads
from otcore.evaluation.types import MEAN, Evaluation
from otcore.evaluation.verdicts import sentence

_CSS = """
:root{color-scheme:light}
body{font:16px/1.5 system-ui,sans-serif;max-width:70rem;margin:2rem auto;padding:0 1rem;color:#1b1b1b;background:#fff}
table{border-collapse:collapse;font-size:.85rem;display:block;overflow-x:auto;margin:.5rem 0 1rem}
th,td{border-bottom:1px solid #ccc;padding:.25rem .6rem;text-align:left;white-space:nowrap;font-variant-numeric:tabular-nums}
figure{margin:1.2rem 0}figcaption{font-size:.85rem;opacity:.8}
.row{display:grid;grid-template-columns:repeat(auto-fit,minmax(20rem,1fr));gap:1rem}
"""


def html_report(evaluation: Evaluation, measures: tuple[str, ...], after: str) -> str:
    """The whole file; names of encoders and all other text are escaped."""
    first, settings = evaluation.names[0], evaluation.settings
    facts = "; ".join(
        f"{one.name}: words at layer {one.layer}, sentences at layer {one.sentence_layer} of {one.layers}" for one in evaluation.encoders
    )
    counts = ", ".join(f"{figures.row_name(code)} {len(ids)}" for code, ids in evaluation.sentences.items())
    parts = [
        f"<h1>{escape_html(' → '.join(evaluation.names))}</h1>",
        f"<p>Sentence pairs with English: {escape_html(counts)}; {'own text' if evaluation.own_text else escape_html(settings.split)}. "
        f"{escape_html(facts)}. Intervals: 95%, percentile bootstrap over sentences, {settings.draws} draws, seed {settings.seed}; "
        "changes are paired by sentence, and one whose interval holds 0 is called within noise.</p>",
        *(_verdicts(evaluation, measures, name) for name in evaluation.names[1:]),
        "<h2>By language</h2><div class='row'>",
        *(_figure(figures.dots(evaluation, key), MEASURES[key].reading) for key in measures),
        f"</div><h2>In numbers: {escape_html(first)} → {escape_html(after)}</h2>",
        _table(compare_tables.figures_table(evaluation, measures, after)),
        *_layers(evaluation, after),
    ]
    groups = seed_groups(evaluation.names)
    if groups:
        parts += ["<h2>Over seeds</h2>", _table(compare_tables.spread_table(spreads(evaluation, groups), measures))]
    parts += ["<h2>Published figures</h2>", _table(compare_tables.published_table()), _table(compare_tables.errors_table(evaluation))]
    title = escape_html(f"Comparison of {', '.join(evaluation.names)}")
    head = f"<meta charset='utf-8'><meta name='viewport' content='width=device-width'><title>{title}</title><style>{_CSS}</style>"
    return f"<!doctype html><html lang='en'><head>{head}<script>{get_plotlyjs()}</script></head><body>{''.join(parts)}</body></html>\n"


def spoken_layers(evaluation: Evaluation, after: str, which: str) -> str:
    """A heatmap of layers in words: where its mean is lowest, for screen readers."""
    means = {
        name: {one.layer: one.aer for one in evaluation.layers if one.encoder == name and one.language == MEAN}
        for name in (evaluation.names[0], after)
    }
    before, now = means[evaluation.names[0]], means[after]
    if which == "change":
        shared = {layer: now[layer] - before[layer] for layer in before if layer in now}
        listed = ", ".join(f"{value:+.2f} at layer {layer}" for layer, value in shared.items())
        return f"Change of AER from before to after, mean over languages: {listed}."
    found = before if which == "before" else now
    best = min(found, key=found.get)
    listed = ", ".join(f"{value:.2f} at layer {layer}" for layer, value in found.items())
    return f"AER {which}, mean over languages: {listed}; lowest at layer {best}."


def _verdicts(evaluation: Evaluation, measures: tuple[str, ...], after: str) -> str:
    changes = [evaluation.change(after, MEAN, key) for key in measures]
    items = "".join(f"<li>{escape_html(sentence(change, len(evaluation.sentences)))}</li>" for change in changes)
    return f"<h2>{escape_html(evaluation.names[0])} → {escape_html(after)}</h2><ul>{items}</ul>"


def _layers(evaluation: Evaluation, after: str) -> list[str]:
    if not evaluation.layers:
        return []
    top = figures.highest_error(evaluation)
    drawn = [
        figures.layer_errors(evaluation, name, title=f"{when}: AER of {figures.safe_name(name)}", top=top)
        for when, name in (("Before", evaluation.names[0]), ("After", after))
    ]
    change = figures.layer_changes(evaluation, after)
    names = ("before", "after", "change")
    shown = zip([*drawn, change], names, strict=True)
    blocks = [_figure(figure, spoken_layers(evaluation, after, name)) for figure, name in shown if figure is not None]
    return ["<h2>AER at every layer</h2><div class='row'>", *blocks, "</div>"]


def _figure(figure, reading: str) -> str:
    figure.update_layout(template="plotly_white")
    drawn = plotly.io.to_html(figure, include_plotlyjs=False, full_html=False, config={"displaylogo": False, "responsive": True})
    return f"<figure>{drawn}<figcaption>{escape_html(reading)}</figcaption></figure>"


def _table(table: pd.DataFrame) -> str:
    return table.to_html(index=False, escape=True, border=0, na_rep="–")
