"""What a lesson is: frozen data and a few small functions. Nothing here, and nothing in a lesson, knows of Streamlit."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from otcore.base.choices import Choice, declared

if TYPE_CHECKING:
    import numpy as np

    from dashboard.kit.figures.frames import Figure
    from otcore.alignment.aligner import Aligned
    from otcore.corpora.collection import Collection
    from otcore.encoders.vectors import WordVectors


class Engine(Protocol):
    """What a lesson may ask for beyond the mathematics: real sentences and the bundled encoder."""

    def collection(self) -> Collection:
        """The bundled sentences."""

    def aligned(self, choices: Mapping[str, object]) -> Aligned:
        """An English `sentence` of the collection with its translation into `target`, under choices of a system by their names on the
        Align page; what is not named is that of plain transport between words."""

    def vectors(self, language: str) -> list[list[WordVectors]]:
        """Every gold sentence of a language in the collection's order, at each layer from 0."""

    def tag_rates(self, target: str) -> dict[str, tuple[float, int]]:
        """Tag → (AER of plain transport from English, number of sentences)."""


@dataclass(frozen=True)
class Picture:
    """A figure, what it shows in words (for screen readers), and one line on how to read it."""

    figure: Figure
    alt: str
    reading: str


@dataclass(frozen=True)
class Drawing:
    """What a lesson shows for the present values of its controls.

    pictures: side by side where the page is wide enough
    numbers : (name, value, explanation)
    latex   : a formula with the present numbers in it, or nothing
    before  : what is to be read before anything is chosen, in Markdown, or nothing
    note    : a computed sentence in Markdown, or nothing; `halts`: playing stops here, so that it is read
    facts   : name → number behind the figures, for tests and for nothing else to print
    words   : "now on words"; nothing while they would give an answer away
    """

    pictures: tuple[Picture, ...]
    numbers: tuple[tuple[str, str, str], ...] = ()
    latex: str = ""
    before: str = ""
    note: str = ""
    halts: bool = False
    facts: Mapping[str, float | np.ndarray] = field(default_factory=dict)
    words: tuple[Words, ...] = ()


@dataclass(frozen=True)
class Question:
    """A question; `options`: each answer to choose → why it is right or wrong; `right`: the place of the right one, counted from 0."""

    text: str
    options: Mapping[str, str]
    right: int

    def is_right(self, option: str) -> bool:
        """Whether an answer is the right one."""
        return list(self.options)[self.right] == option


@dataclass(frozen=True)
class Words:
    """The same idea on a real pair: choices of the Align page beside those of plain transport, and what to see there."""

    choices: Mapping[str, object]
    caption: str


@dataclass(frozen=True)
class Lesson:
    """One lesson, one screen.

    number : its place in the list
    name   : in the address, letters only
    idea   : what it is about, for someone who has never heard of optimal transport (Markdown)
    symbols: LaTeX → meaning, every symbol of the formula
    formula: LaTeX
    look   : what to move, and what to look for
    view   : a frozen dataclass whose fields are choices: what can be moved; an instance of it is what `draw` reads
    draw   : the view → figures, numbers and real words
    moral  : what the words show
    tasks  : question → answer for the printed sheet, beside the lesson's own question
    plays  : controls whose values the browser goes through by itself, the first of them that applies; where none is named, a count of steps
    fleeting: controls that go back to their defaults when another is moved, such as a prediction
    """

    number: int
    name: str
    title: str
    idea: str
    symbols: Mapping[str, str]
    formula: str
    look: str
    view: type
    draw: Callable[[Any, Engine], Drawing]
    question: Question
    moral: str
    tasks: Mapping[str, str]
    plays: Sequence[str] = ()
    fleeting: Sequence[str] = ()

    @property
    def rank(self) -> int:
        return self.number

    @property
    def label(self) -> str:
        return f"{self.number} · {self.title}"

    @property
    def controls(self) -> dict[str, Choice]:
        """Name → choice, in the order in which they are drawn."""
        return declared(self.view)


def lesson_of(file: str, view: type, draw: Callable[[Any, Engine], Drawing]) -> Lesson:
    """A lesson named as its file, told by the TOML file beside it: what `Lesson` and `Question` hold under the same names."""
    path = Path(file)
    prose = _unwrapped(tomllib.loads(path.with_suffix(".toml").read_text(encoding="utf-8")))
    question = Question(**prose.pop("question"))
    return Lesson(name=path.stem, view=view, draw=draw, question=question, **prose)


def _unwrapped(value: Any) -> Any:
    """Every text in one line, however it is wrapped in its file."""
    if isinstance(value, dict):
        return {key: _unwrapped(one) for key, one in value.items()}
    return " ".join(value.split()) if isinstance(value, str) else value
