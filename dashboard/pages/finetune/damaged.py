"""Runs and cached encoders that cannot be read: what is wrong with each, and a button that removes it."""

from collections.abc import Callable

import streamlit as st

from dashboard import background
from dashboard.background import visitors
from dashboard.kit.explain import attempt
from dashboard.kit.markup import escape_markdown
from otcore.base.names import shown
from otcore.encoders.sources import SOURCES
from otcore.runs.damaged import damaged_runs, remove_damaged
from otcore.runs.owners import owner_of


def panel() -> None:
    """Nothing where all can be read."""
    entries: list[tuple[str, str, str, Callable[[], None]]] = [
        (f"Run {shown(one.name)}", one.reason, owner_of(one.folder), lambda name=one.name: remove_damaged(name)) for one in damaged_runs()
    ]
    for source in SOURCES.values():
        found = background.damaged_encoders(source.name) if source.slow else source.damaged()
        entries += [(f"Encoder {name}", why, "", lambda source=source, name=name: _remove(source, name)) for name, why in found.items()]
    if not entries:
        return
    with st.expander(f"Damaged ({len(entries)})", icon=":material/warning:"):
        st.caption("These cannot be used and are in no other list. Removing one frees its space and cannot be undone.")
        for number, (name, why, owner, remove) in enumerate(entries):
            text, button = st.columns([5, 1], vertical_alignment="center")
            text.markdown(escape_markdown(f"{name}: {why}."))
            if button.button("Remove", key=f"remove_damaged_{number}_{name}", width="stretch", disabled=not visitors.may_change(owner)):
                attempt(remove)


def _remove(source, name: str) -> None:
    source.remove(name)
    background.forget_encoder_lists()
