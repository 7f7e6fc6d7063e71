"""Teacher's mode, for a class that looks at a projector: everything large, the control and what it moves on one screen."""

from dataclasses import dataclass
from pathlib import Path

import streamlit as st

from dashboard.kit import widgets
from dashboard.state import Choices
from otcore.base.choices import Flag, choice

_LARGE = "Large type, answers hidden until you show them. Page Up and Page Down turn the lessons."


@dataclass(frozen=True)
class Mode:
    """Whether a class is looking."""

    teacher: bool = choice(False, Flag(), "Teacher's mode", _LARGE)


MODE = Choices(Mode)


def toggle() -> None:
    """The switch."""
    widgets.draw(MODE, "teacher")


def style() -> bool:
    """Makes everything large where teacher's mode is on; whether it is."""
    teacher = MODE.current().teacher
    if teacher:
        st.html(Path(__file__).with_name("teaching.css"))
    return teacher
