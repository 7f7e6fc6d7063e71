"""Comparisons as tables and files."""

from collections.abc import Sequence

import pandas as pd

from dashboard.kit.exports import csv
from dashboard.pages.compare.figures import row_name
from otcore.evaluation.measures import MEASURES
from otcore.evaluation.published import XNLI, XQUAD
from otcore.evaluation.seeds import seed_groups, spreads
from otcore.evaluation.types import MEAN, Estimate, Evaluation
from otcore.evaluation.verdicts import signed


def figures_table(evaluation: Evaluation, measures: Sequence[str], after: str) -> pd.DataFrame:
    """One row a figure and language: before, after, change, intervals, p, verdict."""
    rows = []
    for key in measures:
        for code in (*evaluation.settings.languages, MEAN):
            before, now = (evaluation.estimate(name, code, key) for name in (evaluation.names[0], after))
            change = evaluation.change(after, code, key)
            if not (before and now and change):
                continue
            rows.append(
                {
                    "figure": MEASURES[key].label,
                    "language": row_name(code),
                    "before": _with_interval(before),
                    "after": _with_interval(now),
                    "change": signed(change.value),
                    "95% interval": f"{signed(change.low)} to {signed(change.high)}",
                    "p": change.p,
                    "verdict": change.verdict,
                }
            )
    return pd.DataFrame(rows)


def layers_read(evaluation: Evaluation, names: Sequence[str]) -> str:
    """At which layers words and sentences of these encoders were read."""
    chosen = [one for one in evaluation.encoders if one.name in names]
    return "; ".join(f"{one.name}: words at layer {one.layer}, sentences at layer {one.sentence_layer} of {one.layers}" for one in chosen)


def evaluation_csv(evaluation: Evaluation) -> str:
    """Everything, one row an encoder, language and measure."""
    return csv(pd.DataFrame(evaluation.rows()))


def spread_table(evaluation: Evaluation, measures: Sequence[str]) -> pd.DataFrame:
    """One row a group of runs that differ by seed, figure and language; empty where there is no such group."""
    return pd.DataFrame(
        [
            {
                "runs that differ by seed": f"{one.group} ({one.runs})",
                "figure": MEASURES[one.measure].label,
                "language": row_name(one.language),
                "mean ± deviation": f"{one.mean:.3f} ± {one.deviation:.3f}",
                "lowest to highest": f"{one.low:.3f} to {one.high:.3f}",
                "mean change": signed(one.change),
                "all seeds agree": "yes" if one.agree else "no",
            }
            for one in spreads(evaluation, seed_groups(evaluation.names))
            if one.measure in measures
        ]
    )


def published_table() -> pd.DataFrame:
    """The paper's transfer results, F1 in percent."""
    columns = {"XNLI seen": (XNLI, "seen"), "XNLI all 15": (XNLI, "all"), "XQuAD seen": (XQUAD, "seen"), "XQuAD all 11": (XQUAD, "all")}
    return pd.DataFrame(
        [
            {"published (EMNLP 2021)": system} | {name: scores[system].get(place) for name, (scores, place) in columns.items()}
            for system in XNLI
        ]
    )


def published_tables(evaluation: Evaluation) -> dict[str, pd.DataFrame]:
    """By label, the figures of which others published some, in percent: of the encoders here and of others' systems, for the languages of
    either."""
    return {MEASURES[key].label: _beside(evaluation, key) for key in evaluation.measures if MEASURES[key].published}


def _beside(evaluation: Evaluation, measure: str) -> pd.DataFrame:
    published, head = MEASURES[measure].published, f"{MEASURES[measure].label} with English, in %"
    codes = dict.fromkeys([*evaluation.settings.languages, *(code for figures in published.values() for code in figures)])

    def percent(name: str, code: str) -> float | None:
        one = evaluation.estimate(name, code, measure)
        return round(100 * one.value, 1) if one else None

    own = [{head: name} | {row_name(code): percent(name, code) for code in codes} for name in evaluation.names]
    others = [{head: f"published: {name}"} | {row_name(code): some.get(code) for code in codes} for name, some in published.items()]
    return pd.DataFrame([*own, *others])


def _with_interval(one: Estimate) -> str:
    return f"{one.value:.3f} [{one.low:.3f}, {one.high:.3f}]"
