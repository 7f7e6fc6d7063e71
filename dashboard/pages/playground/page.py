"""Playground: any two small distributions, any cost, every solver."""

from dashboard.pages.playground.view import page

__all__ = ["page"]
