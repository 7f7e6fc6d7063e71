"""The Learn pages as a person uses them, without a browser: every lesson from its address, moved, answered, taught."""

import json
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest
from pages import fine, go
from streamlit.testing.v1 import AppTest

import dashboard.pages.learn.view  # noqa: F401  torch and the lessons' figures are loaded before the clock of a page's run starts
from dashboard.kit import markup
from dashboard.pages.learn import cache
from dashboard.pages.learn.choices import OVERVIEW
from dashboard.pages.learn.lessons import LESSONS, sinkhorn
from dashboard.pages.learn.lessons.kinds import Steps
from dashboard.pages.playground.clouds import Cloud, cloud_text, edited, read_cloud, solve_all
from otcore.base.choices import Flag, Number, OneOf
from otcore.base.errors import InputError

APP = Path(__file__).resolve().parents[1] / "streamlit_app.py"
EACH = pytest.mark.parametrize("lesson", LESSONS.values(), ids=lambda lesson: lesson.name)


def opened(page: str = "learn", **url: str) -> AppTest:
    app = AppTest.from_file(str(APP), default_timeout=300)
    go(app, page)
    app.query_params.update(url)
    return fine(app.run())


def figures(app: AppTest) -> list[dict]:
    return [json.loads(element.proto.spec) for element in app.get("plotly_chart")]


def page_html(app: AppTest) -> str:
    return "\n".join(element.proto.body for element in app.get("html"))


def url(app: AppTest) -> dict[str, str]:
    return {key: value[-1] if isinstance(value, list) else value for key, value in app.query_params.items()}


def plays(lesson) -> list[str]:
    """The controls that the browser plays."""
    return [*lesson.plays] or [name for name, control in lesson.controls.items() if isinstance(control.kind, Steps)]


def told(app: AppTest, key: str) -> dict:
    """What a component was given."""
    return json.loads(next(element.proto for element in app.get("bidi_component") if element.key == key).json)


def moved(app: AppTest, lesson) -> tuple[str, str]:
    """Moves the first control that AppTest can move; its key and the value as the address has it."""
    start = {name: control.default for name, control in lesson.controls.items()}
    controls = list(lesson.controls.items())
    for name, control in reversed(controls) if lesson.name == "failures" else controls:  # there nothing moves before a prediction
        key, kind = f"{lesson.name}_{name}", control.kind
        if not control.applies(start):
            continue
        if name in plays(lesson):
            value = 0 if isinstance(kind, Steps) else next(iter(kind.labels)) if isinstance(kind, OneOf) else kind.dial[0]
            app.session_state[key] = value  # by the browser's slider, which AppTest has not
        elif isinstance(kind, Number):
            value = kind.dial[1]
            app.slider(key=key).set_value(value)
        elif isinstance(kind, OneOf):
            value = next(option for option in reversed(list(kind.labels)) if option != control.default)
            widget = {"scale": app.select_slider, "row": app.button_group, "list": app.selectbox}[kind.style]
            widget(key=key).set_value(value)
        elif isinstance(kind, Flag):
            value = not control.default
            app.toggle(key=key).set_value(value)
        else:
            continue
        fine(app.run())
        return key, "1" if value is True else str(value)
    raise AssertionError(f"{lesson.name} has nothing to move")


@EACH
def test_every_lesson_opens_answers_and_moves_and_its_address_restores_it(lesson):
    app = opened(lesson=lesson.name)
    assert url(app) == {"lesson": lesson.name}
    assert app.title[0].value == lesson.label
    assert lesson.formula in [formula.value.strip("$\n") for formula in app.latex]
    assert all(len(chart.proto.alt) > 25 for chart in app.get("plotly_chart"))
    assert any(f"lesson={lesson.name}" in block.value for block in app.code)
    assert app.get("download_button")[0].proto.label.startswith("Sheet")
    if lesson.draw(lesson.view(), cache).words:
        assert f"words_{lesson.name}_0" in [element.key for element in app.get("bidi_component")]
    answered(app, lesson)
    before = figures(app)
    key, value = moved(app, lesson)
    assert url(app) == {"lesson": lesson.name, key: value}
    assert figures(app) != before
    assert figures(opened(**url(app))) == figures(app)


