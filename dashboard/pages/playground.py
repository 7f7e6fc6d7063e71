"""Playground: any two small distributions, any cost, every solver."""

from dashboard import playground_parts

playground_parts.page()
