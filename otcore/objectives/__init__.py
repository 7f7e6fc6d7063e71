"""What a fine-tuning run lowers, or fits: one objective a file; `OBJECTIVES` finds them.

An objective is a frozen dataclass of its settings that says what it needs of the data. Those that are trained turn clouds of points
into a loss (`Trained`), maps turn vectors of a frozen encoder into a rotation (`Map`). Torch is loaded when one is used.
"""

from collections.abc import Mapping
from typing import Any

from otcore.base.choices import declared, member
from otcore.base.errors import InputError
from otcore.base.registry import Registry
from otcore.objectives.objective import Objective

OBJECTIVES = Registry(__name__, "OBJECTIVE")


def read_objective(values: Mapping[str, Any]) -> Objective:
    """The objective of {"kind": name, setting: value, …}, as `write_objective` made it or a version before, which wrote the settings of
    all objectives for each.

    raises: InputError   no such objective, a name that is no setting of any, or a value out of range
    """
    known = {"kind"}.union(*map(declared, OBJECTIVES.values()))
    if unknown := [name for name in values if name not in known]:
        raise InputError(f"No objective has a setting {unknown[0]}; there are {', '.join(sorted(known))}.")
    name = values.get("kind", "word-ot")
    objective = member(OBJECTIVES, name, values)
    if values.get("scope", objective.scope) != objective.scope:
        raise InputError(f"The scope of {name} is always “{objective.scope}”; choose that, or another objective.")
    return objective


def write_objective(objective: Objective) -> dict[str, Any]:
    """Plain values that `read_objective` turns into the objective."""
    return {"kind": objective.name} | {name: getattr(objective, name) for name in declared(type(objective))}
