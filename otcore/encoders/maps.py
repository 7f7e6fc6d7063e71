"""Maps over a frozen encoder as a file beside it: one rotation a language, and the layer they were fitted on."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save

from otcore.base.errors import InputError
from otcore.text.files import write_bytes


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
    try:
        with safe_open(path, framework="numpy") as file:
            layer = (file.metadata() or {}).get("layer", "")
            matrices = {language: file.get_tensor(language) for language in sorted(file.keys())}
    except (OSError, SafetensorError) as error:
        raise InputError(f"The maps {path} cannot be read ({error}); fit them again.") from error
    shapes = {matrix.shape for matrix in matrices.values()}
    square = len(shapes) == 1 and all(len(shape) == 2 and shape[0] == shape[1] for shape in shapes)
    if not (layer.isdecimal() and square and all(np.isfinite(matrix).all() for matrix in matrices.values())):
        raise InputError(f"The maps {path} are not one finite square matrix a language with the encoder's layer; fit them again.")
    return LanguageMaps(matrices, int(layer))
