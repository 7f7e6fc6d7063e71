"""Learn: optimal transport in twelve lessons, one screen each."""

from dashboard import learn_parts

learn_parts.page()
