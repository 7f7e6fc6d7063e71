"""How an edition gets its lexicon: static vectors are fitted to what a teacher says of words, sentences and short texts (as Model2Vec and
its successors do in one language), and in other languages to what it says of their English translation (Reimers and Gurevych, 2020); they
begin as what it says of the English words that a word is linked to."""

import contextlib
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from tokenizers import Tokenizer
from torch import Tensor, nn
from torch.nn import functional

from otcore.base.errors import InputError
from otcore.encoders import load_encoder
from otcore.encoders.encoder import Encoder
from otcore.encoders.lexicon import Lexicon, key, save_lexicon
from otcore.encoders.maps import fit_sentence_map
from otcore.pretraining.corpus import find_corpora
from otcore.pretraining.lexicon_links import ToldWords, first_table, told_words
from otcore.pretraining.lexicon_text import ENGLISH, Rows, WordPairs, Words, counted, lexicon_words, read_words
from otcore.pretraining.model import check_edition
from otcore.pretraining.recipe import LexiconRecipe
from otcore.pretraining.store import Ragged, load_arrays, save_arrays
from otcore.pretraining.training import Plan, Run, check_same_run, run_stage
from otcore.retrieval.precision import sentence_vectors
from otcore.runs.folders import replacing_folder
from otcore.text.languages import words_of

_SHORT = (1, 6)  # words of a short text
_MAPPED = 2_000  # pairs of each language that the whitening is fitted on
_HELD_OUT = 20  # one text in so many is not learnt from


def add_lexicon(corpora: Path, out: Path, edition: Path, recipe: LexiconRecipe, progress: Callable[[str], None]) -> Path:
    """Return ``out``/aligned: the edition with a lexicon made for its vocabulary beside it.

    ``out`` also gets ``log.jsonl`` and ``work``; calling again with the same arguments goes on where an earlier call stopped. Raises
    ``InputError`` for unusable corpora, no edition, a teacher that cannot be had or an ``out`` that holds another run.
    """
    check_edition(edition)
    run, target = Run(Path(corpora), Path(out), recipe, progress), Path(out) / "aligned"
    if target.exists():
        check_same_run(run, find_corpora(run.corpora))
    else:
        made = make_lexicon(run, edition)
        with replacing_folder(target) as folder:
            shutil.copytree(edition, folder, dirs_exist_ok=True)
            save_lexicon(folder, made)
    return target


