"""From settings to a finished run folder in one call."""

import contextlib
import json
from pathlib import Path

import torch
from accelerate import Accelerator

from otcore.base.errors import InputError
from otcore.base.progress import Stopped
from otcore.encoders import load_encoder
from otcore.encoders.encoder import Encoder
from otcore.encoders.lexicon import save_lexicon
from otcore.encoders.maps import save_sentence_map
from otcore.finetuning.data import read_corpus
from otcore.finetuning.loop import Ended, Stop, train
from otcore.finetuning.mapping import fit
from otcore.finetuning.watch import Progress, Watch
from otcore.runs.folders import replacing_folder
from otcore.runs.locks import STOP_FILE, locked
from otcore.runs.settings import FinetuneSettings
from otcore.runs.store import Run, create_run, open_run, write_state
from otcore.text.writing import write_bytes


def finetune(
    settings: FinetuneSettings, folder: Path | None = None, progress: Progress = lambda entry: None, stop: Stop = lambda: False
) -> Run:
    """A new run, trained to its end; `folder` as in `create_run`, the rest as in `carry_out`.

    >>> from otcore import FinetuneSettings, finetune, load_encoder
    >>> settings = FinetuneSettings(("de",), steps=2, pairs=8, batch=4, evaluate_every=0)
    >>> run = finetune(settings, folder / "run")
    >>> run.state, run.step
    ('finished', 2)
    >>> load_encoder(str(run.folder / "encoder")).layers  # in the runs folder it is run:NAME
    4
    """
    return carry_out(create_run(settings, folder), progress, stop)


def carry_out(run: Run, progress: Progress = lambda entry: None, stop: Stop = lambda: False, *, held: bool = False) -> Run:
    """Trains a new run, or one that was interrupted or cancelled from its last checkpoint on, to its end.

    progress: called with each log entry as it is written, and "steps" (or None), "elapsed" and "left" in seconds
    held    : whether this process has locked the run already
    stop    : asked after each step; true, or a file STOP in the folder, ends the run and keeps what was learnt
    returns : the run as it then stands
    raises  : InputError   it has ended already, another process trains it, what its settings name cannot be had, or its folder
              is deleted meanwhile
    """
    if not run.resumable:
        raise InputError(f"The run {run.name} is {run.state}; start a new one.")
    # its half precision stays off: the loop has its own, where the processor has it natively. Without an accelerator
    # processes find each other only where the processor is asked for by name.
    accelerator = Accelerator(mixed_precision="no", cpu=not torch.accelerator.is_available())
    if not accelerator.is_main_process:
        _work(run, accelerator, progress, stop)
        accelerator.end_training()
        return run
    with contextlib.nullcontext() if held else locked(run):
        try:
            _work(run, accelerator, progress, stop)
        except Exception as error:
            if not (run.folder / "settings.json").exists():
                raise InputError(f"The folder of the run {run.name} was deleted while it ran; nothing of it is kept.") from error
            if isinstance(error, InputError):
                write_state(run.folder, state="stopped", reason=str(error).rstrip("."), step=run.step, steps=run.steps, seconds=run.seconds)
            raise
    if accelerator.num_processes > 1:
        accelerator.end_training()  # lets go of the other processes
    return open_run(run.folder)


def _work(run: Run, accelerator: Accelerator, progress, stop) -> None:
    settings, halt = run.settings, run.folder / STOP_FILE
    encoder = load_encoder(settings.encoder)
    if encoder.maps is not None:
        raise InputError(f"{settings.encoder} is an encoder with maps, which cannot be trained on; choose {encoder.model.name_or_path}.")
    if settings.lexicon and encoder.lexicon is not None and encoder.lexicon.share:
        told = f"{settings.encoder} has a lexicon for sentences already, which one of this text would replace"
        raise InputError(f"{told}; leave the lexicon of the text out.")
    encoder.model.to(accelerator.device)
    if accelerator.device.type == "cpu":
        encoder.model.set_attn_implementation("eager")  # for a few dozen tokens half as fast again as the fused kernel
    corpus = read_corpus(settings)
    watch = Watch(run.folder, settings, encoder, corpus, accelerator, progress)
    if accelerator.is_main_process:
        watch.state("running", "", run.step)
    accelerator.wait_for_everyone()
    teach = fit if settings.objective.is_map else train
    try:
        ended = teach(settings, encoder, corpus, watch, lambda: stop() or halt.exists())
    except Stopped:  # nothing was learnt yet
        watch.state("cancelled", "stopped on request", 0)
        halt.unlink(missing_ok=True)
        return
    if accelerator.is_main_process:
        _finish(run, encoder, watch, ended)
        halt.unlink(missing_ok=True)
    accelerator.wait_for_everyone()


def _finish(run: Run, encoder: Encoder, watch: Watch, ended: Ended) -> None:
    """The encoder and the figures into the folder; the state last, so that a finished run is complete."""
    figures = watch.held_out()
    before = figures[0]  # there is none in a folder that was deleted: nothing is written there
    if encoder.maps is None:
        export(encoder, run.folder / "encoder")
    after = figures[ended.step] if ended.step in figures else watch.evaluate(ended.step, last=True)
    watch.clock.tick()
    result = {"before": before, "after": after, "steps": ended.step, "seconds": round(watch.clock.seconds, 2)}
    write_bytes(run.folder / "result.json", (json.dumps(result, indent=1) + "\n").encode())
    watch.state(ended.state, ended.reason, ended.step)


def export(encoder: Encoder, target: Path) -> None:
    """The encoder in Transformers format; what the configuration says of the alignment layer stays."""
    with replacing_folder(target) as folder:
        encoder.model.save_pretrained(folder)
        encoder.tokenizer.save_pretrained(folder)
        if encoder.sentence_map is not None:
            save_sentence_map(folder, encoder.sentence_map)
        if encoder.lexicon is not None:
            save_lexicon(folder, encoder.lexicon)
