"""Sentence pairs of two languages from a translation memory in TMX, and what was left out."""

import os
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from otcore.base.errors import InputError
from otcore.base.notices import notice
from otcore.corpora.tmx_reader import Faults, Unit, counted, tmx_units
from otcore.corpora.types import SentencePair
from otcore.text.codes import agrees, short_tag
from otcore.text.controls import Controls
from otcore.text.files import display_name
from otcore.text.languages import LANGUAGES, language
from otcore.text.packed import STANDARD_INPUT, opened, plain_name

_USUAL = {"zh": "zh-hans"}  # what is meant by a language without its region, where a memory has several


def is_tmx(path: str | Path) -> bool:
    """Whether a file is TMX, by its name, else by its first bytes."""
    if plain_name(path).endswith(".tmx"):
        return True
    if str(path) == STANDARD_INPUT or not os.path.isfile(path):
        return False
    try:
        with opened(path, display_name(path)) as file:
            head = file.peek(1000)[:1000].replace(b"\0", b"").lower()
    except InputError:  # told by whoever reads it
        return False
    return head.lstrip(b"\xef\xbb\xbf\xff\xfe\r\n\t ").startswith(b"<") and b"<tmx" in head


def read_tmx(path: str | Path, source: str, target: str) -> list[SentencePair]:
    """The units that have both languages; a unit that lacks one, or has nothing in it, is passed over and counted in a notice.

    raises: InputError   absent, no XML, entities declared, or no unit with both; names the languages there are
    """
    codes, name = (language(source).code, language(target).code), display_name(path)
    units = tmx_texts(path, source, target)
    return [SentencePair.of(texts, codes, [f"{name}, line {line}"] * 2, id=str(line)) for line, *texts in units]


def tmx_texts(path: str | Path, source: str, target: str, *, empty: bool = False) -> list[tuple[int, str, str]]:
    """(line, source text, target text) of the units that have a segment in both languages, also where one is empty if that is wanted.

    A language with a region (`zh-CN`) is not found in another (`zh-TW`), and is where none is named (`zh`); one without is found in any,
    in one variant for the whole file where a unit has several. Notices tell which were read, and how many units were left out.
    raises: InputError   as in `read_tmx`
    """
    wanted, name = [_wanted(code) for code in (source, target)], display_name(path)
    faults, memory = Faults(), _Memory(wanted, empty)
    for unit in tmx_units(path, faults):
        memory.take(unit)
    found = memory.texts(name)
    if not found:
        codes = [one if "-" in one else language(one).code for one in wanted]
        raise InputError(f"{name} has no unit with text in both {codes[0]} and {codes[1]}; {_there(memory, faults)}.")
    if faults.outside:
        notice(f"{name}: {faults.outside:,} variants have their text outside of <seg>, where it is not read")
    return found


def _wanted(code: str) -> str:
    """A tag that is asked for, raises InputError where it is none."""
    language(code)
    return short_tag(code)


def _there(memory: "_Memory", faults: Faults) -> str:
    """What there is instead."""
    tags = sorted(tag for tag in memory.tags if tag)
    if faults.outside:
        return f"in {faults.outside:,} variants the text stands outside of <seg>; export the memory again"
    if faults.homeless and not memory.units:
        return "it has no units at all, but variants (<tuv>) outside of any <tu>; export the memory again"
    if tags:
        unnamed = f", and {faults.unnamed:,} variants name none" if faults.unnamed else ""
        return f"its languages are {', '.join(tags[:40])}{unnamed}"
    if memory.units:
        return f"it has {memory.units:,} unit{'s' if memory.units > 1 else ''}, and no segment (<seg>) with a language (xml:lang) in any"
    return "it has no units at all"


@dataclass
class _Memory:
    """Units so far: of each the segments in either language, by tag."""

    wanted: list[str]
    empty: bool
    units: int = 0
    tags: Counter[str] = field(default_factory=Counter)
    lacking: list[int] = field(default_factory=lambda: [0, 0])
    rows: list[tuple[int, list[list[tuple[str, str]]]]] = field(default_factory=list)

    def take(self, unit: Unit) -> None:
        self.units += 1
        self.tags.update(tag for tag, _ in unit.segments)
        sides = [[segment for segment in unit.segments if agrees(segment[0], wanted)] for wanted in self.wanted]
        for place, side in enumerate(sides):
            self.lacking[place] += not side
        if all(sides):
            self.rows.append((unit.line, sides))

    def texts(self, name: str) -> list[tuple[int, str, str]]:
        """What is read, with notices of what is not."""
        ranks = [self._ranks(wanted) for wanted in self.wanted]
        read, alternatives, blank = [Counter(), Counter()], 0, 0
        controls, found = Controls(), []
        for line, sides in self.rows:
            chosen = [min(side, key=lambda segment, rank=rank: rank[segment[0]]) for side, rank in zip(sides, ranks, strict=True)]
            alternatives += any(len(side) > 1 for side in sides)
            blank += not all(text for _, text in chosen)
            if self.empty or all(text for _, text in chosen):
                found.append((line, *(controls.replaced(text, line) for _, text in chosen)))
                for counts, (tag, _) in zip(read, chosen, strict=True):
                    counts[tag] += 1
        controls.tell(name)
        if found:
            self._tell(name, read, alternatives, blank)
        return found

    def _ranks(self, wanted: str) -> dict[str, tuple[bool, bool, int]]:
        """Tag → its rank among those that agree: the very one, what is usually meant by it, then the most frequent."""
        there = [tag for tag in self.tags if agrees(tag, wanted)]
        usual = _USUAL.get(wanted, wanted)
        return {tag: (tag != wanted, not agrees(tag, usual), -self.tags[tag]) for tag in there}

    def _tell(self, name: str, read: list[Counter[str]], alternatives: int, blank: int) -> None:
        parts = [
            f"{count:,} without {LANGUAGES[code].name if code in LANGUAGES else code}"
            for count, code in zip(self.lacking, self.wanted, strict=True)
            if count
        ]
        parts += [f"{blank:,} with an empty side"] if blank and not self.empty else []
        if parts:
            notice(f"{name} has {self.units:,} units; left out are {', '.join(parts)}")
        if blank and self.empty:
            notice(f"{name} has {blank:,} unit{'s' if blank > 1 else ''} with an empty side")
        if alternatives:
            notice(
                f"{name} has several texts of a language in {alternatives:,} unit{'s' if alternatives > 1 else ''}; one of each was read"
            )
        for wanted, counts, left in zip(self.wanted, read, self._left(), strict=True):
            plain = wanted.partition("-")[0]
            told = len(counts) > 1 or left or (wanted not in counts and ("-" in wanted or plain in _USUAL))
            rest = f"; left out: {counted(left)}" if left else ""
            if told:
                notice(f"{name}: {wanted} was read from {counted(counts)}{rest}")

    def _left(self) -> list[Counter[str]]:
        """Variants of either language that were not read though their units were, or of another region than is asked for."""
        left = [Counter(), Counter()]
        for place, (wanted, counts) in enumerate(zip(self.wanted, left, strict=True)):
            primary, ranks = wanted.partition("-")[0], self._ranks(wanted)
            counts.update({tag: count for tag, count in self.tags.items() if agrees(tag, primary) and not agrees(tag, wanted)})
            for _, sides in self.rows:
                tags = [tag for tag, _ in sides[place]]
                counts.update(tag for tag in tags if tag != min(tags, key=ranks.get))
        return left
