"""9 · Transport as a loss."""

import functools

import numpy as np

from dashboard.kit.theme import BLUE, ORANGE
from dashboard.pages.learn.figures.clouds import Group, cloud
from dashboard.pages.learn.figures.curves import Series, lines
from dashboard.pages.learn.lessons.controls import Choice, Flag, Steps
from dashboard.pages.learn.lessons.types import Drawing, Engine, Lesson, Option, Picture, Question, Values, Words
from otcore.objectives.contrastive_transport import ContrastiveOT
from otcore.objectives.flow import Course, cloud_pair, descend
from otcore.objectives.transport import WordOT

LAST = 40
PAIRS, WORDS = 4, 3
_LOSSES = {"ot": "OT_ε alone", "divergence": "S_ε (paper)", "contrast": "with negatives"}
_EPSILON = {"ot": 2.0, "divergence": 2.0, "contrast": 0.3}  # large where its pull towards the middle is to be seen in a few steps
_RATES = {"ot": 0.05, "divergence": 0.05, "contrast": 0.05}
_ANCHOR = 1.0


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
    anchor = _ANCHOR if anchored else 0.0
    shared = {"cost": "sqeuclidean", "epsilon": _EPSILON[loss], "anchor": anchor, "iterations": 100, "tolerance": 1e-3}
    if loss == "contrast":
        objective = ContrastiveOT(temperature=1.0, **shared)
    else:
        objective = WordOT(debiased=loss == "divergence", scope="batch", **shared)
    x, y = clouds()
    return descend(objective, cloud_pair(x, y), steps=LAST, rate=_RATES[loss])


def width(points: np.ndarray) -> np.ndarray:
    """(K,) root mean square distance of (K, B, n, 2) points from their common centre."""
    flat = points.reshape(len(points), -1, 2)
    return np.sqrt(np.square(flat - flat.mean(1, keepdims=True)).sum(2).mean(1))


def apart(found: Course) -> np.ndarray:
    """(K,) mean distance between each word and its true translation."""
    return np.linalg.norm(found.source - found.target, axis=3).mean((1, 2))


def _draw(values: Values, engine: Engine) -> Drawing:
    loss, step = str(values["loss"]), int(values["step"])
    found = course(loss, bool(values["anchor"]))
    widths = [width(points) / width(points[:1]) for points in (found.source, found.target)]
    distance = apart(found)
    moved = float(np.linalg.norm(found.target[step] - found.target[0], axis=2).mean())
    x, y = found.source[step].reshape(-1, 2), found.target[step].reshape(-1, 2)
    rate = 3 * _RATES[loss]
    pulls = ((x, rate * found.source_pull[step].reshape(-1, 2), BLUE), (y, rate * found.target_pull[step].reshape(-1, 2), ORANGE))
    figure = cloud(
        (Group("other language", x, BLUE, "circle", 12), Group("English", y, ORANGE, "diamond", 12)),
        title=f"After {step} steps; arrows: the next three", pulls=pulls,
        plan=(np.eye(len(x)), x, y), ranges=((-2.6, 3.4), (-2.2, 2.4)), height=400, widest=2.0,
    )  # fmt: skip
    series = [
        Series("width of the other language", list(range(LAST + 1)), (100 * widths[0]).tolist()),
        Series("width of English", list(range(LAST + 1)), (100 * widths[1]).tolist()),
        Series("distance to the translation", list(range(LAST + 1)), (100 * distance / distance[0]).tolist()),
    ]
    curve = lines(series, title="Alignment or collapse?", x="steps", y="% of the start", now=step, height=330)
    return Drawing(
        pictures=(
            Picture(
                figure,
                f"Two clouds after {step} steps: translations {distance[step]:.2f} apart, English moved by {moved:.2f}.",
                "Grey lines join translations. They should become short while the clouds stay wide.",
            ),
            Picture(
                curve,
                f"After {step} steps: English {widths[1][step]:.0%} as wide as at the start, translations at "
                f"{distance[step] / distance[0]:.0%}.",
                "Good: the distance falls, the widths stay. Collapse: everything falls.",
            ),
        ),
        numbers=(
            ("loss", f"{found.losses[step]:.3f}", "what the steps lower"),
            ("distance to translation", f"{distance[step]:.2f}", f"mean over {PAIRS * WORDS} words; {distance[0]:.2f} at the start"),
            ("width of English", f"{widths[1][step]:.0%}", "of the start; far below 100% is collapse"),
            ("English moved by", f"{moved:.2f}", "mean distance from where it was"),
        ),
        facts={"english": float(widths[1][step]), "other": float(widths[0][step]), "apart": float(distance[step]), "moved": moved},
    )


LESSON = Lesson(
    number=9,
    slug="loss",
    title="Transport as a loss",
    idea="Fine-tuning moves words so that the transport cost falls. Here four sentences of three words live on a plane, in "
    "two languages. Nobody says which "
    "word translates which: the plan decides. But there is a cheap trick, putting all words in one spot. An *anchor* or "
    "*negatives* forbid it.",
    symbols=(
        ("S,\\ E", "sentences of the other language and of English, as clouds of words"),
        ("e_j,\\ e_j^0", "an English word now, and where it was at the start"),
        (r"\lambda", "strength of the anchor, 1 or 0 here"),
        (r"\tau", "temperature: how sharply true pairs must beat wrong ones"),
    ),
    formula=r"\begin{gathered}\mathrm{OT}_\varepsilon(S,E)\ \text{or}\ S_\varepsilon(S,E)\\ "
    r"+\ \lambda\sum_j\lVert e_j-e_j^0\rVert^2\\ \text{negatives: } -\log\frac{s_{kk}}{\sum_l s_{kl}}\\ "
    r"s_{kl}=\exp({-\mathrm{OT}_\varepsilon(S_k,E_l)}/\tau)\end{gathered}",
    look="Play “OT_ε alone” without the anchor: collapse. Switch the anchor on: English holds. Then try S_ε, and negatives.",
    controls=(
        Steps("step", "Training steps", LAST),
        Choice("loss", "Loss", _LOSSES, "ot"),
        Flag("anchor", "Anchor on English"),
    ),
    draw=_draw,
    question=Question(
        "Why does the anchor hold only the English words and not those of the other language?",
        (
            Option("English needs fewer words.", "The number of words plays no part in it."),
            Option("One side must be free to move, or nothing could be aligned.", "Yes: English stays the fixed map, the "
            "other language moves onto it."),
            Option("English vectors cannot be changed.", "They can, and without the anchor they do: watch them in the first setting."),
        ),
        1,
    ),
    words=lambda values: (
        Words({"sentence": "g082", "target": "de", "encoder": "base"}, "Before: the encoder that has never seen this loss."),
        Words({"sentence": "g082", "target": "de", "encoder": "tuned"}, "After: the same encoder fine-tuned with the paper's "
        "loss, on a pair that it helped much."),
    ),
    moral="The Fine-tune page does this with a real encoder and watches for collapse. Averaged over many pairs the gain is "
    "small: Compare measures it.",
    tasks=(
        ("Which arrangement of all words has transport cost 0 for every pair, true or wrong?", "All words in one point: "
        "useless, and the cost cannot tell."),
        ("Why can negatives not be fooled that way?", "In one point wrong pairs are as cheap as true ones, and the loss is "
        "log of the number of pairs."),
    ),
)  # fmt: skip
