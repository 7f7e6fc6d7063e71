"""L2: linked words are drawn together by their squared distance.

Cao, Kitaev & Klein 2020, "Multilingual Alignment of Contextual Word Representations"; METHOD, "The methods it is
compared with". Use it with good word pairs: every wrong link counts as much as a right one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from otcore.objectives.objective import Clouds, Trained

if TYPE_CHECKING:
    from torch import Tensor


class L2(Trained):
    """Σ ‖x_i − y_j‖² over the links (i, j) of a pair, as a mean over pairs; 0 where nothing is linked."""

    name: ClassVar[str] = "l2"
    label: ClassVar[str] = "L2 on word pairs"
    rank: ClassVar[int] = 40
    about: ClassVar[str] = "Draws the vectors of linked words together by their squared distance (Cao et al. 2020). Needs word pairs."
    formula: ClassVar[str] = r"\sum_{(i,j)} \lVert x_i - y_j \rVert^2"
    reference: ClassVar[str] = "Cao et al. 2020"
    needs_links: ClassVar[bool] = True
    part: ClassVar[str] = "distance"

    def losses(self, clouds: list[Clouds]) -> tuple[list[Tensor], float]:
        found = []
        for cloud in clouds:
            pair, i, j = cloud.links.unbind(1)
            found.append((cloud.source[pair, i] - cloud.target[pair, j]).square().sum() / len(cloud.source))
        return found, 0.0


OBJECTIVE = L2
