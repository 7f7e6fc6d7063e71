"""What a lesson is: frozen data and a few small functions. Nothing here, and nothing in a lesson, knows of Streamlit."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
import plotly.graph_objects as go

from dashboard.pages.learn.lessons.controls import Control
from otcore.alignment.aligner import Aligned
from otcore.corpora.collection import Collection
from otcore.encoders.encoder import WordVectors

Values = Mapping[str, object]
Number = tuple[str, str, str]


class Engine(Protocol):
    """What a lesson may ask for beyond the mathematics: real sentences and the bundled encoder."""

    def collection(self) -> Collection:
        """The bundled sentences."""

    def aligned(self, choices: Mapping[str, object]) -> Aligned:
        """A pair of the collection under choices of the Align page (its URL's names); what is not named is the default."""

    def vectors(self, language: str) -> list[list[WordVectors]]:
        """Every gold sentence of a language in the collection's order, at each layer from 0."""

    def tag_rates(self, target: str) -> dict[str, tuple[float, int]]:
        """Tag → (AER of the default alignment from English, number of sentences)."""


@dataclass(frozen=True)
class Picture:
    """A figure, what it shows in words (for screen readers), and one line on how to read it."""

    figure: go.Figure
    alt: str
    reading: str = ""


@dataclass(frozen=True)
class Drawing:
    """What a lesson shows for the present values of its controls.

    pictures: side by side where the page is wide enough
    numbers : (name, value, explanation)
    latex   : a formula with the present numbers in it, or nothing
    note    : a computed sentence in Markdown, or nothing
    facts   : name → number behind the figures, for tests and for nothing else to print
    """

    pictures: tuple[Picture, ...]
    numbers: tuple[Number, ...] = ()
    latex: str = ""
    note: str = ""
    facts: Mapping[str, float | np.ndarray] = field(default_factory=dict)


@dataclass(frozen=True)
class Option:
    """An answer to choose, and why it is right or wrong."""

    text: str
    why: str


@dataclass(frozen=True)
class Question:
    """A question with its options; `right` is the place of the right one, counted from 0."""

    text: str
    options: tuple[Option, ...]
    right: int

    def is_right(self, text: str) -> bool:
        """Whether the option with this text is the right one."""
        return self.options[self.right].text == text

    def why(self, text: str) -> str:
        """The explanation of the option with this text."""
        return next(option.why for option in self.options if option.text == text)


@dataclass(frozen=True)
class Words:
    """The same idea on a real pair: choices of the Align page that differ from its defaults, and what to see there."""

    choices: Mapping[str, object]
    caption: str


@dataclass(frozen=True)
class Lesson:
    """One lesson, one screen.

    number   : its place in the list
    slug     : its name in the address, letters only
    idea     : what it is about, for someone who has never heard of optimal transport (Markdown)
    symbols  : (LaTeX, meaning), every symbol of the formula
    formula  : LaTeX
    look     : what to move, and what to look for
    controls : drawn by the page; the names of their values are what `draw` and `words` read
    draw     : values of the controls → figures and numbers
    words    : values of the controls → "now on words"; nothing while they would give an answer away
    moral    : what the words show
    tasks    : (question, answer) for the printed sheet, beside the lesson's own question
    """

    number: int
    slug: str
    title: str
    idea: str
    symbols: tuple[tuple[str, str], ...]
    formula: str
    look: str
    controls: tuple[Control, ...]
    draw: Callable[[Values, Engine], Drawing]
    question: Question
    words: Callable[[Values], tuple[Words, ...]]
    moral: str
    tasks: tuple[tuple[str, str], ...]

    def key(self, name: str) -> str:
        """The name of a control's value in the session and in the address."""
        return f"{self.slug}_{name}"

    @property
    def defaults(self) -> dict[str, object]:
        """The controls' values at the start."""
        return {control.name: control.default for control in self.controls}
