"""What is drawn of a comparison: the job at work, then verdicts, figures, table, layers, seeds, published figures, files."""

from collections.abc import Sequence

import streamlit as st

from dashboard.kit import markup, widgets
from dashboard.kit.charts import CONFIG
from dashboard.kit.downloads import save
from dashboard.pages.compare import figures, tables
from dashboard.pages.compare.choices import CHOICES, CompareView
from dashboard.pages.compare.report import html_report
from otcore.encoders.sources.bundled import EDITIONS
from otcore.evaluation.measures import MEASURES
from otcore.evaluation.types import MEAN, Evaluation
from otcore.evaluation.verdicts import sentence

_SIGNS = {"better": "✓", "worse": "✗", "within noise": "○"}  # the sentence beside it says it in words
_PUBLISHED = (
    "From the paper: larger models, other data, and transfer tasks in place of these figures. WordOT gained 1.9 points on XNLI for the "
    "languages seen, little elsewhere, and nothing on XLM-R; Wu & Dredze (2020) found that no alignment method helped robustly once the "
    "base encoder was strong."
)


def examples(chosen: CompareView) -> None:
    """What the bundled editions among the encoders are, where there is nothing else: then the page shows an example."""
    told = [f"{name}: {EDITIONS[name]}" for name in chosen.encoders if name in EDITIONS]
    if len(told) == len(chosen.encoders):
        st.markdown(f"**An example** that comes with the project. {markup.escape_markdown('; '.join(told))}.")


def result(evaluation: Evaluation, chosen: CompareView) -> None:
    measures = [key for key in chosen.measures if key in evaluation.measures]
    for name in evaluation.names[1:]:
        _verdicts(evaluation, measures, name)
    for start in range(0, len(measures), 2):  # row by row, so that a narrow screen and a reader keep the order chosen
        for column, key in zip(st.columns(2, gap="medium"), measures[start : start + 2], strict=False):
            with column:
                _dots(evaluation, key)
    if len(chosen.encoders) > 2:
        widgets.offer(CHOICES, "after", {name: name for name in chosen.encoders[1:]}, row=True)
    _table(evaluation, measures, chosen.after)
    if evaluation.layers:
        _layers(evaluation, chosen.after)
    spread = tables.spread_table(evaluation, measures)
    if len(spread):
        st.subheader("Over seeds", anchor=False)
        st.dataframe(spread, hide_index=True, alt="Spread")
        st.caption("What the seed alone changes: a gain smaller than the deviation, or in which seeds disagree, is within noise.")
    _published(evaluation)
    with st.container(horizontal=True):
        save("CSV", lambda: tables.evaluation_csv(evaluation), "comparison.csv")
        save("JSON", evaluation.to_json, "comparison.json")
        help = "One file with all figures in it; opens without a connection."
        save("HTML report", lambda: html_report(evaluation, measures, chosen.after), "comparison.html", help=help)


def _verdicts(evaluation: Evaluation, measures: Sequence[str], after: str) -> None:
    first, second = (markup.escape_markdown(name) for name in (evaluation.names[0], after))
    st.markdown(f"**{first} → {second}**, {len(next(iter(evaluation.sentences.values())))} test sentences a language")
    found = [evaluation.change(after, MEAN, key) for key in measures]
    told = [markup.escape_markdown(sentence(change, len(evaluation.sentences))) for change in found]
    st.markdown("\n".join(f"- {_SIGNS.get(change.verdict, '◆')} {text}" for change, text in zip(found, told, strict=True)))


def _dots(evaluation: Evaluation, key: str) -> None:
    config = CONFIG | {"toImageButtonOptions": {"format": "svg", "filename": f"compare-{key}"}}
    spoken = figures.rows_of(evaluation, key).spoken()
    st.plotly_chart(figures.dots(evaluation, key), key=f"dots_{key}", config=config, alt=spoken)
    st.caption(markup.escape_markdown(MEASURES[key].reading))


def _table(evaluation: Evaluation, measures: Sequence[str], after: str) -> None:
    st.subheader("In numbers", anchor=False)
    p = st.column_config.NumberColumn("p", format="%.3f", help="Two-sided, from the paired bootstrap over sentences.")
    table, spoken = tables.figures_table(evaluation, measures, after), "Figures before and after with intervals and verdicts"
    st.dataframe(table, hide_index=True, alt=spoken, column_config={"p": p})
    settings, read = evaluation.settings, tables.layers_read(evaluation, (evaluation.names[0], after))
    st.caption(markup.escape_markdown(f"{read}. {settings.draws:,} draws, seed {settings.seed}."))


def _layers(evaluation: Evaluation, after: str) -> None:
    """Drawn when they are asked for: three maps more would keep the first figures of a page waiting."""
    place = st.expander("AER at every layer", key="cmp_layers", on_change="rerun")
    if not place.open:
        return
    for column, (name, figure, spoken) in zip(place.columns(3, gap="small"), figures.layer_figures(evaluation, after), strict=True):
        with column:
            if figure is None:
                st.info("The two encoders have no layer in common, so there is no change to draw.")
            else:
                st.plotly_chart(figure, key=f"layers_{name}", config=CONFIG, alt=spoken)
    place.caption(
        "Dark is low, and low is good. In the change, blue is a fall, which is good, and vermillion a rise. Middle layers align best."
    )


def _published(evaluation: Evaluation) -> None:
    with st.expander("Published figures beside these"):
        st.dataframe(tables.paper_table(), hide_index=True, placeholder="–", alt="Published XNLI and XQuAD F1 in percent")
        st.caption(_PUBLISHED)
        for label, table in tables.published_tables(evaluation).items():
            st.dataframe(table, hide_index=True, placeholder="–", alt=f"{label} here and published, in percent")
            st.caption("Published on the public gold sets, here on the collection's test sentences: shorter, so easier; read as context.")
