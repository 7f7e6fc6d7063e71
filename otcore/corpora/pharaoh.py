"""Word links in Pharaoh format: `i-j` sure, `ipj` or `i?j` possible, one line a sentence pair, base 0 or 1."""

import re
from collections.abc import Iterable
from pathlib import Path

from otcore.base.errors import InputError
from otcore.corpora.types import Links, SentencePair
from otcore.text.files import display_name, read_lines, write_lines

_LINK = re.compile(r"([0-9]{1,9})([-p?])([0-9]{1,9})")


def parse_links(line: str, *, base: int = 0, where: str = "The line") -> Links:
    """Links of one line; `base` is the index of the first word in the file.

    raises: InputError   something that is no link, or an index below the base
    """
    sure, possible = set(), set()
    for item in line.split():
        match = _LINK.fullmatch(item)
        if not match:
            raise InputError(f"{where}: “{item[:40]}” is not a link; write i-j (sure), ipj or i?j (possible).")
        link = (int(match[1]) - base, int(match[3]) - base)
        if min(link) < 0:
            raise InputError(f"{where}: link {item} has an index below {base}, the base given; if the file counts from 0, say base 0.")
        (sure if match[2] == "-" else possible).add(link)
    return Links(frozenset(sure), frozenset(possible))


def format_links(links: Links | Iterable[tuple[int, int]], *, base: int = 0, possible: str = "p") -> str:
    """One Pharaoh line, sorted; links that are only possible are written with the `possible` sign."""
    if not isinstance(links, Links):
        links = Links(frozenset(links))
    return " ".join(f"{i + base}{'-' if (i, j) in links.sure else possible}{j + base}" for i, j in sorted(links.possible))


def read_links(path: str | Path, *, base: int = 0, pairs: list[SentencePair] | None = None) -> list[Links]:
    """Links of a file, one line a pair; with `pairs` their number and the range of every index are checked too.

    raises: InputError   a bad line (named), a wrong number of lines, an index out of range
    """
    name = display_name(path)
    links = [parse_links(line, base=base, where=f"{name}, line {number}") for number, line in enumerate(read_lines(path), 1)]
    if pairs is None:
        return links
    if len(links) != len(pairs):
        raise InputError(f"{name} has {len(links)} lines of links for {len(pairs)} sentence pairs; one line a pair is needed.")
    for number, (entry, pair) in enumerate(zip(links, pairs, strict=True), 1):
        entry.check(len(pair.source.words), len(pair.target.words), f"{name}, line {number}")
    return links


def write_links(path: str | Path, links: Iterable[Links | Iterable[tuple[int, int]]], *, base: int = 0) -> None:
    """Writes one Pharaoh line a pair; a pair without links is an empty line."""
    write_lines(path, (format_links(entry, base=base) for entry in links))
