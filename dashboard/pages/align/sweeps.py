"""One setting over its range, the others as they are."""

import streamlit as st

from dashboard import background
from dashboard.kit import charts, widgets
from dashboard.pages.align import figures
from dashboard.pages.align.cache import over_epsilons, over_layers
from dashboard.pages.align.choices import CHOICES, AlignView
from dashboard.state import System
from otcore.corpora.types import SentencePair
from otcore.transport.solvers import SOLVERS

_CHART = charts.CONFIG | {"displayModeBar": True}
_SWEEP_READING = {
    "layers": "Layers measure cost in scales of their own: a cheaper layer is not a better one.",
    "epsilon": "A larger ε spreads the mass, so the transport cost rises with it.",
}


def sweeps(pair: SentencePair, chosen: AlignView, systems: list[System]) -> None:
    """AER or cost over all layers, or over ε, with the current setting marked; a figure for each system."""
    widgets.draw(CHOICES, "sweep")
    for column, system, letter in zip(st.columns(len(systems), gap="medium"), systems, "AB", strict=False):
        with column:
            _sweep(pair, system, chosen, f"{letter}: " if len(systems) > 1 else "")
    better = "Lower AER is better. " if chosen.gold and pair.gold else ""
    st.caption(f"All other settings as above; the dashed line is the current one. {better}{_SWEEP_READING[chosen.sweep]}")


def _sweep(pair: SentencePair, system: System, chosen: AlignView, lead: str) -> None:
    solver = system.settings.solver
    if chosen.sweep == "epsilon" and not solver.has_epsilon:
        entropic = ", ".join(name for name, one in SOLVERS.items() if one.has_epsilon)
        st.info(f"The {solver.name} solver has no ε; choose one of {entropic} to sweep it.")
        return
    if chosen.sweep == "layers":
        points, name = over_layers(pair, system), "layer"
        now = background.aligned(pair, system).layer
    else:
        points, name, now = over_epsilons(pair, system), "ε (mean costs)" if solver.relative else "ε", solver.epsilon
    x = [point.x for point in points]
    values = {"AER": [point.aer for point in points]} if chosen.gold and pair.gold else {}
    values["transport cost"] = [point.cost for point in points]
    title = f"{' and '.join(values)} {CHOICES.declared['sweep'].kind.labels[chosen.sweep]}"
    title = lead + title[0].upper() + title[1:]
    figure = figures.curve(x, values, now, title=title, x_title=name, log=chosen.sweep == "epsilon")
    st.plotly_chart(figure, key=f"sweep_chart{lead[:1].lower()}", config=_CHART, alt=f"{title}. {_spoken(x, values)}")


def _spoken(x: list[float], values: dict[str, list[float]]) -> str:
    name, numbers = next(iter(values.items()))
    return f"{name}: " + ", ".join(f"{number:.2f} at {place:g}" for place, number in zip(x, numbers, strict=True))
