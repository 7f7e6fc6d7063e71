"""A result as numbers, a table and files."""

import streamlit as st

from dashboard import state
from dashboard.kit import exports, markup
from dashboard.kit.downloads import save
from dashboard.kit.marks import Mark
from dashboard.kit.word_view import View
from dashboard.pages.align import tables
from dashboard.pages.align.choices import AlignView
from dashboard.state import System


def numbers(view: View) -> None:
    """Of gold first, where there is any, then of the solver."""
    plan, scores = view.result.plan, view.scores
    entries = []
    if scores:
        entries += [
            ("AER", f"{scores.aer:.2f}", "alignment error rate against the hand-made links: 0 is perfect"),
            ("precision", f"{scores.precision:.2f}", "share of the links that are at least possible in gold"),
            ("recall", f"{scores.recall:.2f}", "share of the sure gold links that were found"),
        ]
    entries += [
        ("transport cost", f"{plan.transport_cost:.4f}", "⟨π, C⟩: mass times cost, added up over all cells"),
        ("objective", f"{plan.value:.4f}", "what the solver minimises: the cost with its entropic and other terms"),
        ("marginal error", f"{plan.marginal_error:.1e}", "how far the plan's row and column sums are from what was asked, in L1"),
        ("iterations", str(plan.iterations) if plan.iterations else "–", "of the solver, where it counts them"),
        ("converged", "yes" if plan.converged else "no", "whether the marginal error reached its tolerance"),
        ("ε", f"{plan.epsilon:.4g}" if plan.epsilon else "–", "absolute entropic strength that was used"),
    ]
    st.html(markup.numbers(entries))


def table(view: View, chosen: AlignView, key: str) -> None:
    """One row a link, to tick."""
    rows, places = tables.links_table(view, chosen.marked)
    unused = [name for name, used in (("gold", view.gold is not None), ("marked", any(rows["marked"]))) if not used]
    name = f"table_{key}_{state.stamp()}"  # a new mark sorts the rows anew: the browser's tick would stay at its old place
    st.dataframe(
        rows.drop(columns=unused),
        hide_index=True,
        height=min(36 * (len(rows) + 1) + 2, 420),
        column_config=columns(),
        key=name,
        on_select=lambda: state.take_row(name, places),
        selection_mode="single-row",
        alt="Links, missed links and null words",
    )


def columns() -> dict:
    """How a table of links is shown."""
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


def downloads(view: View, system: System, key: str, name: str) -> None:
    """The result as files of that name."""

    def csv() -> str:
        return exports.csv(tables.links_table(view, Mark())[0].drop(columns="marked"))

    with st.container(horizontal=True):
        save("Pharaoh", lambda: exports.pharaoh(view), f"{name}.pharaoh", key=f"save_Pharaoh_{key}")
        save("CSV", csv, f"{name}.csv", key=f"save_CSV_{key}")
        save("JSON", lambda: exports.as_json(view, system.encoder), f"{name}.json", key=f"save_JSON_{key}")
