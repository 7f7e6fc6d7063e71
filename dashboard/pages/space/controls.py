"""The widgets of the Space page: they only set choices."""

import streamlit as st

from dashboard import background, state
from dashboard.kit import encoder_choice, markup, system_controls, widgets
from dashboard.pages.space.choices import CHOICES, SpaceView
from otcore.runs.example import example_run
from otcore.runs.store import list_runs
from otcore.space.film import film_steps
from otcore.space.methods import METHODS


def mode() -> None:
    widgets.draw(CHOICES, "mode", on_change=unpick, label_visibility="collapsed")


def sidebar() -> None:
    chosen = CHOICES.current()
    st.subheader("Points", anchor=False)
    if chosen.is_film:
        _run()
    else:
        _encoders(chosen)
        _sentences(chosen)
    st.subheader("Projection", anchor=False)
    widgets.draw_all(CHOICES, ["method", "dimensions", "neighbours", "min_dist", "metric", "seed"])
    note = METHODS[state.get(CHOICES.key("method"))].note
    if note:
        st.caption(markup.escape_markdown(note))


def look() -> None:
    colour, lines, search, regular = st.columns([3, 3, 4, 2], vertical_alignment="bottom")
    widgets.draw(CHOICES, "colour", colour)
    widgets.draw(CHOICES, "lines", lines)
    widgets.draw(CHOICES, "find", search, placeholder="a word, exactly")
    widgets.draw(CHOICES, "regex", regular)


def unpick() -> None:
    """Callback of whatever changes the points: a selection among the old ones would point at others."""
    state.unmark(CHOICES.key("pick"))


def _encoders(chosen: SpaceView) -> None:
    for side in "ab" if chosen.is_pair else "b":
        label = CHOICES.declared[side].label if chosen.is_pair else "Encoder"
        encoder_choice.one(CHOICES.key(side), label, offered=not (chosen.is_pair and side == "b" and chosen.a == chosen.b))
        system_controls.layer(CHOICES, f"layer_{side}", side, "" if chosen.is_pair else "Layer")


def _sentences(chosen: SpaceView) -> None:
    collection = background.collection()
    english, count = collection.gold["en"], len(collection.entries)
    if chosen.points.count > count:
        state.put(**{CHOICES.key("count"): count})
    widgets.draw(CHOICES, "languages", on_change=unpick, placeholder="one or more")
    widgets.draw(CHOICES, "kind", on_change=unpick)
    widgets.draw(CHOICES, "count", max_value=count, on_change=unpick)
    widgets.draw(CHOICES, "part", on_change=unpick)
    widgets.draw(CHOICES, "tags", options=collection.tags, placeholder="any phenomenon", on_change=unpick)
    named = {"options": list(english), "format_func": lambda id: f"{id} · {english[id].text}" if id in english else id}
    widgets.draw(CHOICES, "ids", **named, placeholder="type to search", on_change=unpick)
    widgets.draw(CHOICES, "pooling", disabled=not chosen.points.of_words)


def _run() -> None:
    example, names = example_run(), [run.name for run in list_runs() if film_steps(run.folder)]
    if example and example.name not in names:
        names.append(example.name)
    if not names:
        st.info("There is no run with snapshots yet; start one on the Fine-tune page.")
        return
    if state.get("run") not in names:
        state.put(run=names[0])
    marks = {example.name: f"{example.name} (comes with the project)"} if example else {}
    told = "Its probe sentences are plotted, at each of its snapshots."
    st.selectbox("Run", names, key="run", on_change=unpick, format_func=lambda name: marks.get(name, name), help=told)
