"""Contrastive alignment of linked words, weak and strong.

Wu & Dredze 2020, "Do Explicit Alignments Robustly Improve Multilingual Encoders?" (arXiv 2010.02537); METHOD, "The
methods it is compared with". Use it with word pairs and batches large enough to hold hard negatives.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from otcore.base.choices import Number, like
from otcore.objectives.objective import Clouds, Trained, setting

if TYPE_CHECKING:
    from torch import Tensor

EXCLUDED = -1e9  # a score no softmax sees; finite, because a row may have nothing but its partner


def temperature(default: float) -> Any:
    about = "What scores are divided by in contrastive objectives: low looks at the hardest others only."
    return setting(default, Number(0, above=True, dial=(1e-6, 1e6, 0.01)), "Temperature", about)


class Words:
    """One side's words in a row, w of them: unit vectors (w, d), types, pair numbers, which places are `live` (B, n), and `place` (B, n)
    of each in the row."""

    def __init__(self, points: Tensor, live: Tensor, types: Tensor) -> None:
        from torch.nn.functional import normalize

        self.vectors = normalize(points[live], dim=-1)
        self.types, self.live, self._of_pairs = types[live], live, types
        self.pairs = live.nonzero()[:, 0]
        self.place = live.flatten().cumsum(0).view_as(live) - 1

    def equal_elsewhere(self, words: Tensor) -> Tensor:
        """(k, w) bool, whether a word equals each of the given ones (k,) and stands in another sentence."""
        same_type = self.types[words][:, None] == self.types[None, :]
        return same_type & (self.pairs[words][:, None] != self.pairs[None, :])

    def among(self) -> Tensor:
        """(B, w) bool, whether each pair's sentence has a word that equals one of the row."""
        equal = self._of_pairs[:, :, None] == self.types[None, None, :]
        return (equal & self.live[:, :, None]).any(1)


@dataclass(frozen=True, kw_only=True)
class ContrastiveWeak(Trained):
    """InfoNCE on the cosine over the temperature: of each linked word to its partner, from either side, a mean over links.

    Negatives are the words of the batch in the partner's language (weak) or in both languages (strong); never the word
    itself, another partner of it, or, in another sentence, a word equal to the partner or to itself: they may well mean
    the same.
    """

    name: ClassVar[str] = "contrastive-weak"
    label: ClassVar[str] = "Contrastive, weak"
    rank: ClassVar[int] = 50
    about: ClassVar[str] = "A linked word must be nearer to its partner than the other words of the partner's language (Wu & Dredze 2020)."
    formula: ClassVar[str] = r"-\log\frac{e^{\cos(x_i,y_j)/\tau}}{\sum_{y} e^{\cos(x_i,y)/\tau}}"
    reference: ClassVar[str] = "Wu & Dredze 2020"
    needs_links: ClassVar[bool] = True
    learning_rate: ClassVar[float] = 2e-4
    part: ClassVar[str] = "contrast"
    strong: ClassVar[bool] = False
    anchor: float = like(Trained, "anchor", default=0.01)
    temperature: float = temperature(0.1)

    def losses(self, clouds: list[Clouds]) -> tuple[list[Tensor], float]:
        return [self._contrast(cloud) for cloud in clouds], 0.0

    def _contrast(self, clouds: Clouds) -> Tensor:
        if not len(clouds.links):
            return clouds.source.sum() * 0  # no link, no gradient, but still a loss to go back from
        source = Words(clouds.source, clouds.source_live, clouds.source_types)
        target = Words(clouds.target, clouds.target_live, clouds.target_types)
        pair, i, j = clouds.links.unbind(1)
        x, y = source.place[pair, i], target.place[pair, j]
        return (self._one_way(source, target, x, y) + self._one_way(target, source, y, x)) / 2

    def _one_way(self, own: Words, other: Words, query: Tensor, key: Tensor) -> Tensor:
        """Mean cross-entropy (nats) of finding the keys (k,) among the other side's words, given the queries (k,)."""
        import torch
        from torch.nn.functional import cross_entropy

        scores = own.vectors[query] @ other.vectors.T  # (k, words of the other side)
        partners = torch.zeros(len(own.vectors), len(other.vectors), dtype=torch.bool, device=scores.device)
        partners[query, key] = True
        excluded = (partners[query] | other.equal_elsewhere(key)).scatter(1, key[:, None], False)
        if self.strong:
            themselves = own.equal_elsewhere(query).scatter(1, query[:, None], True)
            scores = torch.cat([scores, own.vectors[query] @ own.vectors.T], 1)
            excluded = torch.cat([excluded, themselves], 1)
        return cross_entropy((scores / self.temperature).masked_fill(excluded, EXCLUDED), key)


class ContrastiveStrong(ContrastiveWeak):
    """The same with negatives of both languages."""

    name: ClassVar[str] = "contrastive-strong"
    label: ClassVar[str] = "Contrastive, strong"
    rank: ClassVar[int] = 60
    about: ClassVar[str] = "A linked word must be nearer to its partner than the other words of both languages (Wu & Dredze 2020)."
    formula: ClassVar[str] = r"-\log\frac{e^{\cos(x_i,y_j)/\tau}}{\sum_{z \in X \cup Y} e^{\cos(x_i,z)/\tau}}"
    strong: ClassVar[bool] = True


OBJECTIVE = (ContrastiveWeak, ContrastiveStrong)
