"""The lessons' numbers against closed forms and POT, their questions against what the solvers say, and the registry."""

import html
import itertools
import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import ot
import pytest
import torch
from plotly.offline import get_plotlyjs

from dashboard.pages.learn import cache
from dashboard.pages.learn import lessons as package
from dashboard.pages.learn.choices import CONTROLS
from dashboard.pages.learn.lessons import (
    LESSONS,
    blur,
    contexts,
    debiasing,
    earth,
    failures,
    links,
    loss,
    partners,
    plans,
    prices,
    reading,
    shapes,
    sinkhorn,
)
from dashboard.pages.learn.lessons.kinds import Drawn, Steps
from dashboard.pages.learn.sheet import sheet
from dashboard.state.choices import KNOWN
from otcore.alignment.rules.threshold import Threshold
from otcore.base.choices import Flag, Number, OneOf, build
from otcore.base.registry import Registry
from otcore.objectives.flow import cloud_pair, descend
from otcore.objectives.transport import WordOT
from otcore.transport.problem import Problem
from otcore.transport.solvers import make_solver, solve
from otcore.transport.teaching.dual import ascend, best_answer, dual_value
from otcore.transport.teaching.monge import cheapest_map
from otcore.transport.teaching.polytope import complete, slice_corners, vertices
from otcore.transport.teaching.steps import sinkhorn_steps


def seen(name: str, **values):
    """A lesson's view with these values, the rest as at the start."""
    return build(LESSONS[name].view, values)


def drawn(name: str, **values):
    return LESSONS[name].draw(seen(name, **values), cache)


def some_problem(seed: int, n: int = 4, m: int = 5) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    random = np.random.default_rng(seed)
    a, b = random.random(n) + 0.1, random.random(m) + 0.1
    return random.random((n, m)), a / a.sum(), b / b.sum()


# the registry and what every lesson must have


def test_the_thirteen_lessons_are_found_in_order():
    assert [lesson.number for lesson in LESSONS.values()] == list(range(1, 14))
    assert all(name == lesson.name and name.isalpha() for name, lesson in LESSONS.items())


def test_two_lessons_of_one_name_are_refused(tmp_path, monkeypatch):
    (tmp_path / "again.py").write_text("from dashboard.pages.learn.lessons.earth import LESSON\n")
    monkeypatch.setattr(package, "__path__", [*package.__path__, str(tmp_path)])
    registry = Registry(package.__name__, "LESSON")
    with pytest.raises(RuntimeError, match="one name"):
        list(registry)


# one control of every kind, one of them only now and then; nothing beside this file says that the lesson is there
ECHO = """
from dataclasses import dataclass

from dashboard.pages.learn.figures.curves import bars
from dashboard.pages.learn.lessons.kinds import Drawn, Steps
from dashboard.pages.learn.sheet import sheet
from dashboard.pages.learn.lessons.types import Drawing, Lesson, Picture, Question
from otcore.base.choices import Flag, Number, OneOf, choice


@dataclass(frozen=True)
class View:
    loud: bool = choice(False, Flag(), "Loud")
    much: float = choice(1.0, Number(dial=(0.5, 4.0, 0.5)), "How much", when=lambda values: values["loud"])
    way: str = choice("up", OneOf(("up", "down"), "row"), "Way")
    step: int = choice(0, Steps(5), "Steps")
    heights: str = choice("1,2", Drawn(2, 9), "Heights")


def draw(view, engine):
    figure = bars(["much"], {"echo": [view.much]}, title="Echo", x="what", y="how much")
    return Drawing((Picture(figure, f"One bar of height {view.much} on step {view.step}.", "Tall is loud."),))


LESSON = Lesson(
    number=99, name="echo", title="Echo", idea="It comes back.", symbols={"x": "what was said"}, formula="x = x", look="Listen.",
    view=View, draw=draw, question=Question("What comes back?", {"All.": "Yes.", "Nothing.": "No."}, right=0),
    moral="Be kind.", tasks={"Say x.": "x"},
)
"""
VISIT = """
import importlib
import sys

from dashboard.pages.learn import choices, lessons

lessons.__path__.append(sys.argv[1])
lessons.LESSONS.reload()
importlib.reload(choices)
from pages import go
from streamlit.testing.v1 import AppTest

app = go(AppTest.from_file(sys.argv[2], default_timeout=200), "learn")
app.query_params.update({"lesson": "echo", "echo_much": "2.5", "echo_loud": "1", "echo_way": "sideways", "echo_heights": "4,0"})
app.run()
assert not app.exception, app.exception[0].message
assert dict(app.query_params) == {"lesson": "echo", "echo_much": "2.5", "echo_loud": "1", "echo_heights": "4,0"}, app.query_params
assert app.title[0].value == "99 · Echo"
assert "99 · Echo" in app.selectbox(key="lesson").options
assert app.slider(key="echo_much").value == 2.5
assert app.get("plotly_chart")[0].proto.alt == "One bar of height 2.5 on step 0."
assert {"draw_echo_heights", "play_echo_step"} <= {element.key for element in app.get("bidi_component")}
app.session_state["echo_step"] = 1
app.run()
assert app.get("plotly_chart")[0].proto.alt == "One bar of height 2.5 on step 1."
app.toggle(key="echo_loud").set_value(False).run()
assert [slider.key for slider in app.slider] == []
"""


