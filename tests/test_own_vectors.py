"""Vectors of a person's own: what is read, what belongs together, and what is told of files that cannot be plotted."""

import numpy as np
import pandas as pd
import pytest
from safetensors.numpy import save_file

from otcore.base.errors import InputError
from otcore.space import own_vectors
from otcore.space.own_vectors import keep_vectors, kept_vectors, read_vectors

X = np.random.default_rng(0).normal(size=(12, 5)).astype(np.float32)
_COLUMNS = {"Text": [f"word {k}" for k in range(12)], "language": ["en", "de"] * 6, "id": [k // 2 for k in range(12)]}
TABLE = pd.DataFrame(_COLUMNS | {"label": "a"})


@pytest.fixture
def table(tmp_path):
    TABLE.to_csv(tmp_path / "table.csv", index=False)
    return tmp_path / "table.csv"


def written(folder, kind: str):
    path = folder / f"x{kind}"
    if kind == ".npy":
        np.save(path, X.astype(np.float64))
    elif kind == ".safetensors":
        save_file({"embeddings": X, "other": X[:3], "flat": X[0]}, path)
    else:
        pd.DataFrame({"vector": list(X)}).join(TABLE).to_parquet(path)
    return path


@pytest.mark.parametrize("kind", [".npy", ".safetensors", ".parquet"])
def test_each_kind_of_file_gives_the_same_cloud(tmp_path, table, kind):
    cloud = read_vectors([written(tmp_path, kind)], None if kind == ".parquet" else table)
    points = cloud.points
    assert points.codes == ("en", "de")
    assert points.texts == tuple(f"word {k}" for k in (*range(0, 12, 2), *range(1, 12, 2)))
    np.testing.assert_allclose(cloud.states[0].vectors, np.concatenate([X[::2], X[1::2]]), rtol=1e-6)
    assert points.links.tolist() == [[k, k + 6] for k in range(6)]
    assert points.kind == "points"
    assert points.tags[points.sentence[0]] == ("a",)


def test_a_table_with_one_column_is_enough_and_two_files_are_before_and_after(tmp_path, runs):
    lines = "\n".join(["name", *(f"=word {k}" for k in range(12))])
    np.save(tmp_path / "a.npy", X)
    content = (tmp_path / "a.npy").read_bytes()
    key = keep_vectors([("a.npy", content), ("b.npy", content)], ("t.tsv", lines.encode()))
    cloud = kept_vectors(key)
    assert [state.name for state in cloud.states] == ["a.npy", "b.npy"]
    assert cloud.points.texts[0] == "=word 0"
    assert len(cloud.points.codes) == 1
    assert not len(cloud.points.links)


def damaged(folder, name: str):
    path = folder / name
    made = {
        "flat.npy": X[0],
        "few.npy": X[:5],
        "infinite.npy": np.where(X[3, 0] == X, np.inf, X),
        "words.npy": X.astype(str),
        "narrow.npy": X[:, :1],
    }
    if name in made:
        np.save(path, made[name])
    elif name == "objects.npy":
        np.save(path, np.array([{}, []] * 6, dtype=object), allow_pickle=True)
    elif name == "many.safetensors":
        save_file({"a": X, "b": X}, path)
    elif name == "uneven.parquet":
        pd.DataFrame({"text": "a", "vector": [[1.0, 2.0], [1.0]] * 6}).to_parquet(path)
    else:
        path.write_bytes(b"nothing that could be read")
    return path


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("flat.npy", "must be a matrix"),
        ("few.npy", "give a row a vector"),
        ("infinite.npy", "not finite numbers, the first in row 4"),
        ("words.npy", "must be a matrix of numbers"),
        ("narrow.npy", "needs three of two or more"),
        ("objects.npy", "cannot be read"),
        ("torn.npy", "cannot be read"),
        ("torn.safetensors", "cannot be read"),
        ("torn.parquet", "cannot be read"),
        ("many.safetensors", "call the one to plot"),
        ("uneven.parquet", "not all of one length"),
        ("x.pt", "save them as .npy, .safetensors, .parquet"),
    ],
)
def test_what_cannot_be_plotted_is_told_by_its_name(tmp_path, table, name, message):
    with pytest.raises(InputError, match=message) as told:
        read_vectors([damaged(tmp_path, name)], table)
    assert name in str(told.value) or "table.csv" in str(told.value)


def test_bounds_and_tables_that_do_not_fit(tmp_path, table, monkeypatch):
    path = written(tmp_path, ".npy")
    with pytest.raises(InputError, match="give a table"):
        read_vectors([path], None)
    (tmp_path / "odd.csv").write_text("text,language\n" + "a,not a code!\n" * 12)
    with pytest.raises(InputError, match="no code of a language"):
        read_vectors([path], tmp_path / "odd.csv")
    monkeypatch.setattr(own_vectors, "MOST_ROWS", 10)
    with pytest.raises(InputError, match="12 vectors; up to 10 are plotted"):
        read_vectors([path], table)
