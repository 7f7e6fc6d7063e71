"""Retrieval on vectors whose answer is known, and the command over real files."""

import json

import numpy as np
import pytest

from otcore.base.errors import InputError
from otcore.cli import main
from otcore.retrieval.precision import retrieve


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
