"""12 · When it fails."""

from dataclasses import dataclass

from dashboard.kit.markup import escape_markdown
from dashboard.pages.learn.figures.curves import bars
from dashboard.pages.learn.lessons import reading
from dashboard.pages.learn.lessons.types import Drawing, Engine, Picture, Words, lesson_of
from otcore.base.choices import OneOf, choice

TAGS = {
    "reordering": ("g085", "g138", "g005"),
    "compound": ("g001", "g046", "g073"),
    "idiom": ("g008", "g026", "g043"),
    "repeated-word": ("g024", "g030", "g058"),
}
_OF_GERMAN = {"reordering": ("g051", "g084", "g105")}  # its verbs wait at the end, where French and Spanish put adjectives after nouns
_LABELS = {"reordering": "reordering", "compound": "compounds", "idiom": "idioms", "repeated-word": "repeated words"}
_GUESSES = {"none": "not yet", "0": "0", "1": "1", "2": "2", "3": "3 or more"}


_PREDICT = "**Predict first**: the plan appears when you have chosen a number."


@dataclass(frozen=True)
class View:
    """A phenomenon and one of its sentences, and what a person predicts of it."""

    tag: str = choice("reordering", OneOf(_LABELS), "Phenomenon")
    example: str = choice("1", OneOf(("1", "2", "3"), "row"), "Example")
    target: str = choice("de", OneOf(reading.LANGUAGES, "row"), "Language")
    guess: str = choice("none", OneOf(_GUESSES, "row"), "I predict: sure links missed")

    @property
    def pair(self) -> dict[str, str]:
        """The chosen sentence, as the Align page would be asked for it."""
        return {"sentence": examples(self.tag, self.target)[int(self.example) - 1], "target": self.target}


def examples(tag: str, target: str) -> tuple[str, ...]:
    """Sentences whose translation into a language shows a phenomenon."""
    return (_OF_GERMAN if target == "de" else TAGS).get(tag, TAGS[tag])


def _draw(view: View, engine: Engine) -> Drawing:
    pair, rates = engine.aligned(view.pair), engine.tag_rates(view.target)
    scores = reading.scored(pair)
    lost = scores.sure - scores.predicted_sure
    about = next(entry.note for entry in engine.collection().entries if entry.id == view.pair["sentence"])
    source, target, special = map(escape_markdown, (pair.pair.source.text, pair.pair.target.text, about))
    texts = f"> {source}\n>\n> {target}\n\nWhat is special: {special}."
    facts = {"missed": float(lost)} | {tag: rates[tag][0] for tag in TAGS}
    if view.guess == "none":
        return Drawing((_rates(rates, view.target),), before=texts, note=_PREDICT, facts=facts)
    verdict = "**Predicted correctly.**" if min(lost, 3) == int(view.guess) else "**Not what you predicted.**"
    told = "Look at the circles and crosses: is it the phenomenon that misled it?"
    return Drawing(
        pictures=(reading.plan_picture(pair, "What the aligner did", told), _rates(rates, view.target)),
        numbers=(
            ("sure links missed", str(lost), f"of {scores.sure}"),
            ("false links", str(scores.predicted - scores.predicted_possible), f"of {scores.predicted} drawn"),
            ("AER", f"{scores.aer:.2f}", "of this sentence"),
        ),
        before=texts,
        note=f"{verdict} It missed {lost} of {scores.sure} sure links.",
        facts=facts,
        words=(Words(view.pair, "The links of plain transport between words."),),
    )


def _rates(rates: dict[str, tuple[float, int]], target: str) -> Picture:
    names, values = [f"{_LABELS[tag]} ({rates[tag][1]})" for tag in TAGS], [rates[tag][0] for tag in TAGS]
    title, across = f"Error by phenomenon, English–{reading.LANGUAGES[target]}", "sentences with this tag (how many)"
    figure = bars(names, {"AER": values}, title=title, x=across, y="AER, 0 is perfect", height=400)
    spoken = ", ".join(f"{name} {value:.2f}" for name, value in zip(names, values, strict=True))
    return Picture(figure, f"AER by phenomenon: {spoken}.", "A sentence can have several tags, so the bars share sentences.")


LESSON = lesson_of(__file__, View, _draw)
