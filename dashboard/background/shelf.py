"""The one bounded cache: values by key, the ones longest unused go first. Nothing here knows of the web framework."""

import gc
import sys
import threading
import types
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any

import numpy as np

MOST = 4_000  # values
MOST_BYTES = 400_000_000
# what a value shares with the whole program and does not hold itself
_SHARED = (type, types.ModuleType, types.FunctionType, types.BuiltinFunctionType, types.CodeType, types.FrameType)


class Shelf:
    """Values by key, made once however many ask at the same time. The newest stays however large it is. Safe from any thread.

    most      : values
    most_bytes: of all values together, as `size_of` counts them
    """

    def __init__(self, most: int = MOST, most_bytes: float = MOST_BYTES) -> None:
        self._most, self._most_bytes = most, most_bytes
        self._values: OrderedDict[Hashable, tuple[Any, int]] = OrderedDict()
        self._making: dict[Hashable, threading.Event] = {}
        self._lock = threading.Lock()

    def get(self, key: Hashable, make: Callable[[], Any]) -> Any:
        """The value of a key, made by `make` where it is not there. Whoever waits for another's making makes it himself when that fails:
        it may have been the other's wish to stop."""
        while True:
            with self._lock:
                if key in self._values:
                    return self._used(key)
                others = self._making.get(key)
                if others is None:
                    ended = self._making[key] = threading.Event()
            if others is None:
                break
            others.wait()
        try:
            return self.put(key, make())
        finally:
            with self._lock:
                del self._making[key]
            ended.set()

    def find(self, key: Hashable) -> Any | None:
        """The value of a key, or None."""
        with self._lock:
            return self._used(key) if key in self._values else None

    def put(self, key: Hashable, value: Any) -> Any:
        """Keeps a value, given back, in place of the one there was."""
        size = size_of(value)
        with self._lock:
            self._values[key] = value, size
            self._values.move_to_end(key)
            while len(self._values) > 1 and (len(self._values) > self._most or self._bytes() > self._most_bytes):
                self._values.popitem(last=False)
        return value

    def drop(self, key: Hashable) -> None:
        """Forgets a value, where there is one."""
        with self._lock:
            self._values.pop(key, None)

    def held(self) -> tuple[int, int]:
        """Values and their bytes."""
        with self._lock:
            return len(self._values), self._bytes()

    def _used(self, key: Hashable) -> Any:
        self._values.move_to_end(key)
        return self._values[key][0]

    def _bytes(self) -> int:
        return sum(size for _, size in self._values.values())


def size_of(value: Any) -> int:
    """Bytes of a value and all it holds, everything once: containers, dataclasses and strings by the garbage collector's references,
    an array with the memory it is a view of, a tensor with its storage."""
    seen, level = {}, [value]
    while level:
        fresh = {id(one): one for one in level if id(one) not in seen and not isinstance(one, _SHARED)}
        seen |= fresh
        level = [*gc.get_referents(*fresh.values()), *(part for one in fresh.values() for part in _unseen(one))]
    return sum(map(sys.getsizeof, seen.values()))


def _unseen(one: Any) -> list[Any]:
    """What the collector does not see: the memory an array or a tensor looks into, the objects in an array, the strings of a dict."""
    if isinstance(one, dict):
        return list(one)
    if isinstance(one, np.ndarray):
        return [one.base, *(one.ravel().tolist() if one.dtype.hasobject else ())]
    if hasattr(type(one), "untyped_storage"):
        return [one.untyped_storage()]
    return [one.obj] if isinstance(one, memoryview) else []
