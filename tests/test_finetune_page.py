"""The Fine-tune page as a person uses it, without a browser and without training: run folders and the training process are made here."""

import fcntl
import json
import time
from collections import namedtuple
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from pages import fine, go
from streamlit.testing.v1 import AppTest
from training_runs import EVERY, STEPS, failing, made_run, made_settings, stand_in

from dashboard import background
from dashboard.pages.finetune import figures, trainings
from dashboard.pages.finetune.tables import of_steps, pace
from dashboard.pages.finetune.watched import watched_pairs, watched_plan
from otcore.base.errors import InputError
from otcore.corpora.collection import load_collection
from otcore.objectives import OBJECTIVES
from otcore.runs.course import course, snapshot_steps
from otcore.runs.example import example_runs
from otcore.runs.locks import STOP_FILE
from otcore.runs.log import read_log
from otcore.runs.store import create_run, list_runs, open_run

APP = Path(__file__).resolve().parents[1] / "streamlit_app.py"
PATIENCE = 240  # seconds; a quiet machine needs two


@pytest.fixture(autouse=True)
def queue(tmp_path, monkeypatch, encoder, jobs):
    """A runs folder and jobs of this test's own, over a tiny encoder; what is still at work at the end is ended."""
    monkeypatch.setenv("OTCORE_RUNS", str(tmp_path / "runs"))
    monkeypatch.setattr(background, "encoder", lambda name: encoder)
    monkeypatch.setattr(trainings, "command", stand_in)
    yield
    for folder in reversed(trainings.queued()):
        trainings.cancel(open_run(folder))
    wait_for(lambda: not trainings.queued())


def wait_for(condition) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, "it did not come to pass"
        time.sleep(0.05)


def opened(**url: str) -> AppTest:
    app = AppTest.from_file(str(APP), default_timeout=PATIENCE)
    go(app, "finetune")
    app.query_params.update(url)
    return fine(app.run())


def started(**url: str) -> AppTest:
    app = opened(**url)
    return fine(app.button(key="start_run").click().run())


def keys(app: AppTest) -> set[str]:
    return {button.key for button in app.button}


def titles(app: AppTest) -> list[str]:
    return [json.loads(chart.proto.spec)["layout"]["title"]["text"] for chart in app.get("plotly_chart")]


def plain(text: str) -> str:
    return text.replace("\\", "")


def table(app: AppTest):
    return app.dataframe[0].value


def at_work(run) -> bool:
    return open_run(run.folder).state == "running"


def test_a_first_visit_says_what_will_happen_and_is_ready_to_start():
    app = opened()
    assert "Start trains a copy" in app.info[0].value
    assert app.info[0].value.count(". ") == 1, "two sentences"
    assert not app.button(key="start_run").disabled
    assert not app.error
    assert not app.dataframe
    assert any("**An example**" in element.value for element in app.markdown)
    assert titles(app) == ["Loss on the batches", "On held-out sentences", f"Plan of the watched pair after step {example_runs()[0].step}"]
    assert {"resume_run", "use_run", "compare_run", "delete_run", "rename_run"}.isdisjoint(keys(app)), "it is nobody's to change"
    assert "film_run" in keys(app)
    assert list(app.multiselect(key="ft_languages").value) == ["de", "fr", "es"]
    assert app.selectbox(key="ft_encoder").value == "base"


def test_a_run_is_started_seen_by_others_queued_behind_and_cancelled():
    first = started(ft_languages="de", ft_steps="40")
    (run,) = list_runs()
    assert (run.settings.languages, run.settings.steps, run.settings.objective.name) == (("de",), 40, "contrastive-ot")
    wait_for(lambda: at_work(run))
    assert "cancel_run" in keys(fine(first.run()))

    other = opened()
    assert "cancel_run" in keys(other), "a second browser sees the run without asking for it"
    second = started(ft_languages="de", ft_steps="40", ft_seed="1")
    assert "1 run ahead" in second.info[0].value
    assert sorted(table(second)["state"]) == ["running", "waiting, 1 ahead"]
    third = started(ft_languages="de", ft_steps="40", ft_seed="1")
    assert len(list_runs()) == 2, "the same settings are not begun twice"
    assert "1 run ahead" in third.info[0].value

    fine(first.button(key="cancel_run").click().run())
    wait_for(lambda: trainings.standing(open_run(run.folder)).state == "cancelled")
    assert {"resume_run", "start_run"} <= keys(fine(first.run()))
    waiting = next(one for one in list_runs() if one.settings.seed == 1)
    wait_for(lambda: at_work(waiting))
    assert "cancel_run" in keys(fine(second.run()))

    fine(first.button(key="resume_run").click().run())
    assert "1 run ahead" in first.info[0].value
    fine(first.button(key="cancel_run").click().run())
    assert open_run(run.folder).state == "cancelled", "one that waits leaves the queue and keeps what it had"
    assert [folder.name for folder in trainings.queued()] == [waiting.name]


