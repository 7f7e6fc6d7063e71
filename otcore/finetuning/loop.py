"""The training loop, top to bottom: pairs → one forward pass → clouds → loss → AdamW, watched, logged and saved."""

import contextlib
import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from accelerate import Accelerator
from accelerate.utils import broadcast
from torch import Tensor

from otcore.base.precision import half_precision
from otcore.base.progress import Stopped
from otcore.encoders.encoder import Encoder
from otcore.encoders.trunk import Trunk
from otcore.finetuning.anchor import Anchor
from otcore.finetuning.batches import choose, encode_sides, make_clouds, mean_cosine
from otcore.finetuning.data import Corpus, Pair, Preparation
from otcore.finetuning.optimiser import Parameters, adamw, load_checkpoint, save_checkpoint, set_rate
from otcore.finetuning.schedule import Clock, due, rate_at
from otcore.finetuning.watch import Watch
from otcore.objectives.objective import Loss
from otcore.runs.settings import FinetuneSettings

_FIRST = 10  # steps that say what is usual
_EXPLOSION = 20.0  # times the largest of them
_COLLAPSE = 0.1  # share of the first distance 1 − cosine that must be left

Stop = Callable[[], bool]


@dataclass(frozen=True)
class Ended:
    """How training ended: "finished", "cancelled" or "stopped", why, and after how many steps."""

    state: str
    reason: str
    step: int


def train(settings: FinetuneSettings, encoder: Encoder, corpus: Corpus, watch: Watch, stop: Stop) -> Ended:
    """Trains the encoder in place, going on from the checkpoint in the run's folder if there is one.

    watch: logs, evaluates and takes snapshots; `watch.clock` counts the time
    stop : asked after each step, and of one process within it, whether to end and keep what was learnt
    raises: Stopped   before there is anything to keep
    """
    accelerator, watch.stop = watch.accelerator, stop
    layer = encoder.check_layer(settings.layer)
    preparation = Preparation(settings, encoder, layer, corpus)
    pairs = preparation.pairs()
    watch.note(preparation.cut())
    trunk = Trunk(encoder, layer)
    parameters = trunk.select(encoder, settings.top_layers, settings.word_vectors)
    model = accelerator.prepare_model(trunk)
    step = Step(settings, encoder, accelerator, model, pairs)
    if accelerator.num_processes == 1:
        step.stop = stop
    optimiser = adamw(parameters, settings.learning_rate, settings.weight_decay)
    clock = watch.clock
    clock.steps = _steps(settings, pairs, accelerator.num_processes)
    checkpoint = watch.folder / "checkpoint.safetensors"
    start, guard = _went_on(checkpoint, parameters, optimiser, clock)
    watch.begin(start)
    if settings.lexicon:  # what is looked at before the first step is the encoder as it came
        encoder.lexicon = preparation.lexicon()
    if start == 0:
        _save(checkpoint, parameters, optimiser, 0, guard, watch)
    _agree(clock, lambda: False, accelerator)  # the time so far counts

    number = start
    while not clock.over(number):
        began = time.monotonic()
        rate = rate_at(settings, clock.share(number))
        set_rate(optimiser, rate)
        optimiser.zero_grad(set_to_none=True)
        try:
            figures = step.backward(number)
        except Stopped:  # half a step is nothing; what earlier ones learnt is kept
            _save(checkpoint, parameters, optimiser, number, guard, watch)
            return Ended("cancelled", "stopped on request", number)
        norm = float(accelerator.clip_grad_norm_(parameters.values(), settings.clip))
        figures |= {"gradient_norm": norm, "rate": rate}
        reason = guard.fault(figures)
        if reason:  # back to what was good
            number = load_checkpoint(checkpoint, parameters, optimiser)["step"]
            watch.fault(number, reason)
            return Ended("stopped", reason, number)
        optimiser.step()
        number += 1
        figures["pairs_per_second"] = round(step.pairs / (time.monotonic() - began), 1)
        cancelled = _agree(clock, stop, accelerator)
        last = cancelled or clock.over(number)
        watch.step(number, figures, last=last)
        accelerator.wait_for_everyone()  # for the one that is busy longer
        if last or (due(number, settings.checkpoint_every) and watch.may_save(number)):
            _save(checkpoint, parameters, optimiser, number, guard, watch)
        if cancelled:
            return Ended("cancelled", "stopped on request", number)
    return Ended("finished", "", number)


