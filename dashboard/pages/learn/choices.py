"""The choices of the Learn page: which lesson, teacher's mode, whether steps play; and of each lesson its controls."""

from dataclasses import dataclass

from dashboard.kit.marks import PLACE
from dashboard.pages.learn.lessons import LESSONS
from dashboard.state import Choices
from otcore.base.choices import Flag, OneOf, choice, labels_of

OVERVIEW = "list"
_LARGE = "Large type, answers hidden until you show them. Page Up and Page Down turn the lessons."


@dataclass(frozen=True)
class LearnView:
    """What the page shows beside a lesson's own choices."""

    lesson: str = choice(OVERVIEW, OneOf({OVERVIEW: "All lessons", **labels_of(LESSONS)}), "Lesson")
    teacher: bool = choice(False, Flag(), "Teacher's mode", _LARGE)
    play: bool = choice(False, Flag())
    learn_mark: str = choice("", PLACE)


CHOICES = Choices(LearnView)
CONTROLS = {name: Choices(lesson.view, f"{name}_") for name, lesson in LESSONS.items()}
