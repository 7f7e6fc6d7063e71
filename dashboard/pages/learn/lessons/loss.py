"""9 · Transport as a loss."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from dashboard.kit.figures.clouds import Group, cloud
from dashboard.kit.figures.frames import Figure
from dashboard.kit.theme import BLUE, ORANGE
from dashboard.pages.learn.figures.curves import lines
from dashboard.pages.learn.lessons.kinds import Steps
from dashboard.pages.learn.lessons.types import Drawing, Engine, Picture, Words, lesson_of
from otcore.base.choices import Flag, OneOf, choice
from otcore.objectives.contrastive_transport import ContrastiveOT
from otcore.objectives.transport import WordOT

if TYPE_CHECKING:
    from otcore.objectives.flow import Course

LAST = 40
PAIRS, WORDS = 4, 3
_LOSSES = {"ot": "OT_ε alone", "divergence": "S_ε (paper)", "contrast": "with negatives"}
_LARGE, _SMALL = 2.0, 0.3  # ε: large where its pull towards the middle is to be seen in a few steps
_RATE = 0.05
_PAD = 0.3  # of room around the outermost points
_ON_WORDS = {
    "base": "Before: the encoder that has never seen this loss.",
    "tuned": "After: the same encoder fine-tuned with the paper's loss, on a pair that it helped a lot.",
}


@dataclass(frozen=True)
class View:
    """Steps made, and of which loss."""

    step: int = choice(LAST, Steps(LAST), "Training steps")
    loss: str = choice("ot", OneOf(_LOSSES, "row"), "Loss")
    anchor: bool = choice(False, Flag(), "Anchor on English")


def clouds() -> tuple[np.ndarray, np.ndarray]:
    """(B, n, 2) words of the other language, and (B, n, 2) of English: the same map, turned, shifted and shaken."""
    random = np.random.default_rng(3)
    centres = np.array([[-1.2, 0.9], [1.2, 0.9], [-1.2, -0.9], [1.2, -0.9]])
    english = centres[:, None] + 0.42 * random.standard_normal((PAIRS, WORDS, 2))
    angle = np.deg2rad(28)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    return english @ turn.T + np.array([0.9, 0.5]) + 0.08 * random.standard_normal(english.shape), english


@functools.cache
def course(loss: str, anchored: bool) -> Course:
    """Both languages following the engine's own objective."""
    from otcore.objectives.flow import cloud_pair, descend

    shared = {"cost": "sqeuclidean", "anchor": float(anchored), "iterations": 100, "tolerance": 1e-3}
    if loss == "contrast":
        objective = ContrastiveOT(epsilon=_SMALL, temperature=1.0, **shared)
    else:
        objective = WordOT(epsilon=_LARGE, debiased=loss == "divergence", scope="batch", **shared)
    return descend(objective, cloud_pair(*clouds()), steps=LAST, rate=_RATE)


def width(points: np.ndarray) -> np.ndarray:
    """(K,) root mean square distance of (K, B, n, 2) points from their common centre."""
    flat = points.reshape(len(points), -1, 2)
    return np.sqrt(np.square(flat - flat.mean(1, keepdims=True)).sum(2).mean(1))


def _draw(view: View, engine: Engine) -> Drawing:
    step, found = view.step, course(view.loss, view.anchor)
    other, english = (width(points) / width(points[:1]) for points in (found.source, found.target))
    distance = np.linalg.norm(found.source - found.target, axis=3).mean((1, 2))  # (K,) between each word and its true translation
    moved = float(np.linalg.norm(found.target[step] - found.target[0], axis=2).mean())
    near = distance / distance[0]
    curves = {"width of the other language": other, "width of English": english, "distance to the translation": near}
    series = {name: (range(LAST + 1), (100 * share).tolist()) for name, share in curves.items()}
    figure = lines(series, title="Alignment or collapse?", x="steps", y="% of the start", now=step)
    spoken = f"Two clouds after {step} steps: translations {distance[step]:.2f} apart, English moved by {moved:.2f}."
    shares = f"After {step} steps: English {english[step]:.0%} as wide as at the start, translations at {near[step]:.0%}."
    return Drawing(
        pictures=(
            Picture(_clouds(found, step), spoken, "Grey lines join translations. They should become short while the clouds stay wide."),
            Picture(figure, shares, "Good: the distance falls, the widths stay. Collapse: everything falls."),
        ),
        numbers=(
            ("loss", f"{found.losses[step]:.3f}", "what the steps lower"),
            ("distance to translation", f"{distance[step]:.2f}", f"mean over {PAIRS * WORDS} words; {distance[0]:.2f} at the start"),
            ("width of English", f"{english[step]:.0%}", "of the start; far below 100% is collapse"),
            ("English moved by", f"{moved:.2f}", "mean distance from where it was"),
        ),
        facts={"english": float(english[step]), "other": float(other[step]), "apart": float(distance[step]), "moved": moved},
        words=tuple(Words({"sentence": "g082", "target": "de", "encoder": encoder}, told) for encoder, told in _ON_WORDS.items()),
    )


def _clouds(found: Course, step: int) -> Figure:
    x, y, *ways = (points[step].reshape(-1, 2) for points in (found.source, found.target, found.source_pull, found.target_pull))
    pulls = [(points, 3 * _RATE * way, color) for points, way, color in zip((x, y), ways, (BLUE, ORANGE), strict=True)]
    groups = (Group("other language", x, BLUE, "circle", 12), Group("English", y, ORANGE, "diamond", 12))
    title = f"After {step} steps; arrows: the next three"
    return cloud(groups, title=title, pulls=pulls, plan=(np.eye(len(x)), x, y), ranges=_span(), widest=2.0)


@functools.cache
def _span() -> tuple[tuple[float, float], tuple[float, float]]:
    """The axes of every picture of this lesson: all points have room, wherever a loss takes them."""
    courses = [course(loss, anchored) for loss in _LOSSES for anchored in (False, True)]
    points = np.concatenate([side.reshape(-1, 2) for found in courses for side in (found.source, found.target)])
    low, high = points.min(0) - _PAD, points.max(0) + _PAD
    return tuple(zip(low.tolist(), high.tolist(), strict=True))


LESSON = lesson_of(__file__, View, _draw)
