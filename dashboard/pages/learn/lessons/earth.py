"""1 · Moving earth."""

import numpy as np

from dashboard.pages.learn.figures.matrices import matrix
from dashboard.pages.learn.figures.piles import piles
from dashboard.pages.learn.lessons.controls import Choice, Numbers, Slider, listed
from dashboard.pages.learn.lessons.types import Drawing, Engine, Lesson, Option, Picture, Question, Values, Words
from otcore.transport.problem import Plan, Problem
from otcore.transport.solvers import make_solver, solve
from otcore.transport.teaching.monge import cheapest_map

PLACES = 6
_TOP = 8
_WHO = {"split": "split piles (Kantorovich)", "whole": "whole piles only (Monge)", "own": "my own plan"}


def problem_of(values: Values) -> Problem:
    """Piles and holes as shares of all earth, and the cost |x − y|^p between their places."""
    a, b = (np.array(listed(values[name]), dtype=np.float64) for name in ("piles", "holes"))
    place = np.arange(PLACES)
    cost = np.abs(place[:, None] - place[None, :]).astype(np.float64) ** float(values["p"])
    return Problem(cost, a / a.sum(), b / b.sum())


def own_plan(values: Values) -> tuple[np.ndarray, float]:
    """The plan by hand as shares of all earth, and the shovels that are still wrong in its rows and columns."""
    a, b = (np.array(listed(values[name])) for name in ("piles", "holes"))
    shovels = np.array(listed(values["own"])).reshape(PLACES, PLACES)
    wrong = np.abs(shovels.sum(1) - a).sum() + np.abs(shovels.sum(0) - b).sum()
    return shovels / a.sum(), float(wrong)


def _draw(values: Values, engine: Engine) -> Drawing:
    problem = problem_of(values)
    best = solve(problem, make_solver("exact"))
    shown, note = _shown(values, problem, best)
    cost = float((shown * problem.cost).sum())
    places = [str(k + 1) for k in range(PLACES)]
    title = {"split": "The cheapest plan", "whole": "The cheapest plan that splits no pile", "own": "Your plan"}[values["who"]]
    moves = "; ".join(f"{shown[i, j]:.2f} from {i + 1} to {j + 1}" for i, j in np.argwhere(shown > 1e-9)) or "nothing is moved"
    table = matrix(
        shown, places, places, title="The same plan as a matrix", unit="mass", axes=("from place", "to place"), blank_zero=True, height=330
    )
    return Drawing(
        pictures=(
            Picture(
                piles(problem.source_mass, problem.target_mass, shown, title=title), f"{title}: {moves}.", "Thicker arrows carry more."
            ),
            Picture(table, f"Plan as a matrix: {moves}.", "Row sums are the piles, column sums the holes."),
        ),
        numbers=(
            ("cost of this plan", f"{cost:.3f}", "mass times distance to the power p, added up over all moves"),
            ("cheapest possible", f"{best.value:.3f}", "the optimal transport cost, by the engine's exact solver"),
            ("moves", str(int((shown > 1e-9).sum())), "cells of the matrix with mass; an optimum needs at most piles + holes − 1"),
        ),
        note=note,
        facts={"cost": cost, "best": best.value},
    )


def _shown(values: Values, problem: Problem, best: Plan) -> tuple[np.ndarray, str]:
    if values["who"] == "split":
        split = int((((best.plan > 1e-9).sum(1)) > 1).sum())
        return best.plan, f"This optimum splits {split} of the piles." if split else "This optimum splits no pile: Monge would agree."
    if values["who"] == "whole":
        plan = cheapest_map(problem.cost, problem.source_mass, problem.target_mass)
        if plan is None:
            return np.zeros_like(problem.cost), "**Monge has no plan here**: no way to fill every hole exactly without splitting a pile."
        more = float((plan * problem.cost).sum()) - best.value
        return plan, f"Not splitting costs {more:.3f} more than the optimum." if more > 1e-9 else "Here not splitting costs nothing."
    plan, wrong = own_plan(values)
    if sum(listed(values["piles"])) != sum(listed(values["holes"])):
        return plan, "Make piles and holes equally many shovels first: only then can a plan by hand come out."
    if wrong:
        return plan, f"Not a plan yet: rows and columns are {wrong:.0f} shovels off. Click a cell for one more, Shift + click for one less."
    more = float((plan * problem.cost).sum()) - best.value
    return plan, "**That is an optimum.**" if more < 1e-9 else f"A valid plan, {more:.3f} dearer than the cheapest. Can you lower it?"


LESSON = Lesson(
    number=1,
    slug="earth",
    title="Moving earth",
    idea="Piles of earth must fill holes. Carrying a shovel far costs more. A *plan* says how much goes from each pile to each hole; "
    "optimal transport is the cheapest plan. Later, the piles are the words of one language and the holes those of another.",
    symbols=(
        (r"x,\ y", "the place of a pile and of a hole"),
        (r"a_x,\ b_y", "how much lies there, as shares of all earth"),
        (r"\pi_{xy}", "the plan: how much goes from x to y"),
        ("p", "how quickly distance becomes expensive"),
    ),
    formula=r"\begin{gathered}\min_{\pi \ge 0}\ \sum_{x,y} \pi_{xy}\,|x-y|^p\\ \text{so that}\quad \sum_y \pi_{xy}=a_x,\ \ "
    r"\sum_x \pi_{xy}=b_y\end{gathered}",
    look="Drag the bars, then move p below and above 1. Do the arrows cross? Which shovels stay where they are?",
    controls=(
        Numbers("piles", "Piles (drag the bars)", "1,4,3,0,1,0", _TOP),
        Numbers("holes", "Holes (drag the bars)", "0,0,2,3,2,2", _TOP),
        Slider("p", "p, how distance counts", 0.25, 3.0, 0.25, 1.0),
        Choice("who", "Plan", _WHO, "split", row=False, help="Monge (1781) moves each pile whole; Kantorovich (1942) lets it be split."),
        Numbers(
            "own",
            "Your plan (click: one shovel more)",
            ",".join("0" * PLACES**2),
            _TOP,
            shape="cells",
            limits=("piles", "holes"),
            when=("who", ("own",)),
        ),
    ),
    draw=_draw,
    question=Question(
        "Piles of equal size lie at 1, 2, 3; the holes are at 2, 3, 4. With p = 2, which plan is cheapest?",
        (
            Option("The pile at 1 jumps to 4, the others stay.", "That costs 3² = 9 for one pile; three single steps cost only 1 + 1 + 1."),
            Option(
                "Every pile goes one place to the right.", "Yes: 1 + 1 + 1 = 3 against 3² = 9. Above p = 1, many short moves beat one long."
            ),
            Option("Both cost the same.", "That is so at p = 1 (3 against 3). At p = 2 the long jump costs 9."),
        ),
        1,
    ),
    words=lambda values: (
        Words(
            {"solver": "exact", "masses": "uniform", "sentence": "g001", "target": "de"},
            "English words are the piles, German words the holes, all equally heavy; the distance is 1 − cosine of their vectors.",
        ),
    ),
    moral="The same programme, solved exactly: every word must send all its mass, so some words are split over several partners.",
    tasks=(
        (
            "Piles 2, 1 at places 1, 2; holes 1, 2 at places 1, 3. Write down a plan and its cost for p = 1.",
            "Keep 1 at place 1, move 1 from 1 to 3 (cost 2) and 1 from 2 to 3 (cost 1): total 3.",
        ),
        ("When has Monge no plan?", "When a hole can only be filled with part of a pile, for instance one pile and two holes."),
    ),
)