@pytest.mark.slow
def test_a_lesson_is_added_by_one_file(tmp_path):
    (tmp_path / "echo.py").write_text(ECHO)
    root = Path(cache.__file__).parents[3]
    environment = os.environ | {"PYTHONPATH": f"{root}{os.pathsep}{root / 'tests'}"}
    arguments = [sys.executable, "-c", VISIT, str(tmp_path), str(root / "streamlit_app.py")]
    done = subprocess.run(arguments, env=environment, cwd=root, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


LOADED = """
import sys

import streamlit

before = set(sys.modules)  # Streamlit itself loads a part of Plotly
import dashboard.pages.registry

ours = {name: module for name, module in sys.modules.items() if name.startswith(("dashboard", "otcore"))}
holding = {name for name, module in ours.items() for one in vars(module).values() if getattr(one, "__name__", "").startswith("plotly")}
print(sorted({"torch", "plotly", "transformers", "ot"} & set(sys.modules) - before), sorted(holding))
"""


def test_the_choices_of_all_pages_are_known_without_what_is_slow_to_load():
    root = Path(cache.__file__).parents[3]
    done = subprocess.run([sys.executable, "-c", LOADED], cwd=root, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[] []"


@pytest.mark.parametrize("lesson", LESSONS.values(), ids=lambda lesson: lesson.name)
def test_every_lesson_is_complete(lesson):
    assert all((lesson.idea, lesson.formula, lesson.look, lesson.symbols, lesson.tasks, lesson.moral))
    for name, control in lesson.controls.items():
        assert control.label
        assert control.kind.read(control.kind.write(control.default)) == control.default
        assert KNOWN[f"{lesson.name}_{name}"] == CONTROLS[lesson.name].declared[name]
    assert len(lesson.idea) < 420, "a minute to read"


@pytest.mark.parametrize("lesson", LESSONS.values(), ids=lambda lesson: lesson.name)
def test_the_right_answer_is_taken_and_every_other_is_not(lesson):
    question = lesson.question
    assert len(question.options) >= 3
    assert [question.is_right(text) for text in question.options].index(True) == question.right
    assert [question.is_right(text) for text in question.options].count(True) == 1
    assert all(len(why) > 20 for why in question.options.values())


@pytest.mark.parametrize("lesson", LESSONS.values(), ids=lambda lesson: lesson.name)
def test_every_value_of_every_control_draws(lesson):
    for name, control in lesson.controls.items():
        for value in tried(control.kind):
            values = next(values for values in settings(lesson) if control.applies(values)) | {name: value}
            view = build(lesson.view, values)
            drawing = lesson.draw(view, cache)
            assert drawing.pictures
            for picture in drawing.pictures:
                assert len(picture.alt) > 25
                assert picture.figure.layout.title.text
                assert picture.figure.layout.xaxis.title.text
                assert picture.figure.layout.yaxis.title.text
            for words in drawing.words:
                assert cache.aligned(words.choices).pair.gold is not None


def tried(kind) -> list:
    if isinstance(kind, Number):
        return list(kind.dial[:2])
    if isinstance(kind, Steps):
        return [0, 1, kind.last]
    if isinstance(kind, Flag):
        return [True, False]
    if isinstance(kind, Drawn):
        return [",".join(["0", *["1"] * (kind.count - 1)]), ",".join(["1"] * kind.count)]
    return list(kind.labels)


def settings(lesson):
    """The start, and the start but for one choice among a few."""
    start = {name: control.default for name, control in lesson.controls.items()}
    yield start
    yield from (start | {name: value} for name, one in lesson.controls.items() if isinstance(one.kind, OneOf) for value in one.kind.labels)


@pytest.mark.parametrize("lesson", LESSONS.values(), ids=lambda lesson: lesson.name)
def test_the_sheet_keeps_the_answers_apart(lesson):
    drawing = lesson.draw(lesson.view(), cache)
    written = sheet(lesson, drawing, "http://localhost/learn?x=<b>")
    written = written.replace(get_plotlyjs(), "")
    assert "x=<b>" not in written
    assert written.count("plotly-graph-div") >= len(drawing.pictures)
    assert "<math" in written
    assert "\\" not in "".join(re.findall("<math.*?</math>", written)), "all of a formula is written as it is read"
    questions, answers = html.unescape(written).split('<section class="answers">')
    right, why = list(lesson.question.options.items())[lesson.question.right]
    assert right in questions
    assert why not in questions
    assert f"<b>Right.</b> {right} — {why}" in answers
    assert answers.count("Wrong.") == len(lesson.question.options) - 1
    for task, answer in lesson.tasks.items():
        assert task in questions
        assert answer in answers


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (Number(whole=True, dial=(0, 4, 1)), "5"),
        (Number(dial=(0.0, 4.0, 0.5)), "nan"),
        (Number(whole=True, dial=(0, 4, 1)), "1.5"),
        (Steps(10), "-1"),
        (Steps(10), "11"),
        (Steps(10), "1.5"),
        (Flag(), "yes"),
        (OneOf((0.1, 20.0)), "0.3"),
        (OneOf((0.1, 20.0)), "nan"),
        (OneOf((0.1, 20.0)), "a"),
        (OneOf({"a": "A"}), "A"),
        (Drawn(2, 4), "1"),
        (Drawn(2, 4), "1,9"),
        (Drawn(2, 4), "0,0"),
        (Drawn(2, 4), "1," * 5_000),
        (Drawn(2, 4), "a,b"),
        (Drawn(2, 4, limits=("x", "y")), "0,-1"),
    ],
)
def test_a_control_refuses_what_it_cannot_be(kind, text):
    with pytest.raises(ValueError, match=r".*"):
        kind.read(text)


