"""The measures of a picture, in numbers."""

import math

import pandas as pd
import streamlit as st

from dashboard.pages.space.cache import Picture
from dashboard.pages.space.listing import Moment
from otcore.text.languages import language


def facts(picture: Picture, states: list[int]) -> list[tuple[str, str, str]]:
    """(name, value, explanation); of several states the values with arrows between them."""
    found, projection = [picture.measures[state] for state in states], picture.projection
    k, sample = found[0].nearest.shape[1], projection.sample
    over = "" if sample == len(picture.cloud.points) else f", over {sample:,} sampled points"
    entries = [
        ("trustworthiness", [projection.trustworthiness[state] for state in states],
         "how much of the neighbourhood survives the projection: 1 where neighbours on the picture are neighbours in the space" + over),
        ("retrieval P@1", [one.retrieval for one in found],
         "share of words whose translation is the nearest plotted point of its language, in the original space, over all language pairs"),
        ("language mixing", [float(one.mixing.mean()) for one in found],
         f"share of the {k} nearest neighbours that are of another language; chance gives {found[0].chance:.2f}"),
        ("length of links", [float(one.lengths.mean()) if len(one.lengths) else math.nan for one in found],
         "mean 1 − cosine of hand-linked pairs, in the original space"),
        ("random pairs", [one.apart for one in found],
         "mean 1 − cosine of any two points of different languages: the length of links is to be seen against it"),
    ]  # fmt: skip
    told = [(name, " → ".join(_number(value) for value in values), help) for name, values, help in entries]
    told.insert(3, ("mixing by chance", _number(found[0].chance), "the same share if languages made no difference"))
    return [("points", f"{len(picture.cloud.points):,}", "words or sentences plotted"), *told]


def by_language(picture: Picture, moments: list[Moment]) -> None:
    """Retrieval and mixing of each language, folded away."""
    with st.expander("By language"):
        st.dataframe(table(picture, moments), hide_index=True, alt="Retrieval and mixing by language")
        st.caption("P@1 of the language's own words towards all others; mixing as above. In the original space, over the plotted points.")


def table(picture: Picture, moments: list[Moment]) -> pd.DataFrame:
    """One row a language."""
    points = picture.cloud.points
    rows = []
    for k, code in enumerate(points.codes):
        mine = points.language == k
        row = {"language": language(code).name, "points": int(mine.sum())}
        for moment in moments:
            found = picture.measures[moment.state]
            tried = found.ranks[mine] > 0
            suffix = f" {moment.name}" if len(moments) > 1 else ""
            row[f"P@1{suffix}"] = round(float((found.ranks[mine] == 1).sum() / tried.sum()), 3) if tried.any() else None
            row[f"mixing{suffix}"] = round(float(found.mixing[mine].mean()), 3)
        rows.append(row)
    return pd.DataFrame(rows)


def _number(value: float) -> str:
    return "–" if math.isnan(value) else f"{value:.2f}"
