"""The parts of the Align page: each takes a result and draws it."""

from dataclasses import replace

import streamlit as st

from dashboard import background, state
from dashboard.kit import charts, exports, markup, noticed, widgets
from dashboard.kit.components import links
from dashboard.kit.downloads import save
from dashboard.kit.figures import plan
from dashboard.kit.marks import Mark
from dashboard.kit.word_view import DRAWN_WORDS, View, view_of
from dashboard.pages.align import figures, tables
from dashboard.pages.align.cache import over_epsilons, over_layers, pair_of
from dashboard.pages.align.choices import CHOICES, AlignView
from dashboard.state import System
from otcore.base.notices import noticing
from otcore.corpora.types import SentencePair
from otcore.text.languages import language
from otcore.transport.solvers import SOLVERS

_CHART = charts.CONFIG | {"displayModeBar": True}
_READING = {
    "plan": "Bright cells carry mass; a row spreads one source word over its translations. A click on a cell marks both words everywhere, "
    "another one takes the mark away.",
    "cost": "Bright cells are cheap: two words with close vectors. The plan prefers them as far as the masses allow.",
    "similarity": "Cosine of the two vectors; what the plan makes of it is one toggle away.",
}

_SWEEP_READING = {
    "layers": "Layers measure cost in scales of their own: a cheaper layer is not a better one.",
    "epsilon": "A larger ε spreads the mass, so the transport cost rises with it.",
}


def page(chosen: AlignView) -> None:
    """The whole page below the controls."""
    with noticing() as heard:
        pair = pair_of(chosen)
    noticed.tell(heard)
    note(chosen, pair)
    systems = [_usable(system) for system in chosen.systems]
    views = [view_of(background.aligned(pair, system), with_gold=chosen.gold) for system in systems]
    if len(views) == 1:
        one(views[0], chosen, systems[0])
    else:
        both(views, chosen, systems)
    sweeps(pair, chosen, systems)


def note(chosen: AlignView, pair: SentencePair) -> None:
    """What the sentence of the collection shows."""
    if chosen.own_text:
        return
    entry = next(entry for entry in background.collection().entries if entry.id == chosen.sentence)
    tags = " · ".join(markup.escape_html(tag) for tag in entry.tags)
    st.html(f'<p style="margin:0;opacity:.8">What to see: {markup.escape_html(entry.note)} <small>[{tags}]</small></p>')
    if chosen.gold and pair.gold and "en" not in (chosen.source, chosen.target):
        st.caption("Gold links between these two languages are chained through English: fewer and less certain than direct ones.")


def one(view: View, chosen: AlignView, system: System) -> None:
    """One system: sentences, matrix, numbers, table, exports."""
    _sentences(view, chosen, "a")
    matrix, facts = st.columns([6, 7], gap="medium")
    with matrix:
        _matrix_controls(view)
        _matrix(view, chosen, "a")
    with facts:
        _numbers(view)
        _table(view, chosen, "a")
        _downloads(view, system, "a")


def both(views: list[View], chosen: AlignView, systems: list[System]) -> None:
    """Two systems side by side, and which links differ."""
    _matrix_controls(views[0])
    top = max(float(plan.matrix(view, chosen.view).max(initial=0)) for view in views)
    for column, view, system, letter in zip(st.columns(2, gap="medium"), views, systems, "AB", strict=True):
        with column:
            st.subheader(f"{letter}: {markup.escape_markdown(_describe(view, systems, system))}", anchor=False)
            _sentences(view, chosen, letter.lower())
            _numbers(view)
            _matrix(view, chosen, letter.lower(), top)
            _downloads(view, system, letter.lower())
    table = tables.difference_table(*views)
    same = int((table["in"] == "A and B").sum())
    st.markdown(f"**Links of A and B**: {same} in both, {len(table) - same} in one only.")
    if views[0].gold is None:
        table = table.drop(columns="gold")
    st.dataframe(table, hide_index=True, column_config=_columns(), alt="Links of both systems")


def sweeps(pair: SentencePair, chosen: AlignView, systems: list[System]) -> None:
    """AER or cost over all layers, or over ε, with the current setting marked; a figure for each system."""
    widgets.draw(CHOICES, "sweep")
    for column, system, letter in zip(st.columns(len(systems), gap="medium"), systems, "AB", strict=False):
        with column:
            _sweep(pair, system, chosen, f"{letter}: " if len(systems) > 1 else "")
    st.caption(f"All other settings as above; the dashed line is the current one. Lower AER is better. {_SWEEP_READING[chosen.sweep]}")


