"""6 · Mass that has no partner."""

from dataclasses import dataclass

import numpy as np

from dashboard.kit.figures.clouds import Group, cloud
from dashboard.kit.theme import BLUE, ORANGE
from dashboard.pages.learn.figures.curves import bars
from dashboard.pages.learn.lessons.types import Drawing, Engine, Picture, Words, lesson_of
from otcore.base.choices import Number, OneOf, choice, declared
from otcore.transport.problem import Plan, Problem
from otcore.transport.solvers import SOLVERS, make_solver, solve

SOURCE, TARGET = ("my", "aunt", "does", "not", "sleep"), ("meine", "Tante", "schläft", "nicht")
ORPHAN = SOURCE.index("does")
_X = np.array([[0.4, 2.3], [1.3, 3.1], [4.6, 0.6], [2.9, 2.6], [2.0, 1.2]])
_Y = np.array([[0.8, 2.0], [1.7, 2.9], [2.3, 0.9], [3.2, 2.2]])
_KINDS = {"exact": "balanced", "unbalanced": "unbalanced", "partial": "partial"}
_PENALTIES = OneOf((0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0), "scale")
_EPSILON = 0.05


def _has(name: str):
    """When a setting applies: while the chosen solver has it."""
    return lambda values: name in declared(SOLVERS[values["kind"]])


@dataclass(frozen=True)
class View:
    """A solver and its own setting."""

    kind: str = choice("exact", OneOf(_KINDS, "row"), "Transport")
    penalty: float = choice(0.5, _PENALTIES, "ρ, fine for mass left (mean costs)", when=_has("penalty"))
    mass: float = choice(0.8, Number(dial=(0.2, 1.0, 0.05)), "s, share that moves", when=_has("mass"))

    @property
    def own(self) -> dict[str, float]:
        """The settings that the chosen solver has."""
        return {name: getattr(self, name) for name in ("penalty", "mass") if name in declared(SOLVERS[self.kind])}


def solved(view: View) -> Plan:
    """The two small clouds, equally heavy words, Euclidean cost."""
    cost = np.linalg.norm(_X[:, None] - _Y[None, :], axis=2)
    masses = (np.full(len(side), 1 / len(side)) for side in (_X, _Y))
    return solve(Problem(cost, *masses), make_solver(view.kind, epsilon=_EPSILON, relative=True, **view.own))


def _draw(view: View, engine: Engine) -> Drawing:
    plan = solved(view)
    left = plan.source_left
    english = Group("English words", _X, BLUE, "circle", 14, SOURCE)
    german = Group("German words", _Y, ORANGE, "diamond", 14, TARGET, below=True)
    figure = cloud((english, german), title="Where the mass goes", plan=(plan.plan, _X, _Y), ranges=((-0.2, 5.4), (-0.2, 3.8)))
    shares, title = {"moved": (1 - left).tolist(), "stays": left.tolist()}, "Share of each word's mass that moves"
    stays = bars(SOURCE, shares, title=title, x="English words", y="share of its mass", height=350, form=".2f")
    goes = ", ".join(f"{TARGET[j]} {share:.0%}" for j, share in enumerate(plan.plan[ORPHAN] * len(SOURCE)) if share > 0.005) or "nowhere"
    spoken = f"Two clouds of words; mass of does goes to: {goes}."
    kept = "Share that stays: " + ", ".join(f"{word} {share:.0%}" for word, share in zip(SOURCE, left, strict=True))
    real = {"sentence": "g001", "target": "de", "masses": "uniform", "solver": view.kind, "epsilon": _EPSILON, **view.own}
    return Drawing(
        pictures=(
            Picture(figure, spoken, "A line for every move, thicker for more mass. “does” has no partner."),
            Picture(stays, kept, "A word that keeps its mass is *null*: translated by nothing."),
        ),
        numbers=(
            ("mass moved", f"{plan.plan.sum():.3f}", "of 1 in all"),
            ("“does” keeps", f"{left[ORPHAN]:.0%}", "of its mass"),
            ("transport cost", f"{plan.transport_cost:.3f}", "⟨π, C⟩, distance times mass"),
        ),
        note=f"The mass of “does” goes to: {goes}.",
        facts={"moved": float(plan.plan.sum()), "orphan": float(left[ORPHAN]), "others": float(np.delete(left, ORPHAN).max())},
        words=(Words(real, "Dashed words are linked to nothing. The hand-made links leave “does” without a sure partner."),),
    )


LESSON = lesson_of(__file__, View, _draw)