def test_numbers_to_choose_from_are_numbers_with_labels_of_their_own():
    kind = OneOf((0.05, 20.0), "scale")
    assert kind.labels == {0.05: "0.05", 20.0: "20"}
    assert kind.read("20") == 20.0
    assert kind.write(20.0) == "20.0"


def test_cells_may_all_be_empty_and_bars_may_not():
    assert Drawn(2, 4, limits=("x", "y")).read("0, 0") == "0,0"


def test_a_control_is_shown_only_where_it_has_a_meaning():
    mass, start = LESSONS["partners"].controls["mass"], vars(seen("partners"))
    assert not mass.applies(start)
    assert mass.applies(start | {"kind": "partial"})


# 1 · moving earth


@pytest.mark.parametrize("p", [1.0, 1.5, 2.0, 3.0])
def test_moving_earth_costs_what_sorted_mass_costs(p):
    place = np.arange(earth.PLACES, dtype=float)
    problem = earth.problem_of(seen("earth", p=p))
    closed = ot.emd2_1d(place, place, problem.source_mass, problem.target_mass, metric="minkowski", p=p)
    assert drawn("earth", p=p).facts["best"] == pytest.approx(float(closed), abs=1e-9)


def test_at_p_1_earth_costs_the_area_between_the_cumulative_sums():
    problem = earth.problem_of(seen("earth"))
    area = np.abs(np.cumsum(problem.source_mass) - np.cumsum(problem.target_mass)).sum()
    assert drawn("earth").facts["best"] == pytest.approx(area)


def test_below_p_1_what_can_stay_stays():
    facts = drawn("earth", p=0.25, piles="1,1,1,0,0,0", holes="0,1,1,1,0,0").facts
    assert facts["best"] == pytest.approx(3**0.25 / 3)


def test_the_question_about_steps_and_jumps():
    steps = {p: drawn("earth", p=p, piles="1,1,1,0,0,0", holes="0,1,1,1,0,0").facts["best"] * 3 for p in (1.0, 2.0)}
    assert steps == pytest.approx({1.0: 3.0, 2.0: 3.0})
    assert steps[2.0] < 3**2


