"""Sources of encoders: who has a name, what is offered, a source added by one file, and how many encoders stay in memory."""

import gc
import os
import shutil
import subprocess
import sys
import weakref
from pathlib import Path

import numpy as np
import pytest
import streamlit as st
from pages import fine
from safetensors.torch import load_file, save_file
from streamlit.testing.v1 import AppTest

from dashboard import background
from dashboard.pages.align.cache import untrained
from otcore.base.errors import InputError
from otcore.base.places import MAPS_FILE
from otcore.cli import main
from otcore.encoders import encoder_stamp, find_source, load_encoder, source_of, sources
from otcore.encoders.maps import LanguageMaps, save_maps
from otcore.objectives.linear import Linear
from otcore.runs.settings import FinetuneSettings
from otcore.runs.store import create_run

ROOT = Path(__file__).resolve().parents[1]
APP = ROOT / "streamlit_app.py"
SOURCE = """
from pathlib import Path
from otcore.encoders.sources import Group, Source

class Shelf(Source):
    name, label, rank, mark = "shelf", "a name on the shelf (shelf:NAME)", 5, "shelved"

    def claims(self, name):
        return name.startswith("shelf:")

    def folder(self, name):
        return Path({folder!r})

    def groups(self):
        return [Group("shelf", "On the shelf", [{{"name": "shelf:one", "about": "a tiny one"}}])]

    def about(self, name):
        return ("a tiny one",)

    def absent(self, name):
        return not (Path({folder!r}) / "fetched").exists()

    def fetch(self, name, teller):
        teller(1.0, "fetched")
        (Path({folder!r}) / "fetched").touch()

SOURCE = Shelf()
"""


@pytest.fixture
def shelf(mbert, tmp_path, monkeypatch):
    """A source of its own, added by a file."""
    folder = shutil.copytree(mbert, tmp_path / "tiny")
    (tmp_path / "more").mkdir()
    (tmp_path / "more" / "shelf.py").write_text(SOURCE.format(folder=str(folder)))
    monkeypatch.setattr(sources, "__path__", [*sources.__path__, str(tmp_path / "more")])
    sources.SOURCES.reload()
    st.cache_data.clear()
    yield folder
    sys.modules.pop("otcore.encoders.sources.shelf", None)
    monkeypatch.undo()
    sources.SOURCES.reload()
    st.cache_data.clear()


def test_a_source_is_added_by_one_file(shelf, capsys):
    with pytest.raises(SystemExit):
        main(["encoders", "--help"])
    assert "a name on the shelf (shelf:NAME)" in " ".join(capsys.readouterr().out.split())
    assert main(["encoders"]) == 0
    assert "On the shelf:\n  shelf:one            a tiny one\n" in capsys.readouterr().out

    app = AppTest.from_file(str(APP), default_timeout=240)
    app.query_params["encoder"] = "shelf:one"
    fine(app.run())
    box = app.selectbox(key="encoder")
    assert "shelf:one (shelved)" in box.options
    assert "a name on the shelf (shelf:NAME)" in box.help
    assert "a tiny one" in [caption.value for caption in app.caption]
    assert "download of shelf:one" in {button.key for button in app.button}, "it has to be fetched first"

    assert main(["encoders", "shelf:one", "--download"]) == 0
    assert "3 layers" in capsys.readouterr().out
    assert (shelf / "fetched").exists()
    assert load_encoder("shelf:one").layers == 3
    st.cache_data.clear()
    fine(app.run())
    assert app.selectbox(key="layer").options[-1] == "3 (last)"


