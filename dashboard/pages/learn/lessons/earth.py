"""1 · Moving earth."""

from dataclasses import dataclass

import numpy as np

from dashboard.kit.figures.matrices import matrix
from dashboard.kit.theme import ORANGE
from dashboard.pages.learn.figures.piles import piles
from dashboard.pages.learn.lessons.kinds import Drawn, listed
from dashboard.pages.learn.lessons.types import Drawing, Engine, Picture, Words, lesson_of
from otcore.base.choices import Number, OneOf, choice
from otcore.results.kinds.openings import LESSON_PAIR
from otcore.transport.problem import Plan, Problem
from otcore.transport.solvers import make_solver, solve
from otcore.transport.teaching.monge import cheapest_map

PLACES = 6
_TOP = 8
_WHO = {"split": "split piles (Kantorovich)", "whole": "whole piles only (Monge)", "own": "my own plan"}
_TITLES = {"split": "The cheapest plan", "whole": "The cheapest plan that splits no pile", "own": "Your plan"}
_ON_WORDS = "English words are the piles, German words the holes, all equally heavy; the distance is 1 − cosine of their vectors."
_COST = "mass times distance to the power p, added up over all moves"
_NO_COST = "there is no plan yet, so there is nothing to add up: a plan moves all the earth and fills every hole exactly"
_NO_MAP = "**Monge has no plan here**: there is no way to fill every hole exactly without splitting a pile."
_CELLS = Drawn(PLACES**2, _TOP, limits=("earth_piles", "earth_holes"))


@dataclass(frozen=True)
class View:
    """Shovels in piles, in holes and in a plan by hand, how distance counts, and whose plan is shown."""

    piles: str = choice("1,4,3,0,1,0", Drawn(PLACES, _TOP), "Piles (drag the bars)")
    holes: str = choice("0,0,2,3,2,2", Drawn(PLACES, _TOP, ORANGE), "Holes (drag the bars)")
    p: float = choice(1.0, Number(dial=(0.25, 3.0, 0.25)), "p, how distance counts")
    who: str = choice("split", OneOf(_WHO), "Plan", "Monge (1781) moves each pile whole; Kantorovich (1942) lets it be split.")
    own: str = choice(",".join("0" * PLACES**2), _CELLS, "Your plan (click: one shovel more)", when=lambda values: values["who"] == "own")

    @property
    def shovels(self) -> tuple[np.ndarray, np.ndarray]:
        """Those in the piles and those in the holes."""
        return np.array(listed(self.piles)), np.array(listed(self.holes))


def problem_of(view: View) -> Problem:
    """Piles and holes as shares of all earth, and the cost |x − y|^p between their places."""
    a, b = view.shovels
    place = np.arange(PLACES)
    cost = np.abs(place[:, None] - place[None, :]).astype(np.float64) ** view.p
    return Problem(cost, a / a.sum(), b / b.sum())


def _draw(view: View, engine: Engine) -> Drawing:
    problem = problem_of(view)
    best = solve(problem, make_solver("exact"))
    shown, note, whole = _shown(view, problem, best)
    cost = float((shown * problem.cost).sum()) if whole else None
    places, title = [str(k + 1) for k in range(PLACES)], _TITLES[view.who]
    moves = "; ".join(f"{shown[i, j]:.2f} from {i + 1} to {j + 1}" for i, j in np.argwhere(shown > 1e-9)) or "nothing is moved"
    figure = piles(problem.source_mass, problem.target_mass, shown, title=title)
    axes = ("from place", "to place")
    table = matrix(shown, (places, places), title="The same plan as a matrix", unit="mass", axes=axes, blank_zero=True, height=330)
    return Drawing(
        pictures=(
            Picture(figure, f"{title}: {moves}.", "Thicker arrows carry more."),
            Picture(table, f"Plan as a matrix: {moves}.", "Row sums are the piles, column sums the holes."),
        ),
        numbers=(
            ("cost of this plan", "–" if cost is None else f"{cost:.3f}", _NO_COST if cost is None else _COST),
            ("cheapest possible", f"{best.value:.3f}", "the optimal transport cost, by the engine's exact solver"),
            ("moves", str(int((shown > 1e-9).sum())), "cells of the matrix with mass; an optimum needs at most piles + holes − 1"),
        ),
        note=note,
        facts={"best": best.value} | ({} if cost is None else {"cost": cost}),
        words=(Words({"solver": "exact", "masses": "uniform"} | LESSON_PAIR, _ON_WORDS),),
    )


def _shown(view: View, problem: Problem, best: Plan) -> tuple[np.ndarray, str, bool]:
    """What is drawn, a sentence on it, and whether it is a plan: it moves all earth and fills every hole."""
    if view.who == "split":
        split = int((((best.plan > 1e-9).sum(1)) > 1).sum())
        told = f"This optimum splits {split} of the piles." if split else "This optimum splits no pile: Monge would agree."
        return best.plan, told, True
    if view.who == "whole":
        plan = cheapest_map(problem.cost, problem.source_mass, problem.target_mass)
        if plan is None:
            return np.zeros_like(problem.cost), _NO_MAP, False
        more = float((plan * problem.cost).sum()) - best.value
        return plan, f"Not splitting costs {more:.3f} more than the optimum." if more > 1e-9 else "Here not splitting costs nothing.", True
    a, b = view.shovels
    shovels = np.array(listed(view.own)).reshape(PLACES, PLACES)
    plan, wrong = shovels / a.sum(), np.abs(shovels.sum(1) - a).sum() + np.abs(shovels.sum(0) - b).sum()
    if a.sum() != b.sum():
        return plan, "Make piles and holes equally many shovels first: only then can a plan by hand come out.", False
    if wrong:
        told = f"Not a plan yet: its rows and columns are {wrong:.0f} shovels off. Click a cell for one more, Shift + click for one less."
        return plan, told, False
    more = float((plan * problem.cost).sum()) - best.value
    told = "**That is an optimum.**" if more < 1e-9 else f"A valid plan, {more:.3f} more than the cheapest costs. Can you lower it?"
    return plan, told, True


LESSON = lesson_of(__file__, View, _draw)
