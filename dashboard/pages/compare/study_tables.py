"""A study as tables and files."""

import json
from pathlib import Path

import pandas as pd

from dashboard.kit.exports import csv
from dashboard.pages.compare.figures import row_name
from dashboard.pages.compare.study_figures import Shown
from otcore.evaluation.study.plan import UNTUNED
from otcore.evaluation.study.table import Table, cells
from otcore.evaluation.study.verdicts import spread
from otcore.evaluation.transfer.tasks import TASKS
from otcore.evaluation.verdicts import signed, verdict

_MISSING = "–"


def grid(table: Table, shown: Shown) -> pd.DataFrame:
    """One row a row of the study: mean ± deviation over seeds of each group of languages, change with its interval and verdict, and how
    many seeds are there; chance last, where it is known."""
    groups, rows = list(table.groups(shown.part)), []
    for row, label in table.rows.items():
        told = {row_name(place): spread(table.average(row, shown.part, place, shown.measure)) for place in groups}
        found = table.values(row, shown.part, shown.place, shown.measure)
        rows.append({"row": label} | told | _change(table, row, shown) | {"seeds": f"{len(found)} of {_seeds(table, row, shown.part)}"})
    chance = {row_name(place): table.chance(shown.part, place, shown.measure) for place in groups}
    if any(value is not None for value in chance.values()):
        rows.append({"row": "chance"} | {name: _MISSING if value is None else f"{value:.3f}" for name, value in chance.items()})
    return pd.DataFrame(rows).fillna("")


def by_language(table: Table, shown: Shown) -> pd.DataFrame:
    """One row a row of the study, a column a language: the mean over seeds, and of tuned rows the change in brackets."""
    rows = []
    for row, label in table.rows.items():
        told = {"row": label}
        for code in table.languages(shown.part):
            one, change = (of(row, shown.part, code, shown.measure) for of in (table.average, table.change))
            tail = f" ({signed(change.value)})" if change is not None and row != UNTUNED else ""
            told[row_name(code)] = f"{one.mean:.3f}{tail}" if one else _MISSING
        rows.append(told)
    return pd.DataFrame(rows)


def published(table: Table, part: str) -> pd.DataFrame | None:
    """The rows that the paper published of a part, F1 in percent, or None where it published none."""
    if part not in TASKS or TASKS[part].published is None:
        return None
    found, _ = TASKS[part].published
    names = [name for name in ("seen", "all") if any(name in scores for scores in found.values())]
    codes = [code for code in table.languages(part) if any(code in scores for scores in found.values())]
    columns = {row_name(place): [scores.get(place) for scores in found.values()] for place in (*names, *codes)}
    return pd.DataFrame({"published, F1 in %": list(found)} | columns)


def trainings(table: Table) -> pd.DataFrame:
    """One row a fine-tuning: how it ended, and its time."""
    rows = [(table.rows.get(row, row), seed, one.state, one.seconds, " ".join(one.notes)) for (row, seed), one in table.trainings.items()]
    return pd.DataFrame(rows, columns=("row", "seed", "ended", "seconds", "why"))


def cells_csv(folder: Path) -> str:
    """Every figure: one row a row, seed, part, language and measure."""
    found = [
        {"row": one.row, "seed": one.seed, "part": one.part, "language": code, "measure": measure, "value": value}
        | {"chance": one.chance.get(code, {}).get(measure), "seconds": one.seconds}
        for one in cells(folder)
        for code, figures in one.scores.items()
        for measure, value in figures.items()
    ]
    return csv(pd.DataFrame(found))


def as_json(table: Table, folder: Path) -> str:
    return json.dumps({"study": table.described, "cells": [vars(one) for one in cells(folder)]}, ensure_ascii=False, indent=1) + "\n"


def _change(table: Table, row: str, shown: Shown) -> dict[str, str]:
    found = table.change(row, shown.part, shown.place, shown.measure)
    if row == UNTUNED or found is None:
        return {}
    if found.low != found.low:
        return {"change": signed(found.value), "verdict": "one seed"}
    change = signed(found.value)
    if found.low < found.high:
        change += f" [{signed(found.low)}, {signed(found.high)}]"
    return {"change": change, "verdict": verdict(found, table.parts[shown.part]["better"])}


def _seeds(table: Table, row: str, part: str) -> int:
    return 1 if row == UNTUNED and not table.parts[part]["trained"] else len(table.seeds)
