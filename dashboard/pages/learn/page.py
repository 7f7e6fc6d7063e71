"""Learn: optimal transport in thirteen lessons, one screen each."""

from dashboard.kit import teaching
from dashboard.pages.learn import controls, view
from dashboard.pages.learn.choices import CHOICES, OVERVIEW
from dashboard.pages.learn.lessons import LESSONS


def page() -> None:
    """The chosen lesson, or the list of all."""
    chosen, teacher = CHOICES.current(), teaching.style()
    view.bar(chosen.lesson, teacher)
    if chosen.lesson == OVERVIEW:
        view.overview()
        return
    lesson = LESSONS[chosen.lesson]
    if chosen.play:
        controls.advance(lesson)
    view.screen(lesson, teacher)