def test_monge_splits_nothing_and_may_have_no_plan():
    cost = np.abs(np.subtract.outer(np.arange(3.0), np.arange(3.0)))
    plan = cheapest_map(cost, [0.5, 0.5, 0], [0, 0.5, 0.5])
    assert ((plan > 0).sum(1) <= 1).all()
    assert (plan * cost).sum() == pytest.approx(1.0)
    assert cheapest_map(cost, [1, 0, 0], [0.5, 0.5, 0]) is None
    drawing = drawn("earth", who="whole", piles="3,0,0,0,0,0", holes="1,1,1,0,0,0")
    assert "Monge has no plan" in drawing.note
    assert dict(named(drawing))["cost of this plan"] == "–", "what is no plan has no cost"
    assert "cost" not in drawing.facts


def named(drawing):
    """Names and values of a lesson's numbers."""
    return [(name, value) for name, value, _ in drawing.numbers]


def test_a_plan_by_hand_has_a_cost_once_it_is_one():
    assert dict(named(drawn("earth", who="own")))["cost of this plan"] == "–"


def test_equal_piles_are_an_assignment_and_monge_reaches_the_optimum():
    values = {"piles": "1,1,1,1,0,0", "holes": "0,0,1,1,1,1", "p": 2.0}
    assert drawn("earth", who="whole", **values).facts["cost"] == pytest.approx(drawn("earth", **values).facts["best"])


def test_ones_own_plan_is_checked_and_priced():
    own = np.zeros((6, 6), dtype=int)
    own[0, 1] = own[1, 2] = own[2, 3] = 1
    values = {"who": "own", "p": 2.0, "piles": "1,1,1,0,0,0", "holes": "0,1,1,1,0,0"}
    drawing = drawn("earth", own=",".join(map(str, own.ravel())), **values)
    assert drawing.facts["cost"] == pytest.approx(1.0)
    assert "That is an optimum" in drawing.note
    assert "Not a plan yet" in drawn("earth", **values).note


# 2 · plans


def test_the_corners_of_the_assignment_polytope_are_the_permutations():
    found = vertices(np.ones(3), np.ones(3))
    assert {tuple(plan.ravel().round(6)) for plan in found} == {
        tuple(np.eye(3)[list(order)].ravel()) for order in itertools.permutations(range(3))
    }


@pytest.mark.parametrize("seed", range(5))
def test_the_cheapest_corner_is_the_optimum(seed):
    cost, a, b = some_problem(seed, 3, 3)
    found = vertices(a, b)
    assert np.allclose(found.sum(2), a)
    assert np.allclose(found.sum(1), b)
    assert ((found > 1e-12).sum((1, 2)) <= 5).all()
    assert (found * cost).sum((1, 2)).min() == pytest.approx(ot.emd2(a, b, cost))


@pytest.mark.parametrize("seed", range(5))
def test_four_free_entries_complete_to_a_plan(seed):
    _, a, b = some_problem(seed, 3, 3)
    free = np.random.default_rng(seed).random((2, 2)) * 0.6
    plan = complete(free, a, b)
    assert plan.min() >= 0
    assert np.allclose(plan.sum(1), a)
    assert np.allclose(plan.sum(0), b)
    assert np.allclose(complete(plan[:2, :2], a, b), plan), "a plan's own entries are kept"


def test_the_slice_holds_exactly_the_plans_with_the_other_two_entries():
    plan = complete(np.full((2, 2), 1.5), plans.A, plans.B)
    for x, y in slice_corners(plan, plans.A, plans.B):
        again = complete(np.array([[x, y], plan[1, :2]]), plans.A, plans.B)
        assert np.allclose(again[:2, :2], [[x, y], plan[1, :2]])
        assert np.isclose(again, 0, atol=1e-9).any()


def test_the_cheapest_plan_of_lesson_2_is_pots():
    for name, cost in plans.COSTS.items():
        assert drawn("plans", cost=name).facts["best"] == pytest.approx(ot.emd2(plans.A, plans.B, cost))


@pytest.mark.parametrize("values", [{}, {"cost": "distance", "p11": 0.0, "p22": 4.0}])
def test_the_cost_of_lesson_2_can_be_checked_by_hand(values):
    drawing = drawn("plans", **values)
    cost = plans.COSTS[values.get("cost", "mixed")]
    assert numbers_in(table_of(drawing.latex, "C")) == cost.ravel().tolist()
    assert numbers_in(table_of(drawing.latex, "a")) == plans.A.tolist()
    assert numbers_in(table_of(drawing.latex, "b")) == plans.B.tolist()
    assert sum_in(drawing.latex) == pytest.approx(drawing.facts["cost"])


