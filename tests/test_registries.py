"""Registries: a new file is all it takes, and it is offered wherever a member can be chosen."""

import importlib
import sys

import pytest
from app_server import ROOT
from pages import fine, go
from streamlit.testing.v1 import AppTest

import dashboard.pages  # noqa: F401  declares the choices of every page
from dashboard.state.choices import declare_anew
from otcore import cli
from otcore.alignment.rules import RULES
from otcore.alignment.settings import AlignSettings
from otcore.base.choices import build, declared
from otcore.base.registry import Registry
from otcore.transport.solvers import SOLVERS

_SOLVER = """
from dataclasses import dataclass
from typing import ClassVar
import numpy as np
from otcore.base.choices import Number, choice
from otcore.transport.problem import Plan
from otcore.transport.solver import Solver

@dataclass(frozen=True, kw_only=True)
class Independent(Solver):
    name: ClassVar[str] = "independent"
    label: ClassVar[str] = "independent coupling"
    rank: ClassVar[int] = 99
    about: ClassVar[str] = "Every word goes everywhere."
    formula: ClassVar[str] = "a b^T"
    reference: ClassVar[str] = "none"
    lift: float = choice(0.25, Number(0, 2, dial=(0.0, 2.0, 0.25)), "Lift", "How much is added to the value.")

    def solve(self, problem):
        plan = np.outer(problem.source_mass, problem.target_mass)
        return Plan(problem, self, plan, float((plan * problem.cost).sum()) + self.lift, None, 0.0, 0, 0.0, True)

SOLVER = Independent
"""
_RULE = """
from dataclasses import dataclass
from typing import ClassVar
import numpy as np
from otcore.alignment.rule import PlanRule
from otcore.base.choices import Number, choice

@dataclass(frozen=True, kw_only=True)
class Everything(PlanRule):
    name: ClassVar[str] = "everything"
    label: ClassVar[str] = "every cell"
    rank: ClassVar[int] = 99
    about: ClassVar[str] = "Every cell with mass."
    least: float = choice(0.0, Number(0, 1, dial=(0.0, 1.0, 0.1)), "Least mass", "Of a cell.")

    def cells(self, plan):
        return plan >= self.least

RULE = Everything
"""


@pytest.fixture
def add(tmp_path):
    """Adds a module to the package of a registry, and takes it away again."""
    added = []

    def adding(registry: Registry, package: str, text: str) -> None:
        folder = tmp_path / package.replace(".", "_")
        folder.mkdir()
        (folder / "newcomer.py").write_text(text, encoding="utf-8")
        path = importlib.import_module(package).__path__
        path.append(str(folder))
        added.append((registry, package, str(folder)))
        importlib.invalidate_caches()
        registry.reload()
        declare_anew()

    yield adding
    for registry, package, folder in added:
        importlib.import_module(package).__path__.remove(folder)
        sys.modules.pop(f"{package}.newcomer", None)
        if hasattr(importlib.import_module(package), "newcomer"):
            delattr(importlib.import_module(package), "newcomer")
        registry.reload()
    declare_anew()


CASES = [
    (SOLVERS, "otcore.transport.solvers", _SOLVER, "solver", "independent", "lift", 0.5),
    (RULES, "otcore.alignment.rules", _RULE, "links", "everything", "least", 0.1),
]


@pytest.mark.parametrize(("registry", "package", "text", "field", "name", "setting", "value"), CASES, ids=["solver", "rule"])
def test_a_new_member_is_one_file_and_offered_everywhere(add, capsys, registry, package, text, field, name, setting, value):
    add(registry, package, text)
    assert getattr(build(AlignSettings, {field: name, setting: value}), field) == registry[name](**{setting: value})
    assert declared(AlignSettings)[setting].applies({field: name})
    with pytest.raises(SystemExit):
        cli.main(["align", "--help"])
    help = capsys.readouterr().out
    assert name in help
    assert f"--{setting}" in help


@pytest.mark.parametrize(("registry", "package", "text", "field", "name", "setting", "value"), CASES, ids=["solver", "rule"])
def test_a_new_member_is_on_the_page_and_in_the_address(add, registry, package, text, field, name, setting, value):
    add(registry, package, text)
    app = go(AppTest.from_file(str(ROOT / "streamlit_app.py"), default_timeout=300), "align")
    app.query_params.update({field: name, setting: str(value)})
    fine(app.run())
    assert app.selectbox(key=field).value == name
    assert registry[name].label in app.selectbox(key=field).options
    assert app.slider(key=setting).value == value
    assert app.query_params[field] == name


def test_two_members_of_one_name_are_refused(add):
    with pytest.raises(RuntimeError, match="one name"):
        add(SOLVERS, "otcore.transport.solvers", _SOLVER.replace('"independent"', '"exact"'))
