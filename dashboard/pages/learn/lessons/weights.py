"""7 · Weights matter."""

from dataclasses import dataclass

from dashboard.kit.markup import escape_markdown
from dashboard.pages.learn.figures.curves import bars
from dashboard.pages.learn.lessons import reading
from dashboard.pages.learn.lessons.types import Drawing, Engine, Lesson, Picture, Question, Words
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
    return Drawing(
        pictures=(
            Picture(
                bars(words, named, title="How much each word weighs", x="English words", y="mass (all words: 1)", height=430),
                f"Masses of {len(words)} words; by inverse frequency the heaviest is {heavy}, the lightest {light}.",
                "Each kind of bar adds up to 1: what one word loses, the others gain.",
            ),
            reading.plan_picture(shown, f"The plan with {_NAMES[view.masses]} masses", "Rows of heavy words are bright."),
        ),
        numbers=tuple((f"AER, {_NAMES[kind]}", f"{rate:.2f}", "error rate (lesson 10), 0 is best") for kind, rate in rates.items()),
        note=f"By inverse frequency “{escape_markdown(heavy)}” weighs {weight[heavy] / weight[light]:.0f} "
        f"times as much as “{escape_markdown(light)}”.",
        facts={f"sum {kind}": float(mass.sum()) for kind, mass in masses.items()} | rates,
    )


LESSON = Lesson(
    number=7,
    name="weights",
    title="Weights matter",
    idea="Before anything moves, somebody decides how heavy each word is. Words like *the* and *of* are everywhere and say little. "
    "If they weigh as much as *library*, half of the transport is about them.",
    symbols={
        "a_i": "the mass of word i; all masses of a sentence sum to 1",
        "x_i": r"its vector, and $\lVert x_i\rVert$ the vector's length; n is the number of words",
        "p_i": "how often the word occurs in the language, as a share",
        r"\alpha": "a small constant, 0.01 here",
    },
    formula=r"\begin{gathered}\text{uniform: } a_i=\tfrac1n\qquad \text{norm: } a_i\propto\lVert x_i\rVert\\ "
    r"\text{inverse frequency: } a_i\propto\frac{\alpha}{\alpha+p_i}\end{gathered}",
    look="Compare the three kinds of bars at small words such as “and”. Then change the masses and watch the rows of the plan.",
    view=View,
    draw=_draw,
    question=Question(
        "Inverse-frequency masses take mass away from “the”. What happens to the other words?",
        {
            "They weigh more.": "Yes: a sentence always weighs 1 in all, so content words get what “the” loses.",
            "Nothing: their masses stay as they were.": "The masses of a sentence sum to 1; what one loses the others share.",
            "They weigh less as well.": "Then the sum would be below 1. It is always 1.",
        },
        right=0,
    ),
    words=lambda view: (
        Words(
            {"sentence": view.sentence, "target": view.target, "masses": view.masses},
            "The same pair as words and lines; line width is mass.",
        ),
    ),
    moral="On our development sentences inverse-frequency masses aligned best on average; single sentences differ, as you see. "
    "The paper's TF-IDF masses helped some languages.",
    tasks={
        "α = 0.01; “the” has p = 0.05, “owl” p = 0. How many times heavier is “owl”?": "1 against 0.01 / 0.06 = 1/6: six times.",
        "Four words, norm masses, lengths 1, 1, 2, 4. What are the masses?": "⅛, ⅛, ¼, ½.",
    },
)
