"""The widgets of the Space page: they only set choices."""

import streamlit as st

from dashboard import background, state
from dashboard.kit import encoder_choice, markup, own_sentences, system_controls, widgets
from dashboard.pages.space import cache, own_vectors
from dashboard.pages.space.choices import CHOICES, SpaceView
from otcore.runs.example import example_runs
from otcore.runs.store import list_runs
from otcore.space.film import film_steps
from otcore.space.methods import METHODS


def mode() -> None:
    """What is shown, and of whose points; then, where they are a person's own, what is given."""
    left, right = st.columns([1, 1])
    widgets.draw(CHOICES, "mode", left, on_change=unpick, label_visibility="collapsed")
    chosen = CHOICES.current()
    if chosen.is_film:
        return
    widgets.draw(CHOICES, "source", right, on_change=unpick, label_visibility="collapsed")
    if chosen.of_text:
        own_sentences.panel(CHOICES.key("files"), "sp", cache.own_texts, forget=(CHOICES.key("pick"),))
    elif chosen.of_vectors:
        own_vectors.panel()


def sidebar() -> None:
    chosen = CHOICES.current()
    st.subheader("Points", anchor=False)
    if chosen.is_film:
        _run()
    elif chosen.of_text:
        _encoders(chosen)
        _of_text(chosen)
    elif not chosen.of_vectors:
        _encoders(chosen)
        _sentences(chosen)
    st.subheader("Projection", anchor=False)
    widgets.draw_all(CHOICES, ["method", "dimensions", "neighbours", "min_dist", "metric", "seed"])
    note = METHODS[state.get(CHOICES.key("method"))].note
    if note:
        st.caption(markup.escape_markdown(note))


def look() -> None:
    colour, lines, classes, search, regular, labels = st.columns([6, 6, 6, 6, 5, 6], vertical_alignment="bottom")
    widgets.draw(CHOICES, "colour", colour)
    widgets.draw(CHOICES, "lines", lines)
    chosen = CHOICES.current()
    of_words = chosen.is_film or (chosen.points.of_words and not chosen.of_vectors)
    widgets.draw(CHOICES, "classes", classes, placeholder="all words", disabled=not of_words)
    widgets.draw(CHOICES, "find", search, placeholder="part of a word")
    widgets.draw(CHOICES, "regex", regular)
    widgets.draw(CHOICES, "labels", labels)


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


def _of_text(chosen: SpaceView) -> None:
    widgets.draw(CHOICES, "kind", on_change=unpick)
    widgets.draw(CHOICES, "count", on_change=unpick, label="Sentences of each text", disabled=False)
    widgets.draw(CHOICES, "pooling", disabled=not chosen.points.of_words)


def _run() -> None:
    names = [run.name for run in list_runs() if film_steps(run.folder)]
    examples = [one.name for one in example_runs() if one.name not in names]
    names += examples
    if not names:
        st.info("There is no run with snapshots yet; start one on the Fine-tune page.")
        return
    if state.get("run") not in names:
        state.put(run=names[0])
    marks = {name: f"{name} (example)" for name in examples}
    told = "Its probe sentences are plotted, at each of its snapshots."
    st.selectbox("Run", names, key="run", on_change=unpick, format_func=lambda name: marks.get(name, name), help=told)
