"""7 · Weights matter."""

import numpy as np

from dashboard.pages.learn.figures.curves import bars
from dashboard.pages.learn.lessons import reading
from dashboard.pages.learn.lessons.controls import Choice
from dashboard.pages.learn.lessons.types import Drawing, Engine, Lesson, Option, Picture, Question, Values, Words
from otcore.transport.masses import MASSES

_NAMES = {"uniform": "uniform", "norm": "vector norm", "inverse-frequency": "inverse frequency"}
_SENTENCES = {
    "g024": "g024 · “when it” twice",
    "g035": "g035 · two “at”, two “a”",
    "g042": "g042 · four “the”",
    "g029": "g029 · a long one",
}


def _draw(values: Values, engine: Engine) -> Drawing:
    chosen = {"sentence": values["sentence"], "target": values["target"]}
    pairs = {kind: engine.aligned({**chosen, "masses": kind}) for kind in MASSES}
    shown = pairs[str(values["masses"])]
    words = shown.pair.source.words
    masses = {_NAMES[kind]: pair.plan.problem.source_mass for kind, pair in pairs.items()}
    rates = {kind: reading.scored(pair).aer for kind, pair in pairs.items()}
    weight = {kind: dict(zip(words, pair.plan.problem.source_mass, strict=True)) for kind, pair in pairs.items()}
    rare = {word: mass for word, mass in weight["inverse-frequency"].items() if word.isalpha()}
    heavy, light = (pick(rare.items(), key=lambda item: item[1])[0] for pick in (max, min))
    return Drawing(
        pictures=(
            Picture(
                bars(words, masses, title="How much each word weighs", x="English words", y="mass (all words: 1)", height=430),
                f"Masses of {len(words)} words; by inverse frequency the heaviest is {heavy}, the lightest {light}.",
                "Each kind of bar adds up to 1: what one word loses, the others gain.",
            ),
            reading.plan_picture(shown, f"The plan with {_NAMES[str(values['masses'])]} masses", "Rows of heavy words are bright."),
        ),
        numbers=tuple((f"AER, {_NAMES[kind]}", f"{rate:.2f}", "error rate (lesson 10), 0 is best") for kind, rate in rates.items()),
        note=f"By inverse frequency “{reading.safe(heavy)}” weighs "
        f"{weight['inverse-frequency'][heavy] / weight['inverse-frequency'][light]:.0f} "
        f"times as much as “{reading.safe(light)}”.",
        facts={f"sum {kind}": float(np.sum(pair.plan.problem.source_mass)) for kind, pair in pairs.items()} | rates,
    )  # fmt: skip


LESSON = Lesson(
    number=7,
    slug="weights",
    title="Weights matter",
    idea="Before anything moves, somebody decides how heavy each word is. Words like *the* and *of* are everywhere and say "
    "little. If they weigh as much "
    "as *library*, half of the transport is about them.",
    symbols=(
        ("a_i", "the mass of word i; all masses of a sentence sum to 1"),
        ("x_i", r"its vector, and $\lVert x_i\rVert$ the vector's length; n is the number of words"),
        ("p_i", "how often the word occurs in the language, as a share"),
        (r"\alpha", "a small constant, 0.01 here"),
    ),
    formula=r"\begin{gathered}\text{uniform: } a_i=\tfrac1n\qquad \text{norm: } a_i\propto\lVert x_i\rVert\\ \text{inverse "
    r"frequency: } a_i\propto\frac{\alpha}{\alpha+p_i}\end{gathered}",
    look="Compare the three kinds of bars at small words such as “and”. Then change the masses and watch the rows of the plan.",
    controls=(
        Choice("masses", "Masses", _NAMES, "uniform"),
        Choice("sentence", "Sentence", _SENTENCES, "g024", row=False),
        Choice("target", "Language", reading.LANGUAGES, "de"),
    ),
    draw=_draw,
    question=Question(
        "Inverse-frequency masses take mass away from “the”. What happens to the other words?",
        (
            Option("They weigh more.", "Yes: a sentence always weighs 1 in all, so content words get what “the” loses."),
            Option("Nothing: their masses stay as they were.", "The masses of a sentence sum to 1; what one loses the others share."),
            Option("They weigh less as well.", "Then the sum would be below 1. It is always 1."),
        ),
        0,
    ),
    words=lambda values: (
        Words(
            {"sentence": values["sentence"], "target": values["target"], "masses": values["masses"]},
            "The same pair as words and lines; line width is mass.",
        ),
    ),
    moral="On our development sentences inverse-frequency masses aligned best on average; single sentences differ, as you "
    "see. The paper's TF-IDF masses helped some languages.",
    tasks=(
        ("α = 0.01; “the” has p = 0.05, “owl” p = 0. How many times heavier is “owl”?", "1 against 0.01 / 0.06 = 1/6: six times."),
        ("Four words, norm masses, lengths 1, 1, 2, 4. What are the masses?", "⅛, ⅛, ¼, ½."),
    ),
)  # fmt: skip
