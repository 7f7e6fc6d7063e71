"""Training in English with an early end: after every pass the score on English dev, and the best pass is kept."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from otcore.base.progress import Teller
from otcore.evaluation.transfer.inputs import Reader
from otcore.evaluation.transfer.settings import TransferSettings

_CLIP = 1.0


@dataclass(frozen=True)
class Fitted:
    """How a training went.

    best   : score on dev of the pass that was kept
    history: score on dev after each pass
    """

    best: float
    history: tuple[float, ...]


@dataclass(frozen=True)
class Training:
    """What is trained on what.

    head   : its parameters learn at `head_rate`
    encoder: whose `trained` parameters learn at `encoder_rate`, or None for a frozen one
    steps  : batches of a pass
    batches: pass → its batches
    loss   : of a batch
    dev    : score on dev, higher is better
    """

    head: nn.Module
    encoder: Reader | None
    steps: int
    batches: Callable[[int], Iterable]
    loss: Callable[[object], Tensor]
    dev: Callable[[], float]


def fit(training: Training, settings: TransferSettings, tell: Teller) -> Fitted:
    """Trains in place and leaves the parameters of the best pass; the first of several equal ones.

    raises: Stopped
    """
    modules = [training.head] if training.encoder is None else [training.head, training.encoder]
    head, encoder = list(training.head.parameters()), [] if training.encoder is None else training.encoder.trained
    parameters, rates = [*head, *encoder], (settings.head_rate, settings.encoder_rate)
    optimiser = torch.optim.AdamW([{"params": some} for some in (head, encoder) if some], lr=0.0, weight_decay=0.01, fused=True)
    total, step = settings.epochs * training.steps, 0
    history: list[float] = []
    kept: list[Tensor] = []
    for epoch in range(settings.epochs):
        for module in modules:
            module.train()
        for batch in training.batches(epoch):
            share = _share(step, total, settings.warmup)
            for group, rate in zip(optimiser.param_groups, rates, strict=False):
                group["lr"] = rate * share
            optimiser.zero_grad(set_to_none=True)
            training.loss(batch).backward()
            nn.utils.clip_grad_norm_(parameters, _CLIP)
            optimiser.step()
            step += 1
            best = f", dev {max(history):.3f}" if history else ""
            tell(step / total, f"pass {epoch + 1} of {settings.epochs} at most{best}")
        for module in modules:
            module.eval()
        history.append(training.dev())
        if history[-1] == max(history) and history.index(history[-1]) == epoch:
            kept = [parameter.detach().clone() for parameter in parameters]
        if ended(history, settings.patience):
            break
    with torch.no_grad():
        for parameter, value in zip(parameters, kept, strict=True):
            parameter.copy_(value)
    return Fitted(max(history), tuple(history))


def ended(history: Sequence[float], patience: int) -> bool:
    """Whether the best score is so many passes old."""
    return len(history) - 1 - history.index(max(history)) >= patience


def _share(step: int, total: int, warmup: float) -> float:
    """Of the highest rate: a linear rise over the warm-up, then a linear fall to 0 at the end of all passes."""
    done = (step + 0.5) / total
    return min(done / warmup, 1.0) if warmup > 0 and done < warmup else (1 - done) / (1 - warmup)
