"""WordOT and SubOT: the transport cost between the two sides of a pair is the loss.

Alqahtani et al. 2021 (arXiv 2110.02887), §3; METHOD, "What it does". The two differ only in what the data side calls a
point: a word by its last subword, or every subword. Use it where most plans are right already: it learns from them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from otcore.base.choices import Flag, Number, OneOf, choice, like
from otcore.objectives.objective import Clouds, Trained, setting
from otcore.transport.costs import COSTS
from otcore.transport.masses import MASSES

if TYPE_CHECKING:
    from torch import Tensor

    from otcore.transport.values import Block


@dataclass(frozen=True, kw_only=True)
class Transported(Trained):
    """The settings of losses in which something is transported.

    epsilon  : in the unit of the cost, or where `relative` of the mean cost of each transport; the paper has 0.05 with "euclidean"
    masses   : the data side makes them
    tolerance: L1 marginal error
    """

    cost: str = setting("cosine", OneOf(COSTS), "Ground cost", "What it costs to move mass between two words.")
    epsilon: float = setting(
        0.05,
        Number(0, above=True, dial=(1e-6, 1e6, 0.01)),
        "ε, entropic strength",
        "Of the transport in the loss. Small: sharp plans, slow. Large: every word goes a little everywhere.",
    )
    relative: bool = choice(False, Flag(), "Relative ε", "Counts ε in mean costs.")
    masses: str = setting("uniform", OneOf(MASSES), "Word masses", "How much each word weighs: alike, by length, or little where common.")
    iterations: int = choice(200, Number(1, whole=True), "Iterations", "Of the solver at most.")
    tolerance: float = choice(1e-3, Number(0, above=True), "Tolerance", "Marginal error at which a transport is solved.")

    def costs(self, x: Tensor, y: Tensor) -> Tensor:
        """(…, n, m) between points (…, n, d) and (…, m, d)."""
        from otcore.transport.costs import cost_matrix

        return cost_matrix(x, y, self.cost)

    def epsilons(self, cost: Tensor, a: Tensor, b: Tensor) -> Tensor:
        """(P,) ε of each problem in the unit of the cost, a constant for the gradient even where it follows the mean cost."""
        from otcore.transport.batched import relative_epsilon

        if self.relative:
            return relative_epsilon(cost.detach(), a, b, self.epsilon)
        return cost.new_full((len(cost),), self.epsilon, requires_grad=False)


@dataclass(frozen=True, kw_only=True)
class TransportCost(Transported):
    """The settings of losses that are transport costs.

    debiased: Sinkhorn divergence (the paper) instead of the plain entropic cost
    """

    debiased: bool = choice(True, Flag(), "Debiased", "Takes the Sinkhorn divergence in place of the plain entropic cost.")

    def values(self, blocks: list[Block]) -> tuple[list[Tensor], float]:
        """OT_ε of all problems of all blocks with its gradient, and the worst marginal error."""
        from otcore.transport.values import transport_values

        return transport_values(blocks, tolerance=self.tolerance, max_iterations=self.iterations)

    def blocks(self, cross: tuple[Tensor, ...], *sides: tuple[Tensor, Tensor]) -> list[Block]:
        """The transports of a loss: across (cost, masses, masses, ε), and where `debiased` of each side (points, masses) onto itself.

        One ε for all three: only then is S_ε ≥ 0, and 0 on equal clouds.
        """
        from otcore.transport.values import Block

        own = [(self.costs(points, points), mass, mass, cross[3][: len(points)]) for points, mass in sides if self.debiased]
        return [Block(*cross), *(Block(*problem, alike=True) for problem in own)]


@dataclass(frozen=True, kw_only=True)
class WordOT(TransportCost):
    """The Sinkhorn divergence S_ε = OT_ε(α, β) − ½ OT_ε(α, α) − ½ OT_ε(β, β), or OT_ε(α, β) alone where not `debiased`.

    scope: a cloud is a "sentence", and the loss a mean over pairs; or all points of a language's "batch"
    """

    name: ClassVar[str] = "word-ot"
    label: ClassVar[str] = "WordOT"
    rank: ClassVar[int] = 10
    about: ClassVar[str] = (
        "Lowers the cost of transporting a sentence's words onto those of its translation; no word pairs are needed. The paper's method: "
        "it sharpens what is already mostly right."
    )
    formula: ClassVar[str] = (
        r"\mathrm{OT}_\varepsilon(\alpha,\beta)-\tfrac12\mathrm{OT}_\varepsilon(\alpha,\alpha)-\tfrac12\mathrm{OT}_\varepsilon(\beta,\beta)"
    )
    reference: ClassVar[str] = "Alqahtani et al. 2021"
    pooling: ClassVar[str] = "last"  # as in the paper (METHOD, "point cloud")
    learning_rate: ClassVar[float] = 2e-4
    part: ClassVar[str] = "transport"
    anchor: float = like(Trained, "anchor", default=0.1)
    scope: str = setting(
        "sentence",
        OneOf(("sentence", "batch")),
        "Scope",
        "One transport a sentence, or one a language over all sentences of the batch (WordOT and SubOT only).",
    )

    def losses(self, clouds: list[Clouds]) -> tuple[list[Tensor], float]:
        values, error = self.values([block for cloud in clouds for block in self._blocks(cloud)])
        if self.debiased:
            values = [cross - (own + other) / 2 for cross, own, other in zip(values[::3], values[1::3], values[2::3], strict=True)]
        return [value.mean() for value in values], error

    def _blocks(self, clouds: Clouds) -> list[Block]:
        sides = [(clouds.source, clouds.source_mass), (clouds.target, clouds.target_mass)]
        if self.scope == "batch":  # all sentences as one cloud a side: (1, N, d), (1, N), each sentence with equal mass
            sides = [(points[mass > 0][None], mass[mass > 0][None] / len(mass)) for points, mass in sides]
        (x, a), (y, b) = sides
        cost = self.costs(x, y)
        return self.blocks((cost, a, b, self.epsilons(cost, a, b)), *sides)


class SubOT(WordOT):
    """The same, where every subword is a point."""

    name: ClassVar[str] = "sub-ot"
    label: ClassVar[str] = "SubOT"
    rank: ClassVar[int] = 20
    about: ClassVar[str] = "The same between subwords, so that words are not put together first."
    unit: ClassVar[str] = "subword"
    pooling: ClassVar[str] = "mean"


OBJECTIVE = (WordOT, SubOT)
