"""Linear maps of an encoder's vectors as files beside it: one rotation a language, and one of sentence means."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save

from otcore.base.errors import InputError
from otcore.text.writing import write_bytes

SENTENCE_MAP = "sentence-map.safetensors"
_POWER = -0.25


@dataclass(frozen=True)
class LanguageMaps:
    """Rotations towards English.

    matrices : language → (d, d) float32; a language without one, English among them, stays as it is
    layer    : of the encoder, whose vectors they were fitted on
    """

    matrices: Mapping[str, np.ndarray]
    layer: int

    def apply(self, vectors: np.ndarray, language: str) -> np.ndarray:
        """(n, d) the vectors of one language, mapped."""
        matrix = self.matrices.get(language)
        return vectors if matrix is None else vectors @ matrix.astype(vectors.dtype)


def save_maps(path: Path, maps: LanguageMaps) -> None:
    """Writes the maps in one step: a file that is there is complete."""
    matrices = {language: np.ascontiguousarray(matrix, np.float32) for language, matrix in maps.matrices.items()}
    write_bytes(path, save(matrices, metadata={"layer": str(maps.layer)}))


def load_maps(path: Path) -> LanguageMaps:
    """Reads what `save_maps` wrote.

    raises: InputError   no such file, not a safetensors file, no layer in it, or matrices that do not fit each other
    """
    matrices, layer = _read(path, "maps", "fit them again")
    shapes = {matrix.shape for matrix in matrices.values()}
    square = len(shapes) == 1 and all(len(shape) == 2 and shape[0] == shape[1] for shape in shapes)
    if not (layer.isdecimal() and square and all(np.isfinite(matrix).all() for matrix in matrices.values())):
        raise InputError(f"The maps {path} are not one finite square matrix a language with the encoder's layer; fit them again.")
    return LanguageMaps(matrices, int(layer))


def fit_sentence_map(means: np.ndarray) -> np.ndarray:
    """(d, d) float32 symmetric W for rows `means @ W`, so that the directions all sentences share weigh less: W = C^(−1/4), C the
    covariance of unit sentence means over many sentences.

    means : (n, d) sentence means of all languages together, in any length; n well above d
    raises: ValueError   fewer sentences than dimensions
    source: Su et al. 2021 ("Whitening Sentence Representations for Better Semantics and Faster Retrieval") take the full C^(−1/2) and
            centre first; half of it without centring retrieves better here (measured on the collection's training text, see the model card)
    """
    if len(means) <= means.shape[1]:
        raise ValueError(f"A map of {means.shape[1]} dimensions needs more sentences than that. Received {len(means)}.")
    unit = means.astype(np.float64) / np.linalg.norm(means, axis=1, keepdims=True).clip(1e-12)
    spectrum, axes = np.linalg.eigh(np.cov(unit.T))
    return ((axes * spectrum.clip(spectrum[-1] * 1e-6) ** _POWER) @ axes.T).astype(np.float32)


def language_directions(means: Mapping[str, np.ndarray]) -> np.ndarray:
    """(languages, d) float32 an orthonormal basis of what the sentences of each language share.

    means : language → (n, d) sentence means, in any length; fewer languages than dimensions
    source: Yang et al. 2021 ("A Simple and Effective Method To Eliminate the Self Language Bias in Multilingual Representations"), with one
            direction a language, its mean
    """
    shared = [(rows / np.linalg.norm(rows, axis=1, keepdims=True).clip(1e-12)).mean(0, dtype=np.float64) for rows in means.values()]
    return np.linalg.qr(np.stack(shared, axis=1))[0].T.astype(np.float32)


def map_without(directions: np.ndarray) -> np.ndarray:
    """(d, d) float32 the sentence map I − QᵀQ without orthonormal directions Q (k, d); rounded to half precision the same everywhere."""
    exact = directions.astype(np.float64)
    return (np.eye(exact.shape[1]) - exact.T @ exact).astype(np.float32)


def save_sentence_map(folder: Path, matrix: np.ndarray) -> None:
    """Writes the map into an encoder's folder in one step, in half precision, its largest entry scaled to 1."""
    write_bytes(folder / SENTENCE_MAP, save({"map": np.ascontiguousarray(matrix / np.abs(matrix).max(), np.float16)}))


def load_sentence_map(folder: Path, dimension: int) -> np.ndarray | None:
    """(d, d) float32 the map of an encoder's folder, None where there is none.

    raises: InputError   the file is not a finite square matrix of the encoder's dimension
    """
    path = folder / SENTENCE_MAP
    if not path.is_file():
        return None
    matrix = _read(path, "sentence map", "delete it to go on without")[0].get("map", np.zeros(0)).astype(np.float32)
    if matrix.shape != (dimension, dimension) or not np.isfinite(matrix).all():
        raise InputError(f"The sentence map {path} does not fit an encoder of {dimension} dimensions; delete it to go on without.")
    return matrix


def _read(path: Path, what: str, remedy: str) -> tuple[dict[str, np.ndarray], str]:
    """The matrices of a file by name, and the layer that it names."""
    try:
        with safe_open(path, framework="numpy") as file:
            return {name: file.get_tensor(name) for name in sorted(file.keys())}, (file.metadata() or {}).get("layer", "")
    except (OSError, SafetensorError) as error:
        raise InputError(f"The {what} {path} cannot be read ({error}); {remedy}.") from error
