"""A transfer as a table for a terminal: a row a language and average, columns for each encoder, chance last."""

from otcore.evaluation.transfer.results import ALL, SEEN, UNSEEN, Average, Transfer
from otcore.evaluation.transfer.tasks import TASKS
from otcore.text.languages import LANGUAGES

_AVERAGES = {SEEN: "mean, seen", UNSEEN: "mean, unseen", ALL: "mean, all"}


def as_text(found: Transfer) -> str:
    """One table a measure, in percent: mean and standard deviation over seeds, change from the first encoder, chance."""
    kind = TASKS[found.task]
    seeds = f", {len(found.seeds)} seed{'s' if len(found.seeds) > 1 else ''}" if kind.trained else ", nothing is trained"
    parts = [f"{kind.label}{seeds}"]
    parts += ["\n".join(_table(found, measure, kind.measures[measure])) for measure in found.measures]
    if kind.trained:
        parts.append("\n".join(_training(found)))
    return "\n\n".join([*parts, *found.notes])


def _table(found: Transfer, measure: str, name: str) -> list[str]:
    head = [f"{name}, %", found.encoders[0]]
    for encoder in found.encoders[1:]:
        head += [encoder, "change"]
    rows = [[*head, "chance"]]
    for place in (*found.languages, *found.groups):
        row = [_place(place), _cell(found.average(found.encoders[0], place, measure))]
        for encoder in found.encoders[1:]:
            row += [_cell(found.average(encoder, place, measure)), _cell(found.change(encoder, place, measure), signed=True)]
        rows.append([*row, f"{100 * found.guess(place, measure):.1f}"])
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return ["  ".join([row[0].ljust(widths[0]), *map(str.rjust, row[1:], widths[1:])]) for row in rows]


def _training(found: Transfer) -> list[str]:
    lines = []
    for encoder in found.encoders:
        fits = [fit for fit in found.fits if fit.encoder == encoder]
        dev = _cell(Average.of([fit.dev for fit in fits]))
        passes = ", ".join(str(fit.epochs) for fit in fits)
        seconds = sum(fit.seconds for fit in fits) + fits[0].prepared
        lines.append(f"{encoder}: English dev {dev} % after passes {passes}; {seconds:.0f} s")
    return lines


def _place(place: str) -> str:
    return _AVERAGES.get(place) or (f"{place} {LANGUAGES[place].name}" if place in LANGUAGES else place)


def _cell(value: Average, *, signed: bool = False) -> str:
    text = f"{100 * value.mean:+.1f}" if signed else f"{100 * value.mean:.1f}"
    return f"{text} ± {100 * value.deviation:.1f}" if value.seeds > 1 else text
