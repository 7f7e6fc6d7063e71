"""The parts of the Compare page: choices, the job at work, and the finished comparison."""

import streamlit as st

from dashboard import background, state
from dashboard.kit import encoder_choice, markup, waiting
from dashboard.pages.compare import cache, figures
from dashboard.pages.compare import report as compare_report
from dashboard.pages.compare import tables as compare_tables
from dashboard.pages.compare.selection import Comparison
from dashboard.state.parsing import LAYER_DEFAULT
from otcore.base.errors import InputError
from otcore.evaluation.measures import MEASURES
from otcore.evaluation.seeds import seed_groups, spreads
from otcore.evaluation.types import MEAN, Evaluation
from otcore.evaluation.verdicts import sentence
from otcore.text.languages import LANGUAGES

_CHART = {"displaylogo": False, "modeBarButtonsToRemove": ["select2d", "lasso2d", "zoom", "pan"], "toImageButtonOptions": {"format": "svg"}}
_PUBLISHED = (
    "From the paper: larger models, other data, and transfer tasks in place of these figures. WordOT gained 1.9 points on XNLI for the "
    "languages seen, little elsewhere, and nothing on XLM-R; Wu & Dredze (2020) found that no alignment method helped robustly once the "
    "base encoder was strong."
)


def controls() -> None:
    """Encoders, languages, layer, figures."""
    left, right = st.columns(2)
    encoder_choice.several(left, "two or more: editions, runs, hub names")
    right.multiselect(
        "Languages", [code for code in LANGUAGES if code != "en"], key="over", format_func=lambda code: LANGUAGES[code].name,
        placeholder="one or more", help="Each is compared with English.",
    )  # fmt: skip
    left, right = st.columns([1, 3])
    layers = [LAYER_DEFAULT, *range(_layers() + 1)]
    if state.get("at") not in layers:
        state.put(at=LAYER_DEFAULT)
    left.selectbox(
        "Layer", layers, key="at", format_func=lambda at: {LAYER_DEFAULT: "each its own", 0: "0 (embedding)"}.get(at, str(at)),
        help="Whose vectors are compared. Each its own: words at the layer where the encoder aligns best, sentences at its last.",
    )  # fmt: skip
    right.multiselect(
        "Figures", list(MEASURES), key="shown", format_func=lambda key: MEASURES[key].label, placeholder="one or more",
        help="All are computed; here is chosen which are drawn and told.",
    )  # fmt: skip


def page(chosen: Comparison) -> None:
    """Everything below the controls: the job's progress, or what it found."""
    found = cache.comparison(chosen)
    waiting.show(found, lambda evaluation: result(evaluation, chosen), name="comparison")


def result(evaluation: Evaluation, chosen: Comparison) -> None:
    """A finished comparison: verdicts, figures, table, layers, seeds, published figures, files."""
    for name in evaluation.names[1:]:
        _verdicts(evaluation, chosen, name)
    keys = _available(evaluation, chosen)
    for start in range(0, len(keys), 2):  # row by row, so that a narrow screen and a reader keep the order chosen
        for column, key in zip(st.columns(2, gap="medium"), keys[start : start + 2], strict=False):
            with column:
                _dots(evaluation, key)
    after = _after(chosen)
    _table(evaluation, chosen, after)
    _layer_figures(evaluation, after)
    _seeds(evaluation, chosen)
    _published(evaluation)
    _files(evaluation, chosen)


def _layers() -> int:
    """Layers that every chosen encoder has; an encoder that cannot be had is told of below the controls."""
    found = []
    for name in state.get("compared"):
        try:
            found.append(background.layers_of(name))
        except InputError:
            continue
    return min(found, default=0)


def _available(evaluation: Evaluation, chosen: Comparison) -> tuple[str, ...]:
    taken = evaluation.measures
    return tuple(key for key in chosen.measures if key in taken)


def _verdicts(evaluation: Evaluation, chosen: Comparison, after: str) -> None:
    first, second = (markup.escape_markdown(name) for name in (evaluation.names[0], after))
    st.markdown(f"**{first} → {second}**, {len(next(iter(evaluation.sentences.values())))} test sentences a language")
    found = [evaluation.change(after, MEAN, key) for key in _available(evaluation, chosen)]
    lines = [f"- {_sign(change.verdict)} {markup.escape_markdown(sentence(change, len(evaluation.sentences)))}" for change in found]
    st.markdown("\n".join(lines))


def _sign(verdict: str) -> str:
    """A shape for each verdict; the sentence says it in words."""
    return {"better": "✓", "worse": "✗", "within noise": "○"}.get(verdict, "◆")


