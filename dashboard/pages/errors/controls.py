"""The widgets of the Errors page: what is analysed, and the filters. They only set choices."""

import streamlit as st

from dashboard import state
from dashboard.kit import markup, system_controls, widgets
from dashboard.kit.explain import attempt
from dashboard.kit.kept_files import kept_panel, owned
from dashboard.kit.open_folder import open_files, open_folder
from dashboard.pages.errors import clicks
from dashboard.pages.errors.choices import CHANGED, CHOICES, COMPARED_SORTS, FILTERS, OVERVIEW, OWN_FILES, PAIRS, PARTS, SORTS, Filters
from dashboard.pages.errors.figures import pair_name
from dashboard.pages.errors.filtering import bin_name, known_bins
from otcore.analysis.analyse import Analysis, languages_of
from otcore.analysis.sources import CORPORA, keep
from otcore.base.choices import declared
from otcore.base.errors import InputError
from otcore.notes.store import Note
from otcore.text.languages import language

_WIDTHS = {"causes": 260, "changes": 220, "note": 150, "search": 220, "sort": 170}  # pixels, where not 200


def source() -> None:
    """The bundled collection, or own files."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        widgets.draw(CHOICES, "data", width="content", on_change=_new_text)
        widgets.draw(CHOICES, "over", width=420, placeholder="one or more languages", on_change=_new_text)
        widgets.draw(CHOICES, "split", width=130, on_change=_new_text)
        widgets.draw(CHOICES, "corrected")
    if state.get("er_data") == OWN_FILES:
        _own_files()


def systems() -> None:
    """System A, and B where two are compared; for the sidebar."""
    st.subheader("System A", anchor=False)
    system_controls.controls(CHOICES, "_ea")
    widgets.draw(CHOICES, "two")
    if state.get("er_two"):
        st.subheader("System B", anchor=False)
        system_controls.controls(CHOICES, "_eb", offered=state.get("encoder_eb") != state.get("encoder_ea"))


def settle(analysis: Analysis) -> None:
    """Takes choices back that this analysis does not have: languages and orders."""
    state.put(er_langs=[pair for pair in state.get("er_langs") if pair in _languages(analysis)])
    if state.get("er_sort") not in _sorts(analysis):
        state.put(er_sort=_sorts(analysis)[0])


def part(analysis: Analysis) -> str:
    """The row of the page's parts; which of them is shown: the chosen one, or that of an open pair, so that a pair's address shows it."""
    parts = {name: label for name, label in PARTS.items() if name != CHANGED or analysis.changes}
    chosen = state.get("er_part")
    shown = PAIRS if state.get("er_pair") and chosen == OVERVIEW else chosen if chosen in parts else OVERVIEW
    key, label = f"er_parts_{shown}", CHOICES.declared["part"].label  # another key for another part: it may change by a click elsewhere
    row = {"options": list(parts), "format_func": parts.get, "default": shown, "required": True, "label_visibility": "collapsed"}
    st.segmented_control(label, key=key, on_change=_new_part, args=(key,), **row)
    return shown


def _languages(analysis: Analysis) -> list[str]:
    return list(dict.fromkeys(map(languages_of, analysis.pairs)))


def _sorts(analysis: Analysis) -> list[str]:
    return [name for name in SORTS if len(analysis.systems) > 1 or name not in COMPARED_SORTS]


def _new_part(key: str) -> None:
    """Callback: an open pair belongs to its part."""
    state.put(er_part=state.get(key))
    if state.get(key) == OVERVIEW:
        state.put(er_pair="", er_mark="")


def filters(analysis: Analysis, notes: list[Note]) -> None:
    """Filters of links and pairs, and the order of the list."""
    two, languages, sorts = len(analysis.systems) > 1, _languages(analysis), _sorts(analysis)
    tags = sorted({note.tag for note in notes if note.tag} | ({state.get("er_note")} - {""}))
    options = {
        "languages": {"options": languages, "format_func": pair_name},
        "note": {"options": ["", *tags], "format_func": lambda tag: tag or "all"},
        "search": {"placeholder": "regular expression"},
        "sort": {"options": sorts},
    }
    pointless = {name for name, one in (("languages", len(languages) < 2), ("changes", not two)) if one}
    with st.container(horizontal=True, vertical_alignment="bottom"):
        if two:
            widgets.draw(CHOICES, "about", width="content")
        for name in (name for name in CHOICES.at(FILTERS) if name not in pointless):
            more = {"placeholder": "all"} | options.get(name, {})
            widgets.draw(CHOICES, name, width=_WIDTHS.get(name, 200), on_change=_refiltered, **more)


def chosen_bins(part: str) -> None:
    """The bins clicked in figures, each with a way to take it off, and one for all filters; from the overview also a way to the pairs."""
    if not any(state.get(CHOICES.key(name)) for name in declared(Filters)):
        return
    with st.container(horizontal=True):
        for dimension, value in known_bins(state.get("er_bins")):
            entry, name = f"{dimension}:{value}", markup.escape_markdown(bin_name(dimension, value))
            st.button(f"✕ {name}", key=f"drop_{entry}", on_click=clicks.drop_bin, args=(entry,))
        st.button("Clear all filters", key="er_clear", on_click=clicks.clear, icon=":material/filter_alt_off:")
        if part == OVERVIEW:
            st.button("Show these pairs", key="er_to_pairs", on_click=state.put, kwargs={"er_part": PAIRS}, icon=":material/list:")


def _own_files() -> None:
    with st.expander("Your pairs and gold links", expanded=not state.get("er_files")):
        columns = st.columns([3, 2, 2, 3])
        for column, name in zip(columns, ("er_kind", "er_source", "er_target"), strict=False):
            widgets.draw(CHOICES, name, column)
        base, hint = CHOICES.declared["er_gold_base"], "Pharaoh links: i-j sure, ipj or i?j possible; NAACL, TALP and GIZA++ are known too."
        columns[3].segmented_control(base.label, (0, 1), key=CHOICES.key("er_gold_base"), required=True, help=hint)
        widgets.draw(CHOICES, "er_reverse")
        labels = ["Pairs", "Gold links"] if state.get("er_format") != "parallel" else ["Source side", "Target side", "Gold links"]
        given = {label: _one_file(column, label) for column, label in zip(st.columns(len(labels)), labels, strict=True)}
        st.caption("Words must be separated by spaces, because gold links count them. The files stay on this server.")
        if st.button("Analyse these files", key="er_take", type="primary"):
            attempt(lambda: _take(given))
        with st.popover("Kept files"):
            kept_panel(CORPORA)


def _one_file(column, label: str) -> tuple[str, bytes] | None:
    """An uploaded file, or one of the folder that the owner of this installation opened."""
    uploaded = column.file_uploader(label, key=f"er_upload_{label}", max_upload_size=30)
    names = open_files(open_folder())
    picked = column.selectbox(f"… or from the server, {label.lower()}", ["", *names], key=f"er_path_{label}") if names else ""
    if uploaded is not None:
        return uploaded.name, uploaded.getvalue()
    return (picked, (open_folder() / picked).read_bytes()) if picked in names else None


def _take(given: dict[str, tuple[str, bytes] | None]) -> None:
    for label, file in given.items():
        if file is None:
            raise InputError(f"{label} is missing; choose a file for it.")
    codes = {name: language(state.get(name)).code for name in ("er_from", "er_to")}
    shape = CHOICES.current(er_source=codes["er_from"], er_target=codes["er_to"]).shape
    state.put(er_files=owned(CORPORA, keep(list(given.values()), shape)))
    _new_text()


def _new_text() -> None:
    state.put(er_pair="", er_mark="", er_langs=[], er_bins=[])


def _refiltered() -> None:
    state.put(er_pair="", er_mark="")
