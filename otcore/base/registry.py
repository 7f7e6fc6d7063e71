"""Registries: the members of one kind of thing, a file each, found by themselves.

A member is whatever a module of the registry's package calls by the registry's attribute (`SOLVER = Entropic`, or a tuple of several).
It has a `name`, a `label`, and where it stands in lists as `rank`. Adding a member is adding a file.
"""

import importlib
import pkgutil
import threading
from collections.abc import Iterator, Mapping
from typing import Any


class Registry(Mapping[str, Any]):
    """Name → member, in the order of their ranks; the modules are imported at the first look, so they must be quick to import: what
    is heavy is imported inside functions.

    package  : dotted name of the package whose modules declare members
    attribute: what a module calls its member, or a tuple of them; modules without it are helpers
    """

    generation = 0  # rises whenever any registry may hold other members; what is derived from members depends on it

    def __init__(self, package: str, attribute: str) -> None:
        self._package, self._attribute = package, attribute
        self._members: dict[str, Any] | None = None
        self._lock = threading.Lock()

    def __getitem__(self, name: str) -> Any:
        return self._found()[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._found())

    def __len__(self) -> int:
        return len(self._found())

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and name in self._found()

    def __hash__(self) -> int:
        return hash((self._package, self._attribute))

    def reload(self) -> None:
        """Forgets what was found, so that modules added since are seen."""
        self._members = None
        Registry.generation += 1

    def _found(self) -> dict[str, Any]:
        with self._lock:
            if self._members is None:
                members = sorted(self._declared(), key=lambda one: (one.rank, one.name))
                self._members = {one.name: one for one in members}
                if len(self._members) < len(members):
                    raise RuntimeError(f"Two members of {self._package} have one name: {', '.join(one.name for one in members)}.")
            return self._members

    def _declared(self) -> Iterator[Any]:
        path = importlib.import_module(self._package).__path__
        for entry in pkgutil.iter_modules(path):
            found = getattr(importlib.import_module(f"{self._package}.{entry.name}"), self._attribute, ())
            yield from found if isinstance(found, tuple) else (found,)
