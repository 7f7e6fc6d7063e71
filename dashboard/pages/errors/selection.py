"""What the person wants analysed and which of it is shown, as plain values; and the filters a click on a figure sets."""

from dataclasses import dataclass, replace

from dashboard import state
from dashboard.pages.errors.choices import LETTERS
from dashboard.state import Mark, System
from dashboard.state.choices import value_of
from otcore.analysis.bins import DIMENSIONS, TAG
from otcore.base.choices import build, declared
from otcore.base.errors import InputError

FILTERS = ("er_outcomes", "er_causes", "er_langs", "er_change", "er_bins")
TEXT_FILTERS = ("er_note", "er_find")


@dataclass(frozen=True)
class Filters:
    """Which links are wanted, and which pairs; empty lets all through.

    outcomes, causes, changes : of links; languages : "en-de"
    bins : (dimension or "tag", bin or tag); links must fall in all of them
    note : tag of a note the pair has; search : a regular expression
    """

    outcomes: tuple[str, ...] = ()
    causes: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    changes: tuple[str, ...] = ()
    bins: tuple[tuple[str, str], ...] = ()
    note: str = ""
    search: str = ""


@dataclass(frozen=True)
class ErrorsView:
    """One view of the Errors page, complete.

    data, over, split, files : what is analysed, as in otcore.analysis.sources; `corrected`: with corrected gold links
    systems : A, or A and B
    side    : which of them figures and filters are about, 0 or 1
    sort, pair, mark : order of the list, key of the open pair ("" for the first), what is marked in it
    """

    data: str
    over: tuple[str, ...]
    split: str
    files: str
    corrected: bool
    systems: tuple[System, ...]
    side: int
    filters: Filters
    sort: str
    pair: str
    mark: Mark

    @property
    def letter(self) -> str:
        return LETTERS[self.side]


def current() -> ErrorsView:
    """The choices as they stand.

    raises: InputError   a combination the engine refuses, or own files that were not given yet
    """
    get = state.get
    if get("er_data") != "bundled" and not get("er_files"):
        raise InputError("Give your pairs and their gold links above, then press “Analyse these files”.")
    systems = (_system("_ea"), *([_system("_eb")] if get("er_two") else []))
    names = ("er_outcomes", "er_causes", "er_langs", "er_change")
    filters = Filters(*(tuple(get(name)) for name in names), bins=_bins(get("er_bins")), note=get("er_note"), search=get("er_find"))
    if len(systems) == 1:
        filters = replace(filters, changes=())
    side = min(LETTERS.index(get("er_side")), len(systems) - 1)
    return ErrorsView(
        get("er_data"), tuple(get("er_over")), get("er_split"), get("er_files"), get("er_fixed"), systems, side, filters, get("er_sort"),
        get("er_pair"), state.mark("er_mark"),
    )  # fmt: skip


def _system(suffix: str) -> System:
    return build(System, {name: value_of(one, state.get(name + suffix)) for name, one in declared(System).items()})


def take_bar(key: str) -> None:
    """Callback of a figure whose points' customdata is a list of "field=value" and a stamp: sets those filters, or where exactly
    they are set already takes them away. A click between the bars changes nothing."""
    wanted = [entry.split("=", 1) for entry in (state.picked_point(key) or ()) if isinstance(entry, str) and "=" in entry]
    if not wanted:
        return
    changed = {name: _with_bin(value) if name == "er_bins" else [value] for name, value in wanted if name != "er_side"}
    side = dict(wanted).get("er_side", state.get("er_side"))
    if side == state.get("er_side") and all(state.get(name) == value for name, value in changed.items()):
        changed = {name: _without_bin(dict(wanted)[name]) if name == "er_bins" else [] for name in changed}
    state.put(er_side=side, er_pair="", er_mark="", **changed)
    state.new_stamp()


def clear() -> None:
    """Takes all filters away."""
    state.put(**{name: [] for name in FILTERS}, **dict.fromkeys(TEXT_FILTERS, ""))
    state.new_stamp()


def drop_bin(value: str) -> None:
    """Takes one bin away."""
    state.put(er_bins=_without_bin(value))
    state.new_stamp()


def open_pair(key: str) -> None:
    """Opens the card of a pair."""
    state.put(er_pair=key, er_mark="")
    state.new_stamp()


def take_pair(table: str, keys: list[str]) -> None:
    """Callback of a table whose rows are pairs."""
    row = state.picked_row(table)
    if row is not None:
        open_pair(keys[row])


def take_link(table: str, places: list[tuple[str, int, int]]) -> None:
    """Callback of a table whose rows are links of pairs."""
    row = state.picked_row(table)
    if row is not None:
        key, source, target = places[row]
        state.put(er_pair=key, er_mark=f"{source}-{target}")
        state.new_stamp()


def toggle_kept(key: str) -> None:
    """Puts a pair into the report, or takes it out."""
    kept = state.get("er_kept")
    state.put(er_kept=[other for other in kept if other != key] if key in kept else [*kept, key])


def bin_name(dimension: str, value: str) -> str:
    """ "word frequency 4–7", "tag compound"."""
    if dimension == TAG:
        return f"tag {value}"
    return f"{DIMENSIONS[dimension].name} {DIMENSIONS[dimension].labels[int(value)]}"


def _bins(entries: list[str]) -> tuple[tuple[str, str], ...]:
    """Valid ones of "dimension:bin"."""
    found = []
    for entry in entries:
        dimension, _, value = entry.partition(":")
        known = dimension == TAG or (dimension in DIMENSIONS and value.isdecimal() and int(value) < len(DIMENSIONS[dimension].labels))
        if known:
            found.append((dimension, value))
    return tuple(found)


def _with_bin(value: str) -> list[str]:
    """The bins with that one in place of the others of its dimension."""
    dimension = value.partition(":")[0] + ":"
    return sorted([*(entry for entry in state.get("er_bins") if not entry.startswith(dimension)), value])


def _without_bin(value: str) -> list[str]:
    return [entry for entry in state.get("er_bins") if entry != value]