def test_the_first_source_that_claims_a_name_has_it(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for folder in ("aligned", "run:mine", "plain", "some/org"):
        Path(folder).mkdir(parents=True)
    owners = {"aligned": "bundled", "run:mine": "run", "plain": "folder", "some/org": "folder", "other/org": "hub", "~": "folder"}
    assert {name: source_of(name).name for name in owners} == owners
    assert [find_source(name) for name in ("a/b/c", "../x", "a\0b", "x" * 300)] == [None] * 4
    with pytest.raises(InputError, match="neither a folder here nor a hub name"):
        source_of("a/b/c")
    assert source_of("plain").lasting("plain") == str(tmp_path / "plain")
    assert source_of("aligned").lasting("aligned") == "aligned"


def test_a_stamp_changes_with_the_weights(mbert, tmp_path, runs):
    folder = shutil.copytree(mbert, tmp_path / "copy")
    before = encoder_stamp(str(folder))
    os.utime(folder / "model.safetensors", ns=(before + 10**9, before + 10**9))
    assert encoder_stamp(str(folder)) == before + 10**9
    assert encoder_stamp("aligned") > 0
    assert [encoder_stamp(name) for name in ("run:none", "no-such-org/no-such-model", "a/b/c", str(tmp_path))] == [0, 0, 0, 0]


def test_a_run_of_maps_has_the_facts_of_its_encoder(mbert, runs):
    run = create_run(FinetuneSettings(("de",), str(mbert), Linear()))
    with pytest.raises(InputError, match="has no encoder yet"):
        source_of(f"run:{run.name}").facts(f"run:{run.name}")
    save_maps(run.folder / MAPS_FILE, LanguageMaps({"de": np.eye(32, dtype=np.float32)}, 1))
    found = source_of(f"run:{run.name}").facts(f"run:{run.name}")
    assert (found.name, found.layers, found.architecture) == (f"run:{run.name}", 3, "bert")
    assert load_encoder(found.name).default_layer == 1


@pytest.mark.parametrize(
    ("told", "known"),
    [
        ("", ()),
        ("multilingual", ("multilingual",)),
        ("[de, fr]", ("de", "fr", "ro", "en")),
        ("[multilingual, de]", ("multilingual", "de", "ro", "en")),
    ],
)
def test_a_run_knows_what_its_encoder_knew_where_that_is_told_and_what_it_was_tuned_on(mbert, tmp_path, runs, told, known):
    """Tuned on Romanian, an encoder of a hundred languages was said not to know English."""
    start = shutil.copytree(mbert, tmp_path / "start")
    (start / "README.md").write_text(f"---\nlanguage: {told}\n---\n" if told else "Nothing.", encoding="utf-8")
    run = create_run(FinetuneSettings(("ro",), str(start), steps=1), runs / f"told{len(told)}")
    shutil.copytree(mbert, run.folder / "encoder")
    assert source_of(f"run:{run.name}").facts(f"run:{run.name}").languages == known
    foreign = [] if known in ((), ("multilingual",)) else ["hi"]
    assert untrained(f"run:{run.name}", ["ro", "en", "hi"]) == foreign


def test_nothing_heavy_is_loaded_before_an_encoder_is():
    code = (
        "import sys; from otcore.encoders import source_of; source_of('a/b'); print({'torch', 'transformers', 'httpx'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"


@pytest.fixture
def damaged(mbert, tmp_path) -> dict[str, str]:
    """Two encoders: one with a layer that is not finite, one in which only the pieces of "cat" are not."""
    cat = load_encoder(str(mbert)).tokenize(("cat",)).ids[1]
    found = {}
    for name, part, rows in (("layer", "layer.1.output.dense.weight", slice(None)), ("piece", "word_embeddings.weight", cat)):
        folder = shutil.copytree(mbert, tmp_path / name)
        tensors = load_file(folder / "model.safetensors")
        tensors[next(key for key in tensors if part in key)][rows] = np.nan
        save_file(tensors, folder / "model.safetensors", metadata={"format": "pt"})
        found[name] = str(folder)
    return found


@pytest.mark.parametrize("links", ["mutual", "argmax"])
@pytest.mark.parametrize(("which", "layer"), [("layer", 2), ("piece", 0)])
def test_vectors_that_are_not_finite_are_one_sentence_on_the_command_line(damaged, which, layer, links, tmp_path, capsys):
    (tmp_path / "pairs").write_text("die Katze ||| the cat\n")
    assert main(["align", str(tmp_path / "pairs"), "--encoder", damaged[which], "--layer", str(layer), "--links", links]) == 2
    told = capsys.readouterr().err
    assert told.count("\n") == 1
    assert f"The vectors of encoder {damaged[which]} are not finite at layer {layer}: " in told


def test_vectors_that_are_not_finite_are_one_sentence_on_the_page(damaged, monkeypatch):
    monkeypatch.setenv("OTCORE_ENCODERS", ",".join(damaged.values()))
    app = AppTest.from_file(str(APP), default_timeout=240)
    app.query_params.update(encoder=damaged["layer"])
    fine(app.run())
    shown = app.warning[0].value.replace("\\", "")
    assert f"encoder {Path(damaged['layer']).name} are not finite at layer 2" in shown, "of a folder of the server only the name"
    assert "Shown instead" in shown

    app = AppTest.from_file(str(APP), default_timeout=240)
    app.query_params.update(encoder=damaged["piece"], sentence="own", text1="die Katze", text2="the cat")
    fine(app.run())
    assert [f"encoder {Path(damaged['piece']).name} are not finite at layer 0" in error.value.replace("\\", "") for error in app.error] == [
        True
    ]


def test_no_more_than_four_encoders_stay_in_memory(mbert, tmp_path, monkeypatch):
    names = [str(shutil.copytree(mbert, tmp_path / f"copy{number}")) for number in range(7)]
    monkeypatch.setenv("OTCORE_ENCODERS", ",".join(names))
    models = [weakref.ref(background.encoder(name).model) for name in names]
    gc.collect()
    assert [model() is not None for model in models] == [False] * 3 + [True] * 4
    background.encoders._encoder.clear()
    assert not any(model() for model in models), "none is in a circle that the collector no longer sees"