def table_of(latex: str, name: str) -> str:
    return re.search(rf"\b{name}=\\begin{{pmatrix}}(.*?)\\end{{pmatrix}}", latex)[1]


def numbers_in(text: str) -> list[float]:
    return [float(number) for number in re.findall(r"-?[\d.]+", text)]


def sum_in(latex: str) -> float:
    """The sum of products that a formula writes out."""
    return sum(float(x) * float(y) for x, y in re.findall(r"(-?[\d.]+)\\cdot\(?(-?[\d.]+)", latex))


# 3 · prices


def test_the_income_of_lesson_3_can_be_checked_by_hand():
    drawing = drawn("prices", steps=0)
    assert drawing.facts["income"] == pytest.approx(-1.1)
    assert numbers_in(table_of(drawing.latex, "C")) == prices.PROBLEM.cost.ravel().tolist()
    assert numbers_in(table_of(drawing.latex, "a")) == prices.PROBLEM.source_mass.tolist()
    assert numbers_in(table_of(drawing.latex, "b")) == prices.PROBLEM.target_mass.tolist()
    assert sum_in(drawing.latex) == pytest.approx(-1.1)


@pytest.mark.parametrize("seed", range(5))
def test_no_prices_earn_more_than_the_optimum_and_some_earn_as_much(seed):
    cost, a, b = some_problem(seed)
    best = ot.emd2(a, b, cost)
    f = np.random.default_rng(seed).normal(size=4)
    assert (f[:, None] + best_answer(cost, f)[None, :] <= cost + 1e-12).all()
    assert dual_value(cost, a, b, f) <= best + 1e-12
    way = ascend(cost, a, b, f, 40)
    assert dual_value(cost, a, b, way[-1]) == pytest.approx(best, abs=0.02)
    assert (way[:, 0] == f[0]).all()


def test_the_gap_closes_and_slack_vanishes_where_mass_moves():
    gaps = [drawn("prices", steps=step).facts["gap"] for step in (0, 1, 10, 30)]
    assert gaps == sorted(gaps, reverse=True)
    assert 0 <= gaps[-1] < 0.01
    assert drawn("prices", steps=30).facts["loose"] == 0
    assert drawn("prices").facts["best"] == pytest.approx(
        ot.emd2(prices.PROBLEM.source_mass, prices.PROBLEM.target_mass, prices.PROBLEM.cost)
    )


# 4 · blur


def test_blur_goes_from_the_exact_plan_to_independence():
    low, high = drawn("blur", epsilon=blur.EPSILONS[0]).facts, drawn("blur", epsilon=blur.EPSILONS[-1]).facts
    plans, exact = blur.blurred()
    assert low["cost"] == pytest.approx(low["exact"], rel=0.01)
    assert high["cost"] == pytest.approx(exact.problem.mean_cost, rel=0.05)
    assert high["information"] == pytest.approx(0, abs=0.01)
    costs = [plan.transport_cost for plan in plans]
    told = [blur.information(plan) for plan in plans]
    assert costs == sorted(costs)
    assert told == sorted(told, reverse=True)


def test_the_blurred_plan_is_pots():
    plan = blur.blurred()[0][blur.EPSILONS.index(0.2)]
    problem = plan.problem
    expected = ot.sinkhorn(problem.source_mass, problem.target_mass, problem.cost, plan.epsilon, method="sinkhorn_log", stopThr=1e-9)
    assert np.abs(plan.plan - expected).max() < 1e-5


def test_sharp_is_slow():
    assert drawn("blur", epsilon=0.01).facts["iterations"] > drawn("blur", epsilon=0.1).facts["iterations"]


# 5 · Sinkhorn


@pytest.mark.parametrize("domain", ["plain", "log"])
def test_half_steps_repair_one_side_and_end_at_pots_plan(domain):
    cost, a, b = some_problem(1)
    steps = sinkhorn_steps(cost, a, b, 0.2, 400, domain=domain, dtype=np.float64)
    assert np.allclose(steps.plans[1].sum(1), a)
    assert not np.allclose(steps.plans[1].sum(0), b)
    assert np.allclose(steps.plans[2].sum(0), b)
    assert not np.allclose(steps.plans[2].sum(1), a)
    assert np.abs(steps.plans[-1] - ot.sinkhorn(a, b, cost, 0.2, stopThr=1e-12)).max() < 1e-7
    assert (np.diff(steps.errors[1:]) <= 1e-12).all()


