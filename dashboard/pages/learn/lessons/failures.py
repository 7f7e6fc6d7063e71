"""12 · When it fails."""

from dashboard.pages.learn.figures.curves import bars
from dashboard.pages.learn.lessons import reading
from dashboard.pages.learn.lessons.controls import Choice
from dashboard.pages.learn.lessons.types import Drawing, Engine, Lesson, Option, Picture, Question, Values, Words

TAGS = {
    "reordering": ("g004", "g031", "g042"),
    "compound": ("g001", "g046", "g047"),
    "idiom": ("g008", "g026", "g043"),
    "repeated-word": ("g024", "g030", "g058"),
}
_LABELS = {"reordering": "reordering", "compound": "compounds", "idiom": "idioms", "repeated-word": "repeated words"}
_GUESSES = {"none": "not yet", "0": "0", "1": "1", "2": "2", "3": "3 or more"}


def chosen(values: Values) -> str:
    """The sentence of the chosen phenomenon."""
    return TAGS[str(values["tag"])][int(values["example"]) - 1]


def missed(engine: Engine, values: Values) -> int:
    """How many sure links the default alignment misses."""
    scores = reading.scored(engine.aligned({"sentence": chosen(values), "target": values["target"]}))
    return scores.sure - scores.predicted_sure


def _draw(values: Values, engine: Engine) -> Drawing:
    pair = engine.aligned({"sentence": chosen(values), "target": values["target"]})
    note = next(entry.note for entry in engine.collection().entries if entry.id == chosen(values))
    texts = f"> {reading.safe(pair.pair.source.text)}\n>\n> {reading.safe(pair.pair.target.text)}\n\nWhat is special: {reading.safe(note)}."
    lost, guess = missed(engine, values), str(values["guess"])
    rates = engine.tag_rates(str(values["target"]))
    facts = {"missed": float(lost)} | {tag: rates[tag][0] for tag in TAGS}
    if guess == "none":
        return Drawing(
            (_rates(rates, values),), note=texts + "  \n**Predict first**: the plan appears when you have chosen a number.", facts=facts
        )
    right = min(lost, 3) == int(guess)
    verdict = "**Predicted correctly.**" if right else "**Not what you predicted.**"
    scores = reading.scored(pair)
    return Drawing(
        pictures=(
            reading.plan_picture(pair, "What the aligner did", "Look at the circles and crosses: is it the phenomenon that misled it?"),
            _rates(rates, values),
        ),
        numbers=(
            ("sure links missed", str(lost), f"of {scores.sure}"),
            ("false links", str(scores.predicted - scores.predicted_possible), f"of {scores.predicted} drawn"),
            ("AER", f"{scores.aer:.2f}", "of this sentence"),
        ),
        note=f"{texts}  \n{verdict} It missed {lost} of {scores.sure} sure links.",
        facts=facts,
    )


def _rates(rates: dict[str, tuple[float, int]], values: Values) -> Picture:
    names = [f"{_LABELS[tag]} ({rates[tag][1]})" for tag in TAGS]
    figure = bars(
        names, {"AER": [rates[tag][0] for tag in TAGS]}, title=f"Error by phenomenon, English–{reading.LANGUAGES[str(values['target'])]}",
        x="sentences with this tag (how many)", y="AER, 0 is perfect", height=400,
    )  # fmt: skip
    spoken = ", ".join(f"{name} {rates[tag][0]:.2f}" for name, tag in zip(names, TAGS, strict=True))
    return Picture(figure, f"AER by phenomenon: {spoken}.", "A sentence can have several tags, so the bars share sentences.")


def _words(values: Values) -> tuple[Words, ...]:
    if values["guess"] == "none":
        return ()
    return (Words({"sentence": chosen(values), "target": values["target"]}, "The links of the default settings."),)


LESSON = Lesson(
    number=12,
    slug="failures",
    title="When it fails",
    idea="Transport compares vectors and knows nothing of grammar. Words in another order, several words that become one, "
    "phrases that mean something else, "
    "and the same word twice are where aligners stumble. Predict what happens, then look.",
    symbols=(
        ("A", "the links the aligner drew"),
        ("S", "the sure links made by hand"),
        (r"S\setminus A", "sure links it missed"),
        (r"|\cdot|", "how many"),
    ),
    formula=r"\text{missed}=|S\setminus A|=|S|-|A\cap S|",
    look="Read the two sentences, predict how many sure links are missed, and only then look at the plan.",
    controls=(
        Choice("tag", "Phenomenon", _LABELS, "reordering", row=False),
        Choice("example", "Example", {"1": "1", "2": "2", "3": "3"}, "1"),
        Choice("target", "Language", reading.LANGUAGES, "de"),
        Choice("guess", "I predict: sure links missed", _GUESSES, "none"),
    ),
    draw=_draw,
    question=Question(
        "“The … the …”: the same word stands twice in a sentence. What could tell the aligner which is which?",
        (
            Option("The masses: the first one is heavier.", "Equal words have equal inverse-frequency masses, wherever they stand."),
            Option("The vectors: each occurrence was read in its own neighbourhood.", "Yes: only context can tell them apart, "
            "and a small encoder carries little of it."),
            Option("The plan: it goes from left to right.", "Nothing in the transport knows about order; only the vectors may."),
        ),
        1,
    ),
    words=_words,
    moral="Where it fails, try another layer, masses or rule in Align, or a fine-tuned encoder, and see whether it is cured or only moved.",
    tasks=(
        ("Find a sentence in your language with the same word twice. Which word of its translation belongs to which?",
         "Your own; compare with the Align page's own text."),
        ("Why are idioms aligned badly word by word?", "Their meaning belongs to the whole phrase, so no word has a partner of its own."),
    ),
)  # fmt: skip
