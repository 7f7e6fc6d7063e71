"""A person's own vectors as a cloud: one file of them, or two of the same points, with a table that says what each row is.

vectors: .npy (n, d); .safetensors with one matrix in it, or one called "vectors" or "embeddings"; .parquet with a column of lists
table  : .csv, .tsv or .parquet, a row a vector: `text`, and where there is more to say `language` (a code), `id` (the same for translations
         of each other) and `label`; without a column `text` the first one is it. A .parquet file of vectors may hold these itself.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from otcore.base.errors import InputError
from otcore.corpora.uploads import Given, Kept, Store
from otcore.space.points import UNKNOWN, Cloud, Points, State
from otcore.text.languages import language

MOST_ROWS = 200_000
MOST_NUMBERS = 120_000_000  # of one file: 480 MB
_MOST_TEXT = 2_000  # characters of a cell
_MOST_LANGUAGES = 60
_NAMES = ("vectors", "embeddings", "vector", "embedding")
_KINDS = (".npy", ".safetensors", ".parquet")
_TABLES = (".csv", ".tsv", ".parquet")
VECTORS = Store("vectors", "vectors to plot", largest=512 * 2**20)


def keep_vectors(files: Sequence[Given], table: Given | None) -> str:
    """Stores one or two files of vectors and their table after reading them once; the same files get the same key.

    raises: InputError   what `read_vectors` raises, by the files' own names
    """
    if not 1 <= len(files) <= 2:
        raise InputError(f"{len(files)} files of vectors were given; give one, or two of the same points to see before and after.")
    about = {"names": [Path(name).name for name, _ in (*files, *((table,) if table else ()))], "table": table is not None}
    return VECTORS.keep([*files, *((table,) if table else ())], about, read=_cloud)


def kept_vectors(key: str) -> Cloud:
    """Vectors that were stored; raises InputError where there are none under that key (any more)."""
    return _cloud(VECTORS.kept(key))


def read_vectors(paths: Sequence[Path], table: Path | None, names: Sequence[str] = ()) -> Cloud:
    """One state a file.

    names : of the states, for people
    raises: InputError   unreadable, not one row a vector in all of them, too many, not finite, no words for what they are
    """
    states = [_vectors(path) for path in paths]
    n = len(states[0])
    for path, x in zip(paths, states, strict=True):
        if len(x) != n:
            raise InputError(f"{path} has {len(x):,} vectors and {paths[0]} {n:,}; files of the same points have as many.")
    if table is None and paths[0].suffix != ".parquet":
        raise InputError(f"{paths[0]} says nothing of what its rows are; give a table with a column “text” too, a row a vector.")
    columns = _table(table or paths[0])
    if len(columns) != n:
        raise InputError(f"{table or paths[0]} has {len(columns):,} rows for {n:,} vectors; give a row a vector, in the same order.")
    points, order = _points(columns, str(table or paths[0]))
    shown = names or [path.name for path in paths]
    return Cloud(points, tuple(State(name, None, x[order]) for name, x in zip(shown, states, strict=True)))


def _cloud(kept: Kept) -> Cloud:
    paths, names = list(kept.paths), kept.about["names"]
    table = paths.pop() if kept.about["table"] else None
    return read_vectors(paths, table, names[: len(paths)])


def _vectors(path: Path) -> np.ndarray:
    """(n, d) float32."""
    readers = {".npy": _npy, ".safetensors": _safetensors, ".parquet": _column}
    if path.suffix not in readers:
        raise InputError(f"{path} is no file of vectors that can be read; save them as {', '.join(_KINDS)}.")
    try:
        x = readers[path.suffix](path)
        if x.ndim != 2 or not np.issubdtype(x.dtype, np.number) or np.iscomplexobj(x):
            raise InputError(f"{path} holds {x.dtype} of shape {x.shape}; it must be a matrix of numbers, a row a vector.")
        _check_size(path, *x.shape)
        x = np.ascontiguousarray(x, dtype=np.float32)
    except InputError:
        raise
    except Exception as error:  # what damaged files make the libraries raise is not listed anywhere
        raise InputError(f"{path} cannot be read ({str(error)[:120] or type(error).__name__}); save it once more.") from error
    bad = ~np.isfinite(x).all(1)
    if bad.any():
        raise InputError(f"{path}: {int(bad.sum()):,} of its vectors are not finite numbers, the first in row {int(bad.argmax()) + 1:,}.")
    return x


def _npy(path: Path) -> np.ndarray:
    return np.load(path, mmap_mode="r", allow_pickle=False)


def _safetensors(path: Path) -> np.ndarray:
    from safetensors import safe_open

    with safe_open(path, "pt") as file:
        matrices = [name for name in file.keys() if len(file.get_slice(name).get_shape()) == 2]  # noqa: SIM118  not a mapping
        chosen = next((name for name in _NAMES if name in matrices), matrices[0] if len(matrices) == 1 else None)
        if chosen is None:
            raise InputError(f"{path} holds {len(matrices)} matrices; call the one to plot “vectors”.")
        _check_size(path, *file.get_slice(chosen).get_shape())
        return file.get_tensor(chosen).float().numpy()


def _column(path: Path) -> np.ndarray:
    import pyarrow as pa
    from pyarrow import parquet

    lists = [field.name for field in parquet.read_schema(path) if pa.types.is_list(field.type) or pa.types.is_fixed_size_list(field.type)]
    chosen = next((name for name in _NAMES if name in lists), lists[0] if len(lists) == 1 else None)
    if chosen is None:
        raise InputError(f"{path} has {len(lists)} columns of lists; call the one to plot “vector”.")
    if parquet.read_metadata(path).num_rows > MOST_ROWS:
        _check_size(path, parquet.read_metadata(path).num_rows, 1)
    column = parquet.read_table(path, columns=[chosen])[chosen].combine_chunks()
    widths = np.unique(column.value_lengths().to_numpy(zero_copy_only=False)) if pa.types.is_list(column.type) else [column.type.list_size]
    if len(widths) != 1 or column.null_count:
        raise InputError(f"{path}: the vectors in “{chosen}” are not all of one length; leave out or fill in those that are not.")
    return column.flatten().to_numpy(zero_copy_only=False).reshape(len(column), int(widths[0]))


def _check_size(path: Path, rows: int, width: int) -> None:
    if rows > MOST_ROWS:
        raise InputError(f"{path} has {rows:,} vectors; up to {MOST_ROWS:,} are plotted, so give a part of it.")
    if rows * width > MOST_NUMBERS:
        raise InputError(f"{path} has {rows:,} vectors of {width:,} numbers; {MOST_NUMBERS // width:,} so wide ones are plotted at most.")
    if rows < 3 or width < 2:
        raise InputError(f"{path} has {rows:,} vectors of {width:,} numbers; a picture needs three of two or more.")


def _table(path: Path) -> pd.DataFrame:
    """All columns that are texts, numbers or the like, as text."""
    if path.suffix not in _TABLES:
        raise InputError(f"{path} is no table that can be read; save it as {', '.join(_TABLES)}.")
    try:
        if path.suffix == ".parquet":
            import pyarrow as pa
            from pyarrow import parquet

            flat = [field.name for field in parquet.read_schema(path) if not pa.types.is_nested(field.type)]
            found = parquet.read_table(path, columns=flat).to_pandas()
        else:
            found = pd.read_csv(path, sep="\t" if path.suffix == ".tsv" else ",", dtype=str, keep_default_na=False, nrows=MOST_ROWS + 1)
    except Exception as error:  # as above
        raise InputError(f"{path} cannot be read ({str(error)[:120]}); save it as UTF-8, with the names of its columns first.") from error
    if not len(found.columns):
        raise InputError(f"{path} has no column that says what the vectors are; add one called “text”.")
    found.columns = [str(name).strip().casefold() for name in found.columns]
    return found.fillna("").astype(str)


def _points(table: pd.DataFrame, name: str) -> tuple[Points, np.ndarray]:
    """The points, and which row of the table each is."""
    texts = table["text"] if "text" in table else table.iloc[:, 0]
    codes = [_code(one, name) for one in table["language"]] if "language" in table else [UNKNOWN] * len(table)
    known = tuple(dict.fromkeys(codes))
    if len(known) > _MOST_LANGUAGES:
        raise InputError(f"{name} names {len(known)} languages; a picture tells {_MOST_LANGUAGES} apart, so put other groups in “label”.")
    place = {code: k for k, code in enumerate(known)}
    of = np.array([place[code] for code in codes])
    order = np.argsort(of, kind="stable")
    ids = (table["id"] if "id" in table else pd.Series(np.arange(1, len(table) + 1)).astype(str)).to_numpy()[order]
    labels = table["label"].to_numpy()[order] if "label" in table else ()
    links = _same_id(ids, of[order]) if "id" in table else np.zeros((0, 2), np.int64)
    return Points(
        of_words=False,
        texts=tuple(text[:_MOST_TEXT] for text in texts.to_numpy()[order]),
        codes=known,
        language=of[order].astype(np.int64),
        sentence=tuple(ids),
        position=np.zeros(len(table), np.int64),
        links=links,
        sure=np.ones(len(links), bool),
        contexts={},
        tags={id: (label,) for id, label in zip(ids, labels, strict=True) if label} if len(labels) else {},
        noun="points",
    ), order


def _code(text: str, name: str) -> str:
    try:
        return language(text.strip()).code if text.strip() else UNKNOWN
    except InputError as error:
        raise InputError(
            f"{name}: “{text[:30]}” in the column “language” is no code of a language; write codes such as en or pt-br."
        ) from error


def _same_id(ids: np.ndarray, of: np.ndarray) -> np.ndarray:
    """(e, 2) the first point of each id in every language, joined with that of every other language."""
    rows = pd.DataFrame({"id": ids, "language": of, "point": np.arange(len(ids))}).drop_duplicates(["id", "language"])
    pairs = rows.merge(rows, on="id")
    pairs = pairs[pairs["language_x"] < pairs["language_y"]]
    return pairs[["point_x", "point_y"]].to_numpy(np.int64).reshape(-1, 2)
