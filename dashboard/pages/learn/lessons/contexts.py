"""11 · Contextual words."""

import numpy as np

from dashboard.pages.learn.figures.curves import Series, lines
from dashboard.pages.learn.figures.matrices import matrix
from dashboard.pages.learn.lessons import reading
from dashboard.pages.learn.lessons.controls import Choice, Slider
from dashboard.pages.learn.lessons.types import Drawing, Engine, Lesson, Option, Picture, Question, Values, Words

WORDS = {
    "crane": ("g074", "g075"), "bat": ("g080", "g081"), "key": ("g004", "g098"), "spring": ("g087", "g088"),
    "light": ("g011", "g012"), "bank": ("g002", "g003"), "match": ("g019", "g020"), "nail": ("g047", "g048"),
}  # fmt: skip
_LAST_LAYER = 4
_NEAR = 4


def place(engine: Engine, word: str, id: str) -> tuple[int, int]:
    """(sentence, word) places of the word in the English half of the collection."""
    collection = engine.collection()
    words = [text.lower() for text in collection.gold["en"][id].words]
    found = next(k for k, text in enumerate(words) if text == word or text == word + "s")
    return [entry.id for entry in collection.entries].index(id), found


def _unit(vectors: np.ndarray) -> np.ndarray:
    return vectors / np.linalg.norm(vectors, axis=-1, keepdims=True)


def occurrences(engine: Engine, word: str, layer: int) -> np.ndarray:
    """(3, d) unit vectors: the word in its two sentences, and the mean of both, which knows no context."""
    english = engine.vectors("en")
    both = np.stack([english[s][layer].vectors()[w] for s, w in (place(engine, word, id) for id in WORDS[word])])
    return _unit(np.concatenate([both, both.mean(0, keepdims=True)]))


def neighbours(engine: Engine, vectors: np.ndarray, language: str, layer: int) -> tuple[list[str], np.ndarray]:
    """Words of a language nearest to each row, and (3, k) the cosines of all rows with them, best occurrence of each word."""
    sentences = engine.vectors(language)
    words = [word for sentence in sentences for word in sentence[layer].words]
    cosines = vectors @ _unit(np.concatenate([sentence[layer].vectors() for sentence in sentences])).T
    best: dict[str, np.ndarray] = {}
    for column, word in enumerate(words):
        if any(character.isalpha() for character in word):
            best[word] = np.maximum(best.get(word, -1.0), cosines[:, column])
    names, table = list(best), np.stack(list(best.values()), 1)
    kept = list(dict.fromkeys(int(k) for row in table for k in np.argsort(-row, kind="stable")[:_NEAR]))
    return [names[k] for k in kept], table[:, kept]


def _draw(values: Values, engine: Engine) -> Drawing:
    word, layer, language = str(values["word"]), int(values["layer"]), str(values["target"])
    vectors = occurrences(engine, word, layer)
    names, cosines = neighbours(engine, vectors, language, layer)
    rows = [f"{word} · {id}" for id in WORDS[word]] + ["mean of both"]
    figure = matrix(
        cosines, rows, names, title=f"Nearest {reading.LANGUAGES[language]} words at layer {layer}", unit="cosine", ends=(None, None),
        axes=("the English word in", f"{reading.LANGUAGES[language]} words of the collection"), height=350,
    )  # fmt: skip
    alike = [float(np.dot(*occurrences(engine, word, k)[:2])) for k in range(_LAST_LAYER + 1)]
    curve = lines(
        [Series("cosine", list(range(_LAST_LAYER + 1)), alike)], title=f"How alike are the two “{word}”?", x="layer (0: "
        "before any context is read)",
        y="cosine, 1 = equal", now=layer, height=350,
    )  # fmt: skip
    curve.update_xaxes(dtick=1)
    nearest = [names[int(row.argmax())] for row in cosines]
    texts = [engine.collection().gold["en"][id].text for id in WORDS[word]]
    return Drawing(
        pictures=(
            Picture(
                figure,
                f"Nearest words: in {WORDS[word][0]} {nearest[0]}, in {WORDS[word][1]} {nearest[1]}, with one vector for both "
                f"{nearest[2]}.",
                "Bright is near. The last row, the mean, has to serve both meanings with one vector.",
            ),
            Picture(
                curve,
                "Cosine of the two occurrences: " + ", ".join(f"{value:.2f} at layer {k}" for k, value in enumerate(alike)),
                "The deeper the layer, the more of the sentence is in the vector.",
            ),
        ),
        numbers=(("the two are alike", f"{alike[layer]:.2f}", "cosine of their vectors at this layer"),),
        note="  \n".join(
            f"{id}: {reading.safe(text)} → **{reading.safe(near)}**" for id, text, near in zip(WORDS[word], texts, nearest, strict=False)
        ),
        facts={"alike": np.array(alike), "norms": np.linalg.norm(vectors, axis=1)},
    )


LESSON = Lesson(
    number=11,
    slug="contexts",
    title="Contextual words",
    idea="A dictionary gives *crane* one entry: a bird, and a machine. A contextual encoder gives every *occurrence* a vector "
    "of its own, made from the whole "
    "sentence. Layer 0 has hardly looked around yet; each further layer mixes in more of the neighbours.",
    symbols=(
        ("x,\\ y", "vectors of two words, each in its sentence"),
        (r"\cos(x,y)", "1 if they point the same way, 0 if they have nothing in common"),
        (r"C(x,y)", "the cost of moving one onto the other"),
    ),
    formula=r"\begin{gathered}\cos(x,y)=\frac{\langle x,y\rangle}{\lVert x\rVert\,\lVert y\rVert}\\ C(x,y)=1-\cos(x,y)\end{gathered}",
    look="Raise the layer from 0 to 4: do the two occurrences part? Do their nearest translations become different words?",
    controls=(
        Choice("word", "Word", {word: word for word in WORDS}, "crane", row=False),
        Slider("layer", "Layer of the encoder", 0, _LAST_LAYER, 1, 3),
        Choice("target", "Language", reading.LANGUAGES, "de"),
    ),
    draw=_draw,
    question=Question(
        "A static model has one vector for “crane”, whatever the sentence. What can its transport cost not do?",
        (
            Option("Be computed.", "It can: any vectors give costs. They are only the same in every sentence."),
            Option("Be cheap towards the right translation in both sentences at once.", "Yes: one vector cannot be near both "
            "meanings at the same time."),
            Option("Be symmetric.", "1 − cos is the same in both directions, static or not."),
        ),
        1,
    ),
    words=lambda values: tuple(
        Words(
            {"sentence": id, "target": values["target"], "layer": int(values["layer"])}, f"“{values['word']}” in {id}: follow "
            f"its line to its translation."
        )
        for id in WORDS[str(values["word"])]
    ),
    moral="This is a small encoder, so the two meanings do not always part. The layer sweep of the Align page shows where "
    "alignment is best.",
    tasks=(
        ("x = (1, 0), y = (1, 1). Compute cos and C.", "1/√2 ≈ 0.71, and 0.29."),
        ("Why does the paper train on the last layer and aligners read a middle one?", "The last layer is nearest to what the "
        "task uses; middle layers are less bent towards predicting words."),
    ),
)  # fmt: skip
