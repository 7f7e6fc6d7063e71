"""The widgets of the Align page: they only set choices; what follows from them is computed elsewhere."""

import random

import streamlit as st

from dashboard import background
from dashboard.kit import encoder_choice
from dashboard.state import selection
from dashboard.state.fields import EPSILONS, LAYER_DEFAULT, MAX_CHARACTERS, OWN_TEXT
from otcore.base.names import COSTS, MASSES, POOLINGS, RULES, SIMILARITY_RULES, SOLVERS, UNITS
from otcore.encoders import PUBLIC
from otcore.encoders.catalogue import EDITIONS, edition_figures
from otcore.text.languages import LANGUAGES

_SOLVERS = {
    "exact": "exact (linear programme)",
    "entropic": "entropic (Sinkhorn)",
    "debiased": "debiased (divergence)",
    "unbalanced": "unbalanced (KL)",
    "partial": "partial",
}
_RULES = {
    "mutual": "mutual maximum of the plan",
    "threshold": "share of both maxima",
    "source-maximum": "source words' maxima",
    "target-maximum": "target words' maxima",
    "iterated": "mutual maximum, iterated",
    "argmax": "no plan: mutual argmax",
    "softmax": "no plan: two-sided softmax",
}
_COSTS = {
    "cosine": "cosine, 1 − cos",
    "euclidean": "Euclidean, ‖x − y‖",
    "sqeuclidean": "squared Euclidean, ½‖x − y‖²",
    "dot": "dot product, −⟨x, y⟩",
}
_THRESHOLDS = (0.001, 0.003, 0.01, 0.03, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)


def languages_and_sentence() -> None:
    """Two languages, and a sentence of the collection or the person's own text."""
    narrow, wide = st.columns([5, 6], vertical_alignment="bottom")
    names = {code: entry.name if entry.name == entry.native else f"{entry.name} · {entry.native}" for code, entry in LANGUAGES.items()}
    with narrow.container(horizontal=True, vertical_alignment="bottom", wrap=False):
        st.selectbox("From", list(names), format_func=names.get, key="source", filter_mode="contains", on_change=selection.unmark)
        st.button("⇄", key="swap", help="Swap the two sides", on_click=_swap)
        st.selectbox("To", list(names), format_func=names.get, key="target", filter_mode="contains", on_change=selection.unmark)
    with wide:
        _sentence()
    if selection.get("sentence") == OWN_TEXT:
        _own_text()
    else:
        _browse()


def system(suffix: str) -> None:
    """The controls of one system: encoder, points, cost, transport, links."""
    name = lambda field: field + suffix  # noqa: E731
    _encoder(name("encoder"))
    _layer(name("encoder"), name("layer"))
    columns = st.columns(2)
    columns[0].selectbox(
        "Points",
        UNITS,
        key=name("unit"),
        format_func=lambda unit: unit + "s",
        help="What the clouds are made of; links are between words all the same.",
    )
    columns[1].selectbox(
        "Pooling", POOLINGS, key=name("pooling"), disabled=selection.get(name("unit")) == "subword",
        help="How a word's vector comes from its subwords: their mean, the first or the last; the paper takes the last.",
    )  # fmt: skip
    st.selectbox("Cost", COSTS, key=name("cost"), format_func=_COSTS.get, help="What it costs to move mass between two points.")
    st.selectbox(
        "Masses",
        MASSES,
        key=name("masses"),
        help="How much each word weighs: all the same, by its vector's length, or little where it is common.",
    )
    st.selectbox("Transport", SOLVERS, key=name("solver"), format_func=_SOLVERS.get, help="How the plan is found.")
    _strength(suffix)
    st.selectbox(
        "Links",
        RULES,
        key=name("links"),
        format_func=_RULES.get,
        on_change=_new_rule,
        args=(suffix,),
        help="Which cells of the plan are word links: the maximum of row and column both, at least a share of both, of one side alone, "
        "or of both repeatedly among the words still free. “No plan” reads the cosines themselves, for comparison.",
    )
    if selection.get(name("links")) in ("threshold", "softmax"):
        options = sorted({*_THRESHOLDS, float(selection.get(name("threshold")))})
        st.select_slider(
            "Threshold",
            options,
            key=name("threshold"),
            help="Share of the row's and column's maximum; for softmax the least probability.",
        )


def _sentence() -> None:
    collection = background.collection()
    entries = {entry.id: entry for entry in collection.entries if _has_tags(entry)}
    current = selection.get("sentence")
    if current != OWN_TEXT and current not in entries:
        if not entries:  # the tags of a URL may exclude everything
            st.info("No sentence has all of these tags; every sentence is offered again.")
            selection.put(tags=[])
            entries = {entry.id: entry for entry in collection.entries}
        if current not in entries:
            selection.put(sentence=next(iter(entries)))
    source, target = (collection.gold.get(selection.get(side), {}) for side in ("source", "target"))

    def label(id: str) -> str:
        # isolates keep a right-to-left sentence from pulling the other's punctuation around
        return "✎ your own text" if id == OWN_TEXT else f"{id} · \u2068{source[id].text}\u2069 · \u2068{target[id].text}\u2069"

    st.selectbox(
        "Sentence", [*entries, OWN_TEXT], key="sentence", format_func=label, filter_mode="fuzzy", on_change=selection.unmark,
        help="Type to search in either language or for a number, or choose your own text at the end of the list.",
    )  # fmt: skip


