"""How word links are written in the field's files, and which of these ways a file has.

Each format turns lines into entries: links as they are written, before the index of the first word is taken off, with the line they
stand on. Sources: Mihalcea & Pedersen 2003 (NAACL/WPT), Lambert et al. 2005 (TALP, Europarl's S and P), Och & Ney 2003 (GIZA++'s
A3.final), Sabet et al. 2020 (SimAlign's numbered lines and tuples).
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from otcore.base.errors import InputError

Written = tuple[int, int, bool]  # source index, target index, whether it is sure
_NUMBER = r"(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][-+]?[0-9]{1,3})?"
_LINK = re.compile(rf"([0-9]{{1,9}})([-p?])([0-9]{{1,9}})(?::(?:([SPsp])|{_NUMBER}))?")
_TALP = re.compile(r"([0-9]{1,9})([s:pSP])([0-9]{1,9})()")
_SCORE = re.compile(rf"\s*\|\|\|\s*-?{_NUMBER}\s*")  # behind the links, as fast_align writes it
_TUPLES = re.compile(r"\s*\[{0,2}\s*(?:[(\[]\s*[0-9]{1,9}\s*,\s*[0-9]{1,9}\s*[)\]]\s*,?\s*)*\]{0,2}\s*")
_TUPLE = re.compile(r"[(\[]\s*([0-9]{1,9})\s*,\s*([0-9]{1,9})\s*[)\]]")
_NUMBERED = re.compile(r"([0-9]{1,9})\t(.*)")
_NAACL = re.compile(rf"([0-9]{{1,9}})\s+([0-9]{{1,9}})\s+([0-9]{{1,9}})(?:\s+([SPsp]))?(?:\s+{_NUMBER})?")
_GIZA_HEAD = re.compile(r"#\s*Sentence pair\s*\(?([0-9]+)")
_GIZA_WORD = re.compile(r"(\S+)\s+\(\{((?:\s+[0-9]{1,9})*)\s*\}\)")


@dataclass(frozen=True)
class Entry:
    """The links of one sentence pair.

    number: of the pair, where the file gives it
    nulls : links to no word that were left out
    """

    links: tuple[Written, ...]
    line: int
    number: int | None = None
    nulls: int = 0


@dataclass(frozen=True)
class LinkFormat:
    """label: for people · base: the index of the first word where nothing else is said · read: lines and a file's name → entries"""

    label: str
    base: int
    read: Callable[[Sequence[str], str], list[Entry]]


def written_links(line: str, where: str, pattern: re.Pattern = _LINK) -> tuple[Written, ...]:
    """Links of one line: `i-j` sure, `ipj` or `i?j` possible, perhaps with `:S`, `:P` or a confidence behind.

    raises: InputError   something that is no link
    """
    found = []
    for item in _without_score(line).split():
        match = pattern.fullmatch(item)
        if not match:
            told = "; ".join(filter(None, (f"“{item[:40]}” is not a link", _told(line))))
            raise InputError(f"{where}: {told}; write i-j (sure), ipj or i?j (possible).")
        found.append((int(match[1]), int(match[3]), match[2] not in "pP?" and match[4] not in ("P", "p")))
    return tuple(found)


def format_of(lines: Sequence[str]) -> str:
    """The format of a file's lines: a key of FORMATS, "pharaoh" for one that is none."""
    filled = [line for line in lines if line.strip()][:1000]
    if not filled:
        return "pharaoh"
    if _GIZA_HEAD.match(filled[0]):
        return "giza"
    if all(_NAACL.fullmatch(line.strip()) for line in filled):
        return "naacl"
    if all(_NUMBERED.fullmatch(line) for line in filled):
        return "numbered"
    if all(_TUPLES.fullmatch(line) for line in filled) and any(map(_TUPLE.search, filled)):
        return "tuples"
    items = [item for line in filled for item in _without_score(line).split()]
    return "talp" if any(_TALP.fullmatch(item) and "p" not in item for item in items) and all(map(_TALP.fullmatch, items)) else "pharaoh"


def _without_score(line: str) -> str:
    links, bar, score = line.partition("|||")
    return links if bar and _SCORE.fullmatch(bar + score) else line


def _told(line: str) -> str:
    """What a line that holds no links seems to be, or ""."""
    if "|||" in line:
        return "this line is a sentence pair"
    if line.lstrip().startswith(("<", "{")):
        return "this line is markup or JSON"
    return "" if any(character.isdecimal() for character in line) else "this line is text"


