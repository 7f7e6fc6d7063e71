"""Generated transport problems: sizes 1–60, skewed masses, words without mass, any of the costs' shapes."""

import numpy as np
from hypothesis import strategies as st


@st.composite
def problems(draw, largest: int = 60, idle: bool = False):
    """(cost (n, m), a (n,), b (m,)) in float64; masses may span three orders of magnitude, or be 0 where `idle`."""
    n, m = draw(st.integers(1, largest)), draw(st.integers(1, largest))
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    kind = draw(st.sampled_from(["cloud", "noise", "ties"]))
    if kind == "cloud":
        x, y = random.normal(size=(n, 8)), random.normal(size=(m, 8))
        x, y = (side / np.linalg.norm(side, axis=1, keepdims=True) for side in (x, y))
        cost = 1 - x @ y.T
    elif kind == "noise":
        cost = random.random((n, m)) + 0.01
    else:
        cost = random.integers(1, 4, (n, m)).astype(float)
    skew = draw(st.sampled_from([0.0, 1.0, 2.0]))
    a, b = np.exp(skew * random.normal(size=n)), np.exp(skew * random.normal(size=m))
    if idle:
        a[random.random(n) < 0.2], b[random.random(m) < 0.2] = 0, 0
        a[0], b[-1] = 1, 1
    return cost, a / a.sum(), b / b.sum()
