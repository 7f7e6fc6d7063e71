"""3 · Prices."""

from dataclasses import dataclass

import numpy as np

from dashboard.kit.figures.matrices import Marks, matrix
from dashboard.kit.theme import GREEN, VERMILLION
from dashboard.pages.learn.figures.landscapes import landscape
from dashboard.pages.learn.lessons.kinds import Steps, added, gathered, table
from dashboard.pages.learn.lessons.types import Drawing, Engine, Picture, Words, lesson_of
from otcore.base.choices import Number, choice
from otcore.transport.problem import Problem
from otcore.transport.solvers import make_solver, solve
from otcore.transport.teaching.dual import ascend, best_answer, dual_value

_X, _Y = np.array([0.0, 2.0, 5.0]), np.array([1.0, 2.5, 4.0, 6.0])
PROBLEM = Problem(np.abs(_X[:, None] - _Y[None, :]), np.array([0.4, 0.35, 0.25]), np.array([0.3, 0.2, 0.3, 0.2]))
_NAMES = [f"bakery {k}" for k in (1, 2, 3)], [f"café {k}" for k in (1, 2, 3, 4)]
_TIGHT = 0.02  # euros: nearer than this a price meets its cost
_REACH = 5.0
_SQUARES = "At the top of the roof every circle lies in a square: mass moves only where the price meets the cost."
_ON_WORDS = "The exact solver returns such prices for every word. Links lie where the two prices meet the cost."
_PRICE = Number(dial=(-_REACH, _REACH, 0.25))


@dataclass(frozen=True)
class View:
    """Two prices to begin with, and how far they have climbed from there."""

    f2: float = choice(-3.0, _PRICE, "f₂, price at bakery 2 (€)")
    f3: float = choice(3.0, _PRICE, "f₃, price at bakery 3 (€)")
    steps: int = choice(6, Steps(30), "Steps uphill from your prices")


def _draw(view: View, engine: Engine) -> Drawing:
    cost, a, b = PROBLEM.cost, PROBLEM.source_mass, PROBLEM.target_mass
    best = solve(PROBLEM, make_solver("exact"))
    way = ascend(cost, a, b, np.array([0.0, view.f2, view.f3]), view.steps)
    f = way[-1]
    income = dual_value(cost, a, b, f)
    g = best_answer(cost, f)
    slack = cost - f[:, None] - g[None, :]
    tight, used = (sorted({(int(i), int(j)) for i, j in np.argwhere(cells)}) for cells in (slack < _TIGHT, best.plan > 1e-9))
    marks = (
        Marks("price meets cost", tight, VERMILLION, "square-open", 32),
        Marks("cheapest plan moves here", used, GREEN, "circle-open", 26),
    )
    title = "What is left of each price limit: C − f − g"
    drawn = matrix(slack, _NAMES, title=title, unit="€", reverse=True, marks=marks, height=350)
    optimum = (best.potentials[0] - best.potentials[0][0])[1:]
    names = ("f₂ (€)", "f₃ (€)", "€")
    figure = landscape(*_map(), way[:, 1:], optimum, title="The carrier's income over two prices", names=names)
    spoken = f"Map of the income over the prices f2 and f3; at your prices it is {income:.3f}, at most {best.value:.3f}."
    gap, loose = best.value - income, len(set(used) - set(tight))
    return Drawing(
        pictures=(
            Picture(figure, spoken, "A roof of flat pieces: its ridge or top is where income equals the cheapest cost."),
            Picture(drawn, f"Slack of the {cost.size} limits; {len(tight)} are met.", _SQUARES),
        ),
        numbers=(
            ("income (dual)", f"{income:.3f} €", "⟨a, f⟩ + ⟨b, g⟩ with the best g for these f"),
            ("cheapest cost (primal)", f"{best.value:.3f} €", "what the bakeries would pay without the carrier"),
            ("gap", f"{gap:.3f} €", "never below 0; 0 exactly at the optimum"),
            ("plan cells without square", str(loose), "complementary slackness asks for 0 at the optimum"),
        ),
        latex=_sum(f, g, income),
        facts={"income": income, "best": best.value, "gap": gap, "loose": loose},
        words=(Words({"solver": "exact", "masses": "uniform", "sentence": "g046", "target": "fr", "view": "cost"}, _ON_WORDS),),
    )


def _sum(f: np.ndarray, g: np.ndarray, income: float) -> str:
    """The costs, the masses, and the sum that gives the income, to be checked by hand."""
    a, b = PROBLEM.source_mass, PROBLEM.target_mass
    terms = [rf"{mass:g}\cdot({price:.2f})" for mass, price in zip((*a, *b), (*f, *g), strict=True)]
    given = [rf"C={table(PROBLEM.cost)}", rf"a={table(a[None])}", rf"b={table(b[None])}"]
    prices = [rf"f={table(f[None], '.2f')}", rf"g={table(g[None], '.2f')}"]
    return gathered(*given, *prices, *added(terms), rf"={income:.3f}\ €")


def _map() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Income on a grid of (f₂, f₃) with f₁ = 0."""
    grid = np.linspace(-_REACH - 1, _REACH + 1, 49)
    f2, f3 = np.meshgrid(grid, grid)
    f = np.stack([np.zeros_like(f2), f2, f3], -1)
    g = (PROBLEM.cost - f[..., None]).min(-2)
    return grid, grid, f @ PROBLEM.source_mass + g @ PROBLEM.target_mass


LESSON = lesson_of(__file__, View, _draw)
