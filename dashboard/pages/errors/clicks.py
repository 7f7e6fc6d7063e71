"""What a click on a figure, a table or a button of the Errors page sets: filters, the open pair, the pairs of the report."""

from collections.abc import Callable, Sequence

import pandas as pd
import streamlit as st

from dashboard import state
from dashboard.kit import charts
from dashboard.pages.errors.choices import CHOICES, PAIRS, Filters
from dashboard.pages.errors.filtering import known_bins
from otcore.base.choices import declared


def table(rows: pd.DataFrame, name: str, take: Callable[[int | None], None], alt: str, columns: dict | None = None, most: int = 0) -> None:
    """A table in which a row can be ticked.

    take   : gets the place of the ticked row, or None where its tick was taken away
    columns: name → width in pixels, or Streamlit's configuration
    most   : height in pixels that it grows to; 0 leaves it to Streamlit
    """
    key = f"{name}_{state.stamp()}"
    config = {name: st.column_config.Column(width=one) if isinstance(one, int) else one for name, one in (columns or {}).items()}
    look = {"hide_index": True, "height": min(36 * (len(rows) + 1) + 2, most) if most else "auto", "column_config": config}
    st.dataframe(rows, key=key, selection_mode="single-row", on_select=lambda: take(state.picked_row(key)), alt=alt, **look)


def take_bar(key: str) -> None:
    """Callback of a figure whose points' customdata is a list of "field=value" and a stamp: sets those filters, or where exactly
    they are set already takes them away. A click between the bars changes nothing."""
    wanted = dict(entry.split("=", 1) for entry in (state.picked_point(key) or ()) if isinstance(entry, str) and "=" in entry)
    if not wanted:
        return
    side = wanted.pop("er_side", state.get("er_side"))
    changed = {name: _with_bin(value) if name == "er_bins" else [value] for name, value in wanted.items()}
    if side == state.get("er_side") and all(state.get(name) == value for name, value in changed.items()):
        changed = {name: _without_bin(value) if name == "er_bins" else [] for name, value in wanted.items()}
    state.put(er_side=side, er_pair="", er_mark="", **changed)
    state.new_stamp()


def chart(figure, key: str, alt: str, reading: str = "", take: Callable[[str], None] = take_bar) -> None:
    """A figure whose points set filters, or what `take` does with the figure's key; with a line that tells how to read it."""
    st.plotly_chart(figure, key=key, on_select=lambda: take(key), selection_mode="points", config=charts.CONFIG, alt=alt)
    if reading:
        st.caption(reading)


def clear() -> None:
    """Takes all filters away."""
    state.put(**{CHOICES.key(name): type(one.default)() for name, one in declared(Filters).items()})
    state.new_stamp()


def drop_bin(entry: str) -> None:
    state.put(er_bins=_without_bin(entry))
    state.new_stamp()


def open_pair(key: str, mark: str = "") -> None:
    """Opens the card of a pair, with a mark in it."""
    state.put(er_part=PAIRS, er_pair=key, er_mark=mark)
    state.new_stamp()


def opening(keys: Sequence[str], marks: Sequence[str] | None = None) -> Callable[[int | None], None]:
    """What a ticked row of a table does whose rows are pairs, or links of pairs."""
    return lambda row: None if row is None else open_pair(keys[row], marks[row] if marks else "")


def toggle_kept(key: str) -> None:
    """Puts a pair into the report, or takes it out."""
    kept = state.get("er_kept")
    state.put(er_kept=[other for other in kept if other != key] if key in kept else [*kept, key])


def _with_bin(entry: str) -> list[str]:
    """The bins with that one in place of the others of its dimension."""
    others = {dimension: f"{dimension}:{value}" for dimension, value in known_bins(state.get("er_bins"))}
    return sorted((others | {entry.partition(":")[0]: entry}).values())


def _without_bin(entry: str) -> list[str]:
    return [other for other in state.get("er_bins") if other != entry]
