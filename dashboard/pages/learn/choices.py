"""The choices of the Learn page: which lesson, and whether it plays at once; and of each lesson its controls."""

from dataclasses import dataclass

from dashboard.kit import teaching  # noqa: F401  its switch is part of every address
from dashboard.kit.marks import PLACE
from dashboard.pages.learn.lessons import LESSONS
from dashboard.state import Choices
from otcore.base.choices import Flag, OneOf, choice, labels_of

OVERVIEW = "list"


@dataclass(frozen=True)
class LearnView:
    """What the page shows beside a lesson's own choices."""

    lesson: str = choice(OVERVIEW, OneOf({OVERVIEW: "All lessons", **labels_of(LESSONS)}), "Lesson")
    play: bool = choice(False, Flag())
    learn_mark: str = choice("", PLACE)


CHOICES = Choices(LearnView)
CONTROLS = {name: Choices(lesson.view, f"{name}_") for name, lesson in LESSONS.items()}
