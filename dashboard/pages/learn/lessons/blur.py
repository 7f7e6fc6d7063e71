"""4 · Blur."""

import functools
from dataclasses import dataclass

import numpy as np

from dashboard.kit.figures.matrices import matrix
from dashboard.pages.learn.figures.curves import lines
from dashboard.pages.learn.lessons.types import Drawing, Engine, Picture, Words, lesson_of
from otcore.base.choices import OneOf, choice
from otcore.transport.problem import Plan, Problem
from otcore.transport.solvers import make_solver, solve

EPSILONS = (0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 20.0)
_PLACES = np.linspace(0, 1, 20)
_CURVES = {
    "cost": ("Transport cost over ε", "⟨π, C⟩ (squared length)"),
    "information": ("Information in the plan over ε", "KL(π‖a⊗b) (nats)"),
    "iterations": ("Iterations needed over ε", "iterations"),
}


@dataclass(frozen=True)
class View:
    """The blur, and what is drawn over it."""

    epsilon: float = choice(0.05, OneOf(EPSILONS, "scale"), "ε (mean costs)")
    curve: str = choice("cost", OneOf(tuple(_CURVES), "row"), "Curve")


def information(plan: Plan) -> float:
    """KL(π‖a⊗b) in nats: what the plan says about the partner beyond the masses; 0 for the independent plan."""
    live = plan.plan > 0
    mass, product = plan.plan[live], np.outer(plan.problem.source_mass, plan.problem.target_mass)[live]
    return float((mass * np.log(mass / product)).sum())


@functools.cache
def blurred() -> tuple[list[Plan], Plan]:
    """One problem solved at each of EPSILONS (in mean costs), and exactly; once a process."""

    def bump(centre: float, width: float) -> np.ndarray:
        return np.exp(-(((_PLACES - centre) / width) ** 2))

    a, b = bump(0.2, 0.09) + 0.7 * bump(0.7, 0.12), bump(0.45, 0.1) + 0.5 * bump(0.9, 0.07)
    problem = Problem((_PLACES[:, None] - _PLACES[None, :]) ** 2, a / a.sum(), b / b.sum())
    solvers = [make_solver("entropic", epsilon=epsilon, relative=True, tolerance=1e-5) for epsilon in EPSILONS]
    return [solve(problem, solver) for solver in solvers], solve(problem, make_solver("exact"))


def _draw(view: View, engine: Engine) -> Drawing:
    (plans, exact), epsilon = blurred(), view.epsilon
    plan = plans[EPSILONS.index(epsilon)]
    names = [f"{place:.2f}" for place in _PLACES]
    title = f"The plan at ε = {epsilon:g} mean costs"
    figure = matrix(plan.plan, (names, names), title=title, unit="mass", form="", height=350, every=4)
    live, told = plan.plan[plan.plan > 0], information(plan)
    bounds = f"exact: {exact.value:.4f}; independent: {plan.problem.mean_cost:.4f}"
    spoken = f"Plan at epsilon {epsilon:g}; {int((plan.plan > 1e-6).sum())} of {plan.plan.size} cells hold mass."
    sharp = Picture(figure, spoken, "Sharp: a thin line. Vague: a block that only knows the masses.")
    real = {"sentence": "g001", "target": "de", "epsilon": min(max(epsilon, 0.005), 10.0)}
    return Drawing(
        pictures=(sharp, _curve(plans, exact, view.curve, epsilon)),
        numbers=(
            ("transport cost ⟨π, C⟩", f"{plan.transport_cost:.4f}", bounds),
            ("information KL(π‖a⊗b)", f"{told:.3f} nats", "0 when the plan is independence"),
            ("entropy of π", f"{-(live * np.log(live)).sum():.3f} nats", "how spread the plan is"),
            ("iterations", str(plan.iterations), "of the engine's Sinkhorn until the marginal error is below 10⁻⁵"),
        ),
        facts={"cost": plan.transport_cost, "information": told, "iterations": plan.iterations, "exact": exact.value},
        words=(Words(real, "The same ε (in mean costs) on a real pair. The thin grey lines are mass that goes a little everywhere."),),
    )


def _curve(plans: list[Plan], exact: Plan, kind: str, now: float) -> Picture:
    def value(plan: Plan) -> float:
        return {"cost": plan.transport_cost, "information": information(plan), "iterations": plan.iterations}[kind]

    (title, unit), values = _CURVES[kind], [value(plan) for plan in plans]
    ends = {} if kind == "iterations" else {"exact": value(exact)}
    if kind == "cost":
        ends["independent"] = exact.problem.mean_cost
    flat = {name: ((EPSILONS[0], EPSILONS[-1]), (end, end)) for name, end in ends.items()}
    series = {"plan at ε" if ends else unit: (EPSILONS, values)} | flat
    figure = lines(series, title=title, x="ε (mean costs)", y=unit, now=now, log_x=True, log_y=not ends, height=350)
    spoken = ", ".join(f"{value:.3g} at {epsilon:g}" for epsilon, value in zip(EPSILONS, values, strict=True))
    return Picture(figure, f"{title}: {spoken}.", "The dashed upright line is the present ε.")


LESSON = lesson_of(__file__, View, _draw)
