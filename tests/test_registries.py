"""Registries: a new file is all it takes, and it is offered wherever a member can be chosen."""

import importlib
import subprocess
import sys
from dataclasses import dataclass, replace

import pytest
from app_server import ROOT
from pages import fine, finished, go
from streamlit.testing.v1 import AppTest

import dashboard.pages.registry  # noqa: F401  declares the choices of every page
from dashboard.state.choices import declare_anew
from otcore import cli
from otcore.alignment.rules import RULES
from otcore.alignment.settings import AlignSettings
from otcore.base.choices import build, declared
from otcore.base.registry import Registry
from otcore.corpora.collection import load_collection
from otcore.evaluation import comparison
from otcore.evaluation.measures import MEASURES
from otcore.evaluation.transfer.tasks import TASKS
from otcore.objectives import OBJECTIVES
from otcore.runs.settings import FinetuneSettings
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
_MEASURE = """
import numpy as np
from otcore.evaluation.measure import measure
from otcore.evaluation.samples import Rates, first_rate

@measure("length", "words a sentence", 99, unit="words", better="", published={"somebody": {"fr": 5.0}})
def _length(made):
    \"\"\"How long sentences are.\"\"\"
    return Rates(np.array([[len(x), 1] for x, _ in made.words]), first_rate)

MEASURE = _length
"""
_TASK = """
from otcore.evaluation.transfer.task import Outcome, Task

class Luck(Task):
    name = "luck"
    label = "guessing right"
    rank = 99
    about = "A coin is thrown for every sentence."
    measures = {"heads": "share of heads", "tails": "share of tails"}
    in_english = False
    published = ({"a fair coin": {"all": 50.0}}, "heads")

    def __init__(self, codes):
        self.codes = codes

    @classmethod
    def read(cls, sources):
        return cls(sources.languages)

    @property
    def languages(self):
        return self.codes

    def chance(self, settings):
        return dict.fromkeys(self.codes, {"heads": 0.5, "tails": 0.5})

    def prepare(self, encoder, settings, tell):
        return lambda seed, told: Outcome(dict.fromkeys(self.codes, {"heads": 0.75, "tails": 0.25}))

TASK = Luck
"""
_OBJECTIVE = """
from dataclasses import dataclass
from typing import ClassVar
from otcore.base.choices import Flag, Number, OneOf, choice, like
from otcore.objectives.objective import Trained

@dataclass(frozen=True, kw_only=True)
class Pull(Trained):
    name: ClassVar[str] = "pull"
    label: ClassVar[str] = "pulled together"
    rank: ClassVar[int] = 99
    about: ClassVar[str] = "Draws all vectors together."
    formula: ClassVar[str] = "x^2"
    reference: ClassVar[str] = "none"
    force: float = choice(0.5, Number(0, 4, dial=(0.0, 4.0, 0.25)), "Force", "How much it draws.", place="objective")
    cost: str = choice("euclidean", OneOf(("cosine", "euclidean")), "Ground cost", place="objective")
    gentle: bool = choice(True, Flag(), "Gentle", place="objective")

    def losses(self, clouds):
        return [(cloud.source ** 2).mean() * self.force for cloud in clouds], 0.0

@dataclass(frozen=True, kw_only=True)
class Push(Pull):
    name: ClassVar[str] = "push"
    label: ClassVar[str] = "pushed apart"
    gentle: bool = like(Pull, "gentle", default=False)

OBJECTIVE = (Pull, Push)
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


def opened(page: str, **url: str) -> AppTest:
    """A page at an address, its job done."""
    app = go(AppTest.from_file(str(ROOT / "streamlit_app.py"), default_timeout=300), page)
    app.query_params.update(url)
    return finished(app.run())


@dataclass(frozen=True)
class Case:
    """A newcomer: its registry and module, where its settings and its page are, and a setting of its own with a value."""

    registry: Registry
    package: str
    text: str
    settings: type
    command: str  # and page
    field: str
    name: str
    setting: str
    value: float


CASES = {
    "solver": Case(SOLVERS, "otcore.transport.solvers", _SOLVER, AlignSettings, "align", "solver", "independent", "lift", 0.5),
    "rule": Case(RULES, "otcore.alignment.rules", _RULE, AlignSettings, "align", "links", "everything", "least", 0.1),
    "objective": Case(OBJECTIVES, "otcore.objectives", _OBJECTIVE, FinetuneSettings, "finetune", "objective", "pull", "force", 0.75),
}


_PREFIX = {"align": "", "finetune": "ft_"}  # of a page's keys
_NEEDED = {"align": {}, "finetune": {"minutes": 1.0}}  # settings that must be given


@pytest.fixture(params=CASES)
def case(request, add):
    """A case whose module has been added."""
    found = CASES[request.param]
    add(found.registry, found.package, found.text)
    return found


def test_a_new_member_is_one_file_and_offered_everywhere(case, capsys):
    built = build(case.settings, {case.field: case.name, case.setting: case.value} | _NEEDED[case.command])
    assert getattr(built, case.field) == case.registry[case.name](**{case.setting: case.value})
    assert declared(case.settings)[case.setting].applies({case.field: case.name})
    with pytest.raises(SystemExit):
        cli.main([case.command, "--help"])
    help = capsys.readouterr().out
    assert case.name in help
    assert f"--{case.setting}" in help


def test_a_new_member_is_on_the_page_and_in_the_address(case):
    key, setting = _PREFIX[case.command] + case.field, _PREFIX[case.command] + case.setting
    app = opened(case.command, **{key: case.name, setting: str(case.value)})
    assert app.selectbox(key=key).value == case.name
    assert case.registry[case.name].label in app.selectbox(key=key).options
    assert app.slider(key=setting).value == case.value
    assert app.query_params[key] == case.name


def test_what_members_start_differently_with_is_left_empty_and_told(add):
    add(OBJECTIVES, "otcore.objectives", _OBJECTIVE)
    app = opened("finetune", ft_objective="pull")
    costs = declared(FinetuneSettings)["cost"].kind.kind.labels
    for key, own in (("ft_cost", f"{costs['euclidean']}, recommended"), ("ft_gentle", "yes, recommended")):
        assert (app.selectbox(key=key).value, app.selectbox(key=key).placeholder) == (None, own)
    fine(app.selectbox(key="ft_gentle").set_value(False).run())
    assert app.query_params["ft_gentle"] == "0"
    fine(app.selectbox(key="ft_objective").set_value("contrastive-ot").run())
    assert app.selectbox(key="ft_cost").placeholder == f"{costs['cosine']}, recommended"


def tables(app: AppTest) -> list:
    return [frame.value for frame in app.dataframe]


def test_a_new_measure_is_on_the_compare_page_and_in_its_address(add, monkeypatch, folders):
    whole = load_collection()
    few = replace(whole, entries=tuple(entry for entry in whole.entries if entry.split == "test")[:8])
    monkeypatch.setattr(comparison, "load_collection", lambda: few)
    monkeypatch.setenv("OTCORE_ENCODERS", ",".join(folders))
    add(MEASURES, "otcore.evaluation.measures", _MEASURE)
    app = opened("compare", compared=",".join(folders), over="de", shown="length")
    assert app.multiselect(key="shown").value == ["length"]
    assert "words a sentence" in app.multiselect(key="shown").options
    assert app.query_params["shown"] in ("length", ["length"])
    assert any("How long sentences are" in caption.value for caption in app.caption)
    assert set(tables(app)[0]["figure"]) == {"words a sentence"}
    beside = next(table for table in tables(app) if "words a sentence with English, in %" in table.columns)
    assert list(beside["French"].dropna()) == [5.0], "what was published of it"


def test_a_new_task_is_on_the_compare_page_and_in_its_address(add, monkeypatch, folders):
    monkeypatch.setenv("OTCORE_ENCODERS", ",".join(folders))
    add(TASKS, "otcore.evaluation.transfer.tasks", _TASK)
    app = opened("compare", cmp_part="transfer", compared=",".join(folders), tr_over="de", tr_task="luck", tr_measure="tails")
    assert app.selectbox(key="tr_task").value == "luck"
    assert "Guessing right" in app.selectbox(key="tr_task").options
    assert app.query_params["tr_task"] in ("luck", ["luck"])
    assert any("A coin is thrown" in caption.value for caption in app.caption)
    assert list(tables(app)[0]["language"]) == ["German", "mean of all"]
    assert any("Share of tails, by language" in chart.proto.spec for chart in app.get("plotly_chart"))
    assert any("published: a fair coin" in table.astype(str).to_numpy() for table in tables(app))


def test_a_new_solver_is_on_the_playground(add):
    add(SOLVERS, "otcore.transport.solvers", _SOLVER)
    app = go(AppTest.from_file(str(ROOT / "streamlit_app.py"), default_timeout=300), "playground")
    app.query_params["pg_shown"] = "independent"
    fine(app.run())
    table = app.dataframe[0].value.set_index("solver")
    assert table.loc["independent", "value"] == pytest.approx(table.loc["independent", "⟨π, C⟩"] + 0.25)
    assert "The independent plan" in app.get("plotly_chart")[0].proto.spec
    assert app.query_params["pg_shown"] == "independent"


def test_two_members_of_one_name_are_refused(add):
    with pytest.raises(RuntimeError, match="one name"):
        add(SOLVERS, "otcore.transport.solvers", _SOLVER.replace('"independent"', '"exact"'))


@pytest.mark.parametrize("registry", ["measures.MEASURES", "transfer.tasks.TASKS"])
def test_members_are_listed_without_what_is_slow_to_import(registry):
    module, name = f"otcore.evaluation.{registry}".rsplit(".", 1)
    code = f"import sys; from {module} import {name}; list({name}); print({{'torch', 'transformers', 'ot', 'plotly'}} & set(sys.modules))"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True).stdout.strip() == "set()"