def _browse() -> None:
    collection = background.collection()
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.multiselect("Only sentences that show", collection.tags, key="tags", placeholder="any phenomenon: compound, idiom, …", width=420)
        steps = (("◀", "Previous sentence", -1), ("▶", "Next sentence", 1), ("Random", "Another sentence", None))
        for label, help, step in steps:
            st.button(label, key=f"step{label}", help=help, on_click=_step, args=(step,))
        st.button("✎ Own text", key="own", on_click=_own, help="Align your own sentences; starts from the ones shown.")


def _own_text() -> None:
    columns = st.columns(2)
    for column, key, side in zip(columns, ("text1", "text2"), ("source", "target"), strict=True):
        column.text_area(
            f"Your {LANGUAGES[selection.get(side)].name} text", key=key, height=80, max_chars=MAX_CHARACTERS,
            placeholder="Write or paste a sentence, then Ctrl + Enter", on_change=selection.unmark,
            help="Kept in this session and in the address of the page.",
        )  # fmt: skip
    if not selection.address_holds_texts():
        st.caption("These texts are too long for the address of the page: a reload or a shared link starts without them.")
    row = st.columns([3, 1], vertical_alignment="center")
    row[0].toggle(
        "Words are already separated by spaces",
        key="presplit",
        on_change=selection.unmark,
        help="Otherwise the language's own rules split it.",
    )
    row[1].button("Back to the collection", key="back", on_click=selection.back_to_collection, width="stretch")


def _encoder(key: str) -> None:
    encoder_choice.one(key, offered=key == "encoder" or selection.get(key) != selection.get("encoder"))
    about = (EDITIONS | PUBLIC).get(selection.get(key))
    if about:
        st.caption(about.removeprefix("bundled, ").partition(": ")[2] or about)
    figures = edition_figures(selection.get(key))
    if figures:
        worst = max(figures, key=figures.get)
        mean = sum(figures.values()) / len(figures)
        st.caption(f"AER on the bundled test sentences: {mean:.2f} on average, worst in {LANGUAGES[worst].name} ({figures[worst]:.2f}).")


def _layer(encoder_key: str, key: str) -> None:
    name, _ = background.usable_encoder(selection.get(encoder_key))
    encoder = background.encoder(name)
    if selection.get(key) > encoder.layers:
        selection.put(**{key: LAYER_DEFAULT})
    options = [LAYER_DEFAULT, *range(encoder.layers + 1)]
    label = {LAYER_DEFAULT: f"default ({encoder.default_layer})", 0: "0 (embedding)", encoder.layers: f"{encoder.layers} (last)"}
    st.selectbox(
        "Layer",
        options,
        key=key,
        format_func=lambda layer: label.get(layer, str(layer)),
        help="Which layer's vectors are transported. The sweep below tries all.",
    )


def _strength(suffix: str) -> None:
    name = lambda field: field + suffix  # noqa: E731
    solver = selection.get(name("solver"))
    if solver in ("entropic", "debiased", "unbalanced"):
        st.select_slider(
            "ε, entropic strength", EPSILONS, key=name("epsilon"), help="Small: sharp and slow. Large: every word goes a little everywhere."
        )
        st.toggle(
            "ε in mean costs", key=name("relative"), help="Relative to the mean cost of this pair; otherwise in the unit of the cost."
        )
    if solver == "unbalanced":
        st.slider(
            "KL penalty",
            0.01,
            10.0,
            step=0.01,
            key=name("penalty"),
            help="What it costs to leave mass behind, in the unit of ε. Small: bad words stay unmatched.",
        )
    if solver == "partial":
        st.slider(
            "Mass that moves",
            0.05,
            1.0,
            step=0.05,
            key=name("mass"),
            help="Share of all mass; the rest stays where it is cheapest to leave it.",
        )


def _has_tags(entry) -> bool:
    wanted = selection.get("tags")
    return all(tag in entry.tags for tag in wanted)


def _swap() -> None:
    get = selection.get
    selection.put(source=get("target"), target=get("source"), text1=get("text2"), text2=get("text1"), mark="")


def _step(step: int | None) -> None:
    ids = [entry.id for entry in background.collection().entries if _has_tags(entry)]
    here = ids.index(selection.get("sentence")) if selection.get("sentence") in ids else 0
    others = [id for id in ids if id != selection.get("sentence")] or ids
    selection.put(sentence=random.choice(others) if step is None else ids[(here + step) % len(ids)], mark="")


def _own() -> None:
    pair = background.pair_of(selection.current())
    selection.put(text1=pair.source.text, text2=pair.target.text, sentence=OWN_TEXT, mark="")


def _new_rule(suffix: str) -> None:
    if selection.get("links" + suffix) in SIMILARITY_RULES:
        selection.put(**{"threshold" + suffix: 0.001})
    else:
        selection.put(**{"threshold" + suffix: 0.5})
