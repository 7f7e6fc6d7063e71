"""A linear map of sentence means that makes sentences easier to tell apart, kept beside an encoder's weights.

Soft whitening: W = C^(−1/4), C the covariance of unit sentence means over many sentences, so that the directions all
sentences share weigh less. Su et al. 2021 ("Whitening Sentence Representations for Better Semantics and Faster
Retrieval") take the full C^(−1/2) and centre first; half of it without centring retrieves better here (measured on the
collection's training text, see the model card).
"""

from pathlib import Path

import numpy as np
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save

from otcore.base.errors import InputError
from otcore.text.files import write_bytes

FILE = "sentence-map.safetensors"
_POWER = -0.25


def fit_sentence_map(means: np.ndarray) -> np.ndarray:
    """(d, d) float32 symmetric W for rows `means @ W`.

    means : (n, d) sentence means of all languages together, in any length; n well above d
    raises: ValueError   fewer sentences than dimensions
    """
    if len(means) <= means.shape[1]:
        raise ValueError(f"A map of {means.shape[1]} dimensions needs more sentences than that. Received {len(means)}.")
    unit = means.astype(np.float64) / np.linalg.norm(means, axis=1, keepdims=True).clip(1e-12)
    spectrum, axes = np.linalg.eigh(np.cov(unit.T))
    return ((axes * spectrum.clip(spectrum[-1] * 1e-6) ** _POWER) @ axes.T).astype(np.float32)


def save_sentence_map(folder: Path, matrix: np.ndarray) -> None:
    """Writes the map into an encoder's folder in one step, in half precision, its largest entry scaled to 1."""
    write_bytes(folder / FILE, save({"map": np.ascontiguousarray(matrix / np.abs(matrix).max(), np.float16)}))


def load_sentence_map(folder: Path, dimension: int) -> np.ndarray | None:
    """(d, d) float32 the map of an encoder's folder, None where there is none.

    raises: InputError   the file is not a finite square matrix of the encoder's dimension
    """
    path = folder / FILE
    if not path.is_file():
        return None
    try:
        with safe_open(path, framework="numpy") as file:
            matrix = file.get_tensor("map").astype(np.float32)
    except (OSError, SafetensorError) as error:
        raise InputError(f"The sentence map {path} cannot be read ({error}); delete it to go on without.") from error
    if matrix.shape != (dimension, dimension) or not np.isfinite(matrix).all():
        raise InputError(f"The sentence map {path} does not fit an encoder of {dimension} dimensions; delete it to go on without.")
    return matrix
