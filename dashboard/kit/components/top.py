"""Scrolls to the top of a page that shows something else than before. Draws nothing."""

from dashboard.kit.components.declaring import component

_component = component(__file__, "top", "top.js")


def to_the_top(shown: str) -> None:
    """To be called on every run of the page.

    shown: what the page is about now
    """
    _component(key="top", data={"shown": shown})
