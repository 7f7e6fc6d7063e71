"""11 · Contextual words."""

from dataclasses import dataclass

import numpy as np

from dashboard.kit.figures.matrices import matrix
from dashboard.kit.markup import escape_markdown
from dashboard.pages.learn.figures.curves import lines
from dashboard.pages.learn.lessons import reading
from dashboard.pages.learn.lessons.types import Drawing, Engine, Picture, Words, lesson_of
from otcore.base.choices import Number, OneOf, choice

WORDS = {
    "crane": ("g074", "g075"),
    "bat": ("g080", "g081"),
    "key": ("g004", "g098"),
    "spring": ("g087", "g088"),
    "light": ("g011", "g012"),
    "bank": ("g002", "g003"),
    "match": ("g019", "g020"),
    "nail": ("g047", "g048"),
}
_LAST_LAYER = 4
_NEAR = 4


@dataclass(frozen=True)
class View:
    """A word with two meanings, the layer that is read, and the language of its neighbours."""

    word: str = choice("crane", OneOf(tuple(WORDS)), "Word")
    layer: int = choice(3, Number(whole=True, dial=(0, _LAST_LAYER, 1)), "Layer of the encoder")
    target: str = choice("de", OneOf(reading.LANGUAGES, "row"), "Language")


def place(engine: Engine, word: str, id: str) -> tuple[int, int]:
    """(sentence, word) places of the word in the English half of the collection."""
    collection = engine.collection()
    words = [text.lower() for text in collection.gold["en"][id].words]
    found = next(k for k, text in enumerate(words) if text in (word, word + "s"))
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


def _draw(view: View, engine: Engine) -> Drawing:
    word, layer, ids, language = view.word, view.layer, WORDS[view.word], reading.LANGUAGES[view.target]
    vectors = occurrences(engine, word, layer)
    names, cosines = neighbours(engine, vectors, view.target, layer)
    nearest = [names[int(row.argmax())] for row in cosines]
    rows = [f"{word} · {id}" for id in ids] + ["mean of both"]
    title, axes = f"Nearest {language} words at layer {layer}", ("the English word in", f"{language} words of the collection")
    table = matrix(cosines, (rows, names), title=title, unit="cosine", ends=(None, None), axes=axes, height=350)
    layers = list(range(_LAST_LAYER + 1))
    alike = [float(np.dot(*occurrences(engine, word, k)[:2])) for k in layers]
    across, up = "layer (0: before any context is read)", "cosine, 1 = equal"
    curve = lines({"cosine": (layers, alike)}, title=f"How alike are the two “{word}”?", x=across, y=up, now=layer, height=350)
    curve.update_xaxes(dtick=1)
    texts = [engine.collection().gold["en"][id].text for id in ids]
    told = [f"{id}: {escape_markdown(text)} → **{escape_markdown(near)}**" for id, text, near in zip(ids, texts, nearest, strict=False)]
    spoken = f"Nearest words: in {ids[0]} {nearest[0]}, in {ids[1]} {nearest[1]}, with one vector for both {nearest[2]}."
    deep = ", ".join(f"{value:.2f} at layer {k}" for k, value in enumerate(alike))
    real = [{"sentence": id, "target": view.target, "layer": layer} for id in ids]
    return Drawing(
        pictures=(
            Picture(table, spoken, "Bright is near. The last row, the mean, has to serve both meanings with one vector."),
            Picture(curve, f"Cosine of the two occurrences: {deep}", "The deeper the layer, the more of the sentence is in the vector."),
        ),
        numbers=(("the two are alike", f"{alike[layer]:.2f}", "cosine of their vectors at this layer"),),
        note="  \n".join(told),
        facts={"alike": np.array(alike), "norms": np.linalg.norm(vectors, axis=1)},
        words=tuple(Words(one, f"“{word}” in {one['sentence']}: follow its line to its translation.") for one in real),
    )


LESSON = lesson_of(__file__, View, _draw)
