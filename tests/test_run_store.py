"""The folder of runs and what settings refuse."""

import ast
import dataclasses
import io
import json
import re
import shutil
import subprocess
import sys
import threading
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from training_runs import made_run

import otcore
from otcore.base.choices import build
from otcore.base.errors import InputError
from otcore.base.places import MAPS_FILE, run_names
from otcore.corpora.pair_files import PairFile
from otcore.encoders.maps import LanguageMaps, save_maps
from otcore.finetuning.run import carry_out
from otcore.objectives import OBJECTIVES
from otcore.runs.locks import is_running, locked
from otcore.runs.log import append_log, read_log
from otcore.runs.settings import PRESETS, FinetuneSettings
from otcore.runs.store import create_run, delete_run, find_run, list_runs, open_run, rename_run, zip_run
from otcore.text.languages import LANGUAGES


def test_runs_are_listed_renamed_zipped_and_deleted(settings, tmp_path):
    run = carry_out(create_run(dataclasses.replace(settings, steps=1)))
    assert run.name == "word-ot-de-1"
    assert create_run(settings).name == "word-ot-de-2"
    renamed = rename_run(run, "mine")
    assert {entry.name for entry in list_runs()} == {"mine", "word-ot-de-2"}
    assert find_run("mine").result == run.result
    with zipfile.ZipFile(io.BytesIO(zip_run(renamed))) as opened:
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


MAKER = """
import sys
from otcore.runs.settings import FinetuneSettings
from otcore.runs.store import create_run
print("ready", flush=True)
for line in sys.stdin:  # each line is a starting shot for all processes
    print(create_run(FinetuneSettings(("de",), steps=int(line), seed=int(sys.argv[1]))).name, flush=True)
"""


def test_runs_made_at_once_by_processes_have_a_folder_each(runs):
    command, pipes = [sys.executable, "-c", MAKER], {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    makers = [subprocess.Popen([*command, str(seed)], cwd=Path(otcore.__file__).parents[1], **pipes) for seed in range(4)]
    assert [maker.stdout.readline() for maker in makers] == ["ready\n"] * 4
    made = {}
    for steps in range(1, 16):
        for maker in makers:
            maker.stdin.write(f"{steps}\n")
        for maker in makers:
            maker.stdin.flush()
        made |= {(seed, steps): maker.stdout.readline().strip() for seed, maker in enumerate(makers)}
    for maker in makers:
        maker.communicate()
    assert len(set(made.values())) == 60
    assert all((find_run(name).settings.seed, find_run(name).settings.steps) == key for key, name in made.items())


def test_runs_made_at_once_by_threads_have_a_folder_each(runs):
    barrier, made = threading.Barrier(4), {}

    def make(seed):
        for steps in range(1, 16):
            barrier.wait(60)
            made[seed, steps] = create_run(FinetuneSettings(("de",), steps=steps, seed=seed)).name

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(make, range(4)))
    assert len(set(made.values())) == 60
    assert all((find_run(name).settings.seed, find_run(name).settings.steps) == key for key, name in made.items())


def test_one_folder_is_given_to_one_of_those_who_ask_for_it(tmp_path):
    barrier, outcomes, refusals = threading.Barrier(8), [], []

    def ask(number):
        settings = FinetuneSettings(("de",), steps=1 + number)
        barrier.wait(60)
        try:
            outcomes.append(create_run(settings, tmp_path / "here").settings)
        except InputError as error:
            refusals.append(str(error))

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [open_run(tmp_path / "here").settings] == outcomes
    assert ["already holds" in refusal for refusal in refusals] == [True] * 7


def test_a_delete_that_was_interrupted_leaves_no_run_and_stands_in_nobodys_way(runs, monkeypatch):
    def interrupted(*arguments, **options):
        raise KeyboardInterrupt

    for _ in range(2):
        run = made_run(runs / "mine")
        with monkeypatch.context() as patch:
            patch.setattr(shutil, "rmtree", interrupted)
            with pytest.raises(KeyboardInterrupt):
                delete_run(run)
        assert list_runs() == []
        assert run_names() == []
    made_run(runs / ".mine.deleted")  # as the version before left it
    assert list_runs() == []
    assert run_names() == []
    delete_run(made_run(runs / "mine"))
    assert list(runs.iterdir()) == []
    with pytest.raises(InputError, match="cannot be moved"):
        delete_run(run)