def test_both_domains_are_the_same_mathematics():
    cost, a, b = some_problem(2)
    plain, log = (sinkhorn_steps(cost, a, b, 0.1, 20, domain=domain, dtype=np.float64).plans for domain in ("plain", "log"))
    assert np.abs(plain - log).max() < 1e-10


def test_single_precision_really_breaks_in_the_plain_domain_and_not_in_the_log_domain():
    assert sinkhorn.iterates(0.005, "plain").broken == 1
    assert np.exp(np.float32(-sinkhorn.cost()[3].min() / 0.005)) == 0, "the whole row is below the smallest number"
    assert sinkhorn.iterates(0.005, "log").broken is None
    assert drawn("sinkhorn", epsilon=0.005, step=3).facts["broken"]
    assert "It broke" in drawn("sinkhorn", epsilon=0.005, step=3).note
    assert not drawn("sinkhorn", epsilon=0.005, step=3, domain="log").facts["broken"]
    with pytest.raises(ValueError, match="domain"):
        sinkhorn_steps(np.ones((1, 1)), np.ones(1), np.ones(1), 1.0, 1, domain="odd")


def test_after_a_column_step_the_columns_are_right():
    facts = drawn("sinkhorn", step=2).facts
    assert facts["columns"] < 1e-6 < facts["rows"]
    assert drawn("sinkhorn", step=40).facts["error"] < 1e-4


# 6 · partners


def test_balanced_moves_all_unbalanced_and_partial_leave_the_orphan():
    assert drawn("partners").facts["moved"] == pytest.approx(1)
    assert drawn("partners").facts["orphan"] == pytest.approx(0, abs=1e-9)
    partial = drawn("partners", kind="partial", mass=0.8).facts
    assert partial["moved"] == pytest.approx(0.8)
    assert partial["orphan"] == pytest.approx(1)
    unbalanced = drawn("partners", kind="unbalanced", penalty=0.5).facts
    assert unbalanced["orphan"] > unbalanced["others"] + 0.3
    assert drawn("partners", kind="unbalanced", penalty=5.0).facts["moved"] == pytest.approx(1, abs=0.1), "a large fine is balance"


def test_partial_and_unbalanced_are_pots():
    problem = partners.solved(seen("partners")).problem
    partial = partners.solved(seen("partners", kind="partial", mass=0.5))
    assert partial.value == pytest.approx(ot.partial.partial_wasserstein2(problem.source_mass, problem.target_mass, problem.cost, m=0.5))
    plan = partners.solved(seen("partners", kind="unbalanced", penalty=1.0))
    expected = ot.unbalanced.sinkhorn_unbalanced(
        problem.source_mass, problem.target_mass, problem.cost, plan.epsilon, problem.mean_cost, numItermax=20_000, stopThr=1e-12
    )
    assert np.abs(plan.plan - expected).max() < 1e-4


# 7 · weights


def test_masses_sum_to_one_and_rare_words_gain():
    facts = drawn("weights").facts
    assert [facts[f"sum {kind}"] for kind in ("uniform", "norm", "inverse-frequency")] == pytest.approx([1, 1, 1])
    result = cache.aligned({"sentence": "g042", "target": "de", "masses": "inverse-frequency"})
    weight = dict(zip(result.pair.source.words, result.plan.problem.source_mass, strict=True))
    assert weight["the"] < 1 / len(result.pair.source.words) < max(weight.values())


# 8 · debiasing


def test_a_cloud_is_not_at_cost_0_from_itself_and_its_divergence_is():
    for epsilon in debiasing.EPSILONS:
        own, debiased = debiasing.self_costs(epsilon)
        assert own > 0
        assert debiased == pytest.approx(0, abs=1e-6)


