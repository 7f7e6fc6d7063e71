"""The parts of the Align page: each takes a result and draws it."""

from dataclasses import replace

import streamlit as st

from dashboard import background, state
from dashboard.kit import exports, markup, plan_figure, widgets
from dashboard.kit.components import links
from dashboard.kit.downloads import save
from dashboard.kit.marks import Mark
from dashboard.kit.theme import GREY, STATUS, STATUS_LINES
from dashboard.kit.word_view import DRAWN_WORDS, View, view_of
from dashboard.pages.align import figures as sweep_figure
from dashboard.pages.align import tables
from dashboard.pages.align.cache import over_epsilons, over_layers, pair_of
from dashboard.pages.align.choices import CHOICES, AlignView
from dashboard.state import System
from otcore.text.languages import language
from otcore.transport.solvers import SOLVERS

_CHART = {"displaylogo": False, "displayModeBar": True, "modeBarButtonsToRemove": ["select2d", "lasso2d", "zoom", "pan"]}
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
    pair = pair_of(chosen)
    note(chosen, pair)
    views = [_solved(pair, system, chosen) for system in chosen.systems]
    if len(views) == 1:
        one(views[0], chosen, "a")
    else:
        both(views, chosen)
    sweeps(pair, chosen)


def note(chosen: AlignView, pair) -> None:
    """What the sentence of the collection shows."""
    if chosen.own_text:
        return
    entry = next(entry for entry in background.collection().entries if entry.id == chosen.sentence)
    tags = " · ".join(markup.escape_html(tag) for tag in entry.tags)
    st.html(f'<p style="margin:0;opacity:.8">What to see: {markup.escape_html(entry.note)} <small>[{tags}]</small></p>')
    if chosen.gold and pair.gold and "en" not in (chosen.source, chosen.target):
        st.caption("Gold links between these two languages are chained through English: fewer and less certain than direct ones.")


def one(view: View, chosen: AlignView, key: str) -> None:
    """One system: sentences, matrix, numbers, table, exports."""
    warn(view)
    _legend(view)
    links.show(view, chosen.marked, key=f"sentences_{key}")
    matrix, facts = st.columns([6, 7], gap="medium")
    with matrix:
        _matrix_controls(view)
        _matrix(view, chosen, key)
    with facts:
        _numbers(view)
        _table(view, chosen, key)
        _downloads(view, chosen.first, key)


def both(views: list[View], chosen: AlignView) -> None:
    """Two systems side by side, and which links differ."""
    _matrix_controls(views[0])
    systems = chosen.systems
    top = max(float(plan_figure.matrix(view, chosen.view).max(initial=0)) for view in views)
    for column, view, system, letter in zip(st.columns(2, gap="medium"), views, systems, "AB", strict=True):
        with column:
            st.subheader(f"{letter}: {markup.escape_markdown(_describe(view, systems, system))}", anchor=False)
            warn(view)
            _legend(view)
            links.show(view, chosen.marked, key=f"sentences_{letter.lower()}")
            _numbers(view)
            _matrix(view, chosen, letter.lower(), top)
            _downloads(view, system, letter.lower())
    table = tables.difference_table(*views)
    same = int((table["in"] == "A and B").sum())
    st.markdown(f"**Links of A and B**: {same} in both, {len(table) - same} in one only.")
    if views[0].gold is None:
        table = table.drop(columns="gold")
    st.dataframe(table, hide_index=True, column_config=_columns(), alt="Links of both systems")


def sweeps(pair, chosen: AlignView) -> None:
    """AER or cost over all layers, or over ε, with the current setting marked; a figure for each system."""
    systems = chosen.systems
    widgets.draw(CHOICES, "sweep")
    for column, system, letter in zip(st.columns(len(systems), gap="medium"), systems, "ab", strict=False):
        with column:
            _sweep(pair, usable(system), chosen, letter if len(systems) > 1 else "")
    st.caption(f"All other settings as above; the dashed line is the current one. Lower AER is better. {_SWEEP_READING[chosen.sweep]}")


def _sweep(pair, system: System, chosen: AlignView, letter: str) -> None:
    if chosen.sweep == "epsilon" and not system.settings.solver.has_epsilon:
        entropic = ", ".join(name for name, one in SOLVERS.items() if one.has_epsilon)
        st.info(f"The {system.settings.solver.name} solver has no ε; choose one of {entropic} to sweep it.")
        return
    if chosen.sweep == "layers":
        points, name = over_layers(pair, system), "layer"
        now = background.encoder(system.encoder).check_layer(system.settings.layer)
    else:
        points, now = over_epsilons(pair, system), system.settings.solver.epsilon
        name = "ε (mean costs)" if system.settings.solver.relative else "ε"
    x = [point.x for point in points]
    values = {"AER": [point.aer for point in points]} if chosen.gold and pair.gold else {}
    values["transport cost"] = [point.cost for point in points]
    swept = CHOICES.declared["sweep"].kind.labels[chosen.sweep]
    title = f"{letter.upper()}{': ' if letter else ''}{' and '.join(values)} {swept}"
    title = title[0].upper() + title[1:]
    figure = sweep_figure.curve(x, values, now, title=title, x_title=name, log=chosen.sweep == "epsilon")
    st.plotly_chart(figure, key=f"sweep_chart{letter}", config=_CHART, alt=f"{title}. {_spoken(x, values)}")


