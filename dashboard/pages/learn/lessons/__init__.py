"""The lessons: one file each in this folder. A file that defines LESSON is found by itself, in the order of the numbers; its imports
must be quick, since the address of every page knows the lessons' choices: torch and what needs it are imported inside functions."""

from otcore.base.registry import Registry

LESSONS = Registry(__name__, "LESSON")