def _sweep(pair: SentencePair, system: System, chosen: AlignView, lead: str) -> None:
    solver = system.settings.solver
    if chosen.sweep == "epsilon" and not solver.has_epsilon:
        entropic = ", ".join(name for name, one in SOLVERS.items() if one.has_epsilon)
        st.info(f"The {solver.name} solver has no ε; choose one of {entropic} to sweep it.")
        return
    if chosen.sweep == "layers":
        points, name = over_layers(pair, system), "layer"
        now = background.encoder(system.encoder).check_layer(system.settings.layer)
    else:
        points, name, now = over_epsilons(pair, system), "ε (mean costs)" if solver.relative else "ε", solver.epsilon
    x = [point.x for point in points]
    values = {"AER": [point.aer for point in points]} if chosen.gold and pair.gold else {}
    values["transport cost"] = [point.cost for point in points]
    title = f"{' and '.join(values)} {CHOICES.declared['sweep'].kind.labels[chosen.sweep]}"
    title = lead + title[0].upper() + title[1:]
    figure = figures.curve(x, values, now, title=title, x_title=name, log=chosen.sweep == "epsilon")
    st.plotly_chart(figure, key=f"sweep_chart{lead[:1].lower()}", config=_CHART, alt=f"{title}. {_spoken(x, values)}")


def _sentences(view: View, chosen: AlignView, key: str) -> None:
    warn(view)
    links.legend(gold=view.gold is not None)
    links.show(view, chosen.marked, key=f"sentences_{key}")


def warn(view: View) -> None:
    """What the reader must know before trusting the picture."""
    result = view.result
    for side, sentence in ((result.source, result.pair.source), (result.target, result.pair.target)):
        if side.cut:
            st.warning(
                f"Of the {len(sentence.words):,} {language(sentence.language).name} words the first {len(side.words):,} are read; "
                f"the last {side.cut:,} are left out of the transport and count as null."
            )
    if max(len(result.source.words), len(result.target.words)) > DRAWN_WORDS:
        st.info(f"Figures draw the first {DRAWN_WORDS} words of each side; the table and the downloads have all.")
    if not result.plan.converged:
        st.warning(
            f"The solver stopped after {result.plan.iterations} iterations with a marginal error of {result.plan.marginal_error:.1e}: "
            "the plan is close, not exact; a larger ε converges sooner."
        )


def _usable(system: System) -> System:
    """The system, with the default encoder where its own cannot be had, which is told."""
    name, problem = background.usable_encoder(system.encoder)
    if problem:
        st.warning(markup.escape_markdown(problem))
    return replace(system, encoder=name)


def _describe(view: View, systems: list[System], system: System) -> str:
    """What a system is, and whatever else sets it apart from the other."""
    settings = system.settings
    epsilon = f" ε {settings.solver.epsilon:g}" if settings.solver.has_epsilon else ""
    facts = [system.encoder, f"layer {view.result.layer}", f"{settings.solver.name}{epsilon}"]
    apart = {"unit": "s", "pooling": " pooling", "cost": " cost", "masses": " masses", "links": " links"}
    for name, word in apart.items():
        if len({getattr(one.settings, name) for one in systems}) > 1:
            value = getattr(settings, name)
            facts.append(f"{getattr(value, 'name', value)}{word}")
    return ", ".join(facts)


def _matrix_controls(view: View) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        widgets.draw(CHOICES, "view", label_visibility="collapsed", width="content")
        widgets.draw(CHOICES, "gold", disabled=view.result.pair.gold is None)


def _matrix(view: View, chosen: AlignView, key: str, top: float | None = None) -> None:
    chart, file = f"matrix_{key}", f"{chosen.view}-{chosen.source}-{chosen.target}"
    st.plotly_chart(
        plan.heatmap(view, chosen.view, chosen.marked, stamp=state.stamp(), top=top),
        key=chart,
        on_select=lambda: state.take_point(chart),
        selection_mode="points",
        config=_CHART | {"toImageButtonOptions": {"format": "svg", "filename": file}},
        alt=_matrix_text(view, chosen.view),
    )
    st.caption(_READING[chosen.view] + " The camera saves the figure as SVG.")