def test_plain_flow_shrinks_a_bell_curve_by_epsilon_and_the_divergence_does_not():
    """Towards N(0, σ²) under OT_ε with cost ½(x − y)² the flow ends at the variance σ² − ε: setting the derivative of the
    Gaussian closed form (Janati et al. 2020) to zero gives s² = σ² − ε."""
    levels = (np.arange(60) + 0.5) / 60
    target = np.sqrt(2) * torch.erfinv(torch.tensor(2 * levels - 1)).numpy()[None, :, None]
    variance = float((target**2).mean())
    ends = {}
    for debiased in (False, True):
        objective = WordOT(cost="sqeuclidean", epsilon=0.4, debiased=debiased, anchor=0, iterations=500, tolerance=1e-5)
        course = descend(objective, cloud_pair(0.5 * target, target), steps=25, rate=0.5, both=False)
        ends[debiased] = float((course.source[-1] ** 2).mean())
    assert ends[False] == pytest.approx(variance - 0.4, abs=0.06)
    assert ends[True] == pytest.approx(variance, abs=0.03)


def test_lesson_8_shows_it():
    drawing = drawn("debiasing", step=debiasing.LAST, epsilon=0.5)
    assert drawing.facts["plain"] < 0.6
    assert drawing.facts["debiased"] > 0.95
    plain, debiased = (picture.reading for picture in drawing.pictures)
    assert "too small" in plain
    assert "landed on the ring" in debiased
    for step in (0, debiasing.LAST - 1):
        assert not any("ended" in picture.reading for picture in drawn("debiasing", step=step, epsilon=0.5).pictures)
    sharp = drawn("debiasing", step=debiasing.LAST, epsilon=0.01)
    assert ("too small" in sharp.pictures[0].reading) == (sharp.facts["plain"] < 0.9)


# 9 · loss


def test_collapse_anchor_and_negatives():
    last = {
        key: drawn("loss", step=loss.LAST, loss=key[0], anchor=key[1]).facts
        for key in itertools.product(("ot", "divergence", "contrast"), (False, True))
    }
    start = drawn("loss", step=0).facts["apart"]
    assert last["ot", False]["english"] < 0.4, "without an anchor everything collapses"
    assert last["ot", True]["english"] > 2 * last["ot", False]["english"], "the anchor holds English"
    assert last["divergence", False]["english"] > 0.9
    assert last["divergence", True]["moved"] < last["divergence", False]["moved"]
    assert last["contrast", False]["english"] > 0.95, "negatives forbid collapse"
    assert all(facts["apart"] < start for facts in last.values())


def test_every_point_of_lesson_9_has_room():
    for kind, anchor, step in itertools.product(("ot", "divergence", "contrast"), (False, True), (0, 7, loss.LAST)):
        figure = drawn("loss", step=step, loss=kind, anchor=anchor).pictures[0].figure
        for trace in figure.data:
            for values, axis in ((trace.x, figure.layout.xaxis), (trace.y, figure.layout.yaxis)):
                low, high = axis.range
                assert all(low < value < high for value in values if value is not None), (kind, anchor, step, trace.name)


def test_the_pull_is_the_gradient_of_the_loss():
    x, y = loss.clouds()
    course = loss.course("divergence", True)
    objective = WordOT(cost="sqeuclidean", epsilon=2.0, debiased=True, anchor=1.0, iterations=100, tolerance=1e-3, scope="batch")
    step = 1e-4
    values = []
    for sign in (1, -1):
        moved = x.copy()
        moved[1, 2, 0] += sign * step
        clouds = cloud_pair(moved, y)
        values.append(float(objective({"": clouds}).total))
    slope = (values[0] - values[1]) / (2 * step)
    assert course.source_pull[0, 1, 2, 0] == pytest.approx(-slope * loss.PAIRS * loss.WORDS, rel=0.02)
    assert (np.diff(course.losses) <= 1e-6).all()


# 10 · links


def test_aer_by_hand_is_the_engines():
    for threshold in (0.0, 0.3, 0.5, 1.0):
        facts = drawn("links", threshold=threshold).facts
        assert facts["aer"] == pytest.approx(facts["by hand"])


def test_recall_never_falls_as_the_threshold_does():
    for sentence in ("g001", "g005", "g008", "g030"):
        pair = cache.aligned({"sentence": sentence, "target": "de", "epsilon": 0.2})
        recall = [scores.recall for scores in links.sweep(pair)]
        assert recall == sorted(recall, reverse=True)
        assert links.THRESHOLDS[10] == Threshold().threshold


# 11 · contexts, 12 · failures


