"""Encoders by name: what one is before a download, the download through the hub's own client, a hub out of reach."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from fake_hub import own_cache, point_at, serving
from huggingface_hub import constants

from otcore.base.errors import InputError
from otcore.base.progress import Stopped, Teller
from otcore.cli import main
from otcore.encoders import load_encoder, source_of
from otcore.encoders.facts import Facts, describe, needed, readable_size
from otcore.encoders.sources import hub

NAME = "somebody/tiny"
ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture
def cache(tmp_path, monkeypatch):
    return own_cache(tmp_path, monkeypatch)


@pytest.fixture
def server(cache, mbert, tmp_path, monkeypatch):
    """A hub with a tiny mBERT, a decoder and a model with pickled weights only."""
    decoder, pickled = tmp_path / "decoder", shutil.copytree(mbert, tmp_path / "pickled")
    shutil.copytree(mbert, decoder)
    (decoder / "config.json").write_text('{"model_type": "gpt2"}')
    (pickled / "model.safetensors").unlink()
    with serving({NAME: mbert, "somebody/decoder": decoder, "somebody/pickled": pickled}) as running:
        monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
        point_at(running.address, monkeypatch)
        yield running


def test_what_it_is_is_told_before_anything_is_downloaded(server, cache, mbert):
    found = hub.ask(NAME)
    assert (found.languages, found.licence, found.architecture, found.here) == (("de", "en", "fr"), "mit", "bert", False)
    names = [name for name, _ in found.files]
    assert names[0] == "config.json"
    assert names[-1] == "model.safetensors"
    assert set(names) == {path.name for path in mbert.iterdir()}, "no other formats of the weights"
    assert found.size == sum(path.stat().st_size for path in mbert.iterdir())
    assert not server.gets()
    assert not cache.exists()
    text = describe(found)
    assert "3 languages (de, en, fr)" in text
    assert "licence mit" in text


def test_a_download_tells_how_far_it_is_and_loads_without_the_hub(server, cache, mbert, monkeypatch):
    monkeypatch.setattr(constants, "DOWNLOAD_CHUNK_SIZE", 4096)
    told = []
    hub.SOURCE.fetch(NAME, Teller(lambda done, total, note: told.append((done / total, note))))
    shares = [share for share, _ in told]
    assert shares == sorted(shares)
    assert (shares[0], shares[-1]) == (0, 1)
    assert len(shares) > 20
    assert "licence mit" in told[0][1]
    assert "model.safetensors" in told[-2][1]
    assert not hub.SOURCE.absent(NAME)
    assert hub.cached() == {NAME: hub.ask(NAME).size}
    assert not constants.HF_HUB_DISABLE_XET

    server.asked.clear()
    encoder = load_encoder(NAME)
    assert not server.asked, "what is here is loaded without asking"
    words = [("the", "cat", "sleeps")]
    assert (encoder.encode(words)[0].subwords == load_encoder(str(mbert)).encode(words)[0].subwords).all()


def test_a_cancelled_download_ends_at_once_and_is_not_taken_for_whole(server, cache, monkeypatch):
    monkeypatch.setattr(constants, "DOWNLOAD_CHUNK_SIZE", 4096)
    told = []

    def stop() -> bool:
        return sum("model.safetensors:" in note for note in told) > 2

    with pytest.raises(Stopped):
        hub.SOURCE.fetch(NAME, Teller(lambda done, total, note: told.append(note), stop))
    assert hub.SOURCE.absent(NAME)
    assert hub.cached() == {}
    assert not list(cache.rglob("*.incomplete"))
    server.asked.clear()
    hub.SOURCE.fetch(NAME, Teller())
    assert server.gets() == ["model.safetensors"], "what had come stays"
    assert not hub.SOURCE.absent(NAME)


def test_loading_a_name_downloads_it_first(server):
    told = []
    assert load_encoder(NAME, Teller(lambda done, total, note: told.append(done))).layers == 3
    assert told[-1] == 1000


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("somebody/decoder", "gpt2 model, not a text encoder"),
        ("somebody/pickled", "no safetensors"),
        ("somebody/absent", "no public encoder called somebody/absent"),
        ("a--b", "check the spelling"),
    ],
)
def test_what_will_not_do_is_said_before_a_download(server, name, told):
    for ask in (hub.ask, load_encoder):
        with pytest.raises(InputError, match=told) as caught:
            ask(name)
        assert "\n" not in str(caught.value)
    assert not server.gets()


def test_too_little_space_is_told(server, monkeypatch):
    monkeypatch.setattr(hub.shutil, "disk_usage", lambda folder: shutil._ntuple_diskusage(1, 1, 10))
    with pytest.raises(InputError, match="make room"):
        hub.SOURCE.fetch(NAME, Teller())


def test_a_hub_out_of_reach_is_one_sentence_with_what_is_in_the_cache(server, monkeypatch, capsys):
    hub.SOURCE.fetch(NAME, Teller())
    for offline, address in ((True, server.address), (False, "http://127.0.0.1:9")):
        monkeypatch.setattr(constants, "HF_HUB_OFFLINE", offline)
        point_at(address, monkeypatch)
        with pytest.raises(InputError, match=r"cannot be reached; .*\(somebody/tiny\)\.$"):
            hub.ask("xlm-roberta-base")
        assert load_encoder(NAME).layers == 3
    assert main(["encoders", "xlm-roberta-base"]) == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_the_command_lists_tells_and_downloads(server, capsys):
    assert main(["encoders", "--json"]) == 0
    listed = json.loads(capsys.readouterr().out)
    assert {row["name"] for row in listed["bundled"]} <= {"aligned", "base", "tuned"}
    assert all(row["bytes"] > 10**6 for row in listed["bundled"])
    assert listed["cached"] == []
    assert {"bert-base-multilingual-cased", "xlm-roberta-base"} <= {row["name"] for row in listed["public"]}
    assert main(["encoders", NAME]) == 0
    assert "not here yet" in capsys.readouterr().out
    assert main(["encoders", NAME, "--download", "--json"]) == 0
    captured = capsys.readouterr()
    told = json.loads(captured.out)
    assert (told["languages"], told["licence"], told["architecture"], told["here"]) == (["de", "en", "fr"], "mit", "bert", True)
    assert told["bytes"] == sum(told["files"].values())
    assert "100%" in captured.err
    assert main(["encoders"]) == 0
    assert f"  {NAME}" in capsys.readouterr().out
    assert main(["encoders", NAME]) == 0
    assert "3 layers" in capsys.readouterr().out
    assert main(["encoders", "--download"]) == 2


def test_a_bundled_edition_has_facts_too():
    found = source_of("base").facts("base")
    assert len(found.languages) == 12
    assert (found.licence, found.layers, found.here) == ("cc-by-nc-4.0", 4, True)


def test_shards_count_and_other_formats_do_not(tmp_path):
    sizes = {
        "model.safetensors.index.json": 1,
        "model-00002-of-00002.safetensors": 20,
        "model-00001-of-00002.safetensors": 10,
        "config.json": 2,
        "vocab.txt": 3,
        "pytorch_model.bin": 99,
        "flax_model.msgpack": 99,
        "README.md": 5,
    }
    files = needed("x", sizes)
    assert Facts("x", files).size == 36
    assert files[-1][0] == "model-00002-of-00002.safetensors"
    with pytest.raises(InputError, match="tokeniser"):
        needed("x", {"config.json": 1, "model.safetensors": 1})
    assert [readable_size(n) for n in (1_234, 5_600_000, 714_000_000, 1_110_000_000)] == ["0.0012 MB", "5.6 MB", "714 MB", "1.11 GB"]


@pytest.mark.slow
def test_the_environment_alone_leads_the_command_to_another_hub(server, tmp_path):
    environment = {key: value for key, value in os.environ.items() if not key.startswith("HF_")}
    environment |= {"HF_ENDPOINT": server.address, "HF_HOME": str(tmp_path / "home"), "OMP_NUM_THREADS": "1"}
    command = [sys.executable, "-m", "otcore", "encoders", NAME, "--download", "--json"]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=200, check=False)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["here"]
    assert "model.safetensors" in server.gets()


def test_a_damaged_model_is_listed_with_the_reason_and_can_be_removed(server, cache, capsys):
    """A card that cannot be read is no damage; a configuration that cannot is, and hides no other model."""
    load_encoder(NAME)
    assert list(hub.cached()) == [NAME]
    folder = hub.cached_folder(NAME)
    for card in (
        b"---\nlanguage: d\xe9\n---\n",
        b"---\n" + b"[" * 50_000 + b"\n---\n",
        b"---\nlanguage: {a: [1]}\nlicense: !!python/name:os.system\n---\n",
    ):
        (folder / "README.md").write_bytes(card)
        assert list(hub.cached()) == [NAME]
        assert hub.SOURCE.facts(NAME).here
    bomb = "".join(f"a{k}: &a{k} [{', '.join([f'*a{k - 1}'] * 9)}]\n" for k in range(1, 9))
    (folder / "README.md").write_text(f"---\na0: &a0 [x]\n{bomb}language: *a8\n---\n")
    assert hub.SOURCE.facts(NAME).languages == ()
    (folder / "README.md").write_text("---\nlanguage:\n- no\n- de\nlicense: [mit, apache-2.0]\n---\n")
    assert (hub.SOURCE.facts(NAME).languages, hub.SOURCE.facts(NAME).licence) == (("no", "de"), "mit, apache-2.0")
    for content in (b"[1]", b"\xff{}", b"[" * 100_000):
        (folder / "config.json").unlink()
        (folder / "config.json").write_bytes(content)
        assert hub.cached() == {}
        assert list(hub.SOURCE.damaged()) == [NAME]
        assert NAME not in hub.SOURCE.names() or NAME in hub.PUBLIC
        assert main(["encoders"]) == 0
        assert f"Damaged, in the local cache of the hub:\n  {NAME}" in capsys.readouterr().out
    assert main(["encoders", NAME, "--remove"]) == 0
    assert hub.SOURCE.damaged() == {}
    assert hub.cached_folder(NAME) is None
    assert main(["encoders", NAME, "--remove"]) == 2
    assert main(["encoders", "aligned", "--remove"]) == 2
