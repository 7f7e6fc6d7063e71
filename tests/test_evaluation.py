"""Retrieval on vectors whose answer is known, and the command over real files."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from otcore.base.errors import InputError
from otcore.cli import main
from otcore.retrieval.precision import Retrieval, retrieval_hits, retrieve


def test_retrieval_by_hand():
    source = np.eye(4, dtype=np.float32)
    target = source[[0, 1, 3, 2]]
    result = retrieve(source, target)
    assert (result.forward, result.backward, result.pairs) == (0.5, 0.5, 4)
    assert retrieve(source, source).forward == 1


def test_the_two_directions_differ_and_ties_are_misses():
    source = np.array([[1, 0], [1, 0]], dtype=np.float32)
    target = np.array([[1, 0], [0, 1]], dtype=np.float32)
    assert retrieve(source, target).forward == 0.5
    assert retrieve(source, target).backward == 0
    assert retrieve(source[:1], target[:1]).forward == 1


def test_large_sets_are_cut_into_rows_alike():
    random = np.random.default_rng(0)
    x = random.normal(size=(2500, 16)).astype(np.float32)
    x /= np.linalg.norm(x, axis=1, keepdims=True)
    y = x + random.normal(size=x.shape).astype(np.float32) * 0.35
    y /= np.linalg.norm(y, axis=1, keepdims=True)
    whole = float(((x @ y.T).argmax(1) == np.arange(len(x))).mean())
    assert retrieve(x, y).forward == pytest.approx(whole)
    with pytest.raises(InputError, match="as many source as target"):
        retrieve(x, y[:5])


def test_the_command(tmp_path, xlm_roberta, capsys):
    lines = ["the cat sleeps", "die Katze schläft", "le chat dort", "猫は赤い椅子で寝ている。"]
    (tmp_path / "a").write_text("\n".join(lines) + "\n", encoding="utf-8")
    assert main(["retrieve", str(tmp_path / "a"), str(tmp_path / "a"), "--encoder", str(xlm_roberta), "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"forward": 1.0, "backward": 1.0, "pairs": 4}
    (tmp_path / "b").write_text("one\n", encoding="utf-8")
    assert main(["retrieve", str(tmp_path / "a"), str(tmp_path / "b"), "--encoder", str(xlm_roberta)]) == 2
    assert "4 lines" in capsys.readouterr().err


def test_a_sentence_is_found_at_any_of_its_copies():
    x = np.eye(4)[[0, 1, 0, 2]]
    texts = ("ja", "nein", "ja", "doch")
    assert retrieve(x, x).forward == 0.5, "a tie with another sentence is a miss"
    assert retrieve(x, x, (texts, texts)) == Retrieval(1.0, 1.0, 4)
    assert retrieve(x, x, (range(4), texts)).backward == 0.5
    turned = np.eye(4)[[1, 0, 1, 2]]
    assert retrieve(x, turned, (texts, texts)).forward == 0.25, "copies of another sentence are as wrong as it"


@given(st.integers(2, 40), st.integers(0, 2**32 - 1))
def test_copies_are_right_and_others_are_not(n, seed):
    rng = np.random.default_rng(seed)
    queries, candidates = (rng.normal(size=(n, 5)) for _ in range(2))
    texts = rng.integers(0, max(n // 2, 1), n).tolist()
    nearest = (queries @ candidates.T).argmax(1)
    assert retrieval_hits(queries, candidates, texts).tolist() == [texts[j] == texts[i] for i, j in enumerate(nearest)]
