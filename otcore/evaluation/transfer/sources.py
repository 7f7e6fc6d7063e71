"""Where a task's data comes from, and English dev data from the training data where there is no file of it."""

import math
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from otcore.base.errors import InputError
from otcore.text.languages import language

_STREAM = 29  # of the draw of dev data, the same for every seed


@dataclass(frozen=True)
class Sources:
    """Files and languages of a task; which it needs says `TASKS`.

    train, dev: English files; without dev a share of the training data is held out
    tests     : language → file, for pairs of files `FILE::OTHER`
    english   : the English side of test files that are line-parallel with it, or None
    languages : of a task over the bundled collection; empty for all of it
    held_out  : share of the training data that becomes dev data, in (0, 0.5]
    base      : of the links in gold files, 0 or 1
    """

    train: tuple[str, ...] = ()
    dev: tuple[str, ...] = ()
    tests: Mapping[str, str] = field(default_factory=dict)
    english: str | None = None
    languages: tuple[str, ...] = ()
    held_out: float = 0.1
    base: int = 0

    def __post_init__(self) -> None:
        object.__setattr__(self, "languages", tuple(language(code).code for code in self.languages))
        if len(set(self.languages)) != len(self.languages):
            raise InputError(f"A language is named twice in {', '.join(self.languages)}; name each once.")
        if isinstance(self.held_out, bool) or not (math.isfinite(self.held_out) and 0 < self.held_out <= 0.5):
            raise InputError(f"held_out must be a number above 0, at most 0.5, not {self.held_out!r}.")
        if self.base not in (0, 1):
            raise InputError(f"Links count from 0 or from 1, not from {self.base!r}.")


def apart(examples: Sequence, group: Callable[[object], Hashable], share: float) -> tuple[list, list]:
    """Training and dev examples: about that share of the groups, so that nothing of a dev group is trained on.

    raises: InputError   a single group
    """
    groups = list(dict.fromkeys(group(example) for example in examples))
    if len(groups) < 2:
        raise InputError("The training data cannot be divided into training and dev; give a dev file.")
    chosen = np.random.default_rng(_STREAM).permutation(len(groups))[: max(round(share * len(groups)), 1)]
    held = {groups[index] for index in chosen}
    return [one for one in examples if group(one) not in held], [one for one in examples if group(one) in held]
