"""What an objective is, what it is given and answers, and what those that are trained share: precision, sums over languages, the anchor."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from otcore.base.choices import Number, check, choice

if TYPE_CHECKING:
    import numpy as np
    from torch import Tensor

_TENSORS = ("source", "target", "source_mass", "target_mass", "anchor")
setting = partial(choice, place="objective")


@dataclass(frozen=True)
class Clouds:
    """One language's batch: B sentence pairs as two weighted clouds of points, padded to n and m.

    source       : (B, n, d) points of the other language, with gradient
    target       : (B, m, d) points of English, with gradient
    source_mass  : (B, n) each row sums to 1, padding 0
    target_mass  : (B, m) the same
    anchor       : (B, m, d) the English points of the frozen original encoder, or None where λ is 0
    source_types : (B, n) int64, equal for equal words (or subwords) of the language, −1 for padding
    target_types : (B, m) int64, the same for English
    links        : (k, 3) int64 rows (pair, source point, target point): word pairs, empty unless the objective asks for them
    """

    source: Tensor
    target: Tensor
    source_mass: Tensor
    target_mass: Tensor
    anchor: Tensor | None
    source_types: Tensor
    target_types: Tensor
    links: Tensor

    source_live = property(lambda self: self.source_mass > 0, doc="(B, n) bool, False for padding.")
    target_live = property(lambda self: self.target_mass > 0, doc="(B, m) bool, False for padding.")


@dataclass(frozen=True)
class Loss:
    """A loss with gradient, and what to log.

    total          : scalar Tensor, summed over languages
    parts          : name → float, e.g. {"transport": …, "anchor": …, "transport de": …}
    marginal_error : worst L1 marginal error of the transports solved, 0 where none was
    """

    total: Tensor
    parts: dict[str, float] = field(default_factory=dict)
    marginal_error: float = 0.0


@dataclass(frozen=True, kw_only=True)
class Objective:
    """The settings of an objective, and what it needs.

    name, label, rank        : in files and commands, for people, and where it stands in lists
    about, formula, reference: one line, TeX, and where it comes from
    unit         : what a point of a cloud is: "word" or "subword"
    pooling      : how a word's vector comes from its subwords': "mean", which is how words are read where encoders are compared, or "last"
    masses, scope: of the points, and what is one cloud, for objectives that leave no choice; so is `unit`
    needs_links  : whether the data must bring word pairs
    uses_anchor  : whether the frozen original encoder's English points are needed
    is_map       : whether it is fitted to a frozen encoder and not trained through it
    learning_rate: highest rate to start from
    raises       : InputError   a setting out of range
    """

    name: ClassVar[str]
    label: ClassVar[str]
    rank: ClassVar[int]
    about: ClassVar[str]
    formula: ClassVar[str]
    reference: ClassVar[str]
    unit = "word"
    pooling: ClassVar[str] = "mean"
    masses = "uniform"
    scope = "sentence"
    needs_links: ClassVar[bool] = False
    uses_anchor = False
    is_map: ClassVar[bool] = False
    learning_rate: ClassVar[float] = 5e-5

    def __post_init__(self) -> None:
        check(self, "The objective's ")


@dataclass(frozen=True, kw_only=True)
class Map(Objective):
    """A rotation of each language's vectors onto English's, fitted to vectors of a frozen encoder."""

    is_map: ClassVar[bool] = True

    def fit(self, source: np.ndarray, target: np.ndarray, seed: int) -> np.ndarray:
        """(d, d) the orthogonal W that brings `source @ W` to `target`.

        source, target: (k, d) of linked words where `needs_links`, else (n, d) and (m, d) of any words
        raises: InputError   vectors that no map can be fitted to
        """
        raise NotImplementedError


@dataclass(frozen=True, kw_only=True)
class Trained(Objective):
    """An objective is its `losses`; this adds λ times the anchor and sums over languages.

    part  : what the log calls the loss without the anchor
    anchor: λ ≥ 0 of the term that holds the English points near the original encoder's

    λ counts squared lengths, and words of the bundled base encoder are about 15 long: at λ = 5 a cosine cost did not fall in 100 steps.
    At 0.02 moving all English words by a tenth of their length costs about as much as the whole transport.
    """

    part: ClassVar[str] = "loss"
    anchor: float = setting(
        1.0,
        Number(0, dial=(0.0, 1e6, 0.5)),
        "Anchor λ",
        "Holds the English vectors near those of the encoder as it was: stronger is safer and learns less.",
    )

    @property
    def uses_anchor(self) -> bool:
        return self.anchor > 0

    def losses(self, clouds: list[Clouds]) -> tuple[list[Tensor], float]:
        """The loss of each language as a mean over its pairs, and the worst L1 marginal error of its transports."""
        raise NotImplementedError

    def __call__(self, clouds: dict[str, Clouds]) -> Loss:
        """The loss of one step, language code → its clouds; losses are summed over languages (METHOD, "direction"). Its parts sum to the
        total, the anchor with λ in it.

        raises: ValueError   no language, or no pair of a language
        """
        import torch

        if not clouds or any(len(cloud.source) == 0 for cloud in clouds.values()):
            raise ValueError(f"An objective needs at least one pair of each language. Received {sorted(clouds)}.")
        device = next(iter(clouds.values())).source.device
        with torch.autocast(device.type, enabled=False):  # bf16 costs are off by more than plans and contrasts can bear
            exact = [_precise(cloud) for cloud in clouds.values()]
            losses, error = self.losses(exact)
            anchor = self._anchor(exact) if self.uses_anchor else losses[0].new_zeros(())
            together = torch.stack(losses).sum()
            total = together + anchor
        figures = torch.stack([together, anchor, *losses]).tolist()  # one wait for the device
        names = (self.part, "anchor", *(f"{self.part} {language}" for language in clouds))
        return Loss(total, dict(zip(names, figures, strict=True)), error)

    def _anchor(self, clouds: list[Clouds]) -> Tensor:
        """λ Σ_j ‖c(j) − c₀(j)‖² over the English points, as a mean over the pairs of the batch, summed over languages.

        source: METHOD, "regulariser"; a mean over pairs keeps λ independent of the batch size
        """
        if any(cloud.anchor is None for cloud in clouds):
            raise ValueError("An anchor above 0 needs the English points of the original encoder. Received none.")
        squared = [(cloud.target - cloud.anchor).square().sum(-1).masked_fill(~cloud.target_live, 0.0) for cloud in clouds]
        return self.anchor * sum(one.sum() / len(one) for one in squared)


def _precise(clouds: Clouds) -> Clouds:
    """The clouds in float32, or in float64 where they are."""
    double = clouds.source.dtype.itemsize == 8
    given = ((name, getattr(clouds, name)) for name in _TENSORS)
    return dataclasses.replace(clouds, **{name: value.double() if double else value.float() for name, value in given if value is not None})
