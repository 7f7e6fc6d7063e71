"""Working through a study: whichever process comes takes the next row and seed that nobody works on, trains it and measures it."""

import contextlib
import gc
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from filelock import FileLock, Timeout

from otcore.base.errors import InputError
from otcore.base.places import MAPS_FILE
from otcore.base.progress import Stopped, Teller
from otcore.encoders import load_encoder
from otcore.evaluation.study.plan import UNTUNED, Study, Unit
from otcore.evaluation.study.table import TRAINING, Cell, begin, cells, keep
from otcore.finetuning.run import carry_out
from otcore.runs.store import Run, create_run, open_run

if TYPE_CHECKING:
    from otcore.encoders.encoder import Encoder

Told = Callable[[Cell], None]
_TRAINED = 0.3  # share of a unit's work, for the progress that is told


def work(folder: Path, study: Study, tell: Teller | None = None, done: Told = lambda cell: None, *, keep_encoders: bool = False) -> bool:
    """Finishes what is missing of a study and nobody else works on; called again, after a kill too, it goes on.

    folder : may be shared by processes and machines whose file system locks files
    done   : called with each cell as it is written
    keep_encoders: whether what was trained stays on disk once it is measured
    returns: whether the study is finished; else others are still at work on it
    raises : Stopped; InputError   the folder is of another study, or what is measured on cannot be read
    """
    begin(folder, study)
    each = (tell or Teller()).each(list(study.units()))
    finished = [finish(folder, study, unit, part, done, keep_encoders=keep_encoders) for unit, part in each]
    return all(finished)


def finish(folder: Path, study: Study, unit: Unit, tell: Teller, done: Told = lambda cell: None, *, keep_encoders: bool = False) -> bool:
    """Whether a unit is finished, by now or before, unless another process is at work on it; otherwise as `work`."""
    if not missing(folder, study, unit):
        return True
    with _claimed(folder, unit) as ours:
        if ours:
            _unit(folder, study, unit, tell, done)
            if not keep_encoders:
                shutil.rmtree(_run_folder(folder, unit) / "encoder", ignore_errors=True)
    return ours


@contextlib.contextmanager
def _claimed(folder: Path, unit: Unit) -> Iterator[bool]:
    """Whether this process may work on a unit until the end of the block; the system lets go where it is killed."""
    lock = FileLock(folder / "locks" / unit.name)
    try:
        lock.acquire(timeout=0.5)  # a look by `at_work` may hold it for a moment
    except Timeout:
        yield False
        return
    try:
        yield True
    finally:
        lock.release()


def missing(folder: Path, study: Study, unit: Unit) -> list:
    """The parts that are not in the table; none of a unit whose training went wrong."""
    known = {one.place: one for one in cells(folder)}
    training = known.get((unit.row, unit.seed, TRAINING))
    if training is not None and training.state != "finished":
        return []
    return [part for part in study.parts_of(unit) if (unit.row, unit.seed, part.name) not in known]


def _unit(folder: Path, study: Study, unit: Unit, tell: Teller, done: Told) -> None:
    left = missing(folder, study, unit)  # once more: another process may have finished it since

    def kept(cell: Cell) -> None:
        keep(folder, cell)
        done(cell)

    if not left:
        return
    encoder = load_encoder(study.encoder) if unit.row == UNTUNED else _tuned(folder, study, unit, tell.part(0, _TRAINED), kept)
    if encoder is None:
        return
    encoder.name = unit.name
    for part, told in tell.part(0 if unit.row == UNTUNED else _TRAINED, 1).each(left):
        began = time.monotonic()
        told(0, f"{unit.name}: {part.label}")
        found = part.measure(encoder, unit.seed, told)
        kept(Cell(unit.row, unit.seed, part.name, found.scores, found.chance, round(time.monotonic() - began, 1), notes=found.notes))
    del encoder
    gc.collect()  # a real encoder is half a gigabyte


def _tuned(folder: Path, study: Study, unit: Unit, tell: Teller, kept: Told) -> "Encoder | None":
    """The encoder of a unit's run, which is made, gone on with or, where its encoder was not kept, made again; None where it went wrong."""
    place = _run_folder(folder, unit)
    if (place / "settings.json").is_file():
        run = open_run(place)
        if run.state in ("finished", "stopped") and not run.usable:
            shutil.rmtree(place)
    run = open_run(place) if (place / "settings.json").is_file() else create_run(study.settings(unit), place)
    if run.resumable:
        run = _carried_out(run, unit, tell)
    if not any(one.place == (unit.row, unit.seed, TRAINING) for one in cells(folder)):
        notes = (run.reason,) if run.reason else ()
        kept(Cell(unit.row, unit.seed, TRAINING, seconds=round(run.seconds, 1), state=run.state, notes=notes))
    (place / "checkpoint.safetensors").unlink(missing_ok=True)
    return _encoder(run) if run.state == "finished" else None


def _carried_out(run: Run, unit: Unit, tell: Teller) -> Run:
    def told(entry: dict) -> None:
        share = entry["step"] / entry["steps"] if entry.get("steps") else 0.0
        tell.progress(round(1000 * (tell.begin + (tell.end - tell.begin) * share)), 1000, f"{unit.name}: step {entry['step']}")

    try:
        run = carry_out(run, told, tell.stop)
    except InputError:
        run = open_run(run.folder)
        if run.state != "stopped":
            raise
    if run.state == "cancelled":
        raise Stopped
    return run


def _encoder(run: Run) -> "Encoder":
    if not run.settings.objective.is_map:
        return load_encoder(str(run.folder / "encoder"))
    from otcore.encoders.maps import load_maps

    encoder = load_encoder(run.settings.encoder)
    encoder.maps = load_maps(run.folder / MAPS_FILE)
    encoder.default_layer = encoder.check_layer(encoder.maps.layer)
    return encoder


def _run_folder(folder: Path, unit: Unit) -> Path:
    return folder / "runs" / unit.name