def test_a_past_run_shows_its_curves_figures_plan_and_settings():
    run = made_run()
    app = opened()
    assert titles(app) == ["Loss on the batches", "On held-out sentences", f"Plan of the watched pair after step {STEPS}"]
    row = table(app).iloc[0]
    assert (row["run"], row["state"], row["AER"], row["P@1"]) == (run.name, "finished", "0.300 → 0.200", "0.400 → 0.600")
    assert (row["languages"], row["from"], row["seed"], row["steps"]) == ("de, ar", "base", 0, STEPS)
    assert all(len(chart.proto.alt) > 20 for chart in app.get("plotly_chart"))
    slider = app.select_slider(key=f"snapshot_{run.name}_{STEPS}")
    fine(slider.set_value(0).run())
    assert titles(app)[2] == "Plan of the watched pair after step 0"
    fine(app.selectbox(key=f"watched_{run.name}").set_value(3).run())
    assert "Arabic words" in app.get("plotly_chart")[2].proto.spec
    fine(app.button(key="show_example").click().run())
    assert any("**An example**" in element.value for element in app.markdown)
    assert titles(app)[2] == f"Plan of the watched pair after step {example_runs()[0].step}"


def test_a_cancel_is_answered_before_the_run_has_ended(monkeypatch):
    run = made_run(state="running")
    monkeypatch.setattr(trainings, "is_running", lambda folder: True)
    monkeypatch.setattr(trainings, "standing", lambda run: trainings.Standing("running", ending=(run.folder / STOP_FILE).exists()))
    app = opened()
    assert not app.button(key="cancel_run").disabled
    fine(app.button(key="cancel_run").click().run())
    assert (run.folder / STOP_FILE).exists()
    assert app.button(key="cancel_run").disabled
    assert app.button(key="cancel_run").label == "Ending …"


def test_a_run_by_the_clock_says_about_how_many_steps_it_makes():
    run = made_run(steps=None, minutes=2.0)  # two seconds a step
    run = replace(run, steps=None)
    found = course(run.log())
    early = replace(found, seconds=found.seconds[:2], loss=found.loss[:2], latest=found.latest | {"step": 2, "seconds": 4.0})
    assert of_steps(run, early) == " of about 60"
    assert of_steps(run, replace(early, seconds=found.seconds[:1], latest=found.latest | {"step": 1, "seconds": 2.0})) == "", "no pace yet"
    assert of_steps(replace(run, steps=40), early) == " of 40", "whichever ends it first"
    assert of_steps(replace(run, steps=4_000), early) == " of about 60"


def test_a_run_that_stopped_itself_or_was_interrupted_says_why():
    made_run(state="stopped", reason="the loss exploded; try a lower learning rate")
    app = opened()
    assert "the loss exploded" in plain(app.warning[0].value)
    assert "resume_run" not in keys(app)
    made_run(state="running", seed=5)  # no process holds its lock
    app = opened()
    assert any("Interrupted" in text.value for text in app.markdown)
    assert "resume_run" in keys(app)


def test_a_run_is_renamed_in_the_list_the_address_and_the_encoders():
    run, taken = made_run(), made_run(seed=1)
    app = opened(run=run.name)
    for wrong, told in ((taken.name, "already a run"), ("../x", "no name for a run")):
        app.text_input(key=f"new_name_{run.name}").set_value(wrong)
        fine(app.button(key="rename_run").click().run())
        assert told in plain(app.error[0].value)
    app.text_input(key=f"new_name_{run.name}").set_value("my first")
    fine(app.button(key="rename_run").click().run())
    assert sorted(table(app)["run"]) == sorted(["my first", taken.name])
    assert app.query_params["run"] in ("my first", ["my first"])
    assert "run:my first" in background.encoder_names()


def test_a_run_is_deleted_only_on_confirmation():
    run = made_run()
    app = opened()
    assert run.folder.is_dir()
    fine(app.button(key="delete_run").click().run())
    assert not run.folder.exists()
    assert "Start trains a copy" in app.info[0].value


