"""What the teacher sees of the student's text: its own subwords, and on which of them each subword of the student lies.

The text itself is not kept, so both are made where it is encoded, from the same shown text, and stored beside the pairs.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from tokenizers import Encoding, Tokenizer

from otcore.pretraining.corpus import LanguageText
from otcore.pretraining.store import CHUNK, LinkedText, Ragged, fits, load_arrays, save_arrays


@dataclass(frozen=True)
class TaughtSide:
    """``ids``: the teacher's subwords of each sentence. ``spans``: of sentence ``i`` the rows ``spans[i].reshape(-1, 2)``, for each of the
    student's subwords the first of the teacher's that it lies on and the one after the last."""

    ids: Ragged
    spans: Ragged


@dataclass(frozen=True)
class TaughtPairs:
    """One language's pairs for the teacher: the numbers ``rows`` of the pairs that it has, ascending, and their two sides."""

    rows: np.ndarray
    english: TaughtSide
    other: TaughtSide


@dataclass(frozen=True)
class TaughtText:
    """One language's pairs that have both links and the teacher's subwords; the three agree row by row."""

    linked: LinkedText
    english: TaughtSide
    other: TaughtSide


@dataclass(frozen=True)
class Places:
    """Subwords of several texts with the characters (n, 2), from and to, that each of them stands for."""

    ids: Ragged
    characters: np.ndarray

    @classmethod
    def of(cls, encodings: list[Encoding]) -> "Places":
        characters = np.array([place for one in encodings for place in one.offsets], np.int64).reshape(-1, 2)
        return cls(Ragged.of([one.ids for one in encodings]), characters)


def overlaps(student: Places, teacher: Places) -> Ragged:
    """Return the spans of ``TaughtSide`` from two tokenisations of the same texts; every text has subwords of both.

    A subword lies on those that stand for one of its characters, or, where none does, on the nearest (the first of two as near).
    """
    # One axis for all texts: each has a stretch of it of its own. Normalisation can exchange marks: places never run back here.
    far = 1 + max(int(side.characters.max(initial=0)) for side in (student, teacher))
    rows = [np.repeat(np.arange(len(side.ids)), side.ids.lengths) for side in (student, teacher)]
    shifted = [side.characters.T + row * far for side, row in zip((student, teacher), rows, strict=True)]
    (begin, end), (starts, ends) = (np.maximum.accumulate(places, axis=1) for places in shifted)
    first, last = np.searchsorted(ends, begin, "right"), np.searchsorted(starts, end, "left")
    lowest, highest = teacher.ids.offsets[rows[0]], teacher.ids.offsets[rows[0] + 1] - 1
    before, after = np.maximum(first - 1, lowest), np.minimum(first, highest)
    nearest = np.where(begin - ends[before] <= starts[after] - end, before, after)
    nothing = last <= first
    spans = np.stack([np.where(nothing, nearest, first), np.where(nothing, nearest + 1, last)], axis=1) - lowest[:, None]
    return Ragged(spans.astype(np.int32).ravel(), 2 * student.ids.offsets)


def encode_taught(text: LanguageText, count: int, student: Tokenizer, teacher: Tokenizer) -> TaughtPairs:
    """Encode for the teacher the first ``count`` of the pairs that ``encode_pairs`` keeps, and say where the student's subwords lie.

    Pairs with a side of none, or of more than 100, of the teacher's subwords are left out.
    """
    chunks = list(_chunks(text, count, student, teacher))
    sides = ([chunk[1 + side] for chunk in chunks] for side in (0, 1))
    joined = (TaughtSide(*(Ragged.joined([getattr(one, part) for one in side]) for part in ("ids", "spans"))) for side in sides)
    return TaughtPairs(np.concatenate([np.zeros(0, np.int64), *(chunk[0] for chunk in chunks)]), *joined)


def _chunks(text: LanguageText, count: int, student: Tokenizer, teacher: Tokenizer) -> Iterable[tuple[np.ndarray, TaughtSide, TaughtSide]]:
    seen = 0
    for start in range(0, len(text.pairs), CHUNK):
        pairs = text.pairs[start : start + CHUNK]
        own = _encoded(pairs, student)
        kept = [place for place, pair in enumerate(own) if fits(pair)][: count - seen]
        theirs = _encoded([pairs[place] for place in kept], teacher)
        read = [number for number, pair in enumerate(theirs) if fits(pair)]
        yield (
            seen + np.array(read, np.int64),
            *(_side([own[kept[number]][side] for number in read], [theirs[number][side] for number in read]) for side in (0, 1)),
        )
        seen += len(kept)
        if seen == count:
            return


def _side(student: list[Encoding], teacher: list[Encoding]) -> TaughtSide:
    places = Places.of(student), Places.of(teacher)
    return TaughtSide(places[1].ids, overlaps(*places))


def _encoded(pairs: list[tuple[str, str]], tokenizer: Tokenizer) -> list[tuple[Encoding, Encoding]]:
    """Both sides of each; unlike the fast way this one tells the characters."""
    sides = ([pair[side] for pair in pairs] for side in (0, 1))
    return list(zip(*(tokenizer.encode_batch(side, add_special_tokens=False) for side in sides), strict=True))


def taught_text(linked: LinkedText, taught: TaughtPairs) -> TaughtText:
    """Return the pairs of one language that have links as well as the teacher's subwords."""
    number = int(np.searchsorted(taught.rows, len(linked.links)))
    rows, pairs = taught.rows[:number], linked.pairs
    held_out = int(np.searchsorted(rows, pairs.held_out))
    kept = type(pairs)(pairs.language, pairs.english.take(rows), pairs.other.take(rows), held_out)
    sides = (TaughtSide(side.ids.take(np.arange(number)), side.spans.take(np.arange(number))) for side in (taught.english, taught.other))
    return TaughtText(LinkedText(kept, linked.links.take(rows)), *sides)


def save_taught(path: Path, taught: TaughtPairs) -> None:
    """Write one language's pairs as the teacher sees them."""
    parts = {f"{side} {part}": getattr(getattr(taught, side), part) for side in ("english", "other") for part in ("ids", "spans")}
    flat, offsets = {name: part.flat for name, part in parts.items()}, {f"{name} offsets": part.offsets for name, part in parts.items()}
    save_arrays(path, rows=taught.rows, **flat, **offsets)


def load_taught(path: Path) -> TaughtPairs:
    """Read what ``save_taught`` wrote."""
    a = load_arrays(path)
    sides = ((Ragged(a[name], a[f"{name} offsets"]) for name in (f"{side} ids", f"{side} spans")) for side in ("english", "other"))
    return TaughtPairs(a["rows"], *(TaughtSide(*side) for side in sides))
