"""13 · Sentences as shapes."""

from dataclasses import dataclass

import numpy as np

from dashboard.kit.figures.matrices import Marks, matrix
from dashboard.kit.theme import GREEN
from dashboard.pages.learn.figures.curves import lines
from dashboard.pages.learn.lessons.types import Drawing, Engine, Picture, Words, lesson_of
from otcore.base.choices import OneOf, choice
from otcore.transport.problem import Plan, Problem
from otcore.transport.solvers import make_solver, solve
from otcore.transport.structure import distortion

WORDS = ("the", "dog", "saw", "the", "cat", ".")
GERMAN = ("der", "Hund", "sah", "die", "Katze", ".")
# English words in the order of their translations
ORDERS = {"same": (0, 1, 2, 3, 4, 5), "mirrored": (5, 4, 3, 2, 1, 0), "exchanged": (3, 4, 2, 0, 1, 5)}
_NAMES = {"same": "the same", "mirrored": "mirrored", "exchanged": "dog and cat exchanged"}
ALPHAS = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)
_ARTICLES = (0, 3)
_CLOSE, _ALIKE, _FAR = 0.2, 0.3, 0.8  # a word and its translation; two articles, which look the same to the encoder; all else
_EPSILON = 0.1
_REAL = "g001"


@dataclass(frozen=True)
class View:
    """The order of the translation, and how much distances count."""

    order: str = choice("same", OneOf(_NAMES, "row"), "German order")
    alpha: float = choice(0.4, OneOf(ALPHAS, "scale"), "Weight of shape, α")


def problem_of(order: str) -> Problem:
    """Six words and their translations in an order: what they cost, and how far words lie from each other on either side, from 0 to 1."""
    count = len(WORDS)
    places = np.argsort(ORDERS[order])  # of the translation of each English word
    cost = np.full((count, count), _FAR)
    for i in _ARTICLES:
        cost[i, places[list(_ARTICLES)]] = _ALIKE
    for i in set(range(count)) - set(_ARTICLES):
        cost[i, places[i]] = _CLOSE
    apart = np.abs(np.subtract.outer(np.arange(count), np.arange(count))) / (count - 1)
    mass = np.full(count, 1 / count)
    return Problem(cost, mass, mass, None, None, apart, apart)


def translation(order: str) -> np.ndarray:
    """(6, 6) the plan that sends every word to its translation."""
    return np.eye(len(WORDS))[:, list(ORDERS[order])] / len(WORDS)


def solved(order: str, alpha: float) -> Plan:
    return solve(problem_of(order), make_solver("fused", alpha=alpha, epsilon=_EPSILON, relative=True, rounds=200))


def told_apart(plan: Plan, order: str) -> float:
    """Share of the articles' mass that goes to their own translations."""
    right = translation(order) > 0
    return float(plan.plan[list(_ARTICLES)][right[list(_ARTICLES)]].sum() / plan.plan[list(_ARTICLES)].sum())


def _draw(view: View, engine: Engine) -> Drawing:
    plan = solved(view.order, view.alpha)
    german = [GERMAN[k] for k in ORDERS[view.order]]
    gold = Marks("translation", sorted(map(tuple, np.argwhere(translation(view.order) > 0).tolist())), GREEN, "circle-open", 16)
    title = f"The plan at α = {view.alpha:g}, German order: {_NAMES[view.order]}"
    figure = matrix(plan.plan, (WORDS, german), title=title, unit="mass", axes=("English", "German"), marks=(gold,), form="", height=380)
    share = told_apart(plan, view.order)
    spoken = f"{title}: {share:.0%} of the mass of the two articles goes to their own translations."
    torn = {name: distortion(plan.problem.source_structure, plan.problem.target_structure, translation(name)) for name in ORDERS}
    curves = {_NAMES[name]: (ALPHAS, [told_apart(solved(name, alpha), name) for alpha in ALPHAS]) for name in ORDERS}
    curve = lines(
        curves, title="Articles told apart, over α", x="α", y="share of their mass", now=view.alpha, y_range=(0, 1.04), height=380
    )
    ends = "; ".join(f"{name}: from {values[0]:.2f} to {values[-1]:.2f}" for name, (_, values) in curves.items())
    now = {"solver": "fused", "alpha": view.alpha, "epsilon": _EPSILON, "relative": True, "sentence": _REAL, "target": "de"}
    return Drawing(
        pictures=(
            Picture(figure, spoken, "Circles are the translations. The two rows of “the” have the same costs: only their places differ."),
            Picture(curve, f"Share of the articles' mass at its own translation over alpha. {ends}.", "One half is a guess; 1 is certain."),
        ),
        numbers=(
            ("articles told apart", f"{share:.2f}", "share of their mass that goes to their own translations; ½ is a guess"),
            ("word cost ⟨π, C⟩", f"{plan.transport_cost:.3f}", "without distances"),
            (
                "torn distances",
                f"{distortion(plan.problem.source_structure, plan.problem.target_structure, plan.plan):.3f}",
                "of this plan",
            ),
            *((f"the translation, {_NAMES[name]}", f"{value:.3f}", "torn distances of the right plan") for name, value in torn.items()),
        ),
        facts={"told apart": share, "value": plan.value, **torn},
        words=(Words(now, "The same weight on a real pair; there neighbours count, and the slider of the picture can move α."),),
    )


LESSON = lesson_of(__file__, View, _draw)