def test_a_run_becomes_the_encoder_of_all_pages():
    run = made_run()
    assert f"run:{run.name}" in background.encoder_names()
    app = opened()
    app.button(key="use_run").click().run()
    assert app.session_state["encoder"] == f"run:{run.name}"


def test_a_layer_that_the_encoder_does_not_have_is_told_in_a_sentence():
    assert "layers 0 to 3" in plain(started(ft_layer="9").error[0].value)
    assert not list_runs()


def test_settings_are_offered_where_they_apply_with_what_is_taken_where_nothing_is_chosen():
    app = opened(ft_objective="l2", ft_scope="batch", ft_anchor="0.25")
    shown = {widget.key for group in (app.number_input, app.selectbox) for widget in group}
    assert {"ft_anchor", "ft_word_pairs", "ft_rate", "ft_minutes"} <= shown
    assert not {"ft_scope", "ft_epsilon", "ft_temperature", "ft_cost", "ft_masses"} & shown
    assert app.number_input(key="ft_minutes").placeholder == "as the budget"
    assert app.number_input(key="ft_rate").placeholder == f"{OBJECTIVES['l2'].learning_rate:g}, recommended"
    fine(app.selectbox(key="ft_objective").set_value("contrastive-ot").run())
    assert app.number_input(key="ft_temperature").placeholder == "0.05, recommended"
    assert app.number_input(key="ft_anchor").value == 0.25, "what was typed stays"
    fine(app.button(key="start_run").click().run())
    (run,) = list_runs()
    assert run.settings.objective == OBJECTIVES["contrastive-ot"](anchor=0.25)
    assert {key for key in app.query_params if key.startswith("ft_")} == {"ft_anchor", "ft_scope"}


def test_word_pairs_are_asked_for_where_a_lexicon_is_made_of_them():
    app = opened(ft_objective="word-ot")
    assert "ft_word_pairs" not in {widget.key for widget in app.selectbox}
    fine(app.toggle(key="ft_lexicon").set_value(True).run())
    assert "ft_word_pairs" in {widget.key for widget in app.selectbox}
    fine(app.button(key="start_run").click().run())
    (run,) = list_runs()
    assert run.settings.lexicon


def test_a_map_leaves_the_encoder_without_a_lexicon():
    app = opened(ft_objective="linear", ft_lexicon="1")
    assert "ft_lexicon" not in {widget.key for widget in app.toggle}
    fine(app.button(key="start_run").click().run())
    assert not list_runs()[0].settings.lexicon


def test_what_has_no_place_on_the_page_cannot_be_set_by_an_address():
    fine(opened(ft_objective="word-ot", ft_epochs="3", ft_iterations="7", ft_clip="9").button(key="start_run").click().run())
    (run,) = list_runs()
    assert (run.settings.epochs, run.settings.objective, run.settings.clip) == (None, OBJECTIVES["word-ot"](), 1.0)


def test_runs_of_all_objectives_stand_in_the_table():
    for objective in OBJECTIVES.values():
        create_run(made_settings(objective=objective(), minutes=1.0))
    assert set(table(opened())["objective"]) == set(OBJECTIVES)


def test_no_language_no_encoder_and_no_space_are_told_in_sentences(monkeypatch):
    app = opened()
    fine(app.multiselect(key="ft_languages").set_value([]).run())
    assert "at least one language" in app.error[0].value
    assert app.button(key="start_run").disabled

    def absent(name):
        raise InputError(f"The encoder {name} is not to be had; choose another.")

    with monkeypatch.context() as patch:
        patch.setattr(background, "encoder", absent)
        assert "is not to be had" in plain(started(ft_encoder="run:<gone>").error[0].value)
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(trainings.shutil, "disk_usage", lambda folder: usage(1, 1, 0))
    assert "0 MB are free" in plain(started().error[0].value)
    assert not list_runs()


def test_a_process_that_fails_is_told_with_its_own_sentence(monkeypatch):
    monkeypatch.setattr(trainings, "command", failing)
    app = started()
    wait_for(lambda: not trainings.queued())
    assert "The text <b> has no words" in plain(fine(app.run()).error[0].value)
    (run,) = list_runs()
    assert trainings.failure(run.name).startswith("The text <b>")


