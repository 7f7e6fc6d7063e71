"""What all trained objectives share: full precision, a sum over languages, the anchor on English."""

import dataclasses

import torch
from torch import Tensor

from otcore.objectives.settings import ObjectiveSettings
from otcore.objectives.types import Clouds, Loss, anchor_loss


class AnchoredObjective:
    """An objective is its `losses`; this adds λ times the anchor and sums over languages.

    name: of the loss without the anchor, in the log
    """

    name = "loss"

    def __init__(self, settings: ObjectiveSettings) -> None:
        self.settings = settings
        self.needs_links = settings.needs_links
        self.uses_anchor = settings.uses_anchor

    def losses(self, clouds: list[Clouds]) -> tuple[Tensor, float]:
        """(L,) the loss of each language as a mean over its pairs, and the worst L1 marginal error of its transports."""
        raise NotImplementedError

    def __call__(self, clouds: dict[str, Clouds]) -> Loss:
        """The loss of one step; its parts sum to the total, the anchor with λ in it.

        raises: ValueError   no language, or no pair of a language
        """
        if not clouds or any(len(cloud.source) == 0 for cloud in clouds.values()):
            raise ValueError(f"An objective needs at least one pair of each language. Received {sorted(clouds)}.")
        device = next(iter(clouds.values())).source.device
        with torch.autocast(device.type, enabled=False):  # bf16 costs are off by more than plans and contrasts can bear
            exact = [_precise(cloud) for cloud in clouds.values()]
            losses, error = self.losses(exact)
            anchor = self._anchor(exact, losses)
            total = losses.sum() + anchor
        figures = torch.stack([losses.sum(), anchor, *losses]).tolist()  # one wait for the device
        names = (self.name, "anchor", *(f"{self.name} {language}" for language in clouds))
        return Loss(total, dict(zip(names, figures, strict=True)), error)

    def _anchor(self, clouds: list[Clouds], losses: Tensor) -> Tensor:
        if not self.uses_anchor:
            return losses.new_zeros(())
        if any(cloud.anchor is None for cloud in clouds):
            raise ValueError("An anchor above 0 needs the English points of the original encoder. Received none.")
        return self.settings.anchor * torch.stack([anchor_loss(cloud) for cloud in clouds]).sum()


def _precise(clouds: Clouds) -> Clouds:
    """The clouds in float32, or in float64 where they are."""
    precision = torch.float64 if clouds.source.dtype == torch.float64 else torch.float32
    names = ("source", "target", "source_mass", "target_mass", "anchor")
    given = {name: getattr(clouds, name) for name in names}
    return dataclasses.replace(clouds, **{name: value if value is None else value.to(precision) for name, value in given.items()})
