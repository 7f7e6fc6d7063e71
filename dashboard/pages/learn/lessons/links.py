"""10 · From plan to alignment."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

import numpy as np

from dashboard.pages.learn.figures.curves import lines
from dashboard.pages.learn.lessons import reading
from dashboard.pages.learn.lessons.types import Drawing, Engine, Picture, Words, lesson_of
from otcore.alignment.rules.threshold import Threshold
from otcore.alignment.scores import Scores, score_pair
from otcore.base.choices import Number, OneOf, choice

if TYPE_CHECKING:
    from otcore.alignment.aligner import Aligned

_RULES = {"threshold": "share of both maxima", "mutual": "mutual maximum", "source-maximum": "row maximum", "iterated": "iterated"}
_SENTENCES = {"g001": "g001 · two negations", "g005": "g005 · give it to me", "g008": "g008 · an idiom", "g030": "g030 · two “handed”"}
_EPSILON = 0.2
_SHARE = Number(dial=(0.0, 1.0, 0.05))
THRESHOLDS = tuple(round(0.05 * k, 2) for k in range(21))


@dataclass(frozen=True)
class View:
    """A link rule, and the pair that it reads."""

    rule: str = choice("threshold", OneOf(_RULES), "Link rule")
    threshold: float = choice(0.5, _SHARE, "Threshold, share of both maxima", when=lambda now: now["rule"] == "threshold")
    sentence: str = choice("g001", OneOf(_SENTENCES), "Sentence")
    target: str = choice("de", OneOf(reading.LANGUAGES, "row"), "Language")


def sweep(pair: Aligned) -> list[Scores]:
    """Scores of the plan's links at each of THRESHOLDS."""
    plan, gold = pair.plan.plan, pair.pair.gold
    found = (Threshold(threshold=threshold).read(plan)[0] for threshold in THRESHOLDS)
    return [score_pair(map(tuple, np.argwhere(cells).tolist()), gold) for cells in found]


def _draw(view: View, engine: Engine) -> Drawing:
    chosen = asdict(view)
    asked = {"links": chosen.pop("rule"), "epsilon": _EPSILON, **chosen}
    pair = engine.aligned(asked)
    scores = reading.scored(pair)
    rates = {name: [getattr(one, name.lower()) for one in sweep(pair)] for name in ("precision", "recall", "AER")}
    series = {name: (THRESHOLDS, values) for name, values in rates.items()}
    now = view.threshold if view.rule == "threshold" else None
    curve = lines(series, title="One plan, every threshold", x="threshold", y="rate, 0 to 1", now=now, height=430, y_range=(-0.04, 1.04))
    precision, recall, error = (f"{values[10]:.2f}" for values in rates.values())
    spoken = f"Precision, recall and AER over the threshold; at 0.5 they are {precision}, {recall} and {error}."
    both, drawn = scores.predicted_sure + scores.predicted_possible, scores.predicted + scores.sure
    latex = (
        rf"\begin{{gathered}}\mathrm{{AER}}=1-\frac{{|A\cap S|+|A\cap P|}}{{|A|+|S|}}\\ "
        rf"=1-\frac{{{scores.predicted_sure}+{scores.predicted_possible}}}{{{scores.predicted}+{scores.sure}}}\\ "
        rf"=1-\frac{{{both}}}{{{drawn}}}={scores.aer:.3f}\end{{gathered}}"
    )
    told = "Bright cells carry mass; the rule decides which are links."
    return Drawing(
        pictures=(
            reading.plan_picture(pair, "The plan, its links, and the hand-made ones", told),
            Picture(curve, spoken, "Low threshold: many links, few missed, many wrong. High: the other way round."),
        ),
        numbers=(
            ("|A|", str(scores.predicted), "links the rule draws"),
            ("|S|", str(scores.sure), "sure links made by hand"),
            ("|A∩S|", str(scores.predicted_sure), "drawn and sure"),
            ("|A∩P|", str(scores.predicted_possible), "drawn and at least possible (sure links are possible too)"),
            ("precision", f"{scores.precision:.2f}", "|A∩P| / |A|"),
            ("recall", f"{scores.recall:.2f}", "|A∩S| / |S|"),
        ),
        latex=latex,
        facts={"aer": scores.aer, "by hand": 1 - both / max(drawn, 1)},
        words=(Words(asked, "The same links as lines: green is a hit, dashed red is false, dotted orange is missed."),),
    )


LESSON = lesson_of(__file__, View, _draw)