def _matrix_text(view: View, kind: str) -> str:
    pair = view.result.pair
    strongest = [row for row in view.rows if row.confidence is not None][:8]
    spoken = "; ".join(f"{pair.source.words[row.source]} with {pair.target.words[row.target]}" for row in strongest)
    return f"Matrix of the {kind} between {len(pair.source.words)} and {len(pair.target.words)} words. Strongest links: {spoken}."


def _spoken(x: list[float], values: dict[str, list[float]]) -> str:
    name, numbers = next(iter(values.items()))
    return f"{name}: " + ", ".join(f"{number:.2f} at {place:g}" for place, number in zip(x, numbers, strict=True))


def _numbers(view: View) -> None:
    plan, scores = view.result.plan, view.scores
    entries = [
        ("transport cost", f"{plan.transport_cost:.4f}", "⟨π, C⟩: mass times cost, added up over all cells"),
        ("objective", f"{plan.value:.4f}", "what the solver minimises: the cost with its entropic and other terms"),
        ("marginal error", f"{plan.marginal_error:.1e}", "how far the plan's row and column sums are from what was asked, in L1"),
        ("iterations", str(plan.iterations) if plan.iterations else "–", "of the solver, where it counts them"),
        ("converged", "yes" if plan.converged else "no", "whether the marginal error reached its tolerance"),
        ("ε", f"{plan.epsilon:.4g}" if plan.epsilon else "–", "absolute entropic strength that was used"),
    ]
    if scores:
        entries += [
            ("AER", f"{scores.aer:.2f}", "alignment error rate against the hand-made links: 0 is perfect"),
            ("precision", f"{scores.precision:.2f}", "share of the links that are at least possible in gold"),
            ("recall", f"{scores.recall:.2f}", "share of the sure gold links that were found"),
        ]
    st.html(markup.numbers(entries))


def _table(view: View, chosen: AlignView, key: str) -> None:
    table, places = tables.links_table(view, chosen.marked)
    unused = [name for name, used in (("gold", view.gold is not None), ("marked", any(table["marked"]))) if not used]
    name = f"table_{key}_{state.stamp()}"  # a new mark sorts the rows anew: the browser's tick would stay at its old place
    st.dataframe(
        table.drop(columns=unused),
        hide_index=True,
        height=min(36 * (len(table) + 1) + 2, 420),
        column_config=_columns(),
        key=name,
        on_select=lambda: state.take_row(name, places),
        selection_mode="single-row",
        alt="Links, missed links and null words",
    )


def _columns() -> dict:
    column = st.column_config
    share = {"min_value": 0.0, "max_value": 1.0, "format": "%.2f"}
    return {
        "marked": column.TextColumn("", width=28),
        "source": column.TextColumn("source", width=70),
        "target": column.TextColumn("target", width=70),
        "gold": column.TextColumn("gold", width=76, help="Against the hand-made links; of a null word, whether it should be one."),
        "i": column.NumberColumn("i", width=36, help="place of the source word, counted from 0"),
        "j": column.NumberColumn("j", width=36, help="place of the target word, counted from 0"),
        "confidence": column.ProgressColumn("confidence", width=84, **share, help="√(share of the row's mass · share of the column's)"),
        "confidence A": column.ProgressColumn("confidence A", **share),
        "confidence B": column.ProgressColumn("confidence B", **share),
        "mass": column.NumberColumn("mass", width=50, format="%.2g", help="transported from the one to the other; all mass is 1"),
        "cost": column.NumberColumn("cost", width=46, format="%.2f", help="of moving a unit of mass between them"),
    }


def _downloads(view: View, system: System, key: str) -> None:
    table, _ = tables.links_table(view, Mark())
    name = f"alignment-{view.result.pair.source.language}-{view.result.pair.target.language}"
    with st.container(horizontal=True):
        save("Pharaoh", exports.pharaoh(view), f"{name}.pharaoh", key=f"save_Pharaoh_{key}")
        save("CSV", exports.csv(table.drop(columns="marked")), f"{name}.csv", key=f"save_CSV_{key}")
        save("JSON", exports.as_json(view, system.encoder), f"{name}.json", key=f"save_JSON_{key}")
