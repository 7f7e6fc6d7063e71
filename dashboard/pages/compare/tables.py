"""Comparisons as tables and files."""

import pandas as pd

from dashboard.kit.exports import csv
from dashboard.pages.compare.figures import row_name
from otcore.evaluation.measures import MEASURES
from otcore.evaluation.published import ERRORS, XNLI, XQUAD
from otcore.evaluation.seeds import Spread
from otcore.evaluation.types import MEAN, Evaluation
from otcore.evaluation.verdicts import signed


def figures_table(evaluation: Evaluation, measures: tuple[str, ...], after: str) -> pd.DataFrame:
    """One row a figure and language: before, after, change, intervals, p, verdict."""
    before = evaluation.names[0]
    rows = []
    for key in measures:
        for code in (*evaluation.settings.languages, MEAN):
            first, second = (evaluation.estimate(name, code, key) for name in (before, after))
            change = evaluation.change(after, code, key)
            if not (first and second and change):
                continue
            rows.append(
                {
                    "figure": MEASURES[key].label, "language": row_name(code), "before": _with_interval(first),
                    "after": _with_interval(second), "change": signed(change.value),
                    "95% interval": f"{signed(change.low)} to {signed(change.high)}", "p": change.p, "verdict": change.verdict,
                }
            )  # fmt: skip
    return pd.DataFrame(rows)


def evaluation_csv(evaluation: Evaluation) -> str:
    """Everything, one row an encoder, language and measure."""
    return csv(pd.DataFrame(evaluation.rows()))


def spread_table(found: list[Spread], measures: tuple[str, ...]) -> pd.DataFrame:
    """One row a group, figure and language."""
    return pd.DataFrame(
        [
            {
                "runs that differ by seed": f"{one.group} ({one.runs})", "figure": MEASURES[one.measure].label,
                "language": row_name(one.language), "mean ± deviation": f"{one.mean:.3f} ± {one.deviation:.3f}",
                "lowest to highest": f"{one.low:.3f} to {one.high:.3f}", "mean change": signed(one.change),
                "all seeds agree": "yes" if one.agree else "no",
            }
            for one in found if one.measure in measures
        ]
    )  # fmt: skip


def published_table() -> pd.DataFrame:
    """The paper's transfer results, F1 in percent."""
    columns = {"XNLI seen": (XNLI, "seen"), "XNLI all 15": (XNLI, "all"), "XQuAD seen": (XQUAD, "seen"), "XQuAD all 11": (XQUAD, "all")}
    return pd.DataFrame(
        [
            {"published (EMNLP 2021)": system} | {name: scores[system].get(place) for name, (scores, place) in columns.items()}
            for system in XNLI
        ]
    )


def errors_table(evaluation: Evaluation) -> pd.DataFrame:
    """AER in percent: the encoders here, and published aligners on the public gold sets, for the languages of either."""
    codes = list(dict.fromkeys([*evaluation.settings.languages, *next(iter(ERRORS.values()))]))
    own = [
        {"AER with English, in %": name}
        | {
            row_name(code): round(100 * one.value, 1) if (one := evaluation.estimate(name, code, "aer")) else None for code in codes
        }
        for name in evaluation.names
    ]  # fmt: skip
    published = [
        {"AER with English, in %": f"published: {system}"} | {row_name(code): errors.get(code) for code in codes}
        for system, errors in ERRORS.items()
    ]
    return pd.DataFrame([*own, *published])


def _with_interval(one) -> str:
    return f"{one.value:.3f} [{one.low:.3f}, {one.high:.3f}]"