def make_lexicon(run: Run, edition: Path) -> Lexicon:
    """Return a lexicon for an edition's vocabulary; the run's recipe is a ``LexiconRecipe``. Raises as ``add_lexicon``."""
    recipe, files = run.recipe, find_corpora(run.corpora)
    check_same_run(run, files)
    tokenizer = Tokenizer.from_file(str(edition / "tokenizer.json"))
    texts = [read_words(file, language, recipe) for language, file in files.items()]
    counts = counted(texts)
    words = lexicon_words(counts, tokenizer, recipe)
    run.log(event="words", lexicon=len(words), pairs={text.language: len(text.english) for text in texts})
    said = _said(run, texts, [word for word, _ in counts[ENGLISH].most_common(recipe.taught)])
    told = told_words(run, texts, said.words, _weighted(said, counts[ENGLISH], recipe), counts)
    size = tokenizer.get_vocab_size()
    objective = LexiconObjective.of(texts, said, told, Rows(tokenizer, words), size + len(words), recipe)
    run_stage(objective.table, objective, Plan("lexicon", recipe.steps, recipe.rate, max(1, min(50, recipe.steps // 10))), run)
    pieces = [tokenizer.id_to_token(row) for row in range(size)]
    return Lexicon.of(pieces, words, objective.table.weight.detach().numpy() @ objective.whitening(), recipe.share)


@dataclass(frozen=True)
class Said:
    """What the teacher said: texts with its vectors of them, of each kind centred, and unit.

    words   : English words (w,) and their vectors (w, k)
    texts   : several kinds one after the other, as words; vectors (t, k)
    """

    words: list[str]
    word_vectors: np.ndarray
    texts: list[Words]
    vectors: np.ndarray


def _said(run: Run, texts: list[WordPairs], words: list[str]) -> Said:
    """Let the teacher read; its vectors are kept on disk, turned so that their first dimensions say most, and no more than wanted."""
    path, rng = run.work / "said.npz", np.random.default_rng([run.recipe.seed, 12])
    kinds = [kind for text in texts for kind in _kinds(text, run.recipe.texts, rng)]
    if not path.exists():
        teacher = load_encoder(run.recipe.teacher)
        _hurry(teacher, [kind.read[0] for kind in kinds if kind.read] + [[word] for word in words[:100]])
        run.progress(f"{teacher.name} reads {len(words)} words")
        alone = _centred(sentence_vectors(teacher, [[word] for word in words], language=ENGLISH))
        vectors = []
        for kind in kinds:
            run.progress(f"{teacher.name} reads {len(kind.read)} texts in {kind.language}")
            vectors.append(_centred(sentence_vectors(teacher, kind.read, language=kind.language)))
        axes = np.linalg.svd(alone[: 20 * alone.shape[1]], full_matrices=False)[2][: run.recipe.dimension].T
        save_arrays(path, words=_unit(alone @ axes), vectors=_unit(np.concatenate(vectors) @ axes))
    arrays = load_arrays(path)
    learnt = [(side, vectors) for kind, vectors in zip(kinds, _parts(arrays["vectors"], kinds), strict=True) for side in kind.learnt]
    return Said(words, arrays["words"], [text for side, _ in learnt for text in side], np.concatenate([vectors for _, vectors in learnt]))


def _weighted(said: Said, counts: Mapping[str, int], recipe: LexiconRecipe) -> np.ndarray:
    """(w, k) float32 the teacher's vectors of the English words, shorter the less a word tells."""
    times = np.array([counts[word] for word in said.words], float)
    tells = recipe.smoothing / (recipe.smoothing + times / sum(counts.values()))
    return (said.word_vectors * tells[:, None]).astype(np.float32)


def _hurry(teacher: Encoder, sentences: list[Words]) -> None:
    """Compute in eight bits where that can be done."""
    with contextlib.suppress(InputError):
        teacher.quantise(sentences)


@dataclass(frozen=True)
class _Kind:
    """Texts of a language that the teacher reads, as its own segmenter cuts them, and sides of texts that its vectors are wanted for."""

    language: str
    read: list[Words]
    learnt: list[list[Words]]


def _kinds(text: WordPairs, most: int, rng: np.random.Generator) -> list[_Kind]:
    rows = [i for i in range(min(most, len(text.english))) if text.english[i] and text.other[i]]
    english, other = [text.english[i] for i in rows], [text.other[i] for i in rows]
    short, short_other = ([_short(words, rng) for words in side] for side in (english, other[: len(other) // 2]))
    whole = _Kind(ENGLISH, [words_of(" ".join(words), ENGLISH) for words in english], [english, other])
    return [whole, _Kind(ENGLISH, short, [short]), *([_Kind(text.language, short_other, [short_other])] if short_other else [])]


def _short(words: Words, rng: np.random.Generator) -> Words:
    count = min(len(words), int(rng.integers(_SHORT[0], _SHORT[1] + 1)))
    first = int(rng.integers(0, len(words) - count + 1))
    return words[first : first + count]


def _parts(vectors: np.ndarray, kinds: list[_Kind]) -> list[np.ndarray]:
    return np.split(vectors, np.cumsum([len(kind.read) for kind in kinds])[:-1])


def _centred(vectors: np.ndarray) -> np.ndarray:
    """Teachers of one kind have all vectors in a narrow cone; what they share says nothing."""
    return vectors - vectors.mean(0)


def _unit(vectors: np.ndarray) -> np.ndarray:
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True).clip(1e-12)).astype(np.float32)


class LexiconObjective:
    """Sums of ``table``'s rows are to be as the teacher's vectors: of words, of texts, and, for far more pairs than it can read, of both
    sides as the weighted sum of its vectors of the English words; and a sentence is to find its translation."""

    def __init__(
        self,
        table: nn.Embedding,
        pairs: list[tuple[Ragged, Ragged, Ragged]],
        words: tuple[Ragged, Tensor, np.ndarray],
        texts: tuple[Ragged, Tensor],
        recipe: LexiconRecipe,
    ):
        """``pairs``: of each language both sides as rows of the table, and the English side as numbers of the teacher's words.
        ``words``: of all languages, these first, as rows, their vectors, and how often each is drawn. ``texts``: rows and vectors."""
        self.table, self._pairs, self._words, self._texts, self._recipe = table, pairs, words, texts, recipe
        size = np.sqrt([len(english) for english, _, _ in pairs])
        self._share = size / size.sum()
        held_out = np.arange(len(texts[0])) % _HELD_OUT == 0
        self._learnt, self._held_out = np.flatnonzero(~held_out), np.flatnonzero(held_out)

    @classmethod
    def of(cls, texts: list[WordPairs], said: Said, told: ToldWords, rows: Rows, size: int, recipe: LexiconRecipe) -> "LexiconObjective":
        """From text, what the teacher said, and of words of all languages what that makes of them, with a table of ``size`` rows."""
        numbers = {word: number for number, word in enumerate(said.words)}
        pairs = [_pairs(text, rows, numbers) for text in texts]
        words, drawn = rows.of([[word] for word in told.words]), np.sqrt(told.times) * np.linalg.norm(told.vectors, axis=1)
        read = rows.of(said.texts)
        shown = np.flatnonzero(read.lengths)
        learnt = read.take(shown), torch.from_numpy(said.vectors[shown])
        table = nn.Embedding(size, told.vectors.shape[1])
        nn.init.normal_(table.weight, std=1e-3, generator=torch.Generator().manual_seed(recipe.seed))  # none is zero
        table.weight.data += torch.from_numpy(first_table(words, told, size))
        return cls(table, pairs, (words, torch.from_numpy(told.vectors), drawn / drawn.sum()), learnt, recipe)

    def loss(self, step: int) -> tuple[Tensor, dict[str, Tensor]]:
        """Return the loss of one batch, by seed and step number, and its parts."""
        rng = np.random.default_rng([self._recipe.seed, 13, step])
        parts = self._of_pairs(rng) | self._of_words(rng) | self._of_texts(self._drawn(rng))
        weights = {"pairs": 0.5, "translations": 0.1, "words": 1.0, "texts": 2.0, "relations": 0.1}
        return sum(weights[name] * part for name, part in parts.items()), {name: part.detach() for name, part in parts.items()}

    def _of_pairs(self, rng: np.random.Generator) -> dict[str, Tensor]:
        english, other, numbers = self._pairs[rng.choice(len(self._pairs), p=self._share)]
        rows = rng.choice(len(english), min(self._recipe.pairs_a_step, len(english)), replace=False)
        wanted = sums(self._words[1], numbers.take(rows))
        own, theirs = (sums(self.table.weight, side.take(rows)) for side in (english, other))
        scores = own @ theirs.T / self._recipe.temperature
        right = torch.arange(len(rows))
        found = functional.cross_entropy(scores, right) + functional.cross_entropy(scores.T, right)
        return {"pairs": _apart(own, wanted) + _apart(theirs, wanted), "translations": found}

    def _of_words(self, rng: np.random.Generator) -> dict[str, Tensor]:
        rows, vectors, seen = self._words
        drawn = rng.choice(len(rows), min(self._recipe.words_a_step, len(rows)), p=seen)
        return {"words": _apart(sums(self.table.weight, rows.take(drawn)), functional.normalize(vectors[drawn], dim=-1))}

    def _drawn(self, rng: np.random.Generator) -> np.ndarray:
        return rng.choice(self._learnt, min(self._recipe.texts_a_step, len(self._learnt)), replace=False)

    def _of_texts(self, drawn: np.ndarray) -> dict[str, Tensor]:
        rows, vectors = self._texts
        own, wanted = sums(self.table.weight, rows.take(drawn)), vectors[drawn]
        scores = (own @ wanted.T, wanted @ wanted.T)
        spread, right = ((one / self._recipe.temperature).log_softmax(-1) for one in scores)
        return {"texts": _apart(own, wanted), "relations": functional.kl_div(spread, right, reduction="batchmean", log_target=True)}

    @torch.no_grad()
    def whitening(self) -> np.ndarray:
        """Return the (k, k) map of ``fit_sentence_map``, so that what most sentences are about weighs less; the identity for too few."""
        shown = [sums(self.table.weight, side.take(np.arange(min(_MAPPED, len(side))))) for pair in self._pairs for side in pair[:2]]
        means = torch.cat(shown).numpy()
        return fit_sentence_map(means) if len(means) > means.shape[1] else np.eye(means.shape[1], dtype=np.float32)

    @torch.no_grad()
    def evaluate(self) -> dict[str, float]:
        """Return the mean cosine of texts that are not learnt from to the teacher's vectors of them."""
        return {"cosine": 1 - float(self._of_texts(self._held_out)["texts"])} if len(self._held_out) else {}


def _pairs(text: WordPairs, rows: Rows, numbers: Mapping[str, int]) -> tuple[Ragged, Ragged, Ragged]:
    """Pairs of which nothing is empty."""
    named = Ragged.of([[numbers[word] for word in map(key, words) if word in numbers] for words in text.english])
    sides = rows.of(text.english), rows.of(text.other), named
    kept = np.flatnonzero(np.all([side.lengths > 0 for side in sides], axis=0))
    if not len(kept):
        raise InputError(f"The text in {text.language} has no pair of sentences with known words; give a larger file.")
    return tuple(side.take(kept) for side in sides)


def sums(table: Tensor, rows: Ragged) -> Tensor:
    """Return unit sums (n, k) of the table's rows that each of the n rows names."""
    named, starts = torch.from_numpy(rows.flat.astype(np.int64)), torch.from_numpy(rows.offsets)
    return functional.normalize(functional.embedding_bag(named, table, starts, mode="sum", include_last_offset=True), dim=-1)


def _apart(own: Tensor, wanted: Tensor) -> Tensor:
    """1 minus the mean cosine of unit rows."""
    return 1 - (own * wanted).sum(1).mean()
