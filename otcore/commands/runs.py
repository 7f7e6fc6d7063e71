"""List the fine-tuning runs of the runs folder (OTCORE_RUNS, default runs), the newest first; those that cannot be read come last.

--remove NAME removes a run at rest, or one that is damaged, for good.
"""

import argparse
import json

from otcore.base.names import shown


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--remove", metavar="NAME", help="remove this run and all it learnt, instead of listing")
    parser.add_argument("--json", action="store_true", help="print one JSON array; rates in [0, 1], and the state of a damaged run is that")


def run(options: argparse.Namespace) -> int:
    from otcore.base.places import runs_folder
    from otcore.runs.damaged import damaged_runs
    from otcore.runs.store import list_runs

    if options.remove is not None:
        _remove(options.remove)
        return 0
    rows, damaged = [_row(entry) for entry in list_runs()], damaged_runs()
    if options.json:
        print(json.dumps(rows + [_damaged_row(one) for one in damaged], ensure_ascii=False))
        return 0
    if rows:
        _table(rows)
    elif not damaged:
        print(f"There are no runs in {runs_folder()}; `python -m otcore finetune` makes one.")
    for one in damaged:
        print(f"{shown(one.name)} is damaged: {one.reason}. `python -m otcore runs --remove NAME` removes it.")
    return 0


def _remove(name: str) -> None:
    from otcore.runs.damaged import damaged_runs, remove_damaged
    from otcore.runs.store import delete_run, find_run

    if any(one.name == name for one in damaged_runs()):
        remove_damaged(name)
    else:
        delete_run(find_run(name))
    print(f"The run {shown(name)} is removed.")


def _table(rows: list[dict]) -> None:
    header = ("name", "state", "objective", "languages", "encoder", "steps", "seconds", "AER", "P@1")
    table = [header, *map(_cells, rows)]
    widths = [max(len(line[column]) for line in table) for column in range(len(header))]
    for line in table:
        print("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())


def _damaged_row(one) -> dict:
    empty = dict.fromkeys(("encoder", "objective", "languages", "step", "steps", "seconds"))
    return {"name": one.name, "state": "damaged", "reason": one.reason, "folder": str(one.folder)} | empty | {"before": {}, "after": {}}


def _row(run) -> dict:
    settings = run.settings
    ended = {name: getattr(run, name) for name in ("name", "state", "reason")} | {"folder": str(run.folder)}
    about = {"encoder": settings.encoder, "objective": settings.objective.name, "languages": list(settings.languages)}
    figures = {side: (run.result or {}).get(side, {}) for side in ("before", "after")}
    return ended | about | {name: getattr(run, name) for name in ("step", "steps", "seconds")} | figures


def _cells(row: dict) -> tuple[str, ...]:
    steps = f"{row['step']}/{row['steps']}" if row["steps"] else str(row["step"])
    changes = []
    for name in ("aer", "retrieval"):
        before, after = (row[side].get(name) for side in ("before", "after"))
        changes.append("–" if before is None or after is None else f"{before:.3f} → {after:.3f}")
    begin = row["name"], row["state"], row["objective"], ",".join(row["languages"]), row["encoder"]
    return *begin, steps, f"{row['seconds']:.0f}", *changes
