"""What it costs to transport a sentence's words to its translation's, against those of other sentences."""

from collections.abc import Sequence
from functools import partial

import numpy as np

from otcore.evaluation.measure import Prepared, measure
from otcore.evaluation.samples import Rates, first_rate

SHUFFLES = 4  # wrong partners of each sentence
EPSILON = 0.1  # in mean costs, the aligner's default
_BLOCK = 256


def pair_costs(sources: Sequence[np.ndarray], targets: Sequence[np.ndarray], seed: int = 0) -> np.ndarray | None:
    """(sentences, 2) transport cost to the translation, and mean cost to up to `SHUFFLES` other sentences drawn by the seed.

    Uniform masses, cosine cost, entropic plans; both kinds are solved alike.
    sources, targets: (n, d), (m, d) word vectors of each sentence
    returns         : None where there is but one pair, so that nothing can be shuffled
    """
    count = len(sources)
    if count < 2:
        return None
    order = np.random.default_rng([seed, count]).permutation(count)
    shifts = range(1, min(SHUFFLES, count - 1) + 1)
    true = _costs([(k, k) for k in range(count)], sources, targets)
    shuffled = np.zeros(count)
    for shift in shifts:  # along one random circle nobody meets their own translation
        shuffled[order] += _costs(list(zip(order, np.roll(order, shift), strict=True)), sources, targets)
    return np.stack([true, shuffled / len(shifts)], axis=1)


def _costs(pairs: list[tuple[int, int]], sources, targets) -> np.ndarray:
    from otcore.transport.batched import relative_epsilon, sinkhorn
    from otcore.transport.costs import cost_matrix

    found = []
    for start in range(0, len(pairs), _BLOCK):
        block = pairs[start : start + _BLOCK]
        x, a = _padded([sources[i] for i, _ in block])
        y, b = _padded([targets[j] for _, j in block])
        cost = cost_matrix(x, y).double()
        found.append(sinkhorn(cost, a, b, relative_epsilon(cost, a, b, EPSILON), tolerance=1e-4).transport_cost.numpy())
    return np.concatenate(found)


def _padded(clouds: list[np.ndarray]):
    """(b, n, d) points and (b, n) uniform masses of clouds, as tensors."""
    import torch

    pad = torch.nn.utils.rnn.pad_sequence
    points = pad([torch.from_numpy(np.ascontiguousarray(cloud)) for cloud in clouds], batch_first=True)
    masses = pad([torch.full((len(cloud),), 1 / len(cloud), dtype=torch.float64) for cloud in clouds], batch_first=True)
    return points, masses


def _both(made: Prepared) -> np.ndarray | None:
    return pair_costs(*made.sides, made.seed)


def _mean(made: Prepared, column: int) -> Rates | None:
    costs = made.once(_both)
    return None if costs is None else Rates(np.stack([costs[:, column], np.ones(len(costs))], 1), first_rate)


_cost = partial(measure, unit="cosine cost, 0 to 2", better="", alone=True)
_OVER = {"unit": "ratio of transport costs", "better": "lower", "first": True, "chance": lambda pairs: 1.0}


@_cost("cost_ratio", "cost of true over shuffled pairs", 40, **_OVER)
def _ratio(made: Prepared) -> Rates | None:
    """What it costs to move a sentence onto its translation, over what it costs to move it onto other sentences; 1 tells nothing
    apart."""
    costs = made.once(_both)
    return None if costs is None else Rates(costs, first_rate)


@_cost("cost_true", "cost of true pairs", 41)
def _true(made: Prepared) -> Rates | None:
    """Mean transport cost of a sentence onto its translation."""
    return _mean(made, 0)


@_cost("cost_shuffled", "cost of shuffled pairs", 42)
def _shuffled(made: Prepared) -> Rates | None:
    """The same onto sentences that do not translate it."""
    return _mean(made, 1)


MEASURE = (_ratio, _true, _shuffled)
