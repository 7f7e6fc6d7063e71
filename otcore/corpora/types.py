"""What crosses the borders: a sentence, a pair, gold links."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from otcore.base.errors import InputError
from otcore.text.languages import check_length, clean, presplit_words, words_of

Link = tuple[int, int]


@dataclass(frozen=True)
class Sentence:
    """One sentence in one language.

    language : code ("de")
    text     : running text, NFC
    words    : its words in order, NFC; never empty
    id       : name in its collection, or ""
    """

    language: str
    text: str
    words: tuple[str, ...]
    id: str = ""

    @staticmethod
    def from_text(text: str, language: str, *, presplit: bool = False, what: str = "The sentence") -> "Sentence":
        """A sentence from raw text, or from text already split at spaces.

        raises: InputError   nothing but white space, half a surrogate pair, or more than any sentence
        """
        check_length(text, what)
        text = clean(text, what).strip(" \t\r\n" if presplit else None)
        words = presplit_words(text) if presplit else words_of(text, language)
        if not words:
            raise InputError(f"{what} is empty; write at least one word.")
        return Sentence(language, text, words)


@dataclass(frozen=True)
class Links:
    """Word links between a source and a target sentence, 0-based pairs (source index, target index).

    sure     : links every annotator would draw
    possible : sure links and the debatable ones, so `sure <= possible`
    """

    sure: frozenset[Link] = field(default_factory=frozenset)
    possible: frozenset[Link] = field(default_factory=frozenset)

    def __post_init__(self) -> None:
        object.__setattr__(self, "sure", frozenset(self.sure))
        object.__setattr__(self, "possible", frozenset(self.possible) | self.sure)

    def reversed(self) -> "Links":
        """The same links seen from the other side."""
        return Links(frozenset((j, i) for i, j in self.sure), frozenset((j, i) for i, j in self.possible))

    def check(self, source_words: int, target_words: int, where: str) -> None:
        """raises: InputError   a link points past the end of a sentence"""
        for i, j in sorted(self.possible):
            if i >= source_words or j >= target_words:
                sizes = f"the sentences have {source_words} and {target_words} words"
                advice = "check the index base and the order of the sides"
                raise InputError(f"{where}: link {i}-{j} is out of range (0-based), {sizes}; {advice}.")


@dataclass(frozen=True)
class SentencePair:
    """Two sentences that translate each other, with gold links where people made them.

    >>> from otcore import SentencePair
    >>> SentencePair.of(("Das alte Haus.", "The old house."), ("de", "en")).source.words
    ('Das', 'alte', 'Haus', '.')
    """

    source: Sentence
    target: Sentence
    gold: Links | None = None
    id: str = ""
    tags: tuple[str, ...] = ()

    @staticmethod
    def of(
        texts: Iterable[str], codes: Iterable[str], what: Iterable[str] = ("The sentence",) * 2, *, presplit: bool = False, id: str = ""
    ) -> "SentencePair":
        """A pair from two texts in two languages, and what messages call each, as in `Sentence.from_text`."""
        sides = zip(texts, codes, what, strict=True)
        return SentencePair(*(Sentence.from_text(text, code, presplit=presplit, what=name) for text, code, name in sides), id=id)
