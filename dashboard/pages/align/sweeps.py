"""One setting over its range, the others as they are."""

import streamlit as st

from dashboard import background
from dashboard.kit import charts, widgets
from dashboard.pages.align import figures
from dashboard.pages.align.cache import over_dial, over_layers
from dashboard.pages.align.choices import CHOICES, DIALS, AlignView
from dashboard.state import System
from otcore.corpora.types import SentencePair
from otcore.transport.solver import Dial
from otcore.transport.solvers import SOLVERS

_CHART = charts.CONFIG | {"displayModeBar": True}
_SWEEP_READING = {
    "layers": "Layers measure cost in scales of their own: a cheaper layer is not a better one.",
    "epsilon": "A larger ε spreads the mass, so the transport cost rises with it.",
    "alpha": "A larger α follows the neighbours rather than the words, so the transport cost rises with it.",
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
    dial = DIALS.get(chosen.sweep)
    if dial and chosen.sweep not in solver.dials:
        others = ", ".join(name for name, one in SOLVERS.items() if chosen.sweep in one.dials)
        st.info(f"The {solver.name} solver has no {dial.sign}; choose one of {others} to sweep it.")
        return
    if not dial:
        points, name = over_layers(pair, system), "layer"
        now = background.aligned(pair, system).layer
    else:
        points, now = over_dial(pair, system, chosen.sweep), getattr(solver, chosen.sweep)
        name = f"{dial.sign} (mean costs)" if dial.ratios and solver.relative else dial.sign
    x = [point.x for point in points]
    values = {"AER": [point.aer for point in points]} if chosen.gold and pair.gold else {}
    values["transport cost"] = [point.cost for point in points]
    title = f"{' and '.join(values)} {CHOICES.declared['sweep'].kind.labels[chosen.sweep]}"
    title = lead + title[0].upper() + title[1:]
    figure = figures.curve(x, values, now, title=title, x_title=name, ticks=_ticks(dial))
    st.plotly_chart(figure, key=f"sweep_chart{lead[:1].lower()}", config=_CHART, alt=f"{title}. {_spoken(x, values)}")


def _ticks(dial: Dial | None) -> figures.Ticks:
    """One a layer, one a power of ten, or five from 0 to 1."""
    return figures.Ticks(log=bool(dial and dial.ratios), step=1 if not dial or dial.ratios else 0.2)


def _spoken(x: list[float], values: dict[str, list[float]]) -> str:
    name, numbers = next(iter(values.items()))
    return f"{name}: " + ", ".join(f"{number:.2f} at {place:g}" for place, number in zip(x, numbers, strict=True))
