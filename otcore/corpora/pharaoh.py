"""Word links in Pharaoh format: `i-j` sure, `ipj` or `i?j` possible, one line a sentence pair, base 0 or 1."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from otcore.corpora.link_files import check_links, read_link_file, with_base
from otcore.corpora.link_formats import written_links
from otcore.corpora.types import Link, Links, SentencePair
from otcore.text.files import write_lines


def parse_links(line: str, *, base: int = 0, where: str = "The line") -> Links:
    """Links of one line; `base` is the index of the first word in the file.

    raises: InputError   something that is no link, or an index below the base
    """
    return with_base(written_links(line, where), base, where)


def format_links(links: Links | Iterable[tuple[int, int]], *, base: int = 0, possible: str = "p") -> str:
    """One Pharaoh line, sorted; links that are only possible are written with the `possible` sign."""
    if not isinstance(links, Links):
        links = Links(frozenset(links))
    return " ".join(f"{i + base}{'-' if (i, j) in links.sure else possible}{j + base}" for i, j in sorted(links.possible))


def format_scores(scores: Mapping[Link, float]) -> str:
    """One line of `i-j:confidence`, sorted, 0-based; confidences in [0, 1] to four places."""
    return " ".join(f"{i}-{j}:{value:.4f}" for (i, j), value in sorted(scores.items()))


def read_links(path: str | Path, *, base: int | None = None, pairs: Sequence[SentencePair] | None = None) -> list[Links]:
    """Links of a file, one entry a pair, in any format of `read_link_file`; with `pairs` their number and the range of every index are
    checked too. What was seen is told as notices.

    raises: InputError   a bad line (named), a wrong number of lines, an index out of range
    """
    file = read_link_file(path, base=base, pairs=None if pairs is None else len(pairs))
    if pairs is not None:
        check_links(file, pairs)
    file.tell_format()
    file.tell_base("gold")
    return list(file.links)


def write_links(path: str | Path, links: Iterable[Links | Iterable[tuple[int, int]]], *, base: int = 0) -> None:
    """Writes one Pharaoh line a pair; a pair without links is an empty line."""
    write_lines(path, (format_links(entry, base=base) for entry in links))
