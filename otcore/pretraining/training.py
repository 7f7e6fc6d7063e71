"""The training loop of one stage: schedule, checkpoints, resume, log."""

import time
from dataclasses import dataclass
from typing import Protocol

import torch
from torch import Tensor, nn

from otcore.base.precision import half_precision
from otcore.finetuning.optimiser import adamw, load_checkpoint, save_checkpoint, set_rate
from otcore.pretraining.run import Run


class Objective(Protocol):
    """What a stage learns."""

    def loss(self, step: int) -> tuple[Tensor, dict[str, float | Tensor]]:
        """Return the loss of one step and figures to log."""

    def evaluate(self) -> dict[str, float]:
        """Return held-out figures."""


@dataclass(frozen=True)
class Plan:
    """How one stage is trained; ``steps`` is fixed beforehand, so that time never changes the result."""

    name: str
    steps: int
    rate: float
    warmup: int
    log_every: int = 50
    evaluations: int = 8
    checkpoint_every: int = 250


def rate_at(plan: Plan, step: int) -> float:
    """Return the learning rate of a step: a linear rise over ``warmup`` steps, then a linear fall to 0."""
    if step < plan.warmup:
        return plan.rate * (step + 1) / plan.warmup
    return plan.rate * (plan.steps - step) / max(1, plan.steps - plan.warmup)


def run_stage(module: nn.Module, objective: Objective, plan: Plan, run: Run, until: int | None = None) -> None:
    """Train ``module`` in place for ``plan.steps`` steps, going on from the stage's checkpoint if there is one.

    ``until`` ends the call after so many of the plan's steps; a further call goes on from there.

    ``module`` holds the parameters the objective uses. A run that was stopped and goes on gives the same
    weights as one that was not, because batches depend on the step number and the checkpoint holds the
    optimiser's state in full precision.
    """
    parameters = {name: one for name, one in module.named_parameters() if one.requires_grad}
    optimiser = adamw(parameters, plan.rate, decay=0.01, betas=(0.9, 0.98), eps=1e-6)
    checkpoint = run.work / f"{plan.name}.safetensors"
    start = load_checkpoint(checkpoint, parameters, optimiser)["step"] if checkpoint.exists() else 0
    meter = _Meter(plan, run, start)
    evaluate_every = max(1, plan.steps // max(1, plan.evaluations))
    end = plan.steps if until is None else min(until, plan.steps)
    module.train()
    for step in range(start, end):
        set_rate(optimiser, rate_at(plan, step))
        meter.add(_step(module, objective, optimiser, step, run.device))
        done, last = step + 1, step + 1 == end
        if last or done % plan.log_every == 0:
            meter.report(done)
        if last or done % evaluate_every == 0:
            _evaluate(objective, plan, run, done)
            module.train()
        if last or done % plan.checkpoint_every == 0:
            save_checkpoint(checkpoint, parameters, optimiser, {"step": done})


class _Meter:
    """Means of the figures since the last report, and the time a step takes."""

    def __init__(self, plan: Plan, run: Run, start: int) -> None:
        self._plan, self._run, self._start = plan, run, start
        self._began = time.monotonic()
        self._figures: list[dict[str, float]] = []

    def add(self, figures: dict[str, float]) -> None:
        self._figures.append(figures)

    def report(self, done: int) -> None:
        names = self._figures[0]
        means = {name: round(sum(f[name] for f in self._figures) / len(self._figures), 4) for name in names}
        self._figures = []
        seconds = (time.monotonic() - self._began) / (done - self._start)
        plan, left = self._plan, (self._plan.steps - done) * seconds / 60
        self._run.log(stage=plan.name, step=done, **means, rate=rate_at(plan, done - 1))
        self._run.progress(f"{plan.name} {done}/{plan.steps} {means} · {seconds:.2f} s a step, {left:.0f} min left")


def _evaluate(objective: Objective, plan: Plan, run: Run, done: int) -> None:
    figures = {name: round(value, 4) for name, value in objective.evaluate().items()}
    run.log(stage=plan.name, step=done, held_out=figures)
    run.progress(f"{plan.name} {done}/{plan.steps} held out: {figures}")


def _step(module: nn.Module, objective: Objective, optimiser: torch.optim.Optimizer, step: int, device: torch.device) -> dict[str, float]:
    optimiser.zero_grad(set_to_none=True)
    with half_precision(device):
        loss, figures = objective.loss(step)
    loss.backward()
    torch.nn.utils.clip_grad_norm_(module.parameters(), 1.0)
    optimiser.step()
    return {"loss": float(loss.detach())} | {name: float(value) for name, value in figures.items()}
