"""Initial token vectors: a singular value decomposition of the token × sentence-pair matrix.

A token and its translation occur in the same pairs, so their rows are alike before any network is trained
(latent semantic indexing across languages: Littman, Dumais and Landauer, 1998).
"""

import numpy as np
from scipy import sparse

from otcore.pretraining.store import EncodedPairs

_OVERSAMPLING = 24
_POWER_STEPS = 3


def token_pair_matrix(texts: list[EncodedPairs], vocabulary: int, limit: int) -> sparse.csr_matrix:
    """Return the (vocabulary, pairs) matrix of 0/1 occurrence weighted by inverse pair frequency.

    At most ``limit`` training pairs a language. Held-out pairs are left out.
    """
    rows, columns, width = [], [], 0
    for text in texts:
        first, last = text.held_out, min(len(text), text.held_out + limit)
        for side in (text.english, text.other):
            begin, end = side.offsets[first], side.offsets[last]
            rows.append(side.flat[begin:end])
            columns.append(np.repeat(np.arange(last - first) + width, side.lengths[first:last]))
        width += last - first
    row, column = np.concatenate(rows), np.concatenate(columns)
    matrix = sparse.csr_matrix((np.ones(len(row), np.float32), (row, column)), shape=(vocabulary, width))
    matrix.data[:] = 1.0
    frequency = np.diff(matrix.indptr)
    weight = np.log((1 + width) / (1 + frequency)).astype(np.float32)
    # Long pairs say less about any one of their tokens.
    sizes = np.sqrt(np.maximum(np.bincount(matrix.indices, minlength=width), 1)).astype(np.float32)
    return (sparse.diags(weight) @ matrix @ sparse.diags(1 / sizes)).tocsr().astype(np.float32)


def initial_vectors(matrix: sparse.csr_matrix, size: int, seed: int) -> np.ndarray:
    """Return (tokens, size) float32 vectors with mean square 1 per component; tokens never seen get noise.

    Randomised range finder with power steps (Halko, Martinsson and Tropp, 2011); the same seed gives the
    same result.
    """
    rng = np.random.default_rng([seed, 4])
    width = min(size + _OVERSAMPLING, *matrix.shape)
    transposed = matrix.T.tocsr()
    basis = matrix @ (transposed @ rng.standard_normal((matrix.shape[0], width)).astype(np.float32))
    for _ in range(_POWER_STEPS):
        basis = np.linalg.qr(basis)[0]
        basis = matrix @ (transposed @ basis)
    basis = np.linalg.qr(basis)[0]
    small = (transposed @ basis).T
    values, left = np.linalg.eigh((small @ small.T).astype(np.float64))
    order = np.argsort(values)[::-1][:size]
    scores = np.sqrt(np.sqrt(np.maximum(values[order], 0)))
    vectors = (basis @ left[:, order].astype(np.float32)) * scores.astype(np.float32)
    out = rng.standard_normal((matrix.shape[0], size)).astype(np.float32)
    seen = np.diff(matrix.indptr) > 0
    vectors = vectors[seen] - vectors[seen].mean(axis=0)
    norms = np.linalg.norm(vectors, axis=1, keepdims=True)
    out[seen] = 0
    out[seen, : vectors.shape[1]] = vectors / np.maximum(norms, 1e-9) * np.sqrt(size)
    return out
