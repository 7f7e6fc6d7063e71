"""8 · Debiasing."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from dashboard.kit.figures.clouds import Group, cloud
from dashboard.kit.figures.frames import Figure
from dashboard.kit.theme import BLUE, ORANGE
from dashboard.pages.learn.lessons.kinds import Steps
from dashboard.pages.learn.lessons.types import Drawing, Engine, Picture, Words, lesson_of
from otcore.base.choices import OneOf, choice
from otcore.objectives.transport import WordOT
from otcore.transport.costs import cost_matrix
from otcore.transport.problem import Problem
from otcore.transport.solvers import make_solver, solve

if TYPE_CHECKING:
    from otcore.objectives.flow import Course

LAST = 24
EPSILONS = (0.01, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0)
_POINTS = 18
_RATE = 0.35
_MEETS = 0.9  # of the ring's width: from there on a cloud has landed on it
_ON_WORDS = "With the debiased solver the plan is the same as the entropic one; the number “objective” is the divergence."


@dataclass(frozen=True)
class View:
    """Steps made, and the blur."""

    step: int = choice(LAST, Steps(LAST), "Steps of the flow")
    epsilon: float = choice(0.5, OneOf(EPSILONS, "scale"), "ε (squared distance)")


def clouds() -> tuple[np.ndarray, np.ndarray]:
    """(n, 2) a small heap at the left that flows, and (n, 2) a ring at the right that stays."""
    random = np.random.default_rng(7)
    angle = np.linspace(0, 2 * np.pi, _POINTS, endpoint=False)
    ring = np.stack([2.2 + 1.1 * np.cos(angle), 1.1 * np.sin(angle)], 1)
    return np.array([-1.2, 0.0]) + 0.25 * random.standard_normal((_POINTS, 2)), ring


@functools.cache
def flow(epsilon: float, debiased: bool) -> Course:
    """The heap following OT_ε or S_ε towards the ring."""
    from otcore.objectives.flow import cloud_pair, descend

    objective = WordOT(cost="sqeuclidean", epsilon=epsilon, debiased=debiased, anchor=0.0, iterations=300, tolerance=1e-3)
    x, y = clouds()
    return descend(objective, cloud_pair(x[None], y[None]), steps=LAST, rate=_RATE, both=False)


@functools.cache
def self_costs(epsilon: float) -> tuple[float, float]:
    """OT_ε and S_ε of the ring with itself."""
    import torch

    ring = torch.from_numpy(clouds()[1])
    cost, mass = cost_matrix(ring, ring, "sqeuclidean").numpy(), np.full(_POINTS, 1 / _POINTS)
    problem = Problem(cost, mass, mass, cost, cost)
    return tuple(solve(problem, make_solver(kind, epsilon=epsilon)).value for kind in ("entropic", "debiased"))


def spread(points: np.ndarray) -> float:
    """Root mean square distance from the centre."""
    return float(np.sqrt(np.square(points - points.mean(0)).sum(1).mean()))


def _draw(view: View, engine: Engine) -> Drawing:
    ring, own = clouds()[1], self_costs(view.epsilon)
    courses = [flow(view.epsilon, debiased) for debiased in (False, True)]
    shares = [spread(course.source[view.step, 0]) / spread(ring) for course in courses]
    spoken = f"Cloud after {view.step} steps under the {{}} cost: {{:.0%}} as wide as the ring it follows."
    names = ("the plain blurred cost", "the debiased divergence")
    plain, debiased = (_cloud(name, course, view.step) for name, course in zip(names, courses, strict=True))
    return Drawing(
        pictures=(
            Picture(plain, spoken.format("plain", shares[0]), _reading(view.step, shares[0])),
            Picture(debiased, spoken.format("debiased", shares[1]), _reading(view.step, shares[1])),
        ),
        numbers=(
            ("OT_ε(β, β)", f"{own[0]:.3f}", "cost of the ring to itself: not 0, because a blurred plan moves mass even to where it is"),
            ("S_ε(β, β)", f"{abs(own[1]):.3f}", "the divergence takes half of both self costs away: 0"),
            ("width under OT_ε", f"{shares[0]:.0%}", "of the ring's: entropy pulls everything towards the middle"),
            ("width under S_ε", f"{shares[1]:.0%}", "of the ring's"),
        ),
        facts={"self": own[0], "debiased self": own[1], "plain": shares[0], "debiased": shares[1]},
        words=(Words({"sentence": "g002", "target": "de", "solver": "debiased", "epsilon": 0.1}, _ON_WORDS),),
    )


def _reading(step: int, share: float) -> str:
    """What is to be seen of a cloud that is so wide, as a share of the ring's width."""
    if step < LAST:
        return f"After {step} of {LAST} steps the blue cloud is {share:.0%} as wide as the ring."
    ended = "ended too small" if share < _MEETS else "landed on the ring"
    return f"The blue cloud {ended}: it is {share:.0%} as wide."


def _cloud(name: str, course: Course, step: int) -> Figure:
    points = course.source[step, 0]
    groups = (Group("β, stays", clouds()[1], ORANGE, "diamond", 10), Group("α, flows", points, BLUE, "circle", 10))
    pulls, title = ((points, _RATE * course.source_pull[step, 0], BLUE),), f"Following {name} for {step} steps"
    return cloud(groups, title=title, pulls=pulls, ranges=((-2.0, 3.6), (-1.5, 1.5)), height=360)


LESSON = lesson_of(__file__, View, _draw)
