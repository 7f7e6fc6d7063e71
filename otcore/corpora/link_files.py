"""Files of word links in any of the field's formats: read by what they look like, and told what was seen."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from otcore.base.errors import InputError
from otcore.base.notices import notice
from otcore.corpora.link_formats import FORMATS, Entry, Written, format_of
from otcore.corpora.types import Links, SentencePair
from otcore.text.files import display_name, read_lines
from otcore.text.packed import STANDARD_INPUT

_BY_NUMBER = ("naacl", "giza")  # formats in which pairs have numbers
_GAPS = 100  # pairs of which one has links, at least, where their number is only known from their numbers


@dataclass(frozen=True)
class LinkFile:
    """The links of a file.

    links  : 0-based, one entry a pair
    name   : of the file, for messages
    format : key of FORMATS
    base   : index of the first word that they were read with, and whether the caller `said` so
    zero   : whether a link has the index 0 as it is written
    """

    links: tuple[Links, ...]
    name: str
    format: str = "pharaoh"
    base: int = 0
    said: bool = False
    zero: bool = False

    @property
    def count(self) -> int:
        return sum(len(entry.possible) for entry in self.links)

    @property
    def doubtful(self) -> bool:
        """Whether words may be counted from 1 though they were read as counted from 0: no link has an index 0."""
        return self.base == 0 and not self.said and not self.zero and self.count > 0

    def reversed(self) -> "LinkFile":
        """The same links with the sides exchanged."""
        return replace(self, links=tuple(entry.reversed() for entry in self.links))

    @property
    def by_number(self) -> bool:
        """Whether pairs are found by numbers that the file gives them, so that those without a link are not in it."""
        return self.format in _BY_NUMBER

    def tell_format(self) -> None:
        """A notice of a format other than Pharaoh."""
        if self.format != "pharaoh":
            notice(f"{self.name} was read as {FORMATS[self.format].label}, its words counted from {self.base}")

    def tell_base(self, remedy: str) -> None:
        """A notice of a base that may be wrong."""
        if self.doubtful:
            notice(f"{self.name} has no index 0, so it may count words from 1; it was read as counting from 0", remedy)


def read_both(first: str | Path, second: str | Path, bases: tuple[int | None, int | None]) -> tuple[LinkFile, LinkFile]:
    """Two files of links of the same pairs; one that numbers its pairs is filled up by the other's number of them.

    raises: InputError   as `read_link_file`
    """
    one = read_link_file(first, base=bases[0])
    other = read_link_file(second, base=bases[1], pairs=None if one.by_number else len(one.links))
    if one.by_number and not other.by_number:
        one = read_link_file(first, base=bases[0], pairs=len(other.links)) if str(first) != STANDARD_INPUT else one
    missing = len(other.links) - len(one.links)
    if one.by_number and other.by_number and missing:
        shorter = one if missing > 0 else other
        filled = replace(shorter, links=(*shorter.links, *[Links()] * abs(missing)))
        one, other = (filled, other) if missing > 0 else (one, filled)
    return one, other


def with_possible(gold: LinkFile, more: LinkFile) -> LinkFile:
    """Gold whose links are sure, with the links of another file that are only possible.

    raises: InputError   different numbers of pairs
    """
    if len(gold.links) != len(more.links):
        raise InputError(f"{gold.name} has {len(gold.links)} lines and {more.name} has {len(more.links)}; both need one line a pair.")
    links = tuple(Links(sure.sure, sure.possible | other.possible) for sure, other in zip(gold.links, more.links, strict=True))
    return replace(gold, links=links, zero=gold.zero or more.zero)


def read_link_file(path: str | Path, *, base: int | None = None, pairs: int | None = None) -> LinkFile:
    """Links of a file, one entry a pair.

    base  : index of the first word in the file, None for what the format has: 1 in NAACL, TALP (where no index is 0) and GIZA++, else 0
    pairs : how many there are; a format that numbers them leaves out those without a link
    raises: InputError   unreadable, a bad line (named), an index below the base, a number of a pair that cannot be
    """
    name, lines = display_name(path), read_lines(path)
    kind = format_of(lines)
    entries = FORMATS[kind].read(lines, name)
    zero = any(0 in link[:2] for entry in entries for link in entry.links)
    used = base if base is not None else FORMATS[kind].base if not zero else 0
    links = tuple(with_base(entry.links, used, f"{name}, line {entry.line}") for entry in entries)
    if kind in _BY_NUMBER:
        links = _placed(entries, links, pairs, name)
        if nulls := sum(entry.nulls for entry in entries):
            notice(f"{name}: {nulls} link{'s' if nulls > 1 else ''} to no word (NULL) left out")
    return LinkFile(links, name, kind, used, base is not None, zero)


def check_links(file: LinkFile, pairs: Sequence[SentencePair]) -> None:
    """Whether links fit sentence pairs in number and range.

    raises: InputError   they do not; names the line
    """
    if len(file.links) != len(pairs):
        counts = f"{file.name} has {len(file.links)} lines of links for {len(pairs)} sentence pairs"
        raise InputError(f"{counts}; one line a pair is needed.")
    for number, (entry, pair) in enumerate(zip(file.links, pairs, strict=True), 1):
        entry.check(len(pair.source.words), len(pair.target.words), f"{file.name}, line {number}")


def check_gold(file: LinkFile) -> None:
    """raises: InputError   links that nothing can be measured against: no pairs, or no link in any"""
    if not file.links:
        raise InputError(f"{file.name} has no pairs; give a file with a line of links a pair.")
    if not file.count:
        raise InputError(f"{file.name} has no link at all, so there is nothing to measure against; give a file with links.")


def with_base(written: Sequence[Written], base: int, where: str) -> Links:
    """Links 0-based, from links whose first word has the index `base`.

    raises: InputError   an index below the base
    """
    sure, possible = set(), set()
    for i, j, certain in written:
        if min(i, j) < base:
            fault = f"link {i}{'-' if certain else 'p'}{j} has an index below {base}, the base given"
            raise InputError(f"{where}: {fault}; if the file counts from 0, say base 0.")
        (sure if certain else possible).add((i - base, j - base))
    return Links(frozenset(sure), frozenset(possible))


def _placed(entries: list[Entry], links: tuple[Links, ...], pairs: int | None, name: str) -> tuple[Links, ...]:
    """Links at the places that the numbers of their pairs say, from 1; in their order where these are numbers of a part."""
    numbers = [entry.number for entry in entries]
    if not numbers or len(set(numbers)) != len(numbers):
        if pairs not in (None, len(links)):
            raise InputError(f"{name} has {len(links)} pairs with links, {pairs} are needed.")
        return links
    most = pairs if pairs is not None else max(numbers)
    known = pairs is not None or (min(numbers) == 1 and max(numbers) <= _GAPS * len(numbers))
    if known and min(numbers) >= 1 and max(numbers) <= most:
        placed = dict(zip(numbers, links, strict=True))
        return tuple(placed.get(number, Links()) for number in range(1, most + 1))
    if pairs in (None, len(links)):
        notice(f"{name} numbers its pairs from {min(numbers)} to {max(numbers)}; they were taken in this order")
        return links
    counts = f"{name} numbers its pairs from {min(numbers)} to {max(numbers)}, {len(links)} of them"
    raise InputError(f"{counts}, and there are {pairs} pairs; number them from 1.")