def test_runs_that_start_from_a_run_follow_its_name(runs):
    base = made_run(runs / "base")
    maps = create_run(dataclasses.replace(base.settings, encoder="run:base", objective=OBJECTIVES["linear"]()), runs / "maps")
    save_maps(maps.folder / MAPS_FILE, LanguageMaps({"de": np.eye(4)}, 2))
    trained = made_run(runs / "further", encoder="run:base")
    renamed = rename_run(base, "ground")
    assert find_run("maps").settings.encoder == find_run("further").settings.encoder == "run:ground"
    assert dataclasses.replace(find_run("further").settings, encoder="run:base") == trained.settings
    with pytest.raises(InputError, match="the encoder under the maps of maps"):
        delete_run(renamed)
    delete_run(find_run("maps"))
    delete_run(renamed)


def test_a_run_is_held_by_one_and_looked_at_by_many(runs):
    run = create_run(FinetuneSettings(("de",), steps=1))
    assert not is_running(run.folder)
    assert not (run.folder / "lock").exists(), "a look leaves nothing"
    with locked(run):
        assert is_running(run.folder)
        assert open_run(run.folder).state == "running"
        with pytest.raises(InputError, match="at work"):
            rename_run(run, "other")
        with pytest.raises(InputError, match="at work"):
            delete_run(run)
        with pytest.raises(InputError, match="already being trained"), locked(run):
            pass
    with ThreadPoolExecutor(8) as pool:
        assert not any(pool.map(lambda _: is_running(run.folder), range(400)))


def test_a_run_in_many_languages_has_a_name_that_is_found(runs):
    codes = tuple(code for code in LANGUAGES if code != "en")
    many = codes + tuple(f"x{a}{b}" for a in "abcde" for b in "abcdef")
    run = create_run(FinetuneSettings(many, steps=1))
    assert find_run(run.name).settings.languages == many


def test_the_engine_names_no_flags():
    """Each surface adds the remedy that its people have."""
    for folder in ("runs", "objectives", "finetuning", "pretraining", "encoders"):
        for path in (Path(otcore.__file__).parent / folder).rglob("*.py"):
            texts = (node.value for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Constant))
            told = [text for text in texts if isinstance(text, str) and re.search(r"(^|[\s“])--[a-z]|python -m otcore", text)]
            assert not told, path


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
        ({"languages": ("de", "de"), "files": ()}, "must name each once"),
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
    for preset in PRESETS.values():
        chosen = build(FinetuneSettings, preset.values | {"languages": ["de", "fr"]})
        assert chosen.minutes
        assert FinetuneSettings.from_json(chosen.to_json()) == chosen
    with pytest.raises(InputError, match="cannot be read"):
        FinetuneSettings.from_json('{"speed": 3}')


WRITTEN_BEFORE = """{
 "languages": ["de"], "encoder": "base", "objective": {"kind": "contrastive-weak", "cost": "cosine", "epsilon": 0.05, "relative": false,
 "masses": "uniform", "debiased": true, "scope": "sentence", "anchor": 0.02, "temperature": 0.2, "iterations": 200, "tolerance": 0.001},
 "pairs": null, "steps": 7, "epochs": null, "minutes": 1.0, "batch": 24, "accumulation": 1, "learning_rate": 0.0003, "warmup": 0.1,
 "schedule": "linear", "weight_decay": 0.0, "clip": 1.0, "layer": 2, "top_layers": null, "seed": 0, "bf16": true, "evaluate_every": 20,
 "checkpoint_every": 20, "snapshot_every": 20, "word_pairs": "mutual",
 "files": [{"language": "de", "path": "/data/de.tsv", "english": null, "columns": [2, 1]}], "held_out": 0.05, "longest": 80
}"""


def test_settings_that_the_version_before_wrote_are_the_same_settings():
    settings = FinetuneSettings.from_json(WRITTEN_BEFORE)
    assert settings.objective == OBJECTIVES["contrastive-weak"](anchor=0.02, temperature=0.2)
    assert settings.files == (PairFile("de", "/data/de.tsv", columns=(2, 1)),)
    old, new = json.loads(WRITTEN_BEFORE), json.loads(settings.to_json())
    assert new.pop("objective").items() <= old.pop("objective").items()
    assert new.pop("word_vectors") == "learn", "as they did before there was a choice"
    assert new.pop("lexicon") is False
    assert [file.pop("tag") for file in new["files"]] == [""], "a file had one way to call a language"
    assert new == old
