"""Training in English with an early end: after every pass the score on English dev, and the best pass is kept."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from otcore.base.progress import Teller
from otcore.evaluation.transfer.inputs import Reader
from otcore.evaluation.transfer.settings import TransferSettings
from otcore.evaluation.transfer.task import Outcome, Run

_CLIP = 1.0


@dataclass(frozen=True)
class Training:
    """What is trained on what.

    head   : its parameters learn at `head_rate`
    encoder: whose `trained` parameters learn at `encoder_rate`, or None for a frozen one
    batches: those of the next pass, as many in each
    loss   : of a batch
    dev    : score on dev, higher is better
    """

    head: nn.Module
    encoder: Reader | None
    batches: Callable[[], Sequence]
    loss: Callable[[Any], Tensor]
    dev: Callable[[], float]


def fit(training: Training, settings: TransferSettings, tell: Teller) -> list[float]:
    """Trains in place and leaves the parameters of the best pass, the first of several equal ones; the score on dev after each pass.

    raises: Stopped
    """
    modules = [training.head] if training.encoder is None else [training.head, training.encoder]
    head, encoder = list(training.head.parameters()), [] if training.encoder is None else training.encoder.trained
    parameters, rates = [*head, *encoder], (settings.head_rate, settings.encoder_rate)
    optimiser = torch.optim.AdamW([{"params": some} for some in (head, encoder) if some], lr=0.0, weight_decay=0.01, fused=True)
    batches, step = training.batches(), 0
    total = settings.epochs * len(batches)
    history: list[float] = []
    kept: list[Tensor] = []
    for epoch in range(settings.epochs):
        for module in modules:
            module.train()
        for batch in batches if epoch == 0 else training.batches():
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
    return history


def hidden_layer(width: int, outputs: int, settings: TransferSettings) -> nn.Sequential:
    """What both heads are: (…, width) features to (…, outputs) scores over one hidden layer."""
    return nn.Sequential(
        nn.LayerNorm(width),
        nn.Linear(width, settings.hidden),
        nn.GELU(),
        nn.Dropout(settings.dropout),
        nn.Linear(settings.hidden, outputs),
    )


def seeded(run: Run) -> Run:
    """The same run with torch's own draws made by its seed too, and nobody else's draws changed."""

    def made(seed: int, tell: Teller) -> Outcome:
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            return run(seed, tell)

    return made


def ended(history: Sequence[float], patience: int) -> bool:
    """Whether the best score is so many passes old."""
    return len(history) - 1 - history.index(max(history)) >= patience


def _share(step: int, total: int, warmup: float) -> float:
    """Of the highest rate: a linear rise over the warm-up, then a linear fall to 0 at the end of all passes."""
    done = (step + 0.5) / total
    return min(done / warmup, 1.0) if warmup > 0 and done < warmup else (1 - done) / (1 - warmup)