def test_every_word_stands_in_both_its_sentences_and_they_part_with_depth():
    for word, ids in contexts.WORDS.items():
        assert len({contexts.place(cache, word, id)[0] for id in ids}) == 2
        alike = drawn("contexts", word=word).facts["alike"]
        assert alike[-1] == min(alike[alike.argmax() :]), "once most alike, which may be after some layers where one is in the plural"
        assert alike[-1] < alike.max()


def test_the_mean_vector_cannot_be_nearer_to_either_than_they_are_to_themselves():
    vectors = contexts.occurrences(cache, "crane", 3)
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1)
    cosine = vectors[0] @ vectors[1]
    first, second = (vectors[k].astype(float) for k in (0, 1))
    assert vectors[2] @ (first + second) / 2 == pytest.approx(np.sqrt((1 + cosine) / 2), abs=0.02)


# what is said of an example speaks of what it is an example of
_SPOKEN_OF = {
    "reordering": ("end", "after", "before", "becomes one word"),
    "compound": ("compound", "as one word"),
    "idiom": ("idiom", "as one block"),
    "repeated-word": ("two ", "twice"),
}


def test_failures_have_the_tags_they_are_shown_for_and_predictions_are_checked():
    entries = {entry.id: entry for entry in cache.collection().entries}
    for tag, target in itertools.product(failures.TAGS, reading.LANGUAGES):
        found = [entries[id] for id in failures.examples(tag, target)]
        assert len({*found}) == 3
        assert all(tag in entry.tags for entry in found)
        assert all(any(word in entry.note for word in _SPOKEN_OF[tag]) for entry in found), tag
    missed = int(drawn("failures").facts["missed"])
    assert "Predict first" in drawn("failures").note
    assert "Predicted correctly" in drawn("failures", guess=str(min(missed, 3))).note
    assert "Not what you predicted" in drawn("failures", guess=str((min(missed, 3) + 1) % 4)).note


def test_rates_by_tag_are_those_of_the_pairs():
    rate, count = cache.tag_rates("de")["idiom"]
    pairs = [cache.aligned({"sentence": entry.id, "target": "de"}) for entry in cache.collection().entries if "idiom" in entry.tags]
    from otcore.alignment.scores import score

    assert count == len(pairs)
    assert rate == pytest.approx(score([pair.alignment.pairs for pair in pairs], [pair.pair.gold for pair in pairs]).aer, abs=0.03)


def test_the_engines_exact_solver_is_pots_on_a_lesson():
    problem = earth.problem_of(seen("earth"))
    assert isinstance(problem, Problem)
    assert solve(problem, make_solver("exact")).value == pytest.approx(ot.emd2(problem.source_mass, problem.target_mass, problem.cost))


# 13 · shapes


@pytest.mark.parametrize("order", shapes.ORDERS)
def test_shapes_are_pots(order):
    """Value and torn distances against POT's; a mirrored sentence has the same shape, one with two words exchanged has not."""
    problem = shapes.problem_of(order)
    mass, structures = problem.source_mass, (problem.source_structure, problem.target_structure)
    right = shapes.translation(order)
    assert problem.cost[right > 0].sum() == pytest.approx(4 * 0.2 + 2 * 0.3)
    constants = ot.gromov.init_matrix(*structures, mass, mass, "square_loss")
    assert drawn("shapes", order=order).facts[order] == pytest.approx(ot.gromov.gwloss(*constants, right), abs=1e-12)
    assert (drawn("shapes").facts[order] < 1e-12) == (order != "exchanged")
    plan = shapes.solved(order, 0.3)
    start = solve(problem, make_solver("entropic", epsilon=0.1, relative=True)).plan
    other, log = ot.gromov.entropic_fused_gromov_wasserstein(
        *(problem.cost, *structures, mass, mass), epsilon=plan.epsilon, alpha=0.3, G0=start, max_iter=201, tol=1e-9, log=True, stopThr=1e-9
    )
    np.testing.assert_allclose(plan.plan, other, atol=1e-5)
    assert 0.7 * plan.transport_cost + 0.3 * float(ot.gromov.gwloss(*constants, plan.plan)) == pytest.approx(log["fgw_dist"], abs=1e-6)


def test_distances_tell_the_articles_apart():
    for order in ("same", "mirrored"):
        assert drawn("shapes", order=order, alpha=0.0).facts["told apart"] == pytest.approx(0.5, abs=0.01)
        assert drawn("shapes", order=order).facts["told apart"] > 0.8  # as it opens
    assert LESSONS["shapes"].question.is_right("Not at all: 0.")
