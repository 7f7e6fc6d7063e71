"""The widgets of the Space page: they only set choices."""

import streamlit as st

from dashboard import background, state
from dashboard.kit import encoder_choice, markup
from dashboard.pages.finetune.course import snapshot_steps
from dashboard.pages.space import looks
from dashboard.pages.space.choices import COLOURS, LINES, MODES, PARTS
from dashboard.state.parsing import LAYER_DEFAULT
from otcore.base.names import POOLINGS
from otcore.runs.store import list_runs
from otcore.space.nearest import METRICS
from otcore.space.points import KINDS
from otcore.space.projection import METHODS
from otcore.text.languages import LANGUAGES

_MODES = {"pair": "Before | after", "one": "One encoder", "film": "Film of a run"}
_PARTS = {"all": "all", "dev": "development", "test": "test"}
_METHODS = {"pca": "PCA", "umap": "UMAP"}
_LINES = {"none": "none", "selected": "of the selection", "all": "all"}
_NOTE = (
    "UMAP keeps who is near whom. How far two groups stand apart, how large or how dense a group looks, and the axes mean nothing; read "
    "lengths from the lines and the list, which are measured in the original space."
)


def unpick() -> None:
    """Callback of whatever changes the points: a selection among the old ones would point at others."""
    state.put(sp_pick="")


def mode() -> None:
    """Which states are shown."""
    st.segmented_control(
        "Show", MODES, key="sp_mode", format_func=_MODES.get, required=True, on_change=unpick, label_visibility="collapsed"
    )


def sidebar() -> None:
    """What is plotted and how it is projected."""
    film = state.get("sp_mode") == "film"
    st.subheader("Points", anchor=False)
    if film:
        _run()
    else:
        _encoders()
        _sentences()
    st.subheader("Projection", anchor=False)
    _projection()


def look() -> None:
    """Colour, lines, and search."""
    colour, lines, search, regular = st.columns([3, 3, 4, 2], vertical_alignment="bottom")
    colour.selectbox("Colour by", COLOURS, key="sp_colour", format_func=looks.NAMES.get, help="Marker shapes are always the languages.")
    lines.selectbox(
        "Lines between translations", LINES, key="sp_lines", format_func=_LINES.get,
        help="Hand-made links; the colour is the length in the original space, 1 − cosine, not the length on the picture.",
    )  # fmt: skip
    search.text_input(
        "Select by text", key="sp_find", placeholder="a word, exactly", max_chars=200,
        help="Selects every point with this text, whatever the case; added to what is selected on the picture.",
    )  # fmt: skip
    regular.toggle(
        "Regex", key="sp_regex", help="Regular expression: selects every point in which the pattern is found: ^un, tion$, [0-9]+ …"
    )


def _encoders() -> None:
    pair = state.get("sp_mode") == "pair"
    for side, label in (("a", "Before"), ("b", "After")) if pair else (("b", "Encoder"),):
        key = f"sp_{side}"
        encoder_choice.one(key, label, offered=not (pair and side == "b" and state.get("sp_a") == state.get("sp_b")))
        _layer(state.get(key), f"sp_layer_{side}", f"{label}: layer" if pair else "Layer")


def _layer(name: str, key: str, label: str) -> None:
    usable, _ = background.usable_encoder(name)
    encoder = background.encoder(usable)
    if state.get(key) > encoder.layers:
        state.put(**{key: LAYER_DEFAULT})
    names = {LAYER_DEFAULT: f"default ({encoder.default_layer})", 0: "0 (embedding)", encoder.layers: f"{encoder.layers} (last)"}
    st.selectbox(label, [LAYER_DEFAULT, *range(encoder.layers + 1)], key=key, format_func=lambda at: names.get(at, str(at)))


def _sentences() -> None:
    collection = background.collection()
    st.multiselect(
        "Languages", list(LANGUAGES), key="sp_langs", format_func=lambda code: LANGUAGES[code].name, on_change=unpick,
        placeholder="one or more",
    )  # fmt: skip
    st.segmented_control("Points are", KINDS, key="sp_unit", format_func=lambda kind: kind + "s", required=True, on_change=unpick)
    if not state.get("sp_ids"):
        count = len(collection.entries)
        if state.get("sp_count") > count:
            state.put(sp_count=count)
        st.slider("Sentences", 1, count, key="sp_count", on_change=unpick, help="The first so many of those below, in each language.")
        st.segmented_control("Part", PARTS, key="sp_part", format_func=_PARTS.get, required=True, on_change=unpick)
        st.multiselect("Only sentences that show", collection.tags, key="sp_tags", placeholder="any phenomenon", on_change=unpick)
    english = collection.gold["en"]
    st.multiselect(
        "These sentences instead", list(english), key="sp_ids",
        format_func=lambda id: f"{id} · {english[id].text}" if id in english else id,
        placeholder="type to search", max_selections=60, on_change=unpick,
    )  # fmt: skip
    st.selectbox(
        "Pooling", POOLINGS, key="sp_pooling", disabled=state.get("sp_unit") == "sentence",
        help="How a word's vector comes from its subwords; a sentence's is the mean of all.",
    )  # fmt: skip


def _run() -> None:
    names = [run.name for run in list_runs() if snapshot_steps(run.folder)]
    if not names:
        st.info("There is no run with snapshots yet; start one on the Fine-tune page.")
        return
    if state.get("run") not in names:
        state.put(run=names[0])
    st.selectbox("Run", names, key="run", on_change=unpick, help="Its probe sentences are plotted, at each of its snapshots.")


def _projection() -> None:
    st.segmented_control(
        "Method", METHODS, key="sp_method", format_func=_METHODS.get, required=True,
        help="PCA turns the space so that most variance shows: lengths keep their meaning, much is hidden. UMAP lays out who is near whom.",
    )  # fmt: skip
    st.segmented_control("Dimensions", (2, 3), key="sp_dims", required=True, help="In 3-D: turn and zoom; select by text.")
    st.slider(
        "Neighbours", 2, 200, key="sp_neighbours",
        help="How many nearest points hold a point in place: few show fine grain, many the whole. Trustworthiness looks at as many.",
    )  # fmt: skip
    umap = state.get("sp_method") == "umap"
    if umap:
        st.slider(
            "Minimum distance", 0.0, 1.0, step=0.05, key="sp_min_dist",
            help="How close points may come on the picture: small packs them, large spreads them; only looks change.",
        )  # fmt: skip
    st.selectbox(
        "Metric", METRICS, key="sp_metric",
        help="Cosine compares directions only, as retrieval does; Euclidean also lengths.",
    )  # fmt: skip
    if umap:
        st.number_input(
            "Seed", 0, 2**31, key="sp_seed", step=1,
            help="Of the random steps: the same seed gives the same picture; what changes with the seed means nothing.",
        )  # fmt: skip
        st.caption(markup.escape_markdown(_NOTE))
