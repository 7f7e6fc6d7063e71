"""Sums of exponentials where they would over- or underflow."""

import numpy as np


def log_sum_exp(values: np.ndarray, axis: int) -> np.ndarray:
    """Several times faster than SciPy's general one on the small matrices of sentences."""
    top = values.max(axis, keepdims=True)
    return np.log(np.exp(values - top).sum(axis)) + top.squeeze(axis)
