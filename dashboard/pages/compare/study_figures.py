"""The rows of a study as dots with intervals. Pure: a table in, a plotly figure out."""

from dataclasses import dataclass

import plotly.graph_objects as go

from dashboard.kit.charts import safe_name
from dashboard.kit.theme import BLUE, GREY
from otcore.evaluation.study.plan import UNTUNED
from otcore.evaluation.study.table import Table

_SPARE = {"margin": {"l": 8, "r": 12, "t": 44, "b": 8}, "dragmode": False, "showlegend": True}


@dataclass(frozen=True)
class Shown:
    """What is shown of a study: a part, one of its measures, and a language or group of languages."""

    part: str
    measure: str
    place: str


def change_rows(table: Table, shown: Shown) -> list[tuple[str, float, float, float, int]]:
    """(row, change, low, high, seeds) of each tuned row that is there; without an interval its ends are the change."""
    found = []
    for row, label in table.rows.items():
        one, change = shown.part, table.change(row, shown.part, shown.place, shown.measure)
        if row != UNTUNED and change is not None:
            low, high = (change.low, change.high) if change.low == change.low else (change.value, change.value)
            found.append((label, change.value, low, high, len(table.values(row, one, shown.place, shown.measure))))
    return found


def change_figure(table: Table, shown: Shown) -> go.Figure:
    """One row an objective: its change from the encoder that is not tuned, which is the line at 0."""
    rows = change_rows(table, shown)
    part = table.parts[shown.part]
    name, labels = part["measures"][shown.measure], [safe_name(row[0]) for row in rows]
    values = [row[1] for row in rows]
    ends = {"array": [row[3] - row[1] for row in rows], "arrayminus": [row[1] - row[2] for row in rows], "color": BLUE, "thickness": 1.5}
    hover = [f"[{low:+.4f}, {high:+.4f}], {seeds} seeds" if seeds > 1 else "one seed" for *_, low, high, seeds in rows]
    told = {"customdata": hover, "hovertemplate": "%{y}: %{x:+.4f}, %{customdata}<extra></extra>"}
    dots = {"x": values, "y": labels, "mode": "markers", "error_x": ends} | told
    several = any(row[-1] > 1 for row in rows)
    look = {"marker": {"color": BLUE, "size": 10}, "name": "change, 95% interval over seeds" if several else "change, one seed"}
    layout = _SPARE | {
        "title": {"text": f"Change of {name} by objective", "font": {"size": 15}},
        "height": 170 + 34 * max(len(rows), 1),
        "legend": {"orientation": "h", "y": -60 / (60 + 34 * max(len(rows), 1)), "x": 0},
        "xaxis": {
            "title": {"text": f"change of {name} ({part['better']} is better)"},
            "fixedrange": True,
            "nticks": 5,
            "tickangle": 0,
            "automargin": True,
        },
        "yaxis": {"title": {"text": "objective"}, "autorange": "reversed", "fixedrange": True, "automargin": True, "type": "category"},
    }
    figure = go.Figure([go.Scatter(**dots, **look)], layout)
    return figure.add_vline(0, line={"color": GREY, "width": 1.5, "dash": "dot"})


def spoken(table: Table, shown: Shown) -> str:
    """The figure in words, for screen readers."""
    told = "; ".join(f"{label} {value:+.3f} from {low:+.3f} to {high:+.3f}" for label, value, low, high, _ in change_rows(table, shown))
    return f"Change of {table.parts[shown.part]['measures'][shown.measure]} by objective, with intervals over seeds: {told or 'none yet'}."
