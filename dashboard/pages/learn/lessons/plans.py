"""2 · What is a plan?"""

import functools
from dataclasses import dataclass

import numpy as np

from dashboard.kit.figures.matrices import matrix
from dashboard.pages.learn.figures.landscapes import polytope
from dashboard.pages.learn.lessons.kinds import added, gathered, table
from dashboard.pages.learn.lessons.types import Drawing, Engine, Picture, Words, lesson_of
from otcore.base.choices import Number, OneOf, choice
from otcore.transport.teaching.polytope import complete, slice_corners, vertices

A, B = np.array([5.0, 4.0, 3.0]), np.array([4.0, 4.0, 4.0])
COSTS = {
    "distance": np.abs(np.subtract.outer(range(3), range(3))).astype(float),
    "squares": np.square(np.subtract.outer(range(3), range(3))).astype(float),
    "mixed": np.array([[4.0, 1.0, 3.0], [2.0, 5.0, 1.0], [1.0, 3.0, 4.0]]),
}
_LEVEL = "Along the dashed line the cost stays the same; cross it in the right direction and it falls, as far as a corner."
_ON_WORDS = "The exact plan of a short pair is a corner: at most (words + words − 1) cells have mass."
_SHOVELS = Number(dial=(0.0, 4.0, 0.5))


@dataclass(frozen=True)
class View:
    """The four entries of a plan that can be chosen, and the cost."""

    p11: float = choice(1.5, _SHOVELS, "π₁₁, pile 1 → hole 1")
    p12: float = choice(1.5, _SHOVELS, "π₁₂, pile 1 → hole 2")
    p21: float = choice(1.5, _SHOVELS, "π₂₁, pile 2 → hole 1")
    p22: float = choice(1.5, _SHOVELS, "π₂₂, pile 2 → hole 2")
    cost: str = choice("mixed", OneOf({"distance": "|i − j|", "squares": "|i − j|²", "mixed": "mixed"}, "row"), "Cost")


@functools.cache
def corners() -> np.ndarray:
    """(k, 3, 3) all corners."""
    return vertices(A, B)


@functools.cache
def _hull() -> np.ndarray:
    """(k, 2) the corners seen along two entries, those around the others, in order."""
    from scipy.spatial import ConvexHull

    shadow = corners()[:, 0, :2]
    return shadow[ConvexHull(shadow).vertices]


def _draw(view: View, engine: Engine) -> Drawing:
    wished = np.array([[view.p11, view.p12], [view.p21, view.p22]])
    plan, cost = complete(wished, A, B), COSTS[view.cost]
    costs = (corners() * cost).sum((1, 2))
    best = corners()[costs.argmin()]
    mine = float((plan * cost).sum())
    shadow = np.unique(corners()[:, 0, :2], axis=0)
    figure = polytope(_hull(), shadow, slice_corners(plan, A, B), plan[0, :2], best[0, :2], _level(plan, cost), "shovels")
    held = np.abs(plan[:2, :2] - wished).max() > 1e-9
    is_corner = bool(np.abs(corners() - plan).max((1, 2)).min() < 1e-9)
    names = [f"pile {k + 1} ({A[k]:.0f})" for k in range(3)], [f"hole {k + 1} ({B[k]:.0f})" for k in range(3)]
    drawn = matrix(plan, names, title="Your plan: four entries decide the rest", unit="shovels", form=".1f")
    entries = "; ".join(" ".join(f"{value:.1f}" for value in row) for row in plan)
    polygon = f"Polygon of all plans along two entries with {len(corners())} corners"
    return Drawing(
        pictures=(
            Picture(drawn, f"Your plan: {entries}", "Numbers in brackets are the masses: what rows and columns must add up to."),
            Picture(figure, f"{polygon}; your plan costs {mine:.1f}, the cheapest {costs.min():.1f}.", _LEVEL),
        ),
        numbers=(
            ("cost of your plan", f"{mine:.1f}", "shovels times cost, added up"),
            ("cheapest", f"{costs.min():.1f}", "over all corners, and so over all plans"),
            ("corners", str(len(corners())), "plans that are no mixture of two others"),
            ("you are in a corner", "yes" if is_corner else "no", "at most 5 cells with mass, and no cycle among them"),
        ),
        note="A slider was held back: with its value the rows and columns could not add up." if held else "",
        latex=_sum(plan, cost, mine),
        facts={"cost": mine, "best": float(costs.min()), "plan": plan},
        words=(Words({"solver": "exact", "masses": "uniform", "sentence": "g055", "target": "de"}, _ON_WORDS),),
    )


def _sum(plan: np.ndarray, cost: np.ndarray, total: float) -> str:
    """The masses, the cost, and the sum that gives the plan's cost, to be checked by hand."""
    terms = [rf"{plan[i, j]:g}\cdot{cost[i, j]:g}" for i, j in np.argwhere(plan > 1e-9)]
    return gathered(rf"C={table(cost)}", rf"a={table(A[None])}\quad b={table(B[None])}", *added(terms), f"={total:g}")


def _level(plan: np.ndarray, cost: np.ndarray) -> np.ndarray:
    """(2, 2) ends of the line of equal cost through the plan, within the slice; (0, 2) where all of the slice costs the same."""
    slope = np.array([cost[0, k] - cost[0, 2] - cost[2, k] + cost[2, 2] for k in (0, 1)])
    if not slope.any():
        return np.zeros((0, 2))
    way = np.array([-slope[1], slope[0]]) / np.linalg.norm(slope)
    # one unit along π₁₁ or π₁₂ takes from the rest of its row and column and gives to the last cell
    change = np.zeros((3, 3))
    change[0, :2], change[0, 2], change[2, :2], change[2, 2] = way, -way.sum(), -way, way.sum()
    moving = np.abs(change) > 1e-12
    limits = -plan[moving] / change[moving]
    ends = limits[change[moving] < 0].min(), limits[change[moving] > 0].max()
    return plan[0, :2] + np.outer(sorted(ends), way)


LESSON = lesson_of(__file__, View, _draw)