def _lines(lines: Sequence[str], name: str) -> list[Entry]:
    return [Entry(written_links(line, f"{name}, line {number}"), number) for number, line in enumerate(lines, 1)]


def _talp(lines: Sequence[str], name: str) -> list[Entry]:
    return [Entry(written_links(line, f"{name}, line {number}", _TALP), number) for number, line in enumerate(lines, 1)]


def _numbered(lines: Sequence[str], name: str) -> list[Entry]:
    entries = []
    for line, text in enumerate(lines, 1):
        where, match = f"{name}, line {line}", _NUMBERED.fullmatch(text)
        if not match:
            raise InputError(f"{where}: no number and tab before the links, as the lines before have; number every line or none.")
        if entries and int(match[1]) != entries[-1].number + 1:
            raise InputError(f"{where} has the number {match[1]} after {entries[-1].number}; put the lines in order, one a pair.")
        links = _tuples([match[2]], where)[0].links if _TUPLE.search(match[2]) else written_links(match[2], where)
        entries.append(Entry(links, line, int(match[1])))
    return entries


def _tuples(lines: Sequence[str], name: str) -> list[Entry]:
    entries = []
    for line, text in enumerate(lines, 1):
        if not _TUPLES.fullmatch(text):
            raise InputError(f"{name}, line {line}: “{text.strip()[:40]}” is no list of pairs such as [(0, 0), (1, 2)]; write one a line.")
        entries.append(Entry(tuple((int(i), int(j), True) for i, j in _TUPLE.findall(text)), line))
    return entries


def _naacl(lines: Sequence[str], name: str) -> list[Entry]:
    """One link a line: number of the pair, source, target, then perhaps S or P and a confidence. 0 stands for no word."""
    pairs: dict[int, list[tuple[int, Written]]] = {}
    for line, text in enumerate(lines, 1):
        if text.strip():
            match = _NAACL.fullmatch(text.strip())
            if not match:
                fault = f"“{text.strip()[:40]}” is no link in NAACL format"
                raise InputError(f"{name}, line {line}: {fault}; write pair, source, target and perhaps S or P.")
            pairs.setdefault(int(match[1]), []).append((line, (int(match[2]), int(match[3]), match[4] not in ("P", "p"))))
    from_zero = any(link[:2] == (0, 0) for links in pairs.values() for _, link in links)
    entries = []
    for number, links in sorted(pairs.items()):
        kept = tuple(link for _, link in links if from_zero or min(link[:2]) > 0)
        entries.append(Entry(kept, links[0][0], number, len(links) - len(kept)))
    return entries


def _giza(lines: Sequence[str], name: str) -> list[Entry]:
    """Three lines a pair: a heading, the target's words, the source's with the places of target words, NULL first."""
    entries, line = [], 0
    while line < len(lines):
        if not lines[line].strip():
            line += 1
            continue
        head, where = _GIZA_HEAD.match(lines[line]), f"{name}, line {line + 1}"
        if not head or line + 2 >= len(lines):
            raise InputError(
                f"{where}: GIZA++'s A3.final has three lines a pair, the first “# Sentence pair (1) …”; this is cut or damaged."
            )
        words, targets = _GIZA_WORD.findall(lines[line + 2]), len(lines[line + 1].split())
        if _GIZA_WORD.sub("", lines[line + 2]).strip() or not words:
            raise InputError(f"{name}, line {line + 3}: words with ({{ places }} ) are needed in GIZA++'s A3.final; this is damaged.")
        links = tuple((i, int(j), True) for i, (_, places) in enumerate(words) if i for j in places.split())
        if any(not 1 <= j <= targets for _, j, _ in links):
            raise InputError(f"{name}, line {line + 3}: a place is beyond the {targets} words of the line before; this is damaged.")
        entries.append(Entry(links, line + 3, int(head[1]), len(words[0][1].split())))
        line += 3
    return entries


FORMATS = {
    "pharaoh": LinkFormat("Pharaoh", 0, _lines),
    "talp": LinkFormat("TALP (1s1, 1p2, 1:1)", 1, _talp),
    "naacl": LinkFormat("NAACL/WPT (pair, source, target, S or P)", 1, _naacl),
    "giza": LinkFormat("GIZA++ A3.final", 1, _giza),
    "numbered": LinkFormat("SimAlign, with a number and a tab before the links", 0, _numbered),
    "tuples": LinkFormat("SimAlign's pairs in brackets", 0, _tuples),
}
