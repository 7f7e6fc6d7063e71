"""Making what is stored: everything that is wanted and missing, and the examples of runs and studies."""

import json
from pathlib import Path
from typing import Any

from otcore.base.errors import InputError
from otcore.base.progress import Teller
from otcore.encoders import load_encoder
from otcore.evaluation.study.plan import UNTUNED
from otcore.evaluation.study.table import DESCRIPTION, EXAMPLES, TABLE, open_table
from otcore.results import store
from otcore.results.kind import KINDS
from otcore.runs import example
from otcore.runs.store import open_run
from otcore.text.writing import write_bytes

_FRAMES, _LOGGED = 10, 150  # snapshots and steps that are kept: what a film and a curve show
_FILM = 3_000_000  # bytes of a film, of which fewer snapshots are kept where they are large


def make_all(tell: Teller, *, again: bool = False) -> list[dict[str, Any]]:
    """Makes what is missing, or with `again` everything, removes what does not fit, and tells of each result its kind, encoders, bytes,
    and whether it was made now.

    raises: InputError   an edition is not in this copy of the project; Stopped
    """
    wanted = [(kind, *one) for kind in KINDS.values() for one in kind.wanted()]
    rows, kept, loaded = [], set(), {}
    for (kind, names, settings), part in tell.each(wanted):
        key = kind.key(names, settings)
        if key is None:
            raise InputError(f"One of {', '.join(names)} is not in this copy of the project, so nothing can be made of it.")
        made = again or store.find(kind.name, key) is None
        if made:
            encoders = [loaded.setdefault(name, None) or load_encoder(name) for name in names]
            loaded |= dict(zip(names, encoders, strict=True))
            store.keep(kind.name, key, kind.pack(kind.make(encoders, settings, part)))
        path = store.path_of(kind.name, key)
        kept.add(path)
        rows.append({"kind": kind.name, "encoders": list(names), "bytes": path.stat().st_size, "made": made})
    for path in store.FOLDER.glob("*/*.safetensors"):
        if path not in kept and path.parent.name in KINDS:
            path.unlink()
    return rows


def keep_example(folder: str | Path) -> dict[str, Any]:
    """Copies a finished run's settings, course and film to the examples, under its own name; its weights stay where they are.

    raises: InputError   it is no run, or one that has not finished
    """
    run = open_run(folder)
    if run.state != "finished" or run.settings.objective.is_map:
        raise InputError(f"{folder} is {run.state}; an example is a run by steps that has finished.")
    target = example.EXAMPLES / run.name
    (target / "snapshots").mkdir(parents=True, exist_ok=True)
    for old in (target / "snapshots").glob("*.safetensors"):
        old.unlink()
    for name in ("settings.json", "state.json", "result.json", "snapshots/probes.json", *_frames(run.folder)):
        write_bytes(target / name, (run.folder / name).read_bytes())
    lines = [json.dumps(entry, ensure_ascii=False) + "\n" for entry in _thinned(run.log())]
    write_bytes(target / "log.jsonl", "".join(lines).encode())
    size = sum(path.stat().st_size for path in target.rglob("*") if path.is_file())
    return {"kind": "example", "encoders": [run.settings.encoder], "bytes": size, "made": True}


def keep_study(folder: str | Path) -> dict[str, Any]:
    """Copies a study's table and what it is of, so that the page opens on it; nothing else of its folder is needed to read it.
    Rows of which nothing is measured yet are left out.

    raises: InputError   it is no study, or nothing in it can be compared yet
    """
    table, name = open_table(Path(folder)), Path(folder).resolve().name
    begun = {row: label for row, label in table.rows.items() if table.has(row)}
    if UNTUNED not in begun or len(begun) < 2:
        raise InputError(f"{folder} has nothing to compare yet; finish the row {UNTUNED} and another one first.")
    target = EXAMPLES / name
    target.mkdir(parents=True, exist_ok=True)
    write_bytes(target / DESCRIPTION, (json.dumps(table.described | {"rows": begun}, ensure_ascii=False, indent=1) + "\n").encode())
    write_bytes(target / TABLE, (Path(folder) / TABLE).read_bytes())
    size = sum((target / file).stat().st_size for file in (DESCRIPTION, TABLE))
    return {"kind": "study", "encoders": [table.described["encoder"]], "bytes": size, "made": True}


def _frames(folder: Path) -> list[str]:
    """The first and the last snapshot, and others evenly between them."""
    from otcore.finetuning.pacing import spread
    from otcore.runs.course import snapshot_steps

    names = [f"snapshots/{step:07d}.safetensors" for step in snapshot_steps(folder)]
    largest = max(((folder / name).stat().st_size for name in names), default=1)
    return spread(names, max(2, min(_FRAMES, _FILM // largest)))


def _thinned(entries: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What a curve shows of the steps, and everything that was measured."""
    steps = [entry["step"] for entry in entries if "loss" in entry]
    measured = {entry["step"] for entry in entries if "held_out" in entry}
    kept = {*steps[:: -(-len(steps) // _LOGGED)], *steps[-1:], *measured}
    return [entry for entry in entries if "saved" not in entry and ("loss" not in entry or entry["step"] in kept)]
