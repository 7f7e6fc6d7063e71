"""What is seen of a run while it goes: the log, held-out figures, snapshots, the state, and a callback."""

import contextlib
import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from accelerate import Accelerator
from safetensors.numpy import save

from otcore.base.progress import Stopped
from otcore.encoders.encoder import Encoder
from otcore.finetuning.data import Corpus
from otcore.finetuning.held_out import describe_probes, evaluate, probe_vectors, probes
from otcore.finetuning.pacing import FRAMES, MEASURING, SAVING, Pace, fitting, spread
from otcore.finetuning.schedule import Clock, due
from otcore.runs.log import append_log, read_log, trim_log
from otcore.runs.settings import FinetuneSettings
from otcore.runs.store import write_state
from otcore.text.writing import write_bytes

Progress = Callable[[dict[str, Any]], None]
_FRAMES = 12  # of a run with a budget, whatever its steps take: a film of fewer jumps


class Watch:
    """Writes in the first process only."""

    def __init__(
        self, folder: Path, settings: FinetuneSettings, encoder: Encoder, corpus: Corpus, accelerator: Accelerator, progress: Progress
    ) -> None:
        self.folder, self.accelerator, self.clock = folder, accelerator, Clock(settings)
        self._settings, self._encoder, self._corpus, self._progress = settings, encoder, corpus, progress
        self._layer = encoder.check_layer(settings.layer)
        self._log = folder / "log.jsonl"
        self._probes = probes(corpus.held_out)
        self._pairs = max(map(len, corpus.held_out.values()))  # of a language that are measured, at most
        self._measuring, self._filming, self._saving = (Pace(self.clock, share) for share in (MEASURING, FRAMES, SAVING))
        self._frame = 0  # the last of the film's even parts in which a snapshot was taken
        self.stop: Callable[[], bool] = lambda: False  # asked while it measures, which may take longer than a step
        self._notes = list(corpus.notes)

    def note(self, sentences: Sequence[str]) -> None:
        """Before `begin`: what a reader of the run must know."""
        self._notes += sentences

    def begin(self, start: int) -> None:
        """Before the first step: figures and snapshot of the encoder as it is, or the log cut back to where it goes on."""
        if not self.accelerator.is_main_process:
            return
        trim_log(self._log, lambda entry: start > 0 and entry.get("step", 0) <= start)
        self._forget_snapshots(start)
        if start == 0:
            if self._notes:
                self._write({"step": 0, "notes": self._notes})
            write_bytes(self.folder / "snapshots" / "probes.json", (json.dumps(describe_probes(self._probes)) + "\n").encode())
            self._pairs = fitting(self._measure, self._pairs, self.clock.budget)
            self.evaluate(0)
            self.snapshot(0)
        else:
            self._pairs = next((entry["pairs"] for entry in read_log(self._log) if "pairs" in entry), self._pairs)

    def step(self, number: int, figures: dict[str, Any], *, last: bool) -> None:
        """After a step: its log line, and what is due; the steps of maps are languages, and only after the last is looked."""
        if not self.accelerator.is_main_process:
            return
        self._write({"step": number, "seconds": round(self.clock.seconds, 2), **_rounded(figures)})
        settings, frame = self._settings, int(self.clock.done(number) * _FRAMES)
        often = settings.snapshot_every > 0 and self.clock.budget is not None and frame > self._frame
        if last:
            self.evaluate(number, last=True)
            self.snapshot(number)
        elif not settings.objective.is_map:
            if due(number, settings.evaluate_every) and self._measuring.allows(number):
                with contextlib.suppress(Stopped):  # the loop asks too, and ends the run
                    self.evaluate(number)
            if (due(number, settings.snapshot_every) or often) and self._filming.allows(number):
                self._frame = frame
                self.snapshot(number)

    def evaluate(self, number: int, *, last: bool = False) -> dict[str, float]:
        """Held-out figures, logged.

        last  : the run ends with them, even where it is to stop
        raises: Stopped
        """
        with self._measuring.counted():
            found = self._measure(self._pairs, (lambda: False) if last else self.stop)
        self._write({"step": number, "held_out": found, "pairs": self._pairs})
        return found

    def _measure(self, count: int, stop: Callable[[], bool] | None = None) -> dict[str, float]:
        """Figures on so many pairs of each language, always the same."""
        sample = {code: spread(pairs, count) for code, pairs in self._corpus.held_out.items()}
        return evaluate(self._encoder, sample, self._layer, stop or self.stop, gold=self._corpus.gold)

    def snapshot(self, number: int) -> None:
        """The probe sentences' vectors as they are now."""
        with self._filming.counted():
            vectors = probe_vectors(self._encoder, self._probes, self._layer)
            metadata = {"step": str(number), "layer": str(self._layer)}
            write_bytes(self.folder / "snapshots" / f"{number:07d}.safetensors", save(vectors, metadata))

    @contextlib.contextmanager
    def saving(self, number: int) -> Iterator[None]:
        """A checkpoint of this step is written to disk."""
        with self._saving.counted():
            yield
        self.saved(number)

    def may_save(self, number: int) -> bool:
        """Whether a checkpoint leaves enough of the budget to training."""
        return self._saving.allows(number)

    def saved(self, number: int) -> None:
        """A checkpoint of this step is on disk."""
        if self.accelerator.is_main_process:
            self.state("running", "", number)
            self._write({"step": number, "saved": True})

    def fault(self, number: int, reason: str) -> None:
        """The run stops; what was learnt after step `number` is given up, and all that was seen of it but the losses, which say why."""
        if self.accelerator.is_main_process:
            trim_log(self._log, lambda entry: "loss" in entry or entry.get("step", 0) <= number)
            self._forget_snapshots(number)
            self._write({"step": number, "fault": reason})

    def state(self, state: str, reason: str, number: int) -> None:
        """Replaces the run's state."""
        seconds = round(self.clock.tick(), 2)
        write_state(self.folder, state=state, reason=reason, step=number, steps=self.clock.steps, seconds=seconds)

    def held_out(self) -> dict[int, dict[str, float]]:
        """Step → held-out figures, from the log."""
        return {entry["step"]: entry["held_out"] for entry in read_log(self._log) if "held_out" in entry}

    def _forget_snapshots(self, after: int) -> None:
        for path in (self.folder / "snapshots").glob("*.safetensors"):
            if int(path.stem) > after:
                path.unlink()

    def _write(self, entry: dict[str, Any]) -> None:
        append_log(self._log, entry)
        clock = self.clock
        self._progress({**entry, "steps": clock.steps, "elapsed": clock.seconds, "left": clock.left(entry["step"])})


def _rounded(figures: dict[str, Any]) -> dict[str, Any]:
    """Seven digits: what float32 holds."""
    how = {dict: _rounded, float: lambda value: float(f"{value:.7g}")}
    return {name: how.get(type(value), lambda value: value)(value) for name, value in figures.items()}
