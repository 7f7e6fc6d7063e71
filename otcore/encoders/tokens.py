"""Words as an encoder reads them: pieces between special tokens, in one row or, where they are more than it takes at once, in windows.

Windows overlap by half. The vector of a piece is that of the window in which it has most context on both sides, and no word is lost,
however long its sentence: only what nobody writes as a sentence, or as a word, is left out, and counted.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from otcore.base.errors import InputError
from otcore.encoders.pieces import Pieces

MOST_PIECES = 4096  # of a sentence: transport between two such sentences takes 130 MB a matrix
MOST_LETTERS = 2000  # of a word
_TOGETHER = 1024  # sentences tokenised in one call
_LETTERS_A_PIECE = 16  # pieces are seldom longer; what is cut before it is tokenised need not be


@dataclass(frozen=True)
class Tokens:
    """A tokenised sentence in one row: ids with the special tokens, for each id its word or -1, and the number of words cut."""

    ids: list[int]
    words: list[int]
    cut: int


@dataclass(frozen=True)
class Row:
    """What an encoder reads at once.

    ids   : special tokens included
    places: (k,) those of the ids whose vectors are used
    pieces: (k,) the piece of the sentence that each of them is
    """

    ids: list[int]
    places: np.ndarray
    pieces: np.ndarray


@dataclass(frozen=True)
class Reading:
    """A sentence as it is read.

    ids   : (p,) of its pieces, without special tokens
    owners: (p,) the word of each
    rows  : one, or overlapping windows
    cut   : words at the end that are left out
    parts : words of which only the beginning is read
    """

    ids: list[int]
    owners: np.ndarray
    rows: list[Row]
    cut: int = 0
    parts: int = 0


@dataclass(frozen=True)
class Unread:
    """What an encoder leaves out of `total` sentences: of so many `sentences` so many `words` at their ends, and all but the beginning
    of so many `parts`, words too."""

    total: int
    sentences: int = 0
    words: int = 0
    parts: int = 0

    def __bool__(self) -> bool:
        return self.sentences > 0

    def __add__(self, other: "Unread") -> "Unread":
        return Unread(*(mine + its for mine, its in zip(_counts(self), _counts(other), strict=True)))

    def __str__(self) -> str:
        """ "2 of 120 sentences are too long to be read whole: 412 words at their ends are left out."; "" where nothing is left out."""
        if not self:
            return ""
        left = [f"{self.words:,} {'word at the end is' if self.words == 1 else 'words at the ends are'} left out"] if self.words else []
        left += [f"of {self.parts:,} {'word' if self.parts == 1 else 'words'} only the beginning is read"] if self.parts else []
        whose = "sentence is" if self.total == 1 else "sentences is" if self.sentences == 1 else "sentences are"
        return f"{self.sentences:,} of {self.total:,} {whose} too long to be read whole: {' and '.join(left)}."


class WordTokeniser:
    """Words to rows of ids. Safe to share between threads.

    pieces : of the encoder's tokeniser
    longest: ids an encoder takes at once, special tokens included
    padding: id that stands for a word without pieces where the tokeniser knows no unknown token
    """

    def __init__(self, pieces: Pieces, longest: int, padding: int) -> None:
        self._tokeniser, self._longest = pieces, longest
        self._unknown = padding if pieces.unknown is None else pieces.unknown

    def read(self, words: Sequence[str]) -> Reading:
        """All words, in windows where they are too many for one row.

        raises: InputError   no words, or an encoder that takes nothing but its special tokens
        """
        most = max(MOST_PIECES, self._longest)
        some, ids, owners, shortened = self._within(words, most)
        inside = np.flatnonzero(np.array(owners) >= 0)
        pieces, whose = [ids[place] for place in inside], np.array(owners)[inside]
        begin, end = (ids[: inside[0]], ids[inside[-1] + 1 :]) if len(inside) else (ids, [])
        if len(ids) <= self._longest:
            rows = [Row(ids, inside, np.arange(len(inside)))]
        else:
            room = self._longest - len(begin) - len(end)
            if room < 1:
                raise InputError(f"The encoder takes {self._longest} pieces at once, which leaves none for words; choose another.")
            rows = [
                Row([*begin, *pieces[start:stop], *end], np.arange(first, last) - start + len(begin), np.arange(first, last))
                for start, stop, first, last in windows(whose, room)
            ]
        return Reading(pieces, whose, rows, len(words) - some, max(shortened, sum(len(word) > MOST_LETTERS for word in words[:some])))

    def read_many(self, sentences: Sequence[Sequence[str]]) -> list[Reading]:
        """As `read` for each of them. Those that are short enough for one row are tokenised together, on all cores; raises as `read`."""
        readings: list[Reading | None] = [None] * len(sentences)
        short = [place for place, words in enumerate(sentences) if words and sum(map(len, words)) < min(4 * self._longest, MOST_LETTERS)]
        for start in range(0, len(short), _TOGETHER):
            part = short[start : start + _TOGETHER]
            texts = [list(sentences[place]) for place in part]
            for place, text, encoded in zip(part, texts, self._tokeniser.encode(texts), strict=True):
                ids, owners = self._owned(*encoded, len(text))
                if len(ids) <= self._longest:
                    readings[place] = _in_one_row(ids, np.array(owners))
        return [self.read(words) if reading is None else reading for words, reading in zip(sentences, readings, strict=True)]

    def row(self, words: Sequence[str]) -> Tokens:
        """One row, cut at a word where the words are too many; raises InputError where there are none."""
        some, ids, owners, _ = self._within(words, self._longest)
        return Tokens(ids, owners, len(words) - some)

    def unread(self, sentences: Iterable[Sequence[str]]) -> Unread:
        """What `read` leaves out of sentences. Few are long enough to be tokenised for that."""
        found = Unread(0)
        for words in sentences:
            letters = [len(word) for word in words]
            long = 4 * sum(letters) + len(words) > MOST_PIECES or max(letters, default=0) > MOST_LETTERS
            reading = self.read(words) if long and words else None
            left = (reading.cut, reading.parts) if reading else (0, 0)
            found += Unread(1, int(any(left)), *left)
        return found

    def _within(self, words: Sequence[str], most: int) -> tuple[int, list[int], list[int], int]:
        """How many words are taken, so that there are at most so many ids, these ids, the word of each or -1, and 1 where the only
        word has lost pieces."""
        if not words:
            raise InputError("A sentence without words cannot be encoded; write at least one word.")
        some = [word[:MOST_LETTERS] for word in words[:most]]  # every word has a piece or more, so no others can fit
        letters = np.cumsum([len(word) for word in some])
        some = some[: max(int((letters <= most * _LETTERS_A_PIECE).sum()), 1)]
        ids, owners = self._pieces(some)
        if len(ids) > most:
            budget = most - owners.count(-1)
            ends = np.cumsum(np.bincount([owner for owner in owners if owner >= 0]))
            some = some[: max(int((ends <= budget).sum()), 1)]
            ids, owners = self._pieces(some)
        spare = max(len(ids) - most, 0)
        if spare:  # a single word of too many pieces: the first stand for it
            last = max(index for index, owner in enumerate(owners) if owner >= 0)
            del ids[last + 1 - spare : last + 1], owners[last + 1 - spare : last + 1]
        return len(some), ids, owners, int(spare > 0)

    def _pieces(self, words: list[str]) -> tuple[list[int], list[int]]:
        """Ids with special tokens, and the word of each or -1. A word that looks like a special token stays text, and
        one the tokeniser normalises away gets the unknown token, so that it keeps its place."""
        return self._owned(*self._tokeniser.encode([words])[0], len(words))

    def _owned(self, ids: list[int], words: list[int | None], count: int) -> tuple[list[int], list[int]]:
        """Ids and the word of each, or -1, from what the tokeniser gives for so many words."""
        owners = [-1 if word is None else word for word in words]
        # a Unigram vocabulary holds its special tokens as pieces, so "<s>" in a text would still become one
        special = self._tokeniser.special
        ids = [self._unknown if owner >= 0 and id in special else id for id, owner in zip(ids, owners, strict=True)]
        absent = sorted(set(range(count)) - set(owners))
        if absent:
            middle = next((place for place, owner in enumerate(owners) if owner >= 0), len(owners) // 2)
            end = max((place + 1 for place, owner in enumerate(owners) if owner >= 0), default=middle)
            inside = [*zip(owners[middle:end], ids[middle:end], strict=True), *((word, self._unknown) for word in absent)]
            inside.sort(key=_word)
            ids = [*ids[:middle], *(id for _, id in inside), *ids[end:]]
            owners = [*owners[:middle], *(word for word, _ in inside), *owners[end:]]
        return ids, owners


def _in_one_row(ids: list[int], owners: np.ndarray) -> Reading:
    inside = np.flatnonzero(owners >= 0)
    return Reading([ids[place] for place in inside], owners[inside], [Row(ids, inside, np.arange(len(inside)))])


def windows(owners: np.ndarray, room: int) -> list[tuple[int, int, int, int]]:
    """Overlapping windows over the pieces of a sentence.

    owners : (p,) the word of each piece; a window begins with a word where one begins near
    room   : pieces of a window
    returns: (start, stop, first, last) of each: its pieces are start … stop − 1, and the vectors of first … last − 1 are taken from it.
             These follow each other without a gap, and lie in the middle of what two windows share
    """
    count, step = len(owners), max(room // 2, 1)
    begins = np.flatnonzero(np.diff(owners, prepend=-1))
    starts = [0]
    while starts[-1] + room < count:
        wanted = min(starts[-1] + step, count - room)
        after = begins[np.searchsorted(begins, wanted) :][:1]
        starts.append(int(after[0]) if len(after) and after[0] <= wanted + step // 2 else wanted)
    stops = [min(start + room, count) for start in starts]
    borders = [0, *((later + stop + 1) // 2 for later, stop in zip(starts[1:], stops, strict=False)), count]
    return list(zip(starts, stops, borders, borders[1:], strict=False))


def _word(entry: tuple[int, int]) -> int:
    return entry[0]


def _counts(unread: Unread) -> tuple[int, int, int, int]:
    return unread.total, unread.sentences, unread.words, unread.parts
