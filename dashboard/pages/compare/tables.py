"""Comparisons and transfer results as tables, sentences and files."""

from collections.abc import Callable, Iterable, Mapping, Sequence

import pandas as pd

from dashboard.kit.exports import csv
from dashboard.pages.compare.figures import row_name
from otcore.evaluation.measures import MEASURES
from otcore.evaluation.published import XNLI, XQUAD
from otcore.evaluation.seeds import seed_groups, spreads
from otcore.evaluation.transfer.results import ALL, SEEN, Average, Transfer
from otcore.evaluation.transfer.tasks import TASKS
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
            changed = (signed(change.value), f"{signed(change.low)} to {signed(change.high)}", change.p, change.verdict)
            rows.append((MEASURES[key].label, row_name(code), _with_interval(before), _with_interval(now), *changed))
    return pd.DataFrame(rows, columns=("figure", "language", "before", "after", "change", "95% interval", "p", "verdict"))


def layers_read(evaluation: Evaluation, names: Sequence[str]) -> str:
    """At which layers words and sentences of these encoders were read, and with what beside."""
    told = []
    for one in evaluation.encoders:
        if one.name in names:
            links = ", their links with its lexicon" if one.has_lexicon else ""
            told.append(f"{one.name}: words at layer {one.layer}{links}, sentences at layer {one.sentence_layer} of {one.layers}")
    return "; ".join(told)


def evaluation_csv(evaluation: Evaluation) -> str:
    """Everything, one row an encoder, language and measure."""
    return csv(pd.DataFrame(evaluation.rows()))


def spread_table(evaluation: Evaluation, measures: Sequence[str]) -> pd.DataFrame:
    """One row a group of runs that differ by seed, figure and language; empty where there is no such group."""
    rows = []
    for one in spreads(evaluation, seed_groups(evaluation.names)):
        if one.measure in measures:
            values = (f"{one.mean:.3f} ± {one.deviation:.3f}", f"{one.low:.3f} to {one.high:.3f}", signed(one.change))
            group = (f"{one.group} ({one.runs})", MEASURES[one.measure].label, row_name(one.language))
            rows.append((*group, *values, "yes" if one.agree else "no"))
    columns = ("runs that differ by seed", "figure", "language", "mean ± deviation", "lowest to highest", "mean change", "all seeds agree")
    return pd.DataFrame(rows, columns=columns)


def paper_table() -> pd.DataFrame:
    """The paper's transfer results, F1 in percent."""
    columns = {"XNLI seen": (XNLI, "seen"), "XNLI all 15": (XNLI, "all"), "XQuAD seen": (XQUAD, "seen"), "XQuAD all 11": (XQUAD, "all")}
    scores = {name: [found[system].get(place) for system in XNLI] for name, (found, place) in columns.items()}
    return pd.DataFrame({"published (EMNLP 2021)": list(XNLI)} | scores)


def published_tables(evaluation: Evaluation) -> dict[str, pd.DataFrame]:
    """By label, the figures of which others published some, in percent: of the encoders here and of others' systems, for the languages of
    either."""
    found = {}
    for measure in (MEASURES[key] for key in evaluation.measures if MEASURES[key].published):
        codes = dict.fromkeys([*evaluation.settings.languages, *(code for figures in measure.published.values() for code in figures)])

        def value(name: str, code: str, key: str = measure.name) -> float | None:
            one = evaluation.estimate(name, code, key)
            return one.value if one else None

        names = {code: row_name(code) for code in codes}
        found[measure.label] = _beside(f"{measure.label} with English, in %", evaluation.names, measure.published, names, value)
    return found


def _beside(head: str, encoders: Iterable[str], published: Mapping[str, Mapping[str, float]], names: Mapping[str, str], value: Callable):
    """A row for each encoder and for each published system, in percent.

    names: column of each place; `value` of an encoder's name and a place is in [0, 1], None where there is none
    """

    def percent(name: str, place: str) -> float | None:
        found = value(name, place)
        return None if found is None else round(100 * found, 1)

    own = [{head: name} | {shown: percent(name, place) for place, shown in names.items()} for name in encoders]
    others = [{head: f"published: {name}"} | {shown: some.get(place) for place, shown in names.items()} for name, some in published.items()]
    return pd.DataFrame([*own, *others])


def _with_interval(one: Estimate) -> str:
    return f"{one.value:.3f} [{one.low:.3f}, {one.high:.3f}]"


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
        text = f"{before} → {after}: {name} {first:.3f} → {second:.3f} ({signed(change.mean)})"
        text += f", higher in {up} of {len(found.languages)} languages"
        agree = change.low > 0 or change.high < 0
        if change.seeds > 1:
            text += f"; over {change.seeds} seeds {signed(change.low)} to {signed(change.high)}"
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
    names = {SEEN: SEEN, ALL: ALL} | ({code: row_name(code) for code in found.languages} if by_language else {})

    def value(name: str, place: str) -> float | None:
        return found.average(name, place, measure).mean if place in found.groups or place in found.languages else None

    return _beside("F1, in %", found.encoders, published, names, value)


def training_table(found: Transfer) -> pd.DataFrame:
    columns = ("encoder", "seed", "English dev", "epochs", "seconds", "encoding, seconds")
    rows = [(fit.encoder, fit.seed, fit.dev, fit.epochs, round(fit.seconds, 1), round(fit.prepared, 1)) for fit in found.fits]
    return pd.DataFrame(rows, columns=columns)


def scores_csv(found: Transfer) -> str:
    """Every score, one row an encoder, seed, language and measure, with chance."""
    rows = [{"task": found.task} | vars(one) | {"chance": found.guess(one.language, one.measure)} for one in found.scores]
    return csv(pd.DataFrame(rows))


def _told(one: Average) -> str:
    return f"{one.mean:.3f}" + (f" ± {one.deviation:.3f}" if one.seeds > 1 else "")


def _changed(one: Average) -> str:
    spread = f" ({signed(one.low)} to {signed(one.high)})" if one.seeds > 1 else ""
    return signed(one.mean) + spread


def _change_of(name: str, found: Transfer) -> str:
    """The column's name, short where there is one only: chance, the last column, is then on the screen."""
    return f"change: {name}" if len(found.encoders) > 2 else "change"
