"""Gives a browser that has none the cookie by which its visitor is known again. Draws nothing."""

from dashboard.background import visitors
from dashboard.kit.components.declaring import component

_component = component(__file__, "visitor", "visitor.js")


def remember() -> None:
    """To be drawn on every page, last: a browser that connected with its cookie is left alone."""
    if visitors.cookie_is_missing():
        told = _component(key="visitor", data={"name": visitors.COOKIE, "number": visitors.number()}, on_number_change=_noted)
        if told.number:
            visitors.take(told.number)


def _noted() -> None:
    """The page runs anew by itself."""
