"""What a study says so far, in sentences and as a table for a terminal."""

from otcore.evaluation.study.plan import UNTUNED
from otcore.evaluation.study.table import Table
from otcore.evaluation.transfer.results import ALL, SEEN, UNSEEN, Average
from otcore.evaluation.verdicts import WITHIN_NOISE, signed, verdict

_GROUPS = {SEEN: "languages seen in tuning and English", UNSEEN: "languages not seen", ALL: "all languages"}
_SIGNS = {"better": "✓", "worse": "✗", WITHIN_NOISE: "○"}


def sentences(table: Table, part: str, measure: str, place: str = ALL) -> list[tuple[str, str]]:
    """For each tuned row that is there (sign, sentence): its change, with interval and verdict.

    place: one of the part's groups, or a language
    """
    found, name = [], table.parts[part]["measures"][measure]
    for row, label in table.rows.items():
        change, now = table.change(row, part, place, measure), table.average(row, part, place, measure)
        if row == UNTUNED or change is None or now is None:
            continue
        told = verdict(change, table.parts[part]["better"])
        text = f"{label}: {name} {now.mean - change.value:.3f} → {now.mean:.3f} over {_GROUPS.get(place, place)}, {signed(change.value)}"
        seeds = min(now.seeds, len(table.seeds))
        if seeds < 2:
            text += "; one seed so far, so its spread is not known"
            told = ""
        elif change.low == change.high:
            text += f", the same for every seed: {told}"
        else:
            text += f" [{signed(change.low)}, {signed(change.high)}] over {seeds} seeds: {told}"
        found.append((_SIGNS.get(told, "◆"), text + "."))
    return found


def spread(found: Average | None) -> str:
    """Mean and deviation over seeds, of one seed its figure alone, "–" of none."""
    if found is None:
        return "–"
    return f"{found.mean:.3f}" + (f" ± {found.deviation:.3f}" if found.seeds > 1 else "")


def as_text(table: Table) -> str:
    """One table a part: mean ± deviation over seeds of each row, by group, with chance; then the sentences of it."""
    done = f"{table.described['label']}: {table.finished} of {table.wanted} cells"
    return "\n\n".join([done, *("\n".join(_part(table, part)) for part in table.parts if table.languages(part))])


def _part(table: Table, part: str) -> list[str]:
    measure, name = next(iter(table.parts[part]["measures"].items()))
    groups = list(table.groups(part))
    rows = [[f"{table.parts[part]['label']} ({name})", *groups]]
    for row, label in table.rows.items():
        found = [table.average(row, part, place, measure) for place in groups]
        rows.append([label, *map(spread, found)])
    chance = [table.chance(part, place, measure) for place in groups]
    if any(one is not None for one in chance):
        rows.append(["chance", *("–" if one is None else f"{one:.3f}" for one in chance)])
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = ["  ".join([row[0].ljust(widths[0]), *map(str.rjust, row[1:], widths[1:])]) for row in rows]
    return lines + [f"{sign} {text}" for sign, text in sentences(table, part, measure)]
