"""Learn: optimal transport in twelve lessons, one screen each."""

from dashboard.pages.learn.view import page

__all__ = ["page"]
