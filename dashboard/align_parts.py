"""The parts of the Align page: each takes a result and draws it."""

from dataclasses import replace

import streamlit as st

from dashboard import exports, markup, resources, selection, tables
from dashboard.components import links
from dashboard.figures import plan as plan_figure
from dashboard.figures import sweep as sweep_figure
from dashboard.selection import Selection, System
from dashboard.theme import STATUS
from dashboard.view import DRAWN_WORDS, View, view_of
from otcore.errors import InputError

_CHART = {"displaylogo": False, "displayModeBar": True, "modeBarButtonsToRemove": ["select2d", "lasso2d", "zoom", "pan"]}
_READING = {
    "plan": "Bright cells carry mass; a row spreads one source word over its translations. Click a cell to mark both words everywhere.",
    "cost": "Bright cells are cheap: two words with close vectors. The plan prefers them as far as the masses allow.",
    "similarity": "Cosine of the two vectors; what the plan makes of it is one toggle away.",
}


def page(chosen: Selection) -> None:
    """The whole page below the controls."""
    pair = resources.pair_of(chosen)
    note(chosen, pair)
    systems = [chosen.first, chosen.second] if chosen.second else [chosen.first]
    views = [_solved(pair, system, chosen) for system in systems]
    if len(views) == 1:
        one(views[0], chosen, "a")
    else:
        both(views, chosen)
    sweep(pair, chosen)


def note(chosen: Selection, pair) -> None:
    """What the sentence of the collection shows."""
    if chosen.own_text:
        return
    entry = next(entry for entry in resources.collection().entries if entry.id == chosen.sentence)
    tags = " · ".join(markup.escape_html(tag) for tag in entry.tags)
    st.html(f'<p style="margin:0;opacity:.8">What to see: {markup.escape_html(entry.note)} <small>[{tags}]</small></p>')
    if chosen.gold and pair.gold and "en" not in (chosen.source, chosen.target):
        st.caption("Gold links between these two languages are chained through English: fewer and less certain than direct ones.")


def one(view: View, chosen: Selection, key: str) -> None:
    """One system: sentences, matrix, numbers, table, exports."""
    warn(view)
    _legend(view)
    links.show(view, chosen.mark, key=f"links_{key}")
    matrix, facts = st.columns(2, gap="medium")
    with matrix:
        _matrix(view, chosen, key)
    with facts:
        _numbers(view)
        _table(view, chosen, key)
        _downloads(view, chosen.first, key)


def both(views: list[View], chosen: Selection) -> None:
    """Two systems side by side, and which links differ."""
    for column, view, system, letter in zip(st.columns(2, gap="medium"), views, (chosen.first, chosen.second), "AB", strict=True):
        with column:
            st.subheader(f"{letter}: {markup.escape_markdown(_describe(view, system))}", anchor=False)
            warn(view)
            _legend(view)
            links.show(view, chosen.mark, key=f"links_{letter.lower()}")
            _numbers(view)
            _matrix(view, chosen, letter.lower())
            _downloads(view, system, letter.lower())
    table = tables.difference_table(*views)
    same = int((table["in"] == "A and B").sum())
    st.markdown(f"**Links of A and B**: {same} in both, {len(table) - same} in one only.")
    st.dataframe(table, hide_index=True, column_config=_columns(), alt="Links of both systems")


def sweep(pair, chosen: Selection) -> None:
    """AER or cost over all layers, or over ε, with the current setting marked."""
    options = {"layers": "over the layers", "epsilon": "over ε"}
    st.segmented_control("Sweep one setting", list(options), key="sweep", format_func=options.get, required=True)
    system = usable(chosen.first)
    if chosen.sweep == "epsilon" and system.settings.solver.kind in ("exact", "partial"):
        st.info(f"The {system.settings.solver.kind} solver has no ε; choose entropic, debiased or unbalanced to sweep it.")
        return
    if chosen.sweep == "layers":
        results = resources.over_layers(pair, system)
        x, log, name = list(range(len(results))), False, "layer"
        now = resources.encoder(system.encoder).check_layer(system.settings.layer)
    else:
        epsilons, results = zip(*resources.over_epsilons(pair, system), strict=True)
        x, log, now = list(epsilons), True, system.settings.solver.epsilon
        name = "ε (mean costs)" if system.settings.solver.relative else "ε"
    views = [view_of(result, with_gold=chosen.gold) for result in results]
    values = {"AER": [view.scores.aer for view in views]} if views[0].scores else {}
    values["transport cost"] = [view.result.plan.transport_cost for view in views]
    title = f"{' and '.join(values)} {options[chosen.sweep]}, other settings as above"
    figure = sweep_figure.curve(x, values, now, title=title, x_title=name, log=log)
    st.plotly_chart(figure, key="sweep_chart", config=_CHART, alt=f"{title}. {_spoken(x, values)}")
    st.caption("Lower AER is better. Costs of different layers have different units of meaning: compare their shape, not their height.")


