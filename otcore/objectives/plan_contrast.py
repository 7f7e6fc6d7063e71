"""Plan-weighted word contrast: transport says which words belong together, contrast says which do not.

A transport cost alone can be lowered by drawing all vectors together (METHOD, trap 5), and contrast on word pairs alone (Wu & Dredze
2020) needs pairs that stay as they were when the run began. Here the shares of the plan of each pair, as it is now, are the soft
targets of a contrast over all words of the batch. With the mass as weight the loss is, up to the temperature, the transport cost
⟨π, C⟩ plus what holds the space apart: Σ a_i log Σ_y exp(cos(x_i, y) / τ). Use it where there are no word pairs, or only an encoder's own.

Chosen on the collection's dev sentences after 240 steps (de, fr, es, from `base`, 24 pairs a language, rate 5e-4; AER and P@1): shares as
targets .184 .831; the same with agreement as the weight .180 .842; agreement .174 .847; with temperature .05 in place of .1 .168 .847; and
with that and rate 1e-3 .158 .844 (strong contrast there .178 .839, at .1 .180 .844). ε, null price and subwords were not swept.
A contrast between sentence means beside the shares (weight .5) did not help: .194 .833. After 720 steps, a few minutes, the rate decides:
at 2e-4 .161 .842, at 5e-4 .154 .806, at 1e-3 .148 .742; strong contrast .184 .844, .178 .797 and .181 .764.

From a strong encoder it is no better than strong contrast: e5-small after 60 steps of 72 pairs (hi, ja, ro, zh, rate 2e-4, dev AER from
.127) .0925; with shares and fused plans .0957, fused plans alone .0932 (and uniform masses .0965), ε .05 .0947, τ .1 .0935 (and λ .001
.0981), λ .03 .0938, every word of one weight .0946; strong contrast .0883, and .0879 on word pairs that fused transport reads. There the
links before the run are good already, and contrast on them learns most.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from otcore.base.choices import Flag, Number, OneOf, choice, like
from otcore.base.vectors import UNITS
from otcore.objectives.contrastive import EXCLUDED, Words, temperature
from otcore.objectives.objective import Clouds, Trained, setting
from otcore.objectives.transport import Transported

if TYPE_CHECKING:
    from torch import Tensor

_LEAST = 1e-30  # a sum of mass that is divided by


@dataclass(frozen=True, kw_only=True)
class PlanContrast(Transported):
    """−Σ_ij w_i t_ij log q_ij, of both directions the mean. q_i is the softmax of cos(x_i, ·) / τ over the words of the batch, t_i the
    share of the plan's row that goes to each word of the translation, w_i the weight of the word. The plan is a constant for the gradient.

    No negatives are the word itself, words of its own language equal to it, and, in other sentences, words equal to one of its
    translation: they may well mean the same, and are judged where they stand in the same pair.

    unit      : words, or subwords
    targets   : "agreement", t_ij ∝ π_ij² / (Σ_l π_il Σ_k π_kj), the shares of row and column multiplied, and the sum of these over j as the
                weight: 1 where two words have only each other, little where the two directions disagree or are unsure (as posteriors in
                Liang, Taskar & Klein 2006, "Alignment by Agreement"); "shares", those of the row, with what the plan moves as the weight
    null_point: whether words may stay alone at a price, which is (in the unit of ε) the cost of a cell above which it is cheaper to leave
                both of its words; what stays is no target and weighs nothing
    strong    : whether words of the same language are negatives too
    within    : weight of the same loss over the words of the own pair only
    """

    name: ClassVar[str] = "plan-contrast"
    label: ClassVar[str] = "Plan-weighted contrast"
    rank: ClassVar[int] = 25
    about: ClassVar[str] = (
        "Transport says which words belong together, contrast says which do not: each word must find the words that the plan sends it to "
        "among all words of the batch. No word pairs are needed, and the space cannot collapse. Beside strong contrast at the same rate "
        "(1,000 steps from “base”, three seeds) AER on test sentences is .138 against .163, and sentence retrieval .70 against .71; "
        "before, .247 and .22."
    )
    formula: ClassVar[str] = (
        r"-\sum_{i} w_i \sum_{j} \frac{\pi_{ij}}{\sum_{l}\pi_{il}} \log\frac{e^{\cos(x_i,y_j)/\tau}}{\sum_{z} e^{\cos(x_i,z)/\tau}}"
    )
    reference: ClassVar[str] = "Alqahtani et al. 2021 and Wu & Dredze 2020 together"
    learning_rate: ClassVar[float] = 2e-4
    part: ClassVar[str] = "contrast"
    unit: str = setting("word", OneOf(UNITS), "Points", "What is transported and told apart: words, or each of their subwords.")
    anchor: float = like(Trained, "anchor", default=0.01)
    epsilon: float = like(Transported, "epsilon", default=0.1)
    relative: bool = like(Transported, "relative", default=True)
    masses: str = like(Transported, "masses", default="inverse-frequency")
    temperature: float = temperature(0.05)
    targets: str = setting(
        "agreement",
        OneOf({"agreement": "where both directions agree", "shares": "shares of the plan"}),
        "Targets",
        "What words must find: what the plan sends them to, or of that what both of its directions agree on.",
    )
    null_point: bool = setting(False, Flag(), "Null point", "Words may stay alone at a price.")
    null_price: float = setting(
        1.0,
        Number(0, above=True, dial=(0.01, 10.0, 0.05)),
        "Null price",
        "In the unit of ε: pairs of words that cost more are left alone.",
        when=lambda values: values["null_point"],
    )
    strong: bool = choice(True, Flag(), "Strong", "Words of the same language are told apart too.")
    within: float = choice(0.0, Number(0), "Within", "Weight of the same contrast among the words of a pair.")

    def losses(self, clouds: list[Clouds]) -> tuple[list[Tensor], float]:
        solved = [self.plans(cloud) for cloud in clouds]
        return [self._loss(cloud, plan) for cloud, (plan, _) in zip(clouds, solved, strict=True)], max(error for _, error in solved)

    def plans(self, clouds: Clouds) -> tuple[Tensor, float]:
        """(B, n, m) the plans between the words, without what goes to or comes from nothing, as constants; the worst marginal error."""
        import torch

        from otcore.transport.batched import sinkhorn

        with torch.no_grad():
            cost, a, b = self.costs(clouds.source, clouds.target), clouds.source_mass, clouds.target_mass
            epsilon = self.epsilons(cost, a, b)
            if self.null_point:
                cost = _with_null(cost, epsilon * (self.null_price / self.epsilon))
                a, b = (torch.cat([mass, mass.sum(1, keepdim=True)], 1) / 2 for mass in (a, b))
            solved = sinkhorn(cost, a, b, epsilon, tolerance=self.tolerance, max_iterations=self.iterations)
        plan = solved.plan[:, :-1, :-1] * 2 if self.null_point else solved.plan
        return plan, solved.marginal_error.max().item()

    def _loss(self, clouds: Clouds, plan: Tensor) -> Tensor:
        source = Words(clouds.source, clouds.source_live, clouds.source_types)
        target = Words(clouds.target, clouds.target_live, clouds.target_types)
        there = _Targets(plan, source, target, self.targets)
        back = _Targets(plan.transpose(1, 2), target, source, self.targets)
        return (self._one_way(source, target, there) + self._one_way(target, source, back)) / 2

    def _one_way(self, own: Words, other: Words, targets: _Targets) -> Tensor:
        """Cross-entropy (nats) of the targets, given one side's words, a weighted mean."""
        import torch

        scores = own.vectors @ other.vectors.T / self.temperature  # (w, words of the other side)
        elsewhere = own.pairs[:, None] != other.pairs[None, :]
        excluded = elsewhere & other.among()[own.pairs]
        widest = scores.masked_fill(excluded, EXCLUDED)
        if self.strong:
            alike = own.types[:, None] == own.types[None, :]
            widest = torch.cat([widest, (own.vectors @ own.vectors.T / self.temperature).masked_fill(alike, EXCLUDED)], 1)
        expected = (targets.share * scores).sum(1)
        loss = widest.logsumexp(1) - expected
        if self.within:
            loss = loss + self.within * (scores.masked_fill(elsewhere, EXCLUDED).logsumexp(1) - expected)
        return (targets.weight * loss).sum()


