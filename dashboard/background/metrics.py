"""What the server tells a monitor of its shelf, at /_stcore/metrics beside the web framework's own figures."""

from collections.abc import Mapping, Sequence

from streamlit import runtime
from streamlit.runtime.stats import GaugeStat

from dashboard.background.shelf import Shelf

VALUES, BYTES = "otcore_shelf_values", "otcore_shelf_bytes"


class ShelfFigures:
    """How much a shelf holds, as the web framework asks for it."""

    stats_families: Sequence[str] = (VALUES, BYTES)

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf

    def get_stats(self, family_names: Sequence[str] | None = None) -> Mapping[str, Sequence[GaugeStat]]:
        values, size = self._shelf.held()
        found = {
            VALUES: GaugeStat(VALUES, values, help="Results that are kept."),
            BYTES: GaugeStat(BYTES, size, unit="bytes", help="Memory that results are kept in."),
        }
        return {name: [stat] for name, stat in found.items() if family_names is None or name in family_names}


def tell(shelf: Shelf) -> None:
    """Adds a shelf's figures to the server's, where there is one."""
    if runtime.exists():
        runtime.get_instance().stats_mgr.register_provider(ShelfFigures(shelf))
