"""Transfer results as tables, sentences and files."""

import json

import pandas as pd

from dashboard.kit.exports import csv
from dashboard.pages.compare.transfer.figures import row_name, rows_of
from otcore.evaluation.published import PUBLISHED, XNLI_BY_LANGUAGE
from otcore.evaluation.transfer import ALL, SEEN, Transfer
from otcore.evaluation.transfer.results import Average
from otcore.evaluation.verdicts import signed

_PAPER = {"xnli": ("f1", "xnli_seen", "xnli_all"), "xquad": ("f1", "xquad_seen", "xquad_all")}


def results_table(found: Transfer, measure: str) -> pd.DataFrame:
    """One row a language and a mean: each encoder with its spread over seeds, its change from the first, chance."""
    rows = []
    for place in rows_of(found):
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
    if found.task not in _PAPER:
        return None
    measure, seen, every = _PAPER[found.task]
    percent = lambda name, place: round(100 * found.average(name, place, measure).mean, 1)  # noqa: E731
    per_language = XNLI_BY_LANGUAGE if found.task == "xnli" else {}
    codes = found.languages if per_language else ()
    rows = [
        {"F1, in %": name, "seen": percent(name, SEEN) if SEEN in found.groups else None, "all": percent(name, ALL)}
        | {row_name(code): percent(name, code) for code in codes}
        for name in found.encoders
    ]
    rows += [
        {"F1, in %": f"published: {one.system}", "seen": getattr(one, seen), "all": getattr(one, every)}
        | {row_name(code): per_language.get(one.system, {}).get(code) for code in codes}
        for one in PUBLISHED
    ]
    return pd.DataFrame(rows)


def training_table(found: Transfer) -> pd.DataFrame:
    """How each encoder and seed was trained."""
    return pd.DataFrame(
        [
            {
                "encoder": fit.encoder, "seed": fit.seed, "English dev": fit.dev, "epochs": fit.epochs, "seconds": round(fit.seconds, 1),
                "encoding, seconds": round(fit.prepared, 1),
            }
            for fit in found.fits
        ]
    )  # fmt: skip


def scores_csv(found: Transfer) -> str:
    """Every score, one row an encoder, seed, language and measure, with chance."""
    rows = [
        {"task": found.task, "encoder": one.encoder, "seed": one.seed, "language": one.language, "measure": one.measure, "value": one.value,
         "chance": found.guess(one.language, one.measure)}
        for one in found.scores
    ]  # fmt: skip
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
