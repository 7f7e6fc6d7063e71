"""The training loop of one stage: schedule, checkpoints, resume, log."""

from __future__ import annotations

import json
import logging
import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import torch
from safetensors import safe_open
from safetensors.torch import save_file
from torch import Tensor, nn

from otcore.base.precision import half_precision

log = logging.getLogger(__name__)


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


@dataclass(frozen=True)
class Place:
    """Where a stage runs and reports: checkpoint folder, JSON-lines log, device and progress callback."""

    folder: Path
    log_file: Path
    device: torch.device
    progress: Callable[[str], None]


def choose_device() -> torch.device:
    """Return CUDA if there is one, else the CPU."""
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


def rate_at(plan: Plan, step: int) -> float:
    """Return the learning rate of a step: a linear rise over ``warmup`` steps, then a linear fall to 0."""
    if step < plan.warmup:
        return plan.rate * (step + 1) / plan.warmup
    return plan.rate * (plan.steps - step) / max(1, plan.steps - plan.warmup)


def run_stage(module: nn.Module, objective: Objective, plan: Plan, place: Place, until: int | None = None) -> None:
    """Train ``module`` in place for ``plan.steps`` steps, going on from the stage's checkpoint if there is one.

    ``until`` ends the call after so many of the plan's steps; a further call goes on from there.

    ``module`` holds the parameters the objective uses. A run that was stopped and goes on gives the same
    weights as one that was not, because batches depend on the step number and the checkpoint holds the
    optimiser's state in full precision.
    """
    optimiser = _optimiser(module, plan.rate)
    checkpoint = place.folder / f"{plan.name}.safetensors"
    start = _load_checkpoint(checkpoint, module, optimiser, place.device)
    meter = _Meter(plan, place, start)
    evaluate_every = max(1, plan.steps // max(1, plan.evaluations))
    end = plan.steps if until is None else min(until, plan.steps)
    module.train()
    for step in range(start, end):
        for group in optimiser.param_groups:
            group["lr"] = rate_at(plan, step)
        meter.add(_step(module, objective, optimiser, step, place.device))
        done, last = step + 1, step + 1 == end
        if last or done % plan.log_every == 0:
            meter.report(done)
        if last or done % evaluate_every == 0:
            _evaluate(objective, plan, place, done)
            module.train()
        if last or done % plan.checkpoint_every == 0:
            _save_checkpoint(checkpoint, module, optimiser, done)


class _Meter:
    """Means of the figures since the last report, and the time a step takes."""

    def __init__(self, plan: Plan, place: Place, start: int) -> None:
        self._plan, self._place, self._start = plan, place, start
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
        write_log(self._place.log_file, {"stage": plan.name, "step": done, **means, "rate": rate_at(plan, done - 1)})
        self._place.progress(f"{plan.name} {done}/{plan.steps} {means} · {seconds:.2f} s a step, {left:.0f} min left")


def _evaluate(objective: Objective, plan: Plan, place: Place, done: int) -> None:
    figures = {name: round(value, 4) for name, value in objective.evaluate().items()}
    write_log(place.log_file, {"stage": plan.name, "step": done, "held_out": figures})
    place.progress(f"{plan.name} {done}/{plan.steps} held out: {figures}")


def _optimiser(module: nn.Module, rate: float) -> torch.optim.Optimizer:
    named = [(n, p) for n, p in module.named_parameters() if p.requires_grad]
    decayed = [p for n, p in named if p.ndim > 1 and "embeddings" not in n]
    others = [p for n, p in named if not (p.ndim > 1 and "embeddings" not in n)]
    groups = [{"params": decayed, "weight_decay": 0.01}, {"params": others, "weight_decay": 0.0}]
    return torch.optim.AdamW(groups, lr=rate, betas=(0.9, 0.98), eps=1e-6, fused=True)


def _step(module: nn.Module, objective: Objective, optimiser: torch.optim.Optimizer, step: int, device: torch.device) -> dict[str, float]:
    optimiser.zero_grad(set_to_none=True)
    with half_precision(device):
        loss, figures = objective.loss(step)
    loss.backward()
    torch.nn.utils.clip_grad_norm_(module.parameters(), 1.0)
    optimiser.step()
    return {"loss": float(loss.detach())} | {name: float(value) for name, value in figures.items()}


def write_log(path: Path, entry: dict[str, object]) -> None:
    """Append one entry to the JSON-lines log, with the time in seconds since 1970."""
    with open(path, "a", encoding="utf-8") as file:
        file.write(json.dumps({"time": round(time.time(), 1), **entry}, ensure_ascii=False) + "\n")


def _save_checkpoint(path: Path, module: nn.Module, optimiser: torch.optim.Optimizer, step: int) -> None:
    tensors = {f"model.{name}": value for name, value in module.state_dict().items()}
    for name, parameter in module.named_parameters():
        for key in ("exp_avg", "exp_avg_sq"):
            if parameter in optimiser.state:
                tensors[f"{key}.{name}"] = optimiser.state[parameter][key]
    tensors = {name: value.detach().cpu().contiguous().clone() for name, value in tensors.items()}
    temporary = path.with_name(path.name + ".tmp")
    save_file(tensors, temporary, metadata={"step": str(step)})
    os.replace(temporary, path)


def _load_checkpoint(path: Path, module: nn.Module, optimiser: torch.optim.Optimizer, device: torch.device) -> int:
    if not path.exists():
        return 0
    with safe_open(path, framework="pt", device=str(device)) as file:
        step = int(file.metadata()["step"])
        tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 - not a dict
    module.load_state_dict({n.removeprefix("model."): v for n, v in tensors.items() if n.startswith("model.")})
    for name, parameter in module.named_parameters():
        if f"exp_avg.{name}" in tensors:
            optimiser.state[parameter] = {
                "step": torch.tensor(float(step), device=device),
                "exp_avg": tensors[f"exp_avg.{name}"],
                "exp_avg_sq": tensors[f"exp_avg_sq.{name}"],
            }
    log.info("going on from step %d of %s", step, path.name)
    return step
