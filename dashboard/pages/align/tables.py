"""Results as tables."""

import pandas as pd

from dashboard.kit.marks import Mark
from dashboard.kit.theme import STATUS
from dashboard.kit.word_view import Row, View, is_marked, status_of


def links_table(view: View, mark: Mark) -> tuple[pd.DataFrame, list[tuple[int | None, int | None]]]:
    """One row a link, a missed gold link, or a null word, marked rows first; and the places of the rows."""
    rows = sorted(view.rows, key=lambda row: not is_marked(row, mark))
    source, target = view.result.pair.source.words, view.result.pair.target.words
    table = pd.DataFrame(
        {
            "marked": ["➤" if is_marked(row, mark) else "" for row in rows],
            "source": ["∅" if row.source is None else source[row.source] for row in rows],
            "target": ["∅" if row.target is None else target[row.target] for row in rows],
            "gold": [_gold(row, view) for row in rows],
            "confidence": pd.array([row.confidence for row in rows], dtype="Float64"),
            "mass": pd.array([row.mass for row in rows], dtype="Float64"),
            "cost": pd.array([row.cost for row in rows], dtype="Float64"),
            "i": pd.array([row.source for row in rows], dtype="Int64"),
            "j": pd.array([row.target for row in rows], dtype="Int64"),
        }
    )
    return table, [(row.source, row.target) for row in rows]


def difference_table(first: View, second: View) -> pd.DataFrame:
    """Links of two systems: in both, only in A, only in B, with their gold status."""
    a, b = first.result.alignment, second.result.alignment
    source, target = first.result.pair.source.words, first.result.pair.target.words
    confidences = [{(link.source, link.target): link.confidence for link in side.links} for side in (a, b)]
    places = sorted(a.pairs | b.pairs, key=lambda place: (place in a.pairs and place in b.pairs, place))
    return pd.DataFrame(
        {
            "in": ["A and B" if place in a.pairs and place in b.pairs else "only A" if place in a.pairs else "only B" for place in places],
            "source": [source[i] for i, _ in places],
            "target": [target[j] for _, j in places],
            "confidence A": pd.array([confidences[0].get(place) for place in places], dtype="Float64"),
            "confidence B": pd.array([confidences[1].get(place) for place in places], dtype="Float64"),
            "gold": [_sign(status_of(place, first.gold)) for place in places],
        }
    )


def difference_told(first: View, second: View) -> str:
    """How many links two systems share, and of those of one alone how many gold has."""
    a, b = (one.result.alignment.pairs for one in (first, second))
    told = [f"{len(a & b)} in both, {len(a ^ b)} in one only"]
    if first.gold is not None:
        for letter, own in (("A", a - b), ("B", b - a)):
            told.append(f"only {letter} has {len(own & first.gold.possible)} right and {len(own - first.gold.possible)} false")
    return "; ".join(told) + "."


def _gold(row: Row, view: View) -> str:
    if view.gold is None:
        return ""
    if row.status != "null":
        return _sign(row.status)
    side, index = (0, row.source) if row.source is not None else (1, row.target)
    expected = any(link[side] == index for link in view.gold.sure)
    return "○ null" if expected else "● null"


def _sign(status: str) -> str:
    return "" if status == "link" else f"{STATUS[status][2]} {status}"
