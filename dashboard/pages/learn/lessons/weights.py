"""7 · Weights matter."""

from dataclasses import asdict, dataclass

from dashboard.kit.markup import escape_markdown
from dashboard.pages.learn.figures.curves import bars
from dashboard.pages.learn.lessons import reading
from dashboard.pages.learn.lessons.types import Drawing, Engine, Picture, Words, lesson_of
from otcore.base.choices import OneOf, choice
from otcore.transport.masses import MASSES

_NAMES = {"uniform": "uniform", "norm": "vector norm", "inverse-frequency": "inverse frequency"}
_SENTENCES = {
    "g024": "g024 · “when it” twice",
    "g035": "g035 · two “at”, two “a”",
    "g042": "g042 · four “the”",
    "g029": "g029 · a long one",
}


@dataclass(frozen=True)
class View:
    """Whose plan is shown, and of which pair."""

    masses: str = choice("uniform", OneOf(_NAMES, "row"), "Masses")
    sentence: str = choice("g024", OneOf(_SENTENCES), "Sentence")
    target: str = choice("de", OneOf(reading.LANGUAGES, "row"), "Language")


def _draw(view: View, engine: Engine) -> Drawing:
    pairs = {kind: engine.aligned({"sentence": view.sentence, "target": view.target, "masses": kind}) for kind in MASSES}
    shown = pairs[view.masses]
    words = shown.pair.source.words
    masses = {kind: pair.plan.problem.source_mass for kind, pair in pairs.items()}
    rates = {kind: reading.scored(pair).aer for kind, pair in pairs.items()}
    weight = {word: mass for word, mass in zip(words, masses["inverse-frequency"], strict=True) if word.isalpha()}
    heavy, light = max(weight, key=weight.get), min(weight, key=weight.get)
    named = {_NAMES[kind]: mass for kind, mass in masses.items()}
    figure = bars(words, named, title="How much each word weighs", x="English words", y="mass (all words: 1)", height=430)
    spoken = f"Masses of {len(words)} words; by inverse frequency the heaviest is {heavy}, the lightest {light}."
    return Drawing(
        pictures=(
            Picture(figure, spoken, "Each kind of bar adds up to 1: what one word loses, the others gain."),
            reading.plan_picture(shown, f"The plan with {_NAMES[view.masses]} masses", "Rows of heavy words are bright."),
        ),
        numbers=tuple((f"AER, {_NAMES[kind]}", f"{rate:.2f}", "error rate (lesson 10), 0 is best") for kind, rate in rates.items()),
        note=f"By inverse frequency “{escape_markdown(heavy)}” weighs {weight[heavy] / weight[light]:.0f} "
        f"times as much as “{escape_markdown(light)}”.",
        facts={f"sum {kind}": float(mass.sum()) for kind, mass in masses.items()} | rates,
        words=(Words(asdict(view), "The same pair as words and lines; line width is mass."),),
    )


LESSON = lesson_of(__file__, View, _draw)
