"""Rules that read links, one a file; `RULES` finds them. A rule is a frozen dataclass of its settings."""

from typing import Any

from otcore.alignment.rule import LinkRule
from otcore.base.choices import member
from otcore.base.registry import Registry

RULES = Registry(__name__, "RULE")


def make_rule(name: str, **settings: Any) -> LinkRule:
    """A rule by name; settings that it does not have are left out.

    raises: InputError   no rule of that name, or a value out of range
    """
    return member(RULES, name, settings)
