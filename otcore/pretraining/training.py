"""A run of pre-training, and the training loop of one of its stages: schedule, checkpoints, resume, log."""

import json
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Protocol

import torch
from torch import Tensor, nn

from otcore.base.errors import InputError
from otcore.base.precision import half_precision
from otcore.finetuning.optimiser import adamw, load_checkpoint, save_checkpoint, set_rate
from otcore.finetuning.schedule import due
from otcore.pretraining.recipe import Recipe, TeacherRecipe
from otcore.runs.log import append_log
from otcore.text.writing import write_bytes

_LOG_EVERY = 50
_EVALUATIONS = 8


@dataclass(frozen=True)
class Run:
    """A run's folders, recipe and progress callback.

    work     : everything that a resumed run need not do again: tokenizer, pairs, vectors, links, checkpoints
    tokenizer: the folder of the finished one
    device   : CUDA if there is one, else the CPU
    """

    corpora: Path
    out: Path
    recipe: Recipe | TeacherRecipe
    progress: Callable[[str], None]

    work = property(lambda self: self.out / "work")
    tokenizer = property(lambda self: self.work / "tokenizer")
    device = property(lambda self: torch.device("cuda" if torch.cuda.is_available() else "cpu"))

    def log(self, **entry: Any) -> None:
        """One more entry of the JSON-lines log, with the time in seconds since 1970."""
        append_log(self.out / "log.jsonl", {"time": round(time.time(), 1), **entry})


def check_same_run(run: Run, files: dict[str, Path]) -> None:
    """Write down what a run is of, the files by language and the recipe; raises ``InputError`` if its folder holds another."""
    run.work.mkdir(parents=True, exist_ok=True)
    corpora = {language: file.stat().st_size for language, file in files.items()}
    settings = json.loads(json.dumps({"corpora": corpora, "recipe": asdict(run.recipe)}))
    path = run.work / "settings.json"
    if path.exists() and json.loads(path.read_text(encoding="utf-8")) != settings:
        raise InputError(f"{run.out} holds a run with other corpora, seed or minutes; give another folder or delete it.")
    write_bytes(path, json.dumps(settings, indent=1).encode())
    run.log(event="start", settings=settings, device=run.device.type)


class Objective(Protocol):
    """What a stage learns: the loss of a step with figures to log, and held-out figures."""

    def loss(self, step: int) -> tuple[Tensor, dict[str, float | Tensor]]: ...

    def evaluate(self) -> dict[str, float]: ...


@dataclass(frozen=True)
class Plan:
    """How one stage is trained; ``steps`` is fixed beforehand, so that time never changes the result."""

    name: str
    steps: int
    rate: float
    warmup: int


def rate_at(plan: Plan, step: int) -> float:
    """Return the learning rate of a step: a linear rise over ``warmup`` steps, then a linear fall to 0."""
    if step < plan.warmup:
        return plan.rate * (step + 1) / plan.warmup
    return plan.rate * (plan.steps - step) / max(1, plan.steps - plan.warmup)


def run_stage(module: nn.Module, objective: Objective, plan: Plan, run: Run, until: int | None = None) -> None:
    """Train ``module``, whose parameters the objective uses, in place for ``plan.steps`` steps, or ``until`` so many of them are done.

    Goes on from the stage's checkpoint if there is one, to the same weights as a run that was not stopped: batches depend on the step
    number, and the checkpoint holds the optimiser's state in full precision.
    """
    parameters = {name: one for name, one in module.named_parameters() if one.requires_grad}
    optimiser = adamw(parameters, plan.rate, decay=0.01, betas=(0.9, 0.98), eps=1e-6)
    checkpoint = run.work / f"{plan.name}.safetensors"
    start = load_checkpoint(checkpoint, parameters, optimiser)["step"] if checkpoint.exists() else 0
    end = plan.steps if until is None else min(until, plan.steps)
    began, seen = time.monotonic(), []
    module.train()
    for step in range(start, end):
        set_rate(optimiser, rate_at(plan, step))
        seen.append(_step(module, objective, optimiser, step, run.device))
        done, last = step + 1, step + 1 == end
        if last or due(done, _LOG_EVERY):
            means = {name: round(sum(figures[name] for figures in seen) / len(seen), 4) for name in seen[0]}
            seconds, seen = (time.monotonic() - began) / (done - start), []
            run.log(stage=plan.name, step=done, **means, rate=rate_at(plan, step))
            pace = f"{seconds:.2f} s a step, {(plan.steps - done) * seconds / 60:.0f} min left"
            run.progress(f"{plan.name} {done}/{plan.steps} {means} · {pace}")
        if last or due(done, max(1, plan.steps // _EVALUATIONS)):
            held_out = {name: round(value, 4) for name, value in objective.evaluate().items()}
            run.log(stage=plan.name, step=done, held_out=held_out)
            run.progress(f"{plan.name} {done}/{plan.steps} held out: {held_out}")
            module.train()
        if last or due(done, run.recipe.checkpoint_every):
            save_checkpoint(checkpoint, parameters, optimiser, {"step": done})


def _step(module: nn.Module, objective: Objective, optimiser: torch.optim.Optimizer, step: int, device: torch.device) -> dict[str, float]:
    optimiser.zero_grad(set_to_none=True)
    with half_precision(device):
        loss, figures = objective.loss(step)
    loss.backward()
    torch.nn.utils.clip_grad_norm_(module.parameters(), 1.0)
    optimiser.step()
    return {"loss": float(loss.detach())} | {name: float(value) for name, value in figures.items()}