class Step:
    """One step's loss and gradient: batches, forward pass, clouds, objective."""

    def __init__(self, settings: FinetuneSettings, encoder: Encoder, accelerator: Accelerator, model, pairs) -> None:
        self._settings, self._accelerator, self._model, self._objective = settings, accelerator, model, settings.objective
        self._all_pairs: Mapping[str, list[Pair]] = pairs
        self._device, self._pad = accelerator.device, encoder.padding
        self.stop: Stop = lambda: False
        per_language = {code: min(settings.batch * accelerator.num_processes, len(some)) for code, some in pairs.items()}
        self.pairs = sum(per_language.values()) * settings.accumulation
        self._anchor = Anchor(accelerator.unwrap_model(model), pairs, self._half, self._pad) if settings.objective.uses_anchor else None

    def backward(self, number: int) -> dict[str, Any]:
        """Adds the gradient of step `number`; its figures, means over batches and processes."""
        settings, found = self._settings, []
        for part in range(settings.accumulation):
            final = part + 1 == settings.accumulation
            with contextlib.nullcontext() if final else self._accelerator.no_sync(self._model):
                found.append(self._loss(number * settings.accumulation + part))
                self._accelerator.backward(found[-1][0].total / settings.accumulation)
        return self._figures(found)

    def _loss(self, batch: int) -> tuple[Loss, Tensor]:
        share = (self._accelerator.process_index, self._accelerator.num_processes)
        chosen = {code: choose(pairs, self._settings.batch, batch, self._settings.seed, share) for code, pairs in self._all_pairs.items()}
        sides = [side for pairs in chosen.values() for pair in pairs for side in (pair.source, pair.target)]
        with self._half():
            encoded = encode_sides(sides, self._forward, self._pad, self._device)
        anchor = self._anchor.points([pair.target for pairs in chosen.values() for pair in pairs]) if self._anchor else None
        clouds = {code: make_clouds(pairs, encoded, anchor and anchor(pairs), self._objective.masses) for code, pairs in chosen.items()}
        return self._objective(clouds), mean_cosine(list(clouds.values()))

    def _forward(self, ids: Tensor, mask: Tensor) -> Tensor:
        if self.stop():
            raise Stopped
        return self._model(ids, mask)

    def _half(self):
        return half_precision(self._device) if self._settings.bf16 else contextlib.nullcontext()

    def _figures(self, found: list[tuple[Loss, Tensor]]) -> dict[str, Any]:
        names = list(found[0][0].parts)
        rows = [[loss.total.item(), cosine.item(), *(loss.parts[name] for name in names)] for loss, cosine in found]
        means = torch.tensor(rows, dtype=torch.float64, device=self._device).mean(0)
        errors = torch.tensor([max(loss.marginal_error for loss, _ in found)], dtype=torch.float64, device=self._device)
        total, cosine, *parts = self._accelerator.reduce(means, "mean").tolist()
        error = self._accelerator.gather(errors).max().item()
        return {"loss": total, "parts": dict(zip(names, parts, strict=True)), "marginal_error": error, "cosine": cosine}


@dataclass
class Guard:
    """Says when a run has gone wrong: not a number, an exploding loss, or vectors that fall together. Knows how it began; saved with its
    checkpoint.

    seen  : steps looked at
    loss  : the largest |loss| of the first steps
    cosine: the mean cosine of random words at the first step
    """

    seen: int = 0
    loss: float = 0.0
    cosine: float = 0.0

    def fault(self, figures: dict[str, Any]) -> str:
        """Why the run must stop, or "" where all is well."""
        loss, norm, cosine = figures["loss"], figures["gradient_norm"], figures["cosine"]
        if not all(map(math.isfinite, (loss, norm, cosine))):
            return "the loss or its gradient is not a number any more; try a lower learning rate, a larger ε, or without bf16"
        if self.seen >= _FIRST and abs(loss) > _EXPLOSION * max(self.loss, 1e-3):
            return f"the loss exploded, from {self.loss:.3g} to {loss:.3g}; try a lower learning rate"
        if self.seen > 0 and 1 - cosine < _COLLAPSE * (1 - self.cosine):
            advice = "try a stronger anchor, a lower learning rate, or an objective with negatives"
            return f"the vectors collapsed: the mean cosine of random words rose from {self.cosine:.3f} to {cosine:.3f}; {advice}"
        if self.seen == 0:
            self.cosine = cosine
        if self.seen < _FIRST:
            self.loss = max(self.loss, abs(loss))
        self.seen += 1
        return ""


def _steps(settings: FinetuneSettings, pairs: Mapping[str, list[Pair]], processes: int) -> int | None:
    """Where steps or epochs end the run, whichever is first."""
    together = settings.batch * settings.accumulation * processes
    of_epochs = None if settings.epochs is None else max(round(settings.epochs * max(map(len, pairs.values())) / together), 1)
    ends = [end for end in (settings.steps, of_epochs) if end is not None]
    return min(ends) if ends else None


def _went_on(checkpoint: Path, parameters: Parameters, optimiser: torch.optim.Optimizer, clock: Clock) -> tuple[int, Guard]:
    """The step to go on from, and what was usual before it, from a checkpoint where there is one."""
    if not checkpoint.is_file():
        return 0, Guard()
    progress = load_checkpoint(checkpoint, parameters, optimiser)
    clock.before = progress["seconds"]
    return progress["step"], Guard(**progress["guard"])


def _agree(clock: Clock, stop: Stop, accelerator: Accelerator) -> bool:
    """Takes the time and asks `stop`, in the first process for all of them."""
    clock.tick()
    cancelled = stop() if accelerator.is_main_process else False
    if accelerator.num_processes > 1:
        told = broadcast(torch.tensor([clock.seconds, float(cancelled)], dtype=torch.float64, device=accelerator.device))
        clock.seconds, cancelled = told[0].item(), bool(told[1].item())
    return cancelled


def _save(path: Path, parameters: Parameters, optimiser, number: int, guard: Guard, watch: Watch) -> None:
    if watch.accelerator.is_main_process:
        with watch.saving(number):
            save_checkpoint(path, parameters, optimiser, {"step": number, "seconds": watch.clock.seconds, "guard": vars(guard)})
