"""A task for some encoders and seeds, one after the other, and the averages of what comes out."""

import itertools
import time
from collections.abc import Callable, Sequence

from otcore.base.errors import InputError
from otcore.base.progress import Teller
from otcore.encoders.encoder import Encoder
from otcore.evaluation.transfer.results import Fit, Score, Transfer
from otcore.evaluation.transfer.settings import TransferSettings
from otcore.evaluation.transfer.task import Task

_PREPARED = 0.3  # share of an encoder's work before the first seed, for the progress that is told
Done = Callable[[str, int, list[Score], Fit], None]


def transfer(
    task: Task,
    encoders: Sequence[Encoder],
    settings: TransferSettings,
    seeds: Sequence[int] = (0, 1, 2),
    seen: Sequence[str] = (),
    tell: Teller | None = None,
    done: Done = lambda encoder, seed, scores, fit: None,
) -> Transfer:
    """Learns in English and tests in every language, for every encoder and seed; a task without training runs once an encoder.

    encoders: the first is the one that the others are compared with
    seen    : languages that were aligned, for the averages; see `Transfer.averages`
    done    : called with the figures of each encoder and seed as soon as they are there
    raises  : InputError   no encoder, one twice, no seed, or one twice
              Stopped      the teller said so
    """
    names = [encoder.name for encoder in encoders]
    if not names or len(set(names)) != len(names):
        raise InputError("A comparison needs different encoders; choose each once.")
    if not seeds or len(set(seeds)) != len(seeds) or min(seeds) < 0:
        raise InputError("Seeds must be different whole numbers from 0 up, at least one.")
    began, tell, settings = time.monotonic(), tell or Teller(), settings.settled(task.own)
    used = tuple(seeds) if task.trained else tuple(seeds)[:1]
    each = [_one(task, encoder, settings, used, part, done) for encoder, part in tell.each(encoders)]
    scores, fits, notes = (tuple(itertools.chain.from_iterable(found)) for found in zip(*each, strict=True))
    chance = {code: dict(figures) for code, figures in task.chance(settings).items()}
    said = (task.name, tuple(task.measures), tuple(names), task.languages, used, tuple(seen))
    return Transfer(*said, scores, fits, chance, settings, time.monotonic() - began, notes)


def _one(task: Task, encoder: Encoder, settings: TransferSettings, seeds: Sequence[int], tell: Teller, done: Done):
    began = time.monotonic()
    share = _PREPARED if task.trained else 0.0
    run = task.prepare(encoder, settings, _named(tell.part(0, share), f"{encoder.name}: "))
    prepared = time.monotonic() - began
    scores: list[Score] = []
    fits: list[Fit] = []
    notes: dict[str, None] = {}
    for seed, part in tell.part(share, 1).each(seeds):
        began = time.monotonic()
        label = f"{encoder.name}, seed {seed}: " if task.trained else f"{encoder.name}: "
        outcome = run(seed, _named(part, label))
        values = [(code, *entry) for code, figures in outcome.scores.items() for entry in figures.items()]
        found = [Score(encoder.name, seed, *value) for value in values]
        fit = Fit(encoder.name, seed, outcome.dev, outcome.epochs, time.monotonic() - began, prepared)
        done(encoder.name, seed, found, fit)
        scores += found
        fits.append(fit)
        notes |= dict.fromkeys(f"{encoder.name}: {note}" for note in outcome.notes)
    return scores, fits, list(notes)


def _named(tell: Teller, label: str) -> Teller:
    """The same teller, every note with a label before it."""
    return Teller(lambda done, total, note: tell.progress(done, total, label + note), tell.stop, tell.begin, tell.end)
