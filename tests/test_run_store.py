"""The folder of runs and what settings refuse."""

import dataclasses
import zipfile

import pytest

from otcore.base.errors import InputError
from otcore.finetuning import (
    FinetuneSettings,
    create_run,
    delete_run,
    find_run,
    list_runs,
    preset,
    rename_run,
    zip_run,
)
from otcore.finetuning.run import carry_out
from otcore.runs.store import append_log, read_log


def test_runs_are_listed_renamed_zipped_and_deleted(settings, tmp_path):
    run = carry_out(create_run(dataclasses.replace(settings, steps=1)))
    assert run.name == "word-ot-de-1"
    assert create_run(settings).name == "word-ot-de-2"
    renamed = rename_run(run, "mine")
    assert {entry.name for entry in list_runs()} == {"mine", "word-ot-de-2"}
    assert find_run("mine").result == run.result
    archive = zip_run(renamed, tmp_path / "mine.zip")
    with zipfile.ZipFile(archive) as opened:
        assert {"mine/settings.json", "mine/log.jsonl", "mine/encoder/model.safetensors", "mine/snapshots/probes.json"} <= set(
            opened.namelist()
        )
        assert "mine/checkpoint.safetensors" not in opened.namelist()
    for name in ("word-ot-de-2", "../up", "", ".hidden"):
        with pytest.raises(InputError):
            rename_run(renamed, name)
    delete_run(renamed)
    assert [entry.name for entry in list_runs()] == ["word-ot-de-2"]
    with pytest.raises(InputError, match="holds a run"):
        create_run(settings, find_run("word-ot-de-2").folder)


def test_a_log_is_read_up_to_its_last_whole_line(tmp_path):
    path = tmp_path / "log.jsonl"
    assert read_log(path) == []
    append_log(path, {"step": 1})
    with open(path, "a", encoding="utf-8") as file:
        file.write('{"step": 2')
    assert read_log(path) == [{"step": 1}]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"languages": ()}, "at least one language"),
        ({"languages": ("de", "de"), "files": ()}, "named twice"),
        ({"languages": ("en",), "files": ()}, "English is the target"),
        ({"languages": ("fr",)}, "Pair files are needed for fr"),
        ({"steps": None}, "needs an end"),
        ({"steps": 0}, "steps must be a whole number from 1"),
        ({"batch": 1.5}, "batch must be a whole number"),
        ({"learning_rate": -1.0}, "learning_rate must be a number above 0"),
        ({"held_out": 0.9}, "at most 0.5"),
        ({"schedule": "cosine"}, "schedule must be one of"),
    ],
)
def test_settings_say_what_is_wrong(settings, change, message):
    with pytest.raises(InputError, match=message):
        dataclasses.replace(settings, **change)


def test_presets_have_an_end_and_read_back():
    for name in ("minute", "five-minutes", "thorough"):
        chosen = preset(name, "word-ot", ("de", "fr"))
        assert chosen.minutes
        assert FinetuneSettings.from_json(chosen.to_json()) == chosen
    with pytest.raises(InputError, match="preset must be one of"):
        preset("hour")
    with pytest.raises(InputError, match="cannot be read"):
        FinetuneSettings.from_json('{"speed": 3}')
