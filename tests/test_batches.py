"""Batches side by side: the same in the same order, faults and all, and nobody else's threads are changed."""

import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import torch

from otcore.encoders import load_encoder
from otcore.encoders.batches import side_by_side


@pytest.fixture(params=[1, 2, 3])
def threads(request):
    before = torch.get_num_threads()
    torch.set_num_threads(request.param)
    yield request.param
    torch.set_num_threads(before)


def test_results_come_in_order_and_each_is_worked_on_with_one_thread(threads):
    found = list(side_by_side(lambda item: (item, torch.get_num_threads()), range(50)))
    assert found == [(item, 1) for item in range(50)]
    assert list(side_by_side(str, [])) == []
    assert torch.get_num_threads() == threads
    with ThreadPoolExecutor(1) as other:
        assert other.submit(torch.get_num_threads).result() == threads, "a new thread has what it had before"


def test_little_is_begun_before_what_was_asked_is_taken(threads):
    begun = []
    results = side_by_side(begun.append, range(1000))
    next(results)
    assert len(begun) <= threads + 2
    results.close()
    assert list(side_by_side(str, "ab")) == ["a", "b"], "the threads are free again"


def test_a_fault_comes_where_its_item_is(threads):
    def work(item: int) -> int:
        if item == 7:
            raise ValueError("seven")
        return item

    results = side_by_side(work, range(20))
    assert [next(results) for _ in range(7)] == list(range(7))
    with pytest.raises(ValueError, match="seven"):
        next(results)


def test_two_who_encode_at_once_get_what_each_gets_alone(threads):
    encoder = load_encoder("base")
    texts = [[f"word{k}"] * (1 + k % 40) for k in range(600)]
    halves, ready = (texts[:300], texts[300:]), threading.Barrier(2)
    alone = [[one.subwords for one in encoder.encode(half)] for half in halves]

    def together(half: list[list[str]]) -> list[np.ndarray]:
        ready.wait()
        return [one.subwords for one in encoder.encode(half)]

    with ThreadPoolExecutor(2) as pool:
        for found, wanted in zip(pool.map(together, halves), alone, strict=True):
            for a, b in zip(found, wanted, strict=True):
                np.testing.assert_allclose(a, b, atol=1e-5)
