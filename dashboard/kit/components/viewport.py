"""Whether the page is as narrow as a phone's: figures with two panes then stand one above the other. Draws nothing."""

from dashboard.kit.components.declaring import component

_component = component(__file__, "viewport", "viewport.js")


def is_narrow(key: str) -> bool:
    """False until the browser has told."""
    told = _component(key=key, default={"narrow": False}, on_narrow_change=_noted)
    return bool(told.narrow)


def _noted() -> None:
    """The page runs anew by itself."""
