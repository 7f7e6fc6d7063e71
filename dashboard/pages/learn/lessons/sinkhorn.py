"""5 · Sinkhorn, step by step."""

import functools
from dataclasses import dataclass

import numpy as np

from dashboard.kit.figures.frames import Figure
from dashboard.kit.figures.matrices import matrix
from dashboard.pages.learn.figures.curves import lines
from dashboard.pages.learn.lessons.kinds import Steps
from dashboard.pages.learn.lessons.types import Drawing, Engine, Picture, Words, lesson_of
from otcore.base.choices import OneOf, choice
from otcore.transport.teaching.steps import DOMAINS, sinkhorn_steps
from otcore.transport.teaching.steps import Steps as Iterates

LAST = 40
EPSILONS = (0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0)
_X, _Y = np.array([0.0, 1.0, 2.0, 12.0]), np.array([0.5, 1.0, 1.5, 2.0, 3.0])  # one point far from everyone: that is what underflows
_A, _B = np.array([0.3, 0.2, 0.25, 0.25]), np.array([0.15, 0.25, 0.2, 0.2, 0.2])
_ZEROS = "exp(−C/ε) below the smallest number single precision knows, about 10⁻⁴⁵"
_TURNS = "After a row step the rows are right and the columns not; after a column step the other way round."
_ON_WORDS = "This plan was found by the same steps; the Align page says how many. Set ε higher there and the number falls."
_BROKE = (
    "**It broke.** A whole row of the kernel became 0, the step divided by 0, and NaN (“not a number”) spread over the matrix. "
    "The log domain keeps logarithms and never forms the tiny numbers: switch to it."
)


@dataclass(frozen=True)
class View:
    """Half-steps made, the blur, and how numbers are kept."""

    step: int = choice(5, Steps(LAST), "Half-steps")
    epsilon: float = choice(0.05, OneOf(EPSILONS, "scale"), "ε (share of the largest cost)")
    domain: str = choice("plain", OneOf({"plain": "plain (u, v)", "log": "log domain"}, "row"), "Arithmetic")


def cost() -> np.ndarray:
    """(4, 5) squared distances, the largest 1."""
    squared = (_X[:, None] - _Y[None, :]) ** 2
    return squared / squared.max()


@functools.cache
def iterates(epsilon: float, domain: str) -> Iterates:
    """The first LAST half-steps in single precision, as graphics cards count."""
    return sinkhorn_steps(cost(), _A, _B, epsilon, LAST, domain=domain)


def _draw(view: View, engine: Engine) -> Drawing:
    steps, step = iterates(view.epsilon, view.domain), view.step
    plan = np.where(np.isfinite(steps.plans[step]), steps.plans[step], np.nan)
    rows, columns = (float(np.abs(plan.sum(axis) - wanted).sum()) for axis, wanted in ((1, _A), (0, _B)))
    broken = steps.broken is not None and step >= steps.broken
    done = "start" if step == 0 else f"{'row' if step % 2 else 'column'} step {step}"
    error = rows + columns
    spoken = f"After {done} the matrix holds no numbers any more." if broken else f"Matrix after {done}; marginal error {error:.2e}."
    table = _table(plan, "The start: the kernel K" if step == 0 else f"The matrix after {done}")
    plain = iterates(view.epsilon, "plain").broken
    breaks = "never here" if plain is None else f"step {plain}"
    return Drawing(
        pictures=(Picture(table, spoken, _TURNS), _errors(view.epsilon, step)),
        numbers=(
            ("rows wrong by", _number(rows), "L1 distance of the row sums from a"),
            ("columns wrong by", _number(columns), "L1 distance of the column sums from b"),
            ("kernel entries that are 0", f"{steps.kernel_zeros:.0%}", _ZEROS),
            ("plain domain breaks at", breaks, "the first half-step with 0/0 or infinity in it"),
        ),
        note=_BROKE if broken else "",
        halts=broken,
        facts={"error": error, "rows": rows, "columns": columns, "broken": float(broken)},
        words=(Words({"sentence": "g055", "target": "fr", "epsilon": 0.02}, _ON_WORDS),),
    )


def _number(value: float) -> str:
    return f"{value:.1e}" if np.isfinite(value) else "NaN"


def _table(plan: np.ndarray, title: str) -> Figure:
    sums = [f"{name} · {total:.2f} / {mass:.2f}" for name, total, mass in zip("ABCD", plan.sum(1), _A, strict=True)]
    below = [f"{total:.2f} / {mass:.2f}" for total, mass in zip(plan.sum(0), _B, strict=True)]
    axes = ("rows: sum / wanted", "columns: sum / wanted")
    return matrix(plan, (sums, below), title=title, unit="mass", axes=axes, form=".3f", height=350)


def _errors(epsilon: float, step: int) -> Picture:
    series = {}
    for domain in DOMAINS:
        errors = iterates(epsilon, domain).errors[: step + 1]
        y = [float(error) if np.isfinite(error) and error > 0 else None for error in errors]
        series[f"{domain} domain"] = range(step + 1), y
    figure = lines(series, title="Marginal error so far", x="half-steps", y="error (L1)", log_y=True, y_range=(-7.5, 1.7), height=350)
    figure.update_xaxes(range=[-0.5, LAST + 0.5])
    spoken = "; ".join(f"{name} {y[-1]:.1e}" if y[-1] else f"{name} broke or reached 0" for name, (_, y) in series.items())
    reading = "A straight line on this axis is steady progress by a factor a step."
    return Picture(figure, f"Marginal error after {step} half-steps: {spoken}.", reading)


LESSON = lesson_of(__file__, View, _draw)
