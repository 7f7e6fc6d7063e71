"""List the fine-tuning runs of the runs folder (OTCORE_RUNS, default runs), the newest first."""

import argparse
import json


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="print one JSON array; rates in [0, 1]")


def run(options: argparse.Namespace) -> int:
    from otcore.base.places import runs_folder
    from otcore.runs.store import list_runs

    rows = [_row(entry) for entry in list_runs()]
    if options.json:
        print(json.dumps(rows, ensure_ascii=False))
        return 0
    if not rows:
        print(f"There are no runs in {runs_folder()}; `python -m otcore finetune` makes one.")
        return 0
    header = ("name", "state", "objective", "languages", "encoder", "steps", "seconds", "AER", "P@1")
    table = [header, *map(_cells, rows)]
    widths = [max(len(line[column]) for line in table) for column in range(len(header))]
    for line in table:
        print("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())
    return 0


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
