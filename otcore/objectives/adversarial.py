"""The adversarial map: one rotation a language, fitted without pairs on a frozen encoder.

Conneau, Lample et al. 2018, "Word Translation Without Parallel Data" (MUSE), §2; METHOD, "The methods it is compared
with". A discriminator learns to tell mapped from target vectors, the map learns to fool it; then words that are each
other's nearest neighbours stand in for a dictionary. Use it where there are no pairs at all.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from otcore.base.errors import InputError
from otcore.objectives.linear import fit_procrustes
from otcore.objectives.objective import Map

if TYPE_CHECKING:
    import torch
    from torch import Tensor

_SLOPE, _DROPOUT, _SMOOTHING, _DECAY = 0.2, 0.1, 0.1, 0.98  # MUSE §3.2


class Adversarial(Map):
    """A game between the map and a discriminator, then Procrustes on mutual neighbours."""

    name: ClassVar[str] = "adversarial"
    label: ClassVar[str] = "Adversarial map"
    rank: ClassVar[int] = 80
    about: ClassVar[str] = "Finds such a rotation without word pairs: a discriminator must not be able to tell the languages apart."
    formula: ClassVar[str] = r"\min_W \max_D\ \mathbb{E}_x \log D(xW) + \mathbb{E}_y \log (1 - D(y))"
    reference: ClassVar[str] = "Conneau, Lample et al. 2018"

    def fit(self, source: np.ndarray, target: np.ndarray, seed: int) -> np.ndarray:
        return fit_adversarial(source, target, seed)


OBJECTIVE = Adversarial


@dataclass(frozen=True)
class AdversarialSettings:
    """How long and how hard the map is trained. Rates, smoothing and β are MUSE's (§3.2), sizes fit a few thousand vectors.

    steps, discriminator_steps: of the map an epoch, and of the discriminator before each; the best epoch by `agreement` counts
    rate, beta : of plain gradient descent, and of the pull towards an orthogonal map
    refinements: Procrustes rounds on mutual neighbours at most; they end when agreement stops growing
    neighbours : k of CSLS, among the first `dictionary` vectors of either side
    """

    epochs: int = 5
    steps: int = 200
    batch: int = 64
    hidden: int = 512
    discriminator_steps: int = 3
    rate: float = 0.1
    beta: float = 0.01
    refinements: int = 5
    neighbours: int = 10
    dictionary: int = 4_000


def fit_adversarial(source: np.ndarray, target: np.ndarray, seed: int, settings: AdversarialSettings | None = None) -> np.ndarray:
    """(d, d) float64 the orthogonal W that makes the words `source @ W` look like those of `target`.

    source, target: (n, d), (m, d) word vectors in any order; only their directions count
    seed          : the same seed gives the same map; no random state outside is read or changed
    raises        : InputError   fewer than two vectors on a side, dimensions that differ, or vectors that are not finite
    """
    settings = settings or AdversarialSettings()
    x, y = _checked(source, target)
    random = np.random.default_rng(seed)
    few = [side[random.permutation(len(side))[: settings.dictionary]] for side in (x, y)]
    best = np.eye(x.shape[1])
    best_agreement = agreement(few[0] @ best, few[1], settings.neighbours)
    for matrix in _play(x, y, seed, settings):
        nearest = fit_procrustes(np.eye(len(matrix)), matrix)
        score = agreement(few[0] @ nearest, few[1], settings.neighbours)
        if score > best_agreement:
            best, best_agreement = nearest, score
    x, y = few
    for _ in range(settings.refinements):  # Procrustes on the mutual neighbours found so far, while that helps
        i, j = mutual_neighbours(x @ best, y, settings.neighbours).T
        matrix = fit_procrustes(x[i], y[j])
        score = agreement(x @ matrix, y, settings.neighbours)
        if score <= best_agreement:
            break
        best, best_agreement = matrix, score
    return best


def mutual_neighbours(x: np.ndarray, y: np.ndarray, neighbours: int = 10) -> np.ndarray:
    """(k, 2) rows (i, j) of unit vectors (n, d), (m, d) that are each other's nearest by CSLS.

    source: Conneau et al. 2018 §2.3: CSLS(x, y) = 2 cos(x, y) − r(x) − r(y), r the mean cosine to the k nearest
    """
    cosine = (x @ y.T).astype(np.float32)
    r = [-np.partition(-side, min(neighbours, side.shape[1]) - 1, 1)[:, :neighbours].mean(1) for side in (cosine, cosine.T)]
    score = 2 * cosine - r[0][:, None] - r[1][None, :]
    there, back = score.argmax(1), score.argmax(0)
    mutual = np.flatnonzero(back[there] == np.arange(len(there)))
    return np.stack([mutual, there[mutual]], 1)


def agreement(x: np.ndarray, y: np.ndarray, neighbours: int = 10) -> float:
    """How well two sets of unit vectors lie on each other, without knowing pairs: the share of words with a mutual
    neighbour times the mean cosine to it (after the unsupervised criterion of Conneau et al. 2018 §2.4)."""
    i, j = mutual_neighbours(x, y, neighbours).T
    return float((x[i] * y[j]).sum() / min(len(x), len(y)))


def _checked(source: np.ndarray, target: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    x, y = (np.asarray(side, np.float32) for side in (source, target))
    if x.ndim != 2 or y.ndim != 2 or x.shape[1] != y.shape[1] or min(len(x), len(y)) < 2:
        raise InputError(f"An adversarial map needs two or more words a side, of equal dimension, not {x.shape} and {y.shape}.")
    if not (np.isfinite(x).all() and np.isfinite(y).all()):
        raise InputError("An adversarial map needs finite vectors; choose another encoder or layer.")
    x, y = (side / np.linalg.norm(side, axis=1, keepdims=True).clip(1e-12) for side in (x, y))
    return x, y


def _play(x: np.ndarray, y: np.ndarray, seed: int, settings: AdversarialSettings) -> Iterator[np.ndarray]:
    """Yields the map after each epoch, (d, d), nearly orthogonal."""
    import torch

    random = torch.Generator().manual_seed(seed)
    d = x.shape[1]
    sides = [torch.from_numpy(side) * d**0.5 for side in (x, y)]  # entries of variance 1, as initial weights expect
    weights = []  # and biases of d → hidden → hidden → 1, uniform within 1/√(inputs)
    for inputs, outputs in ((d, settings.hidden), (settings.hidden, settings.hidden), (settings.hidden, 1)):
        weights += [(2 * torch.rand(shape, generator=random) - 1) / inputs**0.5 for shape in ((inputs, outputs), (outputs,))]
    weights = [weight.requires_grad_() for weight in weights]
    matrix = torch.eye(d, requires_grad=True)
    rate = settings.rate
    for _ in range(settings.epochs):
        for _ in range(settings.steps):
            for _ in range(settings.discriminator_steps):
                _descend(weights, _loss(weights, matrix.detach(), sides, settings.batch, random, fool=False), rate)
            _descend([matrix], _loss(weights, matrix, sides, settings.batch, random, fool=True), rate)
            with torch.no_grad():  # MUSE eq. 7
                matrix.copy_((1 + settings.beta) * matrix - settings.beta * matrix @ matrix.T @ matrix)
        rate *= _DECAY
        yield matrix.detach().double().numpy()


def _loss(weights: list[Tensor], matrix: Tensor, sides: list[Tensor], batch: int, random: torch.Generator, *, fool: bool) -> Tensor:
    """Cross-entropy of telling mapped source (1) from target (0), labels smoothed, or swapped for the map's turn."""
    import torch
    from torch.nn.functional import binary_cross_entropy_with_logits, leaky_relu

    rows = [torch.randint(len(side), (batch,), generator=random) for side in sides]
    hidden = torch.cat([sides[0][rows[0]] @ matrix, sides[1][rows[1]]])
    hidden = hidden * (torch.rand(hidden.shape, generator=random) >= _DROPOUT) / (1 - _DROPOUT)
    for weight, bias in zip(weights[:4:2], weights[1:4:2], strict=True):
        hidden = leaky_relu(hidden @ weight + bias, _SLOPE)
    labels = torch.full((2 * batch,), _SMOOTHING)
    labels[:batch] = 1 - _SMOOTHING
    return binary_cross_entropy_with_logits((hidden @ weights[4] + weights[5])[:, 0], 1 - labels if fool else labels)


def _descend(parameters: list[Tensor], loss: Tensor, rate: float) -> None:
    import torch

    gradients = torch.autograd.grad(loss, parameters)
    with torch.no_grad():
        for parameter, gradient in zip(parameters, gradients, strict=True):
            parameter.sub_(rate * gradient)
