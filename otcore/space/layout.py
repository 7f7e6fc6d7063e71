"""UMAP's steps, compiled: the points of a state are moved along the edges of its graph, one after the other, as umap-learn moves them where
a seed is given. States are moved beside each other, each by a thread of its own, pulled to where its points stood in the other states when
the round began, so that the picture does not depend on threads.

Threads are a pool's own and share nothing, so that any number of fits goes on at the same time. Moving the points of one state by several
threads was tried: where all are moved from the places at the beginning of a round, pictures are less trustworthy (0.83 or less for 20,000
words where this has 0.85).

source: McInnes, Healy & Melville 2018, §4; the pull between states Islam & Fleischer 2022
"""

from __future__ import annotations

import functools
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from otcore.base.progress import Teller

if TYPE_CHECKING:
    from scipy.sparse import csr_array

WINDOW = 3  # states on either side to which a state is tied
PULL = 0.01  # strength of the ties
_SIGNATURE = "void(f4[:,::1], i4[::1], i4[::1], f4[::1], f4[:,::1], f4[::1], i8, f4[::1], u8)"


@dataclass(frozen=True)
class Curve:
    """How near points should be: 1 / (1 + a d^2b) is the strength of an edge between two points at distance d on the picture."""

    a: float
    b: float


def curve(min_dist: float) -> Curve:
    """The curve that is nearest to 1 up to a distance and falls as exp(−(d − min_dist)) beyond, in squares over d from 0 to 3."""
    from scipy.optimize import curve_fit

    far = np.linspace(0, 3, 300)
    wanted = np.where(far < min_dist, 1.0, np.exp(min_dist - far))
    (a, b), _ = curve_fit(lambda d, a, b: 1 / (1 + a * d ** (2 * b)), far, wanted)
    return Curve(float(a), float(b))


def lay_out(starts: np.ndarray, graphs: list[csr_array], shape: Curve, rounds: int, seed: int, tell: Teller) -> np.ndarray:
    """Places (states, n, dimensions) float32 after so many rounds.

    starts: (states, n, dimensions), two or three
    graphs: of each state, (n, n), both ways, weights in (0, 1]
    tell  : told every round
    raises: Stopped   `tell` was asked to end
    """
    import torch

    states, n, dimensions = starts.shape
    places = np.zeros((states, n, 3), np.float32)
    places[:, :, :dimensions] = starts
    edges = [(graph.indptr.astype(np.int32), graph.indices.astype(np.int32), _due(graph)) for graph in graphs]
    ties, move, goals = _ties(graphs), compiled(), np.zeros_like(places)
    held = ties.sum(0)
    with ThreadPoolExecutor(max(min(states, torch.get_num_threads()), 1)) as pool:
        for number in range(rounds):
            shapes = np.array([shape.a, shape.b, 1 - number / rounds], np.float32)
            if states > 1:
                np.einsum("son,ond->snd", ties.transpose(1, 0, 2), places, out=goals)

            def one(state: int, number: int = number, shapes: np.ndarray = shapes) -> None:
                move(places[state], *edges[state], goals[state], held[state], number, shapes, seed + state)

            list(pool.map(one, range(states)))
            tell((number + 1) / rounds, f"laying out, round {number + 1} of {rounds}")
    return places[:, :, :dimensions].copy()


def _due(graph: csr_array) -> np.ndarray:
    """(edges,) the share of the rounds in which each edge pulls."""
    return (graph.data / graph.data.max()).astype(np.float32)


def _ties(graphs: list[csr_array]) -> np.ndarray:
    """(other state, state, n) how strongly a point is pulled to where it stands in another state: by the share of its neighbours in either
    that are so in both, less the further apart the states are."""
    count, n = len(graphs), graphs[0].shape[0]
    ties, sizes = np.zeros((count, count, n), np.float32), [np.diff(graph.indptr) for graph in graphs]
    for one in range(count):
        for other in range(one + 1, min(one + WINDOW + 1, count)):
            both = np.diff(graphs[one].multiply(graphs[other]).tocsr().indptr)
            share = both / np.maximum(sizes[one] + sizes[other] - both, 1)
            ties[one, other] = ties[other, one] = PULL * np.exp(1 - (other - one)) * share
    return ties


@functools.cache
def compiled():
    """One round of one state, compiled for its one signature without the interpreter's lock; kept on disk for the next process where some
    folder for it can be written."""
    import numba

    options = {"fastmath": True, "nogil": True}
    try:
        return numba.njit(_SIGNATURE, cache=True, **options)(_move)
    except RuntimeError:  # numba found no such folder
        return numba.njit(_SIGNATURE, **options)(_move)


def _move(places, begins, ends, due, goals, ties, number, shapes, seed):
    """Moves all points of a state once, in place.

    places: (n, 3); begins (n + 1,) into ends and due (edges,); goals (n, 3) and ties (n,): the places in other states by their ties,
    summed up, and the sum of these; shapes: a, b and the length of the step
    """
    n = len(places)
    a, b, step = shapes
    one, far = np.float32(1), np.float32(4)  # one force moves a point no further
    for point in range(n):
        # a generator for each point and round; it is splitmix's, then xorshift's
        random = seed * np.uint64(0x9E3779B97F4A7C15) + np.uint64(number * n + point + 1)
        random = (random ^ (random >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        random = (random ^ (random >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        random |= np.uint64(1)
        x, y, z = places[point, 0], places[point, 1], places[point, 2]
        goal_x, goal_y, goal_z, tie = goals[point, 0], goals[point, 1], goals[point, 2], ties[point]
        for edge in range(begins[point], begins[point + 1]):
            if np.floor((number + 1) * due[edge] + np.float32(1e-4)) <= np.floor(number * due[edge] + np.float32(1e-4)):
                continue
            for force in range(6):  # along the edge, which pulls both ends, then from five points
                if force < 1:
                    other = np.int64(ends[edge])
                else:
                    random ^= random << np.uint64(13)
                    random ^= random >> np.uint64(7)
                    random ^= random << np.uint64(17)
                    other = np.int64(random % np.uint64(n))
                    if other == point:
                        continue
                gap_x, gap_y, gap_z = x - places[other, 0], y - places[other, 1], z - places[other, 2]
                square = gap_x * gap_x + gap_y * gap_y + gap_z * gap_z
                if square <= 0:
                    continue
                power = a * square**b
                if force < 1:
                    strength = np.float32(-2) * b * power / (square * (one + power))
                else:
                    strength = np.float32(2) * b / ((np.float32(0.001) + square) * (one + power))
                push_x = min(max(strength * gap_x, -far), far)
                push_y = min(max(strength * gap_y, -far), far)
                push_z = min(max(strength * gap_z, -far), far)
                if force < 1:
                    places[other, 0] -= step * push_x
                    places[other, 1] -= step * push_y
                    places[other, 2] -= step * push_z
                x += step * (push_x - tie * x + goal_x)
                y += step * (push_y - tie * y + goal_y)
                z += step * (push_z - tie * z + goal_z)
        places[point, 0], places[point, 1], places[point, 2] = x, y, z
