"""The snapshots of a fine-tuning run as states of one cloud: the same words, seen again and again while the encoder learns."""

import json
from pathlib import Path

import numpy as np
from safetensors import SafetensorError, safe_open

from otcore.base.errors import InputError
from otcore.corpora.collection import Collection
from otcore.corpora.types import Sentence
from otcore.runs.course import snapshot_steps
from otcore.space.points import Cloud, State, gather
from otcore.text.languages import language

MOST_FRAMES = 16  # a longer run is shown at so many moments, evenly apart


def film_steps(folder: Path) -> list[int]:
    """The steps of a run that the film shows: all with a snapshot, or evenly chosen ones with the first and the last."""
    steps = snapshot_steps(folder)
    return [steps[round(k)] for k in np.linspace(0, len(steps) - 1, min(len(steps), MOST_FRAMES))]


def read_film(folder: Path, steps: list[int], collection: Collection) -> Cloud:
    """The words of a run's probe sentences, one state a step; an English sentence that goes with several languages is there once.

    raises: InputError   no snapshots, or they cannot be read
    """
    if not steps:
        raise InputError(f"The run {folder.name} has no snapshots yet; choose another one, or wait for its first.")
    try:
        sides = json.loads((folder / "snapshots" / "probes.json").read_text(encoding="utf-8"))
        frames = [_frame(folder, step) for step in steps]
        lengths = frames[0][1]
        sentences = _sentences(sides, lengths)
        starts = np.cumsum(lengths) - lengths
        rows = np.concatenate([starts[k] + np.arange(lengths[k]) for k, _ in sentences])
        states = [State(f"step {at}", layer, x[rows].astype(np.float32)) for at, (x, _, layer) in zip(steps, frames, strict=True)]
    except (OSError, SafetensorError, KeyError, IndexError, TypeError, ValueError) as error:
        raise InputError(f"The snapshots of the run {folder.name} cannot be read ({error}); choose another run.") from error
    chosen = [sentence for _, sentence in sentences]
    return Cloud(gather(collection, chosen, [len(sentence.words) for sentence in chosen]), tuple(states))


def _frame(folder: Path, step: int) -> tuple[np.ndarray, np.ndarray, int]:
    with safe_open(folder / "snapshots" / f"{step:07d}.safetensors", "np") as file:
        layer = int((file.metadata() or {}).get("layer", 0))
        return file.get_tensor("vectors"), file.get_tensor("lengths"), layer


def _sentences(sides: list[dict], lengths: np.ndarray) -> list[tuple[int, Sentence]]:
    """(place among the probes, sentence) by language, each language's in the order of the probes, none twice."""
    found: dict[tuple[str, str], tuple[int, Sentence]] = {}
    for k, side in enumerate(sides):
        id, words = side["pair"].split(" ", 1)[-1], tuple(side["words"][: lengths[k]])
        found.setdefault((side["language"], id), (k, Sentence(side["language"], language(side["language"]).joiner.join(words), words, id)))
    order = list(dict.fromkeys(code for code, _ in found))
    return sorted(found.values(), key=lambda entry: order.index(entry[1].language))
