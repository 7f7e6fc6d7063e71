"""What POT loads with itself and nobody asks of it here is left out of its import: of a second a third remains, which the first page with
an exact plan waits for. Nothing here knows of the web framework."""

import sys
from importlib.abc import MetaPathFinder
from importlib.machinery import PathFinder
from importlib.util import LazyLoader

_LEFT_OUT = "sklearn"  # POT does without it but for clusterings
_LATER = "ot.datasets"  # made-up data, for which it loads SciPy's statistics


class _Lean(MetaPathFinder):
    """Finds nothing itself: others still load scikit-learn, and POT's data is there for whoever looks into it."""

    def find_spec(self, name, path=None, target=None):
        if name == _LEFT_OUT and _asked_by("ot."):
            raise ModuleNotFoundError(f"{name} is left out of POT's import", name=name)
        found = PathFinder.find_spec(name, path, target) if name == _LATER else None
        if found is not None and found.loader is not None:
            found.loader = LazyLoader(found.loader)
        return found


def _asked_by(package: str) -> bool:
    """Whether a module of a package is at an import now, in this thread."""
    frame = sys._getframe()
    while frame is not None:
        if frame.f_globals.get("__name__", "").startswith(package):
            return True
        frame = frame.f_back
    return False


_LEAN = _Lean()


def leave_out() -> None:
    """From now on; to be called as often as one likes."""
    if _LEAN not in sys.meta_path:
        sys.meta_path.insert(0, _LEAN)
