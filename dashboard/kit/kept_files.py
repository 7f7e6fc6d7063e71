"""What people gave and the app keeps, with a button to remove it; for the page that takes such files."""

import hashlib
import time

import streamlit as st

from dashboard.background import visitors
from dashboard.kit.explain import attempt
from dashboard.kit.markup import escape_markdown
from otcore.corpora.owners import own, owners_of
from otcore.corpora.uploads import Entry, Store, in_words


def kept_panel(store: Store) -> None:
    """Draws the entries of a store, the last used first, each with its size, and what it is needed for or a button that removes it."""
    entries, users = store.entries(), store.in_use()
    mine = {entry.key for entry in entries if visitors.may_change(*owners_of(store, entry.key))}
    total = in_words(sum(entry.bytes for entry in entries))
    stay = f" What has not been used for {store.days:g} days is removed." if store.days else ""
    st.caption(
        f"{store.label.capitalize()} kept on this machine take up {total} of {in_words(store.budget)}; those unused for longest "
        f"make room for new ones.{stay} A link to a view of removed files asks for them again."
    )
    for entry in entries:
        text, button = st.columns([4, 1], vertical_alignment="center")
        user = users.get(entry.key)
        needed = f", needed by {user}" if user else "" if entry.key in mine else ", another visitor's"
        told = f"{', '.join(entry.names)} · {in_words(entry.bytes)} · used {_ago(entry.used)}{needed}"
        text.markdown(escape_markdown(told))
        if button.button("Remove", key=_key(store, entry), disabled=user is not None or entry.key not in mine, width="stretch"):
            attempt(lambda entry=entry: store.remove(entry.key))
    if len(mine - users.keys()) > 1 and st.button("Remove all" if len(mine) == len(entries) else "Remove all of mine", key=_all(store)):
        attempt(lambda: _remove(store, mine - users.keys()))


def owned(store: Store, key: str) -> str:
    """The key of what a visitor has just given, which is his from now on; raises InputError where he keeps too much already."""
    return own(store, key, visitors.owner())


def _remove(store: Store, keys: set[str]) -> None:
    for key in keys:
        store.remove(key)


def _all(store: Store) -> str:
    return f"remove_all_{store.kind}"


def _key(store: Store, entry: Entry) -> str:
    """Of the button: the key of the entry opens the files to whoever has it, so browsers are not told it."""
    return f"remove_{store.kind}_{hashlib.sha256(entry.key.encode()).hexdigest()[:12]}"


def _ago(then: float) -> str:
    hours = (time.time() - then) / 3600
    if hours < 1:
        return "within the hour"
    return f"{hours:.0f} h ago" if hours < 48 else f"{hours / 24:.0f} days ago"
