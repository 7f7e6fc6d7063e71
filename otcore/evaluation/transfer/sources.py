"""Where a task's data comes from: files by their roles and languages, or the bundled collection; and English dev data from the training
data where there is no file of it."""

import re
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from otcore.base.choices import Number, check, choice
from otcore.base.errors import InputError
from otcore.corpora.collection import Collection
from otcore.text.codes import SHORT
from otcore.text.languages import language

_STREAM = 29  # of the draw of dev data, the same for every seed
_DRAW = 17  # of the examples that are used, the same for every seed and encoder
_PART = re.compile(r"[a-z]{2}")


@dataclass(frozen=True)
class Role:
    """What files are for.

    label       : for people; `plural` for the sentence it stands in
    optional    : whether a task does without
    by_language : whether there is one a language, which its name tells
    """

    label: str
    plural: bool = False
    optional: bool = False
    by_language: bool = False


ROLES = {
    "train": Role("English training data"),
    "dev": Role("English dev data", optional=True),
    "english": Role("English side"),
    "tests": Role("Test files", plural=True, by_language=True),
    "links": Role("Gold links", plural=True, by_language=True),
}


class FilesError(InputError):
    """Files that a task lacks or does not take; `role`, a key of ROLES, tells each surface where they are given."""

    def __init__(self, role: str, message: str) -> None:
        super().__init__(message)
        self.role = role


@dataclass(frozen=True)
class Sources:
    """Files and languages of a task; which it needs says the task.

    train, dev: English files; without dev a share of the training data is held out
    tests     : language → file, for pairs of files `FILE::OTHER`
    links     : language → file of gold links, where the test file does not bring it as its other
    english   : the English side of test files that are line-parallel with it, or None
    languages : of a task over the bundled collection; empty for all of it
    held_out  : share of the training data that becomes dev data, in (0, 0.5]
    base      : of the links in gold files, 0 or 1
    """

    train: tuple[str, ...] = ()
    dev: tuple[str, ...] = ()
    tests: Mapping[str, str] = field(default_factory=dict)
    links: Mapping[str, str] = field(default_factory=dict)
    english: str | None = None
    languages: tuple[str, ...] = ()
    held_out: float = choice(0.1, Number(0, 0.5, above=True), help="Share of the training data that is dev data, without a file of it.")
    base: int = choice(0, Number(0, 1, whole=True), help="Words: links count from 0 or 1.", flag="gold-base")

    def __post_init__(self) -> None:
        object.__setattr__(self, "languages", tuple(language(code).code for code in self.languages))
        if len(set(self.languages)) != len(self.languages):
            raise InputError(f"A language is named twice in {', '.join(self.languages)}; name each once.")
        check(self)

    @staticmethod
    def of(files: Mapping[str, Sequence[str]]) -> "Sources":
        """From role → paths; those of a language tell it by their names.

        raises: FilesError   a name without a language, a language twice
        """
        by_language = {role: language_files(files.get(role, ()), role) for role in ROLES if ROLES[role].by_language}
        english = next(iter(files.get("english", ())), None)
        return Sources(tuple(files.get("train", ())), tuple(files.get("dev", ())), **by_language, english=english)

    def chosen(self, collection: Collection, *, pivot: str = "") -> tuple[str, ...]:
        """The languages that were named, else all of the collection, without the pivot.

        raises: InputError   a language that the collection does not have
        """
        for code in self.languages:
            if code not in collection.languages:
                raise InputError(f"The bundled collection has no {code}; it has {', '.join(collection.languages)}.")
        return tuple(code for code in self.languages or collection.languages if code != pivot)


def language_files(given: Iterable[str | tuple[str, str]], role: str = "tests") -> dict[str, str]:
    """Language → path, from paths whose names tell it (`xquad.de.json`, `test-de.tsv`, `de.devtest`) or from (code, path).

    raises: FilesError   no language in a name, a language twice; InputError   a code that is none
    """
    found: dict[str, str] = {}
    for entry in given:
        code, path = (_named_language(entry, role), entry) if isinstance(entry, str) else (language(entry[0]).code, entry[1])
        if code in found:
            raise FilesError(role, f"Two files are for {code}: {found[code]} and {path}; give one.")
        found[code] = path
    return found


def _named_language(path: str, role: str) -> str:
    named = re.split(r"[._-]", Path(path.split("::", maxsplit=1)[0]).name.lower())
    parts = [part for part in named if _PART.fullmatch(part)] or [part for part in named if part in SHORT]  # FLORES: deu_Latn.devtest
    if not parts:
        raise FilesError(role, f"The name of {path} does not tell its language; put its code into the name, as in test.de.tsv.")
    return language(parts[-1]).code


def english(
    sources: Sources, read: Callable[[str], list], group: Callable[[Any], Hashable], read_dev: Callable[[str], list] | None = None
) -> tuple[list, list]:
    """Examples to learn from, and to stop early on: those of the dev files, else a share of the training data, whole groups apart."""
    train = [example for path in sources.train for example in read(path)]
    dev = [example for path in sources.dev for example in (read_dev or read)(path)]
    return (train, dev) if dev else apart(train, group, sources.held_out)


def apart(examples: Sequence, group: Callable[[Any], Hashable], share: float) -> tuple[list, list]:
    """Training and dev examples: about that share of the groups, so that nothing of a dev group is trained on.

    raises: InputError   a single group
    """
    groups = list(dict.fromkeys(group(example) for example in examples))
    if len(groups) < 2:
        raise InputError("The training data cannot be divided into training and dev; give a dev file.")
    chosen = np.random.default_rng(_STREAM).permutation(len(groups))[: max(round(share * len(groups)), 1)]
    held = {groups[index] for index in chosen}
    return [one for one in examples if group(one) not in held], [one for one in examples if group(one) in held]


def drawn(examples: Sequence, most: int | None) -> Sequence:
    """At most so many of the examples, evenly drawn, in their order."""
    if most is None or len(examples) <= most:
        return examples
    chosen = np.random.default_rng(_DRAW).permutation(len(examples))[:most]
    return [examples[index] for index in sorted(chosen)]
