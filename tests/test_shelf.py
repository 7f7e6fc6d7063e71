"""The bounded cache: made once, bounded by number and by honest bytes, the longest unused goes first, nothing left of what failed."""

import gc
import threading
import tracemalloc
import weakref
from collections import Counter
from dataclasses import dataclass

import numpy as np
import pytest
import torch

from dashboard.background.shelf import Shelf, size_of


@dataclass(frozen=True)
class Cloud:
    vectors: np.ndarray
    texts: tuple[str, ...]


def test_a_value_is_made_once_however_many_ask():
    shelf, made, gate = Shelf(), [], threading.Event()

    def make():
        gate.wait(20)
        made.append(1)
        return "value"

    found = []
    threads = [threading.Thread(target=lambda: found.append(shelf.get("a", make))) for _ in range(4)]
    for thread in threads:
        thread.start()
    gate.set()
    for thread in threads:
        thread.join()
    assert (made, found) == ([1], ["value"] * 4)


def test_who_waits_for_a_making_that_fails_makes_it_himself():
    shelf, begun, gate, found = Shelf(), threading.Event(), threading.Event(), []

    def stopped():
        begun.set()
        gate.wait(20)
        raise RuntimeError("the other was cancelled")

    def first():
        with pytest.raises(RuntimeError):
            shelf.get("a", stopped)

    threads = [threading.Thread(target=first), threading.Thread(target=lambda: found.append(shelf.get("a", lambda: "mine")))]
    threads[0].start()
    begun.wait(20)
    threads[1].start()
    gate.set()
    for thread in threads:
        thread.join()
    assert found == ["mine"]


def test_keys_that_fail_leave_nothing():
    shelf = Shelf()
    for k in range(100):
        with pytest.raises(ZeroDivisionError):
            shelf.get(k, lambda: 1 / 0)
    assert not any(len(kept) for kept in vars(shelf).values() if hasattr(kept, "__len__"))


def test_the_longest_unused_goes_first_by_number():
    shelf = Shelf(most=2)
    for key in "ab":
        shelf.put(key, key)
    assert shelf.find("a") == "a", "used again: younger than b"
    shelf.get("c", lambda: "c")
    assert [shelf.find(key) for key in "abc"] == ["a", None, "c"]
    shelf.drop("a")
    assert shelf.find("a") is None


def test_bytes_are_bounded_and_what_goes_is_freed():
    shelf = Shelf(most_bytes=3e6)
    alive = []
    for k in range(6):
        cloud = Cloud(np.zeros((1_000, 125)), (f"text {k}",))  # 1 MB
        alive.append(weakref.ref(shelf.put(k, cloud)))
        del cloud
    gc.collect()
    assert [one() is not None for one in alive] == [False] * 4 + [True] * 2
    shelf.put("huge", np.zeros(10**7))
    assert shelf.find("huge") is not None, "the newest stays however large it is"
    assert shelf.find(5) is None


VALUES = {
    "a view of an array": lambda: np.zeros((1_000, 100))[:5],
    "a slice of a slice": lambda: np.zeros(10**5)[::2][3:],
    "a read-only view": lambda: np.broadcast_to(np.zeros(10**5), (3, 10**5)),
    "nested containers": lambda: {"a": [(np.zeros(10**5),), {k: str(k) * 20 for k in range(1_000)}]},
    "strings": lambda: tuple(f"{k} word" * 50 for k in range(2_000)),
    "a dataclass": lambda: Cloud(np.zeros((1_000, 100), np.float32), tuple(str(k) * 9 for k in range(10_000))),
    "counts": lambda: {"en": Counter({f"word {k}": k + 10**6 for k in range(10_000)})},
    "an array of objects": lambda: np.array([f"word {k}" * 10 for k in range(10_000)], object),
    "bytes and a view of them": lambda: (memoryview(bytes(10**6)), bytearray(10**6)),
}


@pytest.mark.parametrize("make", VALUES.values(), ids=VALUES)
def test_bytes_are_those_that_python_allocates(make):
    make()
    gc.collect()
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        value = make()
        gc.collect()
        allocated = tracemalloc.get_traced_memory()[0] - before
    finally:
        tracemalloc.stop()
    assert size_of(value) == pytest.approx(allocated, rel=0.1)


def test_what_is_shared_counts_once():
    array = np.zeros(10**5)
    assert size_of([array, array[:10], {"again": array}]) < 1.01 * array.nbytes + 2_000
    tensor = torch.zeros(10**5)
    assert 0.99 < size_of([tensor[:5], tensor.view(10, -1)]) / tensor.untyped_storage().nbytes() < 1.05


def test_classes_and_functions_are_not_counted():
    assert size_of(Cloud(np.zeros(1), ())) < 2_000
    assert size_of((pytest, size_of, Cloud)) < 500