def answered(app: AppTest, lesson) -> None:
    """A wrong and the right answer, each told apart; nothing is said before."""
    assert not [*app.success, *app.error]
    question = lesson.question
    right = list(question.options)[question.right]
    wrong = next(option for option in question.options if option != right)
    for option in (wrong, right):
        fine(app.radio(key=f"answer_{lesson.name}").set_value(option).run())
        told, silent = (app.error, app.success) if option == wrong else (app.success, app.error)
        assert question.options[option] in told[0].value
        assert not silent


@EACH
def test_teachers_mode_is_large_and_hides_the_answers(lesson):
    app, options = opened(lesson=lesson.name, teacher="1"), list(lesson.question.options)
    assert "font-size: 26px" in page_html(app)
    for figure in figures(app):
        assert figure["layout"]["font"]["size"] >= 20
        assert figure["layout"]["title"]["font"]["size"] >= 20
        assert figure["layout"]["xaxis"]["tickfont"]["size"] >= 20
    fine(app.radio(key=f"answer_{lesson.name}").set_value(options[0]).run())
    assert not [*app.success, *app.error]
    fine(app.toggle(key=f"reveal_{lesson.name}").set_value(True).run())
    assert lesson.question.options[options[lesson.question.right]] in app.success[0].value
    assert len(app.error) == len(options) - 1


def test_words_wait_for_a_prediction():
    app = opened(lesson="failures", failures_guess="1")
    assert "words_failures_0" in [element.key for element in app.get("bidi_component")]


def test_the_list_leads_to_the_lessons_and_the_buttons_walk():
    app = opened()
    assert url(app) == {}
    fine(app.button(key="open_prices").click().run())
    assert url(app) == {"lesson": "prices"}
    fine(app.button(key="lesson_next").click().run())
    assert url(app) == {"lesson": "blur"}
    fine(app.button(key="lesson_previous").click().run())
    assert url(app) == {"lesson": "prices"}
    fine(app.selectbox(key="lesson").set_value(OVERVIEW).run())
    assert url(app) == {}
    assert app.button(key="lesson_previous").disabled


