"""The lessons: one file each in this folder. A file that defines LESSON is found by itself, in the order of the numbers."""

import importlib
import pkgutil

from dashboard.pages.learn.lessons.types import Drawing, Lesson, Option, Picture, Question, Words

__all__ = ["LESSONS", "Drawing", "Lesson", "Option", "Picture", "Question", "Words"]


def _found() -> dict[str, Lesson]:
    modules = [importlib.import_module(f"{__name__}.{entry.name}") for entry in pkgutil.iter_modules(__path__)]
    lessons = sorted((module.LESSON for module in modules if hasattr(module, "LESSON")), key=lambda lesson: lesson.number)
    for attribute in ("slug", "number"):
        names = [getattr(lesson, attribute) for lesson in lessons]
        if len(set(names)) < len(names):
            raise ValueError(f"Two lessons have the same {attribute}: {sorted(names)}.")
    return {lesson.slug: lesson for lesson in lessons}


LESSONS: dict[str, Lesson] = _found()
