"""Keeps the browser's history to one entry for each page that was opened. Draws nothing."""

from dashboard.kit.components.declaring import component

_component = component(__file__, "history", "history.js")


def one_entry_a_page() -> None:
    """To be called on every run of the app."""
    _component(key="history")