OBJECTIVE = PlanContrast


class _Targets:
    """What the plan of each pair says of one side's words, w of them: `share` (w, w') of each that the words of the other side have, rows
    that sum to 1, or to 0 where nothing goes; `weight` (w,) of each word, which sum to 1."""

    def __init__(self, plan: Tensor, own: Words, other: Words, kind: str) -> None:
        if kind == "agreement":
            plan = plan.square() / (plan.sum(2, keepdim=True) * plan.sum(1, keepdim=True)).clamp_min(_LEAST)
        moved = plan.sum(2)
        share, moved = (plan / moved.clamp_min(_LEAST)[:, :, None])[own.live], moved[own.live]
        self.weight = moved / moved.sum().clamp_min(_LEAST)
        places = other.place.clamp_min(0)[own.pairs]  # of padding too, which gets nothing
        self.share = share.new_zeros(len(own.types), len(other.types)).scatter_add(1, places, share)


def _with_null(cost: Tensor, price: Tensor) -> Tensor:
    """(B, n + 1, m + 1) costs with a null point at the end of either side, at half the price (B,) from every word."""
    from torch.nn.functional import pad

    wide = pad(cost, (0, 1, 0, 1))
    wide[:, :-1, -1] = wide[:, -1, :-1] = price[:, None] / 2
    return wide
