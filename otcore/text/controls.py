"""Control characters in text: none belongs into a sentence, and none is a reason to refuse a file. They are replaced, counted and told."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from otcore.base.notices import notice

# As white space, where Python's and other tools' notion of it has them; as U+FFFD else, so that a word keeps its place. C1 controls
# (U+0080 to U+009F) stay: the field's files hold some, left by old encodings, and they harm nothing.
_SPACES, _SIGNS = "\x0b\x0c\x1c\x1d\x1e\x1f", "".join(map(chr, [*range(9), *range(0x0E, 0x1C), 0x7F]))
CONTROL = re.compile(f"[{re.escape(_SPACES + _SIGNS)}]")
_TABLE = str.maketrans(_SPACES + _SIGNS, " " * len(_SPACES) + "\ufffd" * len(_SIGNS))


def without_controls(text: str) -> str:
    """Text with a space or U+FFFD in place of each control character; tabs and line ends stay."""
    return text.translate(_TABLE) if CONTROL.search(text) else text


@dataclass
class Controls:
    """Counts what it replaces in the lines of a file."""

    counts: Counter[str] = field(default_factory=Counter)
    lines: int = 0
    first: int = 0  # line with the first

    def lines_of(self, lines: Iterable[str]) -> Iterator[str]:
        """`replaced`, of all lines of a file."""
        for number, line in enumerate(lines, 1):
            yield self.replaced(line, number) if CONTROL.search(line) else line

    def replaced(self, text: str, line: int) -> str:
        """`without_controls`, counted."""
        found = CONTROL.findall(text)
        if not found:
            return text
        self.counts.update(found)
        self.lines, self.first = self.lines + 1, self.first or line
        return text.translate(_TABLE)

    def tell(self, name: str) -> None:
        """A notice where there were any."""
        if self.counts:
            total, kinds = self.counts.total(), ", ".join(f"U+{ord(sign):04X}" for sign, _ in self.counts.most_common(4))
            where = f"line {self.first}" if self.lines == 1 else f"{self.lines:,} lines, the first line {self.first}"
            read = "; they were read as spaces or as \ufffd" if total > 1 else "; it was read as a space or as \ufffd"
            notice(f"{name} has {total:,} control character{'s' if total > 1 else ''} ({kinds}) in {where}{read}")