def warn(view: View) -> None:
    """What the reader must know before trusting the picture."""
    result = view.result
    for side, sentence in ((result.source, result.pair.source), (result.target, result.pair.target)):
        if side.cut:
            st.warning(
                f"The encoder takes {len(side.words):,} of the {len(sentence.words):,} {language(sentence.language).name} words; "
                f"the last {side.cut:,} are left out of the transport and count as null."
            )
    if max(len(result.source.words), len(result.target.words)) > DRAWN_WORDS:
        st.info(f"Figures draw the first {DRAWN_WORDS} words of each side; the table and the downloads have all.")
    if not result.plan.converged:
        st.warning(
            f"The solver stopped after {result.plan.iterations} iterations with a marginal error of {result.plan.marginal_error:.1e}: "
            "the plan is close, not exact; a larger ε converges sooner."
        )


def usable(system: System) -> System:
    """The system, with the default encoder where its own cannot be had."""
    name, _ = background.usable_encoder(system.encoder)
    return system if name == system.encoder else replace(system, encoder=name)


def _solved(pair, system: System, chosen: AlignView) -> View:
    _, problem = background.usable_encoder(system.encoder)
    if problem:
        st.warning(markup.escape_markdown(problem))
    return view_of(background.aligned(pair, usable(system)), with_gold=chosen.gold)


def _describe(view: View, systems: tuple[System, ...], system: System) -> str:
    """What a system is, and whatever else sets it apart from the other."""
    settings = system.settings
    epsilon = f" ε {settings.solver.epsilon:g}" if settings.solver.has_epsilon else ""
    facts = [usable(system).encoder, f"layer {view.result.layer}", f"{settings.solver.name}{epsilon}"]
    apart = {
        "unit": f"{settings.unit}s", "pooling": f"{settings.pooling} pooling", "cost": f"{settings.cost} cost",
        "masses": f"{settings.masses} masses", "links": f"{settings.links.name} links",
    }  # fmt: skip
    return ", ".join(facts + [text for name, text in apart.items() if len({getattr(one.settings, name) for one in systems}) > 1])


def _legend(view: View) -> None:
    names = ["hit", "possible", "false", "missed"] if view.gold else ["link"]
    words = {
        "hit": "hit (sure in gold)", "possible": "possible in gold", "false": "false (not in gold)",
        "missed": "missed gold link", "link": "link",
    }  # fmt: skip
    entries = [(STATUS[name][2], STATUS[name][0], STATUS_LINES[name], words[name]) for name in names]
    entries.append(("", GREY, "solid", "mass that is no link"))
    st.html(markup.legend(entries, boxed="linked to nothing"))


def _matrix_controls(view: View) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        widgets.draw(CHOICES, "view", label_visibility="collapsed", width="content")
        widgets.draw(CHOICES, "gold", disabled=view.result.pair.gold is None)


def _matrix(view: View, chosen: AlignView, key: str, top: float | None = None) -> None:
    marked = (chosen.marked.source, chosen.marked.target)
    figure = plan_figure.heatmap(view, chosen.view, marked, stamp=state.stamp(), top=top)
    name = f"{chosen.view}-{chosen.source}-{chosen.target}"
    chart = f"matrix_{key}"
    st.plotly_chart(
        figure, key=chart, on_select=lambda: state.take_point(chart), selection_mode="points",
        config={**_CHART, "toImageButtonOptions": {"format": "svg", "filename": name}}, alt=_matrix_text(view, chosen.view),
    )  # fmt: skip
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
    table = table.drop(columns=unused)
    name = f"table_{key}_{state.stamp()}"  # a new mark sorts the rows anew: the browser's tick would stay at its old place
    st.dataframe(
        table, hide_index=True, height=min(36 * (len(table) + 1) + 2, 420), column_config=_columns(), key=name,
        on_select=lambda: state.take_row(name, places), selection_mode="single-row", alt="Links, missed links and null words",
    )  # fmt: skip


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
    files = (
        ("Pharaoh", exports.pharaoh(view), f"{name}.pharaoh"),
        ("CSV", exports.csv(table.drop(columns="marked")), f"{name}.csv"),
        ("JSON", exports.as_json(view, system.encoder), f"{name}.json"),
    )
    with st.container(horizontal=True):
        for label, content, file in files:
            save(label, content, file, key=f"save_{label}_{key}")
