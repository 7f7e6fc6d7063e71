"""The set of all plans between two mass vectors: its corners, and 3 × 3 plans from their four free entries."""

import itertools

import numpy as np


def vertices(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """(k, n, m) every corner of {π ≥ 0, π1 = a, πᵀ1 = b}: plans with at most n + m − 1 positive cells that hold no cycle.

    a, b  : (n,), (m,) masses of equal sum; small sides only, because all choices of n + m − 1 cells are tried
    source: Peyré & Cuturi 2019 §3.4
    """
    a, b = np.asarray(a, dtype=np.float64), np.asarray(b, dtype=np.float64)
    n, m = len(a), len(b)
    cells = list(itertools.product(range(n), range(m)))
    equations = np.zeros((n + m - 1, n * m))  # the last column sum follows from the others
    for column, (i, j) in enumerate(cells):
        equations[i, column] = 1
        if j < m - 1:
            equations[n + j, column] = 1
    wanted, found = np.concatenate([a, b[:-1]]), {}
    for chosen in itertools.combinations(range(n * m), n + m - 1):
        basis = equations[:, chosen]
        if abs(np.linalg.det(basis)) < 0.5:  # the matrix is totally unimodular: a determinant is 0 or ±1
            continue
        values = np.linalg.solve(basis, wanted)
        if values.min() >= -1e-12:
            plan = np.zeros(n * m)
            plan[list(chosen)] = values.clip(0)
            found.setdefault(tuple(plan.round(9)), plan.reshape(n, m))
    return np.stack(list(found.values()))


def complete(free: np.ndarray, a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """(3, 3) the plan whose upper left entries are as near to `free` as the masses allow, each held to its own range in turn.

    free: (2, 2) wished entries π₁₁, π₁₂, π₂₁, π₂₂
    a, b: (3,), (3,) masses of equal sum
    """
    plan, columns = np.zeros((3, 3)), np.asarray(b, dtype=np.float64).copy()
    for i in range(2):
        left = float(a[i])
        for j in range(2):
            low, high = max(0.0, left - columns[j + 1 :].sum()), min(left, columns[j])
            plan[i, j] = np.clip(free[i][j], low, max(low, high))
            left -= plan[i, j]
        plan[i, 2] = left
        columns = columns - plan[i]
    plan[2] = columns
    return plan.clip(0)


def slice_corners(plan: np.ndarray, a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """(k, 2) corners, in order around, of the (π₁₁, π₁₂) that are possible while π₂₁ and π₂₂ of a 3 × 3 plan stay as they are."""
    # each entry as constant + x · π₁₁ + y · π₁₂, and each must be at least 0
    p21, p22 = plan[1, 0], plan[1, 1]
    lines = np.array(
        [[0, 1, 0], [0, 0, 1], [a[0], -1, -1], [b[0] - p21, -1, 0], [b[1] - p22, 0, -1], [a[2] - b[0] - b[1] + p21 + p22, 1, 1]]
    )
    corners = []
    for first, second in itertools.combinations(lines, 2):
        pair = np.stack([first[1:], second[1:]])
        if abs(np.linalg.det(pair)) > 1e-12:
            point = np.linalg.solve(pair, [-first[0], -second[0]])
            if (lines[:, 0] + lines[:, 1:] @ point).min() >= -1e-9:
                corners.append(point)
    points = np.unique(np.round(corners, 9), axis=0)
    centre = points.mean(0)
    return points[np.argsort(np.arctan2(points[:, 1] - centre[1], points[:, 0] - centre[0]))]