def warn(view: View) -> None:
    """What the reader must know before trusting the picture."""
    result = view.result
    for side, sentence in ((result.source, result.pair.source), (result.target, result.pair.target)):
        if side.cut:
            st.warning(
                f"The encoder takes {len(side.words)} of the {len(sentence.words)} {sentence.language} words; "
                f"the last {side.cut} are left out of the transport and count as null."
            )
    if max(len(result.source.words), len(result.target.words)) > DRAWN_WORDS:
        st.info(f"Figures draw the first {DRAWN_WORDS} words of each side; the table and the downloads have all.")
    if not result.plan.converged:
        st.warning(
            f"The solver stopped after {result.plan.iterations} iterations with a marginal error of {result.plan.marginal_error:.1e}: "
            "the plan is close, not exact; a larger ε converges sooner."
        )


def explain(error: InputError) -> None:
    """An error as a sentence on the page; user text in it stays text."""
    st.error(markup.escape_markdown(str(error)))


def usable(system: System) -> System:
    """The system, with the default encoder where its own cannot be had."""
    name, _ = resources.usable_encoder(system.encoder)
    return system if name == system.encoder else replace(system, encoder=name)


def _solved(pair, system: System, chosen: Selection) -> View:
    _, problem = resources.usable_encoder(system.encoder)
    if problem:
        st.warning(markup.escape_markdown(problem))
    return view_of(resources.aligned(pair, usable(system)), with_gold=chosen.gold)


def _describe(view: View, system: System) -> str:
    settings = system.settings
    epsilon = f" ε {settings.solver.epsilon:g}" if settings.solver.kind not in ("exact", "partial") else ""
    return f"{usable(system).encoder}, layer {view.result.layer}, {settings.solver.kind}{epsilon}"


def _legend(view: View) -> None:
    names = ["hit", "possible", "false", "missed"] if view.gold else ["link"]
    words = {
        "hit": "hit (sure in gold)", "possible": "possible in gold", "false": "false (not in gold)",
        "missed": "missed gold link", "link": "link",
    }  # fmt: skip
    entries = [(STATUS[name][2], STATUS[name][0], words[name]) for name in names]
    entries += [("━", "#8A8A8A", "mass that is no link"), ("┄", "inherit", "dashed word: null")]
    st.html(markup.legend(entries))


def _matrix(view: View, chosen: Selection, key: str) -> None:
    if key == "a":
        row = st.columns([3, 2], vertical_alignment="center")
        row[0].segmented_control("Matrix", selection.VIEWS, key="view", required=True, label_visibility="collapsed")
        row[1].toggle(
            "Gold overlay", key="gold", help="Mark hits, misses and false links against the hand-made links, where there are any."
        )
    figure = plan_figure.heatmap(view, chosen.view, (chosen.mark.source, chosen.mark.target))
    name = f"{chosen.view}-{chosen.source}-{chosen.target}"
    chart = f"matrix_{key}"
    st.plotly_chart(
        figure, key=chart, on_select=lambda: selection.take_point(chart), selection_mode="points",
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


def _table(view: View, chosen: Selection, key: str) -> None:
    table, places = tables.links_table(view, chosen.mark)
    if view.gold is None:
        table = table.drop(columns="gold")
    name = f"table_{key}"
    st.dataframe(
        table, hide_index=True, height=min(36 * (len(table) + 1) + 2, 420), column_config=_columns(), key=name,
        on_select=lambda: selection.take_row(name, places), selection_mode="single-row", alt="Links, missed links and null words",
    )  # fmt: skip


def _columns() -> dict:
    column = st.column_config
    share = {"min_value": 0.0, "max_value": 1.0, "format": "%.2f"}
    return {
        "marked": column.TextColumn("", width=28),
        "source": column.TextColumn("source", width=96),
        "target": column.TextColumn("target", width=96),
        "i": column.NumberColumn("i", width=36, help="place of the source word, counted from 0"),
        "j": column.NumberColumn("j", width=36, help="place of the target word, counted from 0"),
        "confidence": column.ProgressColumn("confidence", width=110, **share, help="√(share of the row's mass · share of the column's)"),
        "confidence A": column.ProgressColumn("confidence A", **share),
        "confidence B": column.ProgressColumn("confidence B", **share),
        "mass": column.NumberColumn("mass", format="%.4f"),
        "cost": column.NumberColumn("cost", format="%.3f"),
    }


def _downloads(view: View, system: System, key: str) -> None:
    table, _ = tables.links_table(view, selection.Mark())
    name = f"alignment-{view.result.pair.source.language}-{view.result.pair.target.language}"
    files = (
        ("Pharaoh", exports.pharaoh(view), f"{name}.pharaoh", "text/plain"),
        ("CSV", exports.csv(table.drop(columns="marked")), f"{name}.csv", "text/csv"),
        ("JSON", exports.as_json(view, system.encoder), f"{name}.json", "application/json"),
    )
    with st.container(horizontal=True):
        for label, content, file, mime in files:
            st.download_button(f"⭳ {label}", content, file, mime, key=f"save_{label}_{key}", on_click="ignore")
