"""Background jobs: one at a time, in order, with places, progress, cancelling, failures told in a sentence."""

import threading

import pytest

from dashboard.background.jobs import Jobs
from otcore.base.errors import InputError

SOON = 20


@pytest.fixture
def jobs():
    return Jobs()


def held(gate: threading.Event, result="held"):
    """Work that tells one step and then waits for the gate or for being stopped."""

    def work(handle):
        handle.progress(1, 2, "half", latest=("value",))
        while not gate.wait(0.01):
            if handle.stopped():
                raise InputError("stopped halfway")
        return result

    return work


def until_running(jobs, key):
    for _ in range(2000):
        if jobs.snapshot(key).done:
            return jobs.snapshot(key)
        threading.Event().wait(0.01)
    raise AssertionError(key)


def test_a_job_gives_its_result(jobs):
    jobs.submit("a", "sum", lambda handle: 1 + 1)
    found = jobs.wait("a", SOON)
    assert (found.state, found.result, found.alive) == ("done", 2, False)
    assert jobs.snapshot("unknown") is None
    assert jobs.wait("unknown", 0) is None


def test_jobs_wait_their_turn_and_know_their_place(jobs):
    gate, order = threading.Event(), []
    jobs.submit("a", "first", held(gate))
    running = until_running(jobs, "a")
    assert (running.state, running.share, running.note, running.latest) == ("running", 0.5, "half", ("value",))
    assert running.left == pytest.approx(running.elapsed, rel=0.5)
    for key in "bc":
        jobs.submit(key, key, lambda handle, key=key: order.append(key))
    assert [jobs.snapshot(key).ahead for key in "abc"] == [0, 1, 2]
    gate.set()
    jobs.wait("c", SOON)
    assert order == ["b", "c"]


def test_the_same_key_joins_the_job_there_is(jobs):
    calls = []
    for _ in range(3):
        jobs.submit("a", "once", calls.append)
        jobs.wait("a", SOON)
    assert len(calls) == 1


def test_cancelling_a_running_and_a_waiting_job(jobs):
    gate = threading.Event()
    jobs.submit("a", "long", held(gate))
    until_running(jobs, "a")
    jobs.submit("b", "never", held(gate))
    jobs.cancel("b")
    jobs.cancel("a")
    assert jobs.wait("a", SOON).state == "cancelled"
    assert (jobs.snapshot("b").state, jobs.snapshot("b").done) == ("cancelled", 0)
    gate.set()
    assert jobs.submit("a", "again", held(gate)).state == "cancelled", "a page that is drawn again starts nothing by itself"
    jobs.forget("a")
    jobs.submit("a", "again", held(gate))
    assert jobs.wait("a", SOON).result == "held", "what was cancelled and forgotten may be started anew"
    jobs.cancel("a")
    assert jobs.snapshot("a").state == "done", "what has ended stays as it is"


def test_failures_are_sentences_and_the_worker_lives_on(jobs, caplog):
    def wrong(handle):
        raise InputError("Choose another encoder.")

    def broken(handle):
        raise RuntimeError("secret path")

    jobs.submit("a", "wrong", wrong)
    jobs.submit("b", "broken", broken)
    jobs.submit("c", "fine", lambda handle: 3)
    assert jobs.wait("c", SOON).result == 3
    assert jobs.snapshot("a").error == "Choose another encoder."
    assert "RuntimeError" in jobs.snapshot("b").error
    assert "secret" not in jobs.snapshot("b").error


def test_only_the_last_results_are_kept():
    jobs = Jobs(kept=2)
    for key in "abcd":
        jobs.submit(key, key, lambda handle, key=key: key)
        jobs.wait(key, SOON)
    jobs.submit("c", "c", lambda handle: "new")  # used again: younger than d
    jobs.submit("e", "e", lambda handle: "e")
    jobs.wait("e", SOON)
    for _ in range(2000):
        if jobs.snapshot("d") is None:
            break
        threading.Event().wait(0.01)
    assert [jobs.snapshot(key) is not None for key in "abcde"] == [False, False, True, False, True]
    assert jobs.snapshot("c").result == "c"
