"""Transfer results as tables, sentences and files."""

import json

import pandas as pd

from dashboard.kit.exports import csv
from dashboard.pages.compare.figures import row_name
from otcore.evaluation.transfer.results import ALL, SEEN, Average, Transfer
from otcore.evaluation.transfer.tasks import TASKS
from otcore.evaluation.verdicts import signed


def results_table(found: Transfer, measure: str) -> pd.DataFrame:
    """One row a language and a mean: each encoder with its spread over seeds, its change from the first, chance."""
    rows = []
    for place in (*found.languages, *found.groups):
        row = {"language": row_name(place)}
        row |= {name: _told(found.average(name, place, measure)) for name in found.encoders}
        row |= {_change_of(name, found): _changed(found.change(name, place, measure)) for name in found.encoders[1:]}
        rows.append(row | {"chance": f"{found.guess(place, measure):.3f}"})
    return pd.DataFrame(rows)


def verdicts(found: Transfer, measure: str, name: str) -> list[tuple[str, str]]:
    """For each encoder after the first (sign, sentence): the change of the mean over all languages, and whether seeds agree."""
    lines, before = [], found.encoders[0]
    for after in found.encoders[1:]:
        change = found.change(after, ALL, measure)
        first, second = (found.average(one, ALL, measure).mean for one in (before, after))
        up = sum(found.change(after, code, measure).mean > 0 for code in found.languages)
        text = f"{before} → {after}: {name} {first:.3f} → {second:.3f} ({signed(change.mean, 3)})"
        text += f", higher in {up} of {len(found.languages)} languages"
        agree = change.low > 0 or change.high < 0
        if change.seeds > 1:
            text += f"; over {change.seeds} seeds {signed(change.low, 3)} to {signed(change.high, 3)}"
            text += ", all in one direction" if agree else ": seeds disagree, so this is within noise"
        elif found.fits and found.fits[0].epochs:
            text += "; one seed, so its spread is not known"
        # a single figure tells a direction, not whether it would hold
        sign = "◆" if change.seeds < 2 else "○" if not agree else "✓" if change.mean > 0 else "✗"
        lines.append((sign, text + "."))
    return lines


def published_table(found: Transfer) -> pd.DataFrame | None:
    """What was measured here and what the paper published of the same task, F1 in percent; None for a task it does not have."""
    if TASKS[found.task].published is None:
        return None
    published, measure = TASKS[found.task].published
    by_language = any(code in scores for scores in published.values() for code in found.languages)
    places = {SEEN: SEEN, ALL: ALL} | ({code: row_name(code) for code in found.languages} if by_language else {})

    def percent(name: str, place: str) -> float | None:
        there = place in found.groups or place in found.languages
        return round(100 * found.average(name, place, measure).mean, 1) if there else None

    rows = [{"F1, in %": name} | {shown: percent(name, place) for place, shown in places.items()} for name in found.encoders]
    rows += [
        {"F1, in %": f"published: {system}"} | {shown: scores.get(place) for place, shown in places.items()}
        for system, scores in published.items()
    ]
    return pd.DataFrame(rows)


def training_table(found: Transfer) -> pd.DataFrame:
    """How each encoder and seed was trained."""
    columns = ("encoder", "seed", "English dev", "epochs", "seconds", "encoding, seconds")
    rows = [(fit.encoder, fit.seed, fit.dev, fit.epochs, round(fit.seconds, 1), round(fit.prepared, 1)) for fit in found.fits]
    return pd.DataFrame(rows, columns=columns)


def scores_csv(found: Transfer) -> str:
    """Every score, one row an encoder, seed, language and measure, with chance."""
    rows = [{"task": found.task} | vars(one) | {"chance": found.guess(one.language, one.measure)} for one in found.scores]
    return csv(pd.DataFrame(rows))


def as_json(found: Transfer) -> str:
    """One JSON object, as the command line prints it."""
    return json.dumps(found.as_dict(), ensure_ascii=False, indent=1) + "\n"


def _told(one: Average) -> str:
    return f"{one.mean:.3f}" + (f" ± {one.deviation:.3f}" if one.seeds > 1 else "")


def _changed(one: Average) -> str:
    spread = f" ({signed(one.low, 3)} to {signed(one.high, 3)})" if one.seeds > 1 else ""
    return signed(one.mean, 3) + spread


def _change_of(name: str, found: Transfer) -> str:
    """The column's name, short where there is one only: chance, the last column, is then on the screen."""
    return f"change: {name}" if len(found.encoders) > 2 else "change"