@EACH
def test_the_slider_that_plays_has_every_figure_as_the_page_would_draw_it(lesson):
    """The film is what the browser shows while it plays: the same figures and numbers as the page draws for that step."""
    if not plays(lesson):
        pytest.skip("nothing to play")
    name = next(name for name in plays(lesson) if lesson.controls[name].applies(asdict(lesson.view())) or name == "penalty")
    choices = {"partners_kind": "unbalanced"} if lesson.name == "partners" else {}
    app = opened(lesson=lesson.name, **choices)
    film = told(app, f"play_{lesson.name}_{name}")
    last = len(film["values"]) - 1
    for step in {0, last // 2, last}:
        app.session_state[f"{lesson.name}_{name}"] = lesson.controls[name].kind.read(film["values"][step])
        fine(app.run())
        for figure, frame in zip(figures(app), film["frames"][step], strict=True):
            assert [film["traces"][place] for place in frame["traces"]] == figure["data"]
            layout = film["layouts"][frame["layout"]]
            assert layout == {key: figure["layout"].get(key, layout[key]) for key in layout}
        if film["numbers"]["steps"][step]:
            assert all(markup.escape_html(value) in page_html(app) for value, _ in film["numbers"]["steps"][step])


@EACH
def test_a_lesson_opens_on_what_is_to_be_seen(lesson):
    assert not [name for name, control in lesson.controls.items() if isinstance(control.kind, Steps) and control.default == 0]


def test_a_link_that_plays_plays_at_once():
    app = opened(lesson="sinkhorn", sinkhorn_step="1", play="1")
    assert url(app) == {"lesson": "sinkhorn", "play": "1", "sinkhorn_step": "2"}, "what begins to play begins with a step"
    assert told(app, "play_sinkhorn_step")["play"]
    ended = opened(lesson="sinkhorn", sinkhorn_step="40", play="1")
    assert url(ended) == {"lesson": "sinkhorn", "sinkhorn_step": "40"}
    assert not told(ended, "play_sinkhorn_step")["play"]


def test_playing_stops_where_there_is_something_to_read():
    film = told(opened(lesson="sinkhorn", sinkhorn_epsilon="0.005"), "play_sinkhorn_step")
    assert film["stops"] == [sinkhorn.iterates(0.005, "plain").broken]
    assert told(opened(lesson="sinkhorn"), "play_sinkhorn_step")["stops"] == []


def test_a_prediction_is_of_one_view_and_is_asked_below_its_sentences():
    app = opened(lesson="failures", failures_guess="1")
    fine(app.button_group(key="failures_example").set_value("2").run())
    assert url(app) == {"lesson": "failures", "failures_example": "2"}
    assert "Predict first" in "".join(block.value for block in app.markdown)
    shown = [element for element in flat(app.main) if element.type in ("markdown", "button_group")]
    order = [element.key if element.type == "button_group" else element.value for element in shown]
    sentences = next(place for place, text in enumerate(order) if "What is special" in (text or ""))
    assert sentences < order.index("failures_guess")


def flat(block) -> list:
    """Elements in the order in which they stand."""
    return [one for child in block.children.values() for one in (flat(child) if hasattr(child, "children") else [child])]


def test_the_way_on_stands_at_the_end_and_keys_turn_lessons_in_teachers_mode_alone():
    app = opened(lesson="prices")
    assert fine(app.button(key="lesson_on").click().run()).title[0].value == LESSONS["blur"].label
    assert app.button(key="lesson_next").proto.shortcut == ""
    assert opened(lesson="prices", teacher="1").button(key="lesson_next").proto.shortcut.lower() == "pagedown"
    assert fine(opened(lesson="shapes").button(key="lesson_on").click().run()).title[0].value == "Learn"


def test_the_paper_is_named_and_words_have_a_legend():
    assert "arXiv" in opened().caption[-1].value or "arxiv.org/abs/2110.02887" in opened().caption[-1].value
    assert "missed gold link" in page_html(opened(lesson="earth"))


@pytest.mark.parametrize(
    "bad",
    [
        {"lesson": "nosuch"},
        {"lesson": ""},
        {"lesson": "earth", "earth_p": "nan"},
        {"lesson": "earth", "earth_piles": "9,9"},
        {"lesson": "earth", "earth_own": "1," * 3_000},
        {"lesson": "blur", "blur_epsilon": "0.3"},
        {"lesson": "links", "links_rule": "<b>"},
        {"lesson": "failures", "failures_example": "7"},
        {"lesson": "earth", "learn_mark": "9999-x", "teacher": "maybe", "play": "1"},
    ],
)
def test_a_bad_address_falls_back(bad):
    lesson = bad["lesson"] if bad["lesson"] in LESSONS else ""
    assert url(opened(**bad)) == ({"lesson": lesson} if lesson else {})


def test_another_page_keeps_what_was_chosen_here():
    app = opened(lesson="earth", earth_p="2.0")
    go(app, "align")
    app.query_params.clear()
    fine(app.run())
    go(app, "learn")
    app.query_params.clear()
    fine(app.run())
    assert url(app) == {"lesson": "earth", "earth_p": "2.0"}


# the playground


def test_the_playground_sets_all_solvers_side_by_side():
    app = opened("playground")
    table = app.dataframe[0].value
    assert list(table["solver"]) == ["exact", "entropic", "fused", "debiased", "unbalanced", "partial"]
    assert {"value", "time (ms)", "marginal error"} <= set(table.columns)
    assert table["converged"].all()
    fine(app.text_area(key="pg_first").set_value("0 1; 4 1").run())
    assert ["same number of coordinates" in error.value for error in app.error] == [True], "said once"
    fine(app.text_area(key="pg_second").set_value("1 1\n7, 1").run())
    assert app.dataframe[-1].value["value"][0] == pytest.approx(2.0)
    fine(app.button_group(key="pg_form").set_value("table").run())
    assert app.dataframe[-1].value["value"][0] == pytest.approx(2.0)
    fine(app.button(key="random_pg_first").click().run())


@pytest.mark.parametrize("form", ["numbers", "table", "drawing"])
def test_the_playground_opens_on_its_drawing_and_says_a_mismatch_once(form):
    app = opened("playground", pg_form=form, pg_first="0 0 1; 4 1 1", pg_second="1 0 1")
    board = told(app, "pg_board")
    points = [[(point["x"], point["y"], point["mass"]) for point in cloud] for cloud in board["clouds"]]
    assert points == [[(0, 0, 0.5), (4, 1, 0.5)], [(1, 0, 1)]]
    assert [(i, j) for i, j, _ in board["plan"]] == [(0, 0), (1, 0)]
    assert [mass for _, _, mass in board["plan"]] == pytest.approx([0.5, 0.5], abs=1e-3)
    for axis, (low, high) in zip("xy", board["span"], strict=True):
        assert all(low < point[axis] < high for cloud in board["clouds"] for point in cloud)
    mismatch = opened("playground", pg_form=form, pg_first="0 1", pg_second="1 0 1")
    assert ["same number" in error.value for error in mismatch.error] == [True]
    assert mismatch.text_area(key="pg_first").value == "0 1", "there it can be put right"


def test_the_playground_has_teachers_mode():
    app = opened("playground", teacher="1")
    assert "font-size: 26px" in page_html(app)
    assert figures(app)[0]["layout"]["xaxis"]["tickfont"]["size"] >= 20
    fine(app.toggle(key="teacher").set_value(False).run())
    assert "font-size: 26px" not in page_html(app)


def written(edited_: tuple[int, Cloud]) -> tuple[int, str]:
    return edited_[0], cloud_text(edited_[1].rows)


def test_a_point_is_added_moved_weighed_and_taken_away():
    clouds = [read_cloud("0 0 1; 4 1 1", "x"), read_cloud("1 0 2", "y")]
    add = {"act": "add", "side": 0, "x": 2.0, "y": 0.5, "weight": 1.5}
    assert written(edited(clouds, add)) == (0, "0 0 1; 4 1 1; 2 0.5 1.5")
    assert written(edited(clouds, add | {"x": 4, "y": 1})) == (0, "0 0 1; 4 1 2.5"), "where a point lies its weight grows"
    assert written(edited(clouds, {"act": "move", "side": 1, "place": 0, "x": -1, "y": 2.5})) == (1, "-1 2.5 2")
    assert written(edited(clouds, {"act": "weigh", "side": 1, "place": 0, "weight": 3})) == (1, "1 0 3")
    assert written(edited(clouds, {"act": "remove", "side": 0, "place": 1})) == (0, "0 0 1")
    for edit in ({"act": "remove", "side": 1, "place": 0}, {"act": "weigh", "side": 1, "place": 0, "weight": 0}):
        with pytest.raises(InputError, match="needs a point"):
            edited(clouds, edit)
    assert cloud_text(clouds[0].rows) == "0 0 1; 4 1 1", "what was given stays"
    line = [read_cloud("0 1", "x"), read_cloud("3 1", "y")]
    assert written(edited(line, add | {"x": 1.5})) == (0, "0 1; 1.5 1.5")
    assert written(edited(line, {"act": "move", "side": 0, "place": 0, "x": 7, "y": 7})) == (0, "7 1")
    full = read_cloud(";".join(f"{k} 1" for k in range(60)), "x")
    with pytest.raises(InputError, match="remove one first"):
        edited([full, full], add | {"x": 0.5})


@pytest.mark.parametrize(
    "text", ["", ";;", "1", "1 2 3 4", "1 2; 1 2 3", "a b", "1 -1", "1 0; 2 0", "nan 1", "1e9 1", "0 1;" * 61, "<b> 1"]
)
def test_points_that_cannot_be_used_get_a_sentence(text):
    with pytest.raises(InputError, match="The cloud"):
        read_cloud(text, "The cloud")


def test_points_that_cannot_be_used_leave_the_page_standing():
    assert "First cloud" in opened("playground", pg_first="a b").error[0].value


def test_a_cloud_is_read_as_it_is_written_and_values_agree_with_a_closed_form():
    rows = np.array([[0.5, 1.25, 2], [-1, 3, 0.5]])
    cloud = read_cloud(cloud_text(rows), "x")
    assert np.allclose(np.column_stack([cloud.points, cloud.weights]), rows)
    two, other = read_cloud("0 1; 1 1", "x"), read_cloud("2 1; 3 1", "y")
    answers = {answer.kind: answer.plan for answer in solve_all(two, other, "euclidean", epsilon=0.1, penalty=0.5, mass=0.5)}
    assert answers["exact"].value == pytest.approx(2.0)
    assert answers["partial"].plan.sum() == pytest.approx(0.5)
    with pytest.raises(InputError, match="All costs are 0"):
        solve_all(read_cloud("1 1", "x"), read_cloud("1 1", "y"), "euclidean", epsilon=0.1, penalty=0.5, mass=0.5)
