"""A run whose files are damaged breaks no list and no page: it is listed with the reason, and can be removed."""

import json
import os
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as settings_of_hypothesis
from hypothesis import strategies as st
from pages import fine, go
from streamlit.testing.v1 import AppTest
from training_runs import made_run

from otcore.base.errors import InputError
from otcore.base.places import run_names
from otcore.cli import main
from otcore.runs.course import course
from otcore.runs.damaged import damaged_runs, remove_damaged
from otcore.runs.log import read_log
from otcore.runs.settings import FinetuneSettings
from otcore.runs.store import create_run, find_run, list_runs, open_run

ROOT = Path(__file__).parent.parent
DEEP = b"[" * 100_000
FAULTS = {
    "settings.json": [
        b"",
        b"{",
        b"\xff\xfe",
        b"[1]",
        b"3",
        b"null",
        DEEP,
        b'{"languages": 3}',
        b'{"languages": ["de"], "steps": 1e999}',
        b"9" * 5000,
    ],
    "state.json": [
        b"",
        b"[]",
        b"\xff",
        DEEP,
        b'{"state": "odd"}',
        b'{"step": "x"}',
        b'{"step": -1}',
        b'{"seconds": NaN}',
        b'{"steps": [1]}',
        b'{"reason": 3}',
    ],
    "result.json": [b"[]", b"x", b'{"before": 3}', b'{"after": {"aer": "x"}}', DEEP],
}
CASES = [(name, content) for name, contents in FAULTS.items() for content in contents]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inside: st.lists(inside, max_size=3) | st.dictionaries(st.text(max_size=8), inside, max_size=3),
    max_leaves=8,
)


@pytest.mark.parametrize(("name", "content"), CASES, ids=[f"{name} {content[:24]!r}" for name, content in CASES])
def test_it_is_listed_with_the_reason_and_can_be_removed(runs, name, content):
    made_run(runs / "whole")
    folder = made_run(runs / "broken").folder
    (folder / name).write_bytes(content)
    assert [run.name for run in list_runs()] == ["whole"]
    assert [one.name for one in damaged_runs()] == ["broken"]
    assert "\n" not in damaged_runs()[0].reason
    with pytest.raises(InputError):
        find_run("broken")
    remove_damaged("broken")
    assert damaged_runs() == []
    assert [path.name for path in runs.iterdir()] == ["whole"]
    with pytest.raises(InputError, match="no damaged run"):
        remove_damaged("whole")


def test_other_kinds_of_damage(runs):
    made_run(runs / "whole")
    for name in ("folder", "loop", "gone"):
        made_run(runs / name)
        (runs / name / "settings.json").unlink()
    (runs / "folder" / "settings.json").mkdir()
    (runs / "loop" / "settings.json").symlink_to(runs / "loop" / "settings.json")
    (runs / "notes of mine").mkdir()
    (runs / "file").write_text("")
    os.mkdir(os.fsencode(runs) + b"/\xff\xfe")
    assert [run.name for run in list_runs()] == ["whole"]
    assert [one.name for one in damaged_runs()] == ["folder", "gone", "loop"]
    assert "run:whole" in run_names()


@pytest.mark.parametrize("root", ["file", "~no such user/x"])
def test_a_runs_folder_that_is_none(tmp_path, monkeypatch, capsys, root):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("OTCORE_RUNS", str(tmp_path / "file") if root == "file" else root)
    assert main(["runs"]) == (0 if root == "file" else 2)
    assert main(["finetune", "--languages", "de", "--steps", "1"]) == 2
    assert "Traceback" not in capsys.readouterr().err


def test_the_command_lists_and_removes_it(runs, capsys):
    made_run(runs / "whole")
    (made_run(runs / "broken").folder / "state.json").write_bytes(b"\xff")
    assert main(["runs"]) == 0
    assert "broken is damaged: state.json is not UTF-8 (at byte 1)." in capsys.readouterr().out
    assert main(["runs", "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert [(row["name"], row["state"]) for row in rows] == [("whole", "finished"), ("broken", "damaged")]
    assert set(rows[0]) == set(rows[1])
    for name in ("broken", "whole"):
        assert main(["runs", "--remove", name]) == 0
    assert list(runs.iterdir()) == []
    assert main(["runs", "--remove", "broken"]) == 2


def test_the_page_lists_and_removes_it(runs, jobs):
    made_run(runs / "whole")
    (made_run(runs / "a*b").folder / "settings.json").write_bytes(DEEP)
    app = AppTest.from_file(str(ROOT / "streamlit_app.py"), default_timeout=120)
    go(app, "finetune")
    fine(app.run())
    told = [entry.value for entry in app.markdown if "a\\*b" in entry.value]
    assert len(told) == 1
    button = next(one for one in app.button if one.key.startswith("remove_damaged_"))
    fine(button.click().run())
    assert not any(one.key.startswith("remove_damaged_") for one in app.button)
    assert [path.name for path in runs.iterdir() if not path.name.startswith(".")] == ["whole"]


@given(
    st.lists(
        JSON | st.dictionaries(st.sampled_from(["step", "seconds", "loss", "parts", "held_out", "notes", "saved"]), JSON, max_size=5),
        max_size=6,
    )
)
@settings_of_hypothesis(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_any_log_has_a_course(tmp_path, entries):
    (tmp_path / "log.jsonl").write_text("".join(json.dumps(entry) + "\n" for entry in entries), encoding="utf-8")
    found = course(read_log(tmp_path / "log.jsonl"))
    assert len(found.seconds) == len(found.loss)


@given(
    st.dictionaries(
        st.sampled_from(["languages", "encoder", "objective", "steps", "minutes", "batch", "files", "seed", "layer", "x", "longest"]),
        JSON,
        max_size=5,
    )
)
@settings_of_hypothesis(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_any_settings_are_read_or_refused_in_a_sentence(tmp_path, values):
    told, found = "", None
    try:
        found = FinetuneSettings.from_json(json.dumps(values))
    except InputError as error:
        told = str(error)
    assert found is None or FinetuneSettings.from_json(found.to_json()) == found
    assert "\n" not in told
    assert len(told) <= 480


def test_a_run_killed_while_it_was_made_stands_in_nobodys_way(runs):
    settings = FinetuneSettings(("de",), steps=1)
    (runs / "out" / "snapshots").mkdir(parents=True)  # as it is when the process ends before the settings are written
    assert open_run(create_run(settings, runs / "out").folder).state == "new"
    with pytest.raises(InputError, match="already holds a run"):
        create_run(settings, runs / "out")


def test_an_encoder_about_to_be_replaced_is_put_back(runs):
    from otcore.base import leftovers

    folder = made_run(runs / "mine").folder
    (folder / "encoder").mkdir(exist_ok=True)
    (folder / "encoder" / "config.json").write_text("{}")
    (folder / "encoder").rename(folder / "encoder.old")
    leftovers._swept.clear()
    list_runs()
    assert (folder / "encoder" / "config.json").is_file()
    assert np.isfinite(open_run(folder).seconds)
