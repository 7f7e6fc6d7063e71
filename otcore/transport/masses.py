"""How much mass each word carries before transport; every side sums to 1."""

from collections.abc import Mapping, Sequence

import numpy as np

# name → label; what each is made of is in `otcore.alignment.problems`
MASSES: Mapping[str, str] = {"uniform": "uniform", "norm": "norm", "inverse-frequency": "inverse-frequency"}
# Arora, Liang & Ma 2017 ("A simple but tough-to-beat baseline"): weight a / (a + p(w)). Theirs is 1e-3, for sentence
# vectors; on the dev part of the bundled gold links words aligned better with 1e-2 (mean AER .160 against .176, uniform .190).
SMOOTHING = 1e-2


def uniform_masses(count: int) -> np.ndarray:
    """(n,) equal masses."""
    return np.full(count, 1 / count)


def norm_masses(vectors: np.ndarray) -> np.ndarray:
    """(n,) masses proportional to the Euclidean norm of each row of (n, d): words with long vectors weigh more.

    source: Yokoi et al. 2020, "Word Rotator's Distance"; a cloud of zero vectors gets uniform masses.
    """
    norms = np.linalg.norm(np.asarray(vectors, dtype=np.float64), axis=1)
    return norms / norms.sum() if norms.sum() > 0 else uniform_masses(len(norms))


def inverse_frequency_masses(frequencies: Sequence[float]) -> np.ndarray:
    """(n,) masses from relative frequencies p(w) in [0, 1] by a / (a + p(w)): function words weigh less.

    source: Arora et al. 2017; the paper's TF-IDF masses are the same idea (METHOD, "masses")
    raises: ValueError   a frequency outside [0, 1]
    """
    p = np.asarray(frequencies, dtype=np.float64)
    if (p < 0).any() or (p > 1).any():
        raise ValueError(f"Frequencies must lie in [0, 1]. Received {p.min()} to {p.max()}.")
    weights = SMOOTHING / (SMOOTHING + p)
    return weights / weights.sum()
