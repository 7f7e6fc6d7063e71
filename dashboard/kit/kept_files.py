"""What people gave and the app keeps, with a button to remove it; for the page that takes such files."""

import hashlib
import time

import streamlit as st

from dashboard.kit.explain import attempt
from dashboard.kit.markup import escape_markdown
from otcore.corpora.uploads import Entry, Store, in_words


def kept_panel(store: Store) -> None:
    """Draws the entries of a store, the last used first, each with its size, and what it is needed for or a button that removes it."""
    entries, users = store.entries(), store.in_use()
    total = in_words(sum(entry.bytes for entry in entries))
    stay = f" What is not used for {store.days:g} days goes." if store.days else ""
    st.caption(
        f"{store.label.capitalize()} that are kept on this machine take up {total} of {in_words(store.budget)}; what was longest not used "
        f"makes room for new files.{stay} A link to a view of removed files asks for them again."
    )
    for entry in entries:
        text, button = st.columns([4, 1], vertical_alignment="center")
        user = users.get(entry.key)
        needed = f", needed by {user}" if user else ""
        told = f"{', '.join(entry.names)} · {in_words(entry.bytes)} · used {_ago(entry.used)}{needed}"
        text.markdown(escape_markdown(told))
        if button.button("Remove", key=_key(store, entry), disabled=user is not None, width="stretch"):
            attempt(lambda entry=entry: store.remove(entry.key))
    if sum(entry.key not in users for entry in entries) > 1 and st.button("Remove all", key=f"remove_all_{store.kind}"):
        attempt(store.clear)


def _key(store: Store, entry: Entry) -> str:
    """Of the button: the key of the entry opens the files to whoever has it, so browsers are not told it."""
    return f"remove_{store.kind}_{hashlib.sha256(entry.key.encode()).hexdigest()[:12]}"


def _ago(then: float) -> str:
    hours = (time.time() - then) / 3600
    if hours < 1:
        return "within the hour"
    return f"{hours:.0f} h ago" if hours < 48 else f"{hours / 24:.0f} days ago"