def _dots(evaluation: Evaluation, key: str) -> None:
    figure = figures.dots(evaluation, key)
    spoken = "; ".join(
        f"{figures.row_name(code)}: " + ", ".join(f"{name} {evaluation.estimate(name, code, key).value:.2f}" for name in evaluation.names)
        for code in (*evaluation.settings.languages, MEAN)
    )
    config = {**_CHART, "toImageButtonOptions": {"format": "svg", "filename": f"compare-{key}"}}
    st.plotly_chart(figure, key=f"dots_{key}", config=config, alt=f"{MEASURES[key].label} by language. {spoken}.")
    st.caption(markup.escape_markdown(MEASURES[key].reading))


def _after(chosen: Comparison) -> str:
    """Which encoder the table and the heatmaps set beside the first: a choice only where there are several."""
    others = chosen.encoders[1:]
    if len(others) > 1:
        if state.get("after") not in others:
            state.put(after=others[0])
        st.segmented_control(
            "After", others, key="after", required=True, help="Which encoder stands beside the first in table and heatmaps."
        )
        return state.get("after")
    return others[0]


def _table(evaluation: Evaluation, chosen: Comparison, after: str) -> None:
    st.subheader("In numbers", anchor=False)
    table = compare_tables.figures_table(evaluation, _available(evaluation, chosen), after)
    column = st.column_config
    st.dataframe(
        table, hide_index=True, alt="Figures before and after with intervals and verdicts",
        column_config={"p": column.NumberColumn("p", format="%.3f", help="Two-sided, from the paired bootstrap over sentences.")},
    )  # fmt: skip
    first, second = (next(one for one in evaluation.encoders if one.name == name) for name in (evaluation.names[0], after))
    places = [f"{one.name}: words at layer {one.layer}, sentences at layer {one.sentence_layer} of {one.layers}" for one in (first, second)]
    st.caption(markup.escape_markdown("; ".join(places) + f". {evaluation.settings.draws:,} draws, seed {evaluation.settings.seed}."))


def _layer_figures(evaluation: Evaluation, after: str) -> None:
    if not evaluation.layers:
        return
    st.subheader("AER at every layer", anchor=False)
    top, first = figures.highest_error(evaluation), evaluation.names[0]
    drawn = [
        figures.layer_errors(evaluation, name, title=f"{when}: AER of {figures.safe_name(name)}", top=top)
        for when, name in (("Before", first), ("After", after))
    ]
    drawn.append(figures.layer_changes(evaluation, after))
    for column, figure, name in zip(st.columns(3, gap="small"), drawn, ("before", "after", "change"), strict=True):
        with column:
            if figure is None:
                st.info("The two encoders have no layer in common, so there is no change to draw.")
            else:
                st.plotly_chart(figure, key=f"layers_{name}", config=_CHART, alt=compare_report.spoken_layers(evaluation, after, name))
    st.caption("Dark is low, and low is good. In the change blue falls and is good, vermillion rises. Words align best at a middle layer.")


def _seeds(evaluation: Evaluation, chosen: Comparison) -> None:
    groups = seed_groups(evaluation.names)
    if groups:
        st.subheader("Over seeds", anchor=False)
        st.dataframe(
            compare_tables.spread_table(spreads(evaluation, groups), _available(evaluation, chosen)), hide_index=True, alt="Spread"
        )
        st.caption("What the seed alone changes: a gain smaller than the deviation, or in which seeds disagree, is within noise.")


def _published(evaluation: Evaluation) -> None:
    with st.expander("Published figures beside these"):
        st.dataframe(compare_tables.published_table(), hide_index=True, placeholder="–", alt="Published XNLI and XQuAD F1 in percent")
        st.caption(_PUBLISHED)
        if "aer" in evaluation.measures:
            st.dataframe(
                compare_tables.errors_table(evaluation), hide_index=True, placeholder="–", alt="AER here and published, in percent"
            )
            st.caption("Published on the public gold sets, here on the collection's test sentences: shorter, so easier; read as context.")


def _files(evaluation: Evaluation, chosen: Comparison) -> None:
    measures, after = _available(evaluation, chosen), chosen.after
    with st.container(horizontal=True):
        st.download_button("CSV", compare_tables.evaluation_csv(evaluation), "comparison.csv", "text/csv", on_click="ignore")
        st.download_button("JSON", evaluation.to_json(), "comparison.json", "application/json", on_click="ignore")
        st.download_button(
            "HTML report", lambda: compare_report.html_report(evaluation, measures, after), "comparison.html", "text/html",
            on_click="ignore", help="One file with all figures in it; opens without a connection.",
        )  # fmt: skip