def test_a_bad_address_falls_back_field_by_field():
    app = opened(ft_languages="en,xx", ft_objective="magic", ft_budget="never", ft_rate="nan", ft_batch="0", run="nobody")
    assert list(app.multiselect(key="ft_languages").value) == ["de", "fr", "es"]
    assert app.selectbox(key="ft_objective").value == "contrastive-ot"
    assert app.number_input(key="ft_rate").value is None
    assert any("no run nobody" in plain(info.value) for info in app.info)


def test_a_run_waits_for_one_that_another_process_has_at_work(monkeypatch):
    looks, look = [], trainings._at_work_elsewhere
    monkeypatch.setattr(trainings, "_at_work_elsewhere", lambda: looks.append(1) or look())
    foreign = made_run()
    own = create_run(made_settings(seed=3))
    with open(foreign.folder / "lock", "ab") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        trainings.start(own)
        wait_for(lambda: trainings.standing(own).ahead == 1)
        assert trainings.standing(own).state == "waiting"
        wait_for(lambda: len(looks) > 3)
        assert open_run(own.folder).state == "new"
    wait_for(lambda: at_work(own))


def test_the_queue_has_an_end(monkeypatch):
    monkeypatch.setattr(trainings, "RUN", replace(trainings.RUN, most=1))
    trainings.start(create_run(made_settings()))
    with pytest.raises(InputError, match="at work or waiting"):
        trainings.start(create_run(made_settings(seed=1)))


def test_a_course_holds_the_log_and_thins_it_out_without_losing_the_end():
    run = made_run()
    entries = read_log(run.folder / "log.jsonl")
    whole = course(entries)
    assert len(whole.loss) == STEPS
    assert [step for _, step, _ in whole.held_out] == [0, EVERY, STEPS]
    assert [seconds for seconds, _, _ in whole.held_out] == [0, 2.0 * EVERY, 2.0 * STEPS]
    np.testing.assert_allclose(np.array(whole.parts["contrast"]) + whole.parts["anchor"], whole.loss)
    step = next(entry for entry in entries if "loss" in entry)
    long = course([step | {"step": k, "seconds": float(k)} for k in range(1, 1002)])
    assert len(long.loss) <= 402
    assert long.seconds[-1] == 1001
    share, left = pace(run, replace(whole, latest=whole.latest | {"step": 10, "seconds": 20.0}))
    assert share == pytest.approx(0.25, abs=0.02)
    assert left == pytest.approx(60)
    assert course([]).latest is None
    assert pace(run, course([])) == (0.0, None)


def test_a_watched_plan_has_the_masses_and_ends_on_the_diagonal():
    run, collection = made_run(), load_collection()
    assert snapshot_steps(run.folder) == [0, EVERY, STEPS]
    for number, pair in enumerate(watched_pairs(run.folder)):
        last = watched_plan(run.folder, STEPS, number, collection)
        assert last.plan.shape == (len(pair.source), len(pair.target))
        np.testing.assert_allclose(last.plan.sum(0), 1 / len(pair.target), atol=1e-4)
        np.testing.assert_allclose(last.plan.sum(1), 1 / len(pair.source), atol=1e-4)
        assert {(k, k) for k in range(min(last.plan.shape))} <= last.links
        assert last.cost < watched_plan(run.folder, 0, number, collection).cost
        cells = last.cells
        assert last.gold.sure == set(cells["hit"]) | set(cells["missed"])
        assert last.links == set(cells["hit"]) | set(cells["possible"]) | set(cells["false"])
        figure = figures.watched(last)
        assert figure.layout.yaxis.title.text == "English words", "English down, the other across, as on the Align page"
        np.testing.assert_array_equal(figure.data[0].z, last.plan.T)
        marked = {(j, i) for trace in figure.data[1:] for i, j in zip(trace.x, trace.y, strict=True)}
        assert marked == {(j, i) for found in cells.values() for i, j in found}
    with pytest.raises(InputError, match="cannot be read"):
        watched_plan(run.folder, 3, 0, collection)


def test_curves_differ_in_more_than_colour_and_axes_have_units():
    found = course(read_log(made_run().folder / "log.jsonl"))
    for figure in (figures.losses(found), figures.held_out(found)):
        shown = [trace for trace in figure.data if trace.visible != "legendonly"]
        assert len({trace.line.dash for trace in shown}) == len(shown) == 3
        assert figure.layout.xaxis.title.text == "time of work (s)"
        assert figure.layout.yaxis.title.text
    assert [trace.name for trace in figures.losses(found).data][-2:] == ["German", "Arabic"]
