"""Background jobs: one of a kind at a time, in order, with places, progress, wishes of several people, failures told in a sentence."""

import contextlib
import gc
import os
import re
import sys
import threading
import weakref
from dataclasses import replace

import hypothesis
import pytest
from hypothesis import strategies as st

from dashboard.background.jobs import AWAY, Jobs
from dashboard.background.kinds import HEAVY, MEDIUM, QUICK, RUN
from dashboard.background.pace import Pace
from dashboard.background.shelf import Shelf
from otcore.base.errors import InputError
from otcore.base.progress import Stopped

SOON = 20


class Encoder:
    """Something large that a job's work holds on to."""


@pytest.fixture
def jobs():
    return Jobs()


@pytest.fixture
def gate():
    """Opened at the end, so that no work is left waiting."""
    event = threading.Event()
    yield event
    event.set()


def held(gate: threading.Event, result="held"):
    """Work that tells two steps and then waits for the gate or for being stopped."""

    def work(tell):
        tell.progress(0, 2, "begun")
        tell.progress(1, 2, "half", ("value",))
        while not gate.wait(0.01):
            if tell.stop():
                raise InputError("stopped halfway")
        return result

    return work


def until(condition):
    for _ in range(2000):
        if condition():
            return
        threading.Event().wait(0.01)
    raise AssertionError("it did not come to pass")


def until_running(jobs, key, who=""):
    until(lambda: jobs.snapshot(key, who).done)
    return jobs.snapshot(key, who)


def test_a_job_gives_its_result(jobs):
    jobs.submit("a", "sum", lambda tell: 1 + 1)
    found = jobs.wait("a", SOON)
    assert (found.state, found.result, found.alive) == ("done", 2, False)
    assert jobs.snapshot("unknown") is None
    assert jobs.wait("unknown", 0) is None


def test_jobs_wait_their_turn_and_know_their_place(jobs, gate):
    order = []
    jobs.submit("a", "first", held(gate))
    running = until_running(jobs, "a")
    assert (running.state, running.share, running.note, running.latest) == ("running", 0.5, "half", ("value",))
    assert running.left is None, "one step is no pace"
    for key in "bc":
        jobs.submit(key, key, lambda tell, key=key: order.append(key))
    assert [jobs.snapshot(key).ahead for key in "abc"] == [0, 1, 2]
    assert [job.key for job in jobs.alive(QUICK)] == ["a", "b", "c"]
    gate.set()
    jobs.wait("c", SOON)
    assert order == ["b", "c"]


def told_by(pace, course):
    """What is told at each moment of a course of (seconds, share)."""
    found = []
    for now, share in course:
        pace.note(share, now)
        found.append(pace.left(now))
    return found


def test_nothing_is_estimated_before_a_pace_is_known():
    assert told_by(Pace(), [(0, 0.3), (5, 0.3), (10, 0.3)]) == [None] * 3, "what was there already is no pace"
    assert told_by(Pace(), [(0.1 * k, 0.01 * k) for k in range(15)]) == [None] * 15, "less than two seconds"
    steady = told_by(Pace(), [(k, 0.01 * k) for k in range(100)])
    assert steady[:8] == [None] * 8
    assert [round(one) for one in steady[8:]] == [100 - k for k in range(8, 100)]


def test_a_first_burst_or_a_first_pause_is_not_taken_for_the_pace():
    """A job that begins with what is loaded already, or with loading: the estimate began at 332 s of 40, or at 183 and rose to 364."""
    for early, count in ((0.2, 8), (5.0, 3)):  # seconds of so many steps at first, later 1
        course, now = [], 0.0
        for k in range(100):
            course.append((now, 0.01 * k))
            now += early if k < count else 1.0
        told = told_by(Pace(), course)
        right = [(left, now - moment) for left, (moment, _) in zip(told, course, strict=True) if left is not None]
        assert right
        assert max(left / max(true, 1) for left, true in right) < 2


@hypothesis.given(st.lists(st.tuples(st.floats(0, 20), st.floats(0, 0.2)), min_size=3, max_size=60))
def test_an_estimate_never_rises_by_more_than_a_fifth(steps):
    course, now, share = [], 0.0, 0.0
    for seconds, more in steps:
        now, share = now + seconds, min(share + more, 1.0)
        course.append((now, share))
    told = [left for left in told_by(Pace(), course) if left is not None]
    assert all(later <= 1.2 * earlier + 1e-9 for place, earlier in enumerate(told) for later in told[place:])


def test_what_is_short_waits_for_nothing_long(jobs, gate):
    for kind in (RUN, HEAVY, MEDIUM):
        jobs.submit(kind.plural, kind.plural, held(gate), kind)
        until_running(jobs, kind.plural)
    jobs.submit("quick", "quick", lambda tell: "there")
    assert jobs.wait("quick", SOON).result == "there"


@pytest.mark.skipif(sys.platform != "linux", reason="threads have no priority of their own elsewhere")
def test_the_longer_a_kind_takes_the_more_it_gives_way(jobs, monkeypatch):
    monkeypatch.delenv("OTCORE_NICE", raising=False)

    def priority(tell):
        return os.getpriority(os.PRIO_PROCESS, threading.get_native_id())

    found = [jobs.submit(kind.plural, "", priority, kind) and jobs.wait(kind.plural, SOON).result for kind in (QUICK, MEDIUM, HEAVY, RUN)]
    own = os.getpriority(os.PRIO_PROCESS, 0)
    assert own == 19 or own < found[0], "pages stand above all"
    assert found == sorted(found)
    assert own == 19 or found[-1] > found[0]


def test_there_is_room_for_so_many_and_a_sentence_when_it_is_full(jobs, gate):
    small = replace(QUICK, most=2)
    jobs.submit("a", "a", held(gate), small)
    jobs.submit("b", "b", held(gate), small)
    with pytest.raises(InputError, match=r"2 computations are at work or waiting already; wait"):
        jobs.submit("c", "c", held(gate), small)
    assert jobs.snapshot("c") is None
    assert jobs.submit("b", "b", held(gate), small).alive, "joining needs no room"
    jobs.submit("d", "d", held(gate), RUN)
    jobs.cancel("b")
    assert jobs.submit("c", "c", held(gate), small).alive


def test_a_visitor_s_older_wishes_make_room_for_what_he_looks_at(jobs, gate):
    small = replace(QUICK, each=2)
    jobs.submit("before", "of another", held(gate), small, who="bob")
    for key in "abc":
        jobs.submit(key, key, held(gate), small, who="ann")
        jobs.submit(key, key, held(gate), small, who="bob") if key == "a" else None
    assert jobs.snapshot("a", "bob").alive, "another wants it still"
    assert jobs.snapshot("b", "ann").alive
    jobs.join("b", "ann")
    jobs.submit("d", "d", held(gate), small, who="ann")
    assert [jobs.snapshot(key, "ann") is not None for key in "bcd"] == [True, False, True], "b was looked at after c was"
    assert jobs.snapshot("before", "bob").alive
    gate.set()
    assert jobs.submit("c", "c", held(gate), small, who="ann").alive, "it is asked for anew"


def test_a_visitor_has_so_many_of_what_is_asked_for_with_a_button(jobs, gate):
    small = replace(HEAVY, each=2)
    for key in "ab":
        jobs.submit(key, key, held(gate), small, who="ann")
    with pytest.raises(InputError, match="2 trainings of yours are at work or waiting; wait until one has ended, or cancel one"):
        jobs.submit("c", "c", held(gate), small, who="ann")
    assert jobs.submit("c", "c", held(gate), small, who="bob").alive
    jobs.cancel("b", "ann")
    assert jobs.submit("d", "d", held(gate), small, who="ann").alive


def test_the_log_says_who_waited_for_what(jobs, gate, caplog):
    caplog.set_level("INFO", "dashboard.background.jobs")
    jobs.submit("a", "the first", held(gate), who="visitor-one")
    until_running(jobs, "a", "visitor-one")
    jobs.submit("b", "the second", lambda tell: 1, who="visitor-two")
    gate.set()
    jobs.wait("b", SOON, "visitor-two")
    told = r"computations: the second done, waited \d+\.\d s, worked \d+\.\d s, for visitor-"
    until(lambda: any(re.fullmatch(told, message) for message in caplog.messages))


def test_the_same_key_joins_the_job_there_is(jobs):
    calls = []
    for _ in range(3):
        jobs.submit("a", "once", calls.append)
        jobs.wait("a", SOON)
    assert len(calls) == 1


def test_cancelling_a_running_and_a_waiting_job(jobs, gate):
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


def test_cancelling_withdraws_one_s_own_wish_only(jobs, gate):
    jobs.submit("a", "asked by two", held(gate), who="ann")
    jobs.submit("a", "asked by two", held(gate), who="bob")
    until_running(jobs, "a", "bob")
    jobs.cancel("a", "ann")
    assert jobs.snapshot("a", "ann").state == "cancelled"
    assert jobs.submit("a", "drawn again", held(gate), who="ann").state == "cancelled", "a redrawn page wants nothing anew"
    assert jobs.snapshot("a", "bob").state == "running"
    jobs.forget("a", "ann")
    assert jobs.snapshot("a", "ann").state == "running", "started again, it is the job that bob waits for"
    jobs.cancel("a", "ann")
    gate.set()
    assert jobs.wait("a", SOON, "bob").result == "held"
    assert jobs.snapshot("a", "ann").result == "held", "what is there is shown"


def test_the_work_stops_when_nobody_wants_it_and_nobody_else_finds_it_cancelled(jobs, gate):
    for who in ("ann", "bob"):
        jobs.submit("a", "asked by two", held(gate), who=who)
    until_running(jobs, "a", "ann")
    for who in ("ann", "bob"):
        jobs.cancel("a", who)
    assert jobs.wait("a", SOON, "ann").state == "cancelled"
    assert jobs.snapshot("a", "bob").state == "cancelled"
    assert jobs.snapshot("a", "eve") is None
    gate.set()
    jobs.submit("a", "anew", held(gate), who="eve")
    assert jobs.wait("a", SOON, "eve").result == "held", "she need not press Start again"


def test_a_visitor_who_is_gone_wants_nothing_but_what_was_asked_for_with_a_button(gate):
    here = {"ann", "bob"}
    jobs = Jobs(present=lambda who: not who or who in here, away=0)
    for key, kind in (("looked at", QUICK), ("asked for", HEAVY)):
        jobs.submit(key, key, held(gate), kind, who="ann")
        until_running(jobs, key, "ann")
    jobs.submit("behind", "never begun", held(gate), who="ann")
    here.remove("ann")
    until(lambda: jobs.snapshot("looked at", "ann") is None)
    until(lambda: jobs.snapshot("behind", "ann") is None)
    assert jobs.snapshot("asked for", "bob").state == "running"
    jobs.submit("asked for", "joined", held(gate), HEAVY, who="bob")
    jobs.cancel("asked for", "bob")
    assert jobs.wait("asked for", SOON, "bob").state == "cancelled", "she who is gone does not hold it against him who is here"


def test_a_page_that_is_loaded_anew_loses_nothing(gate):
    jobs = Jobs(present=lambda who: who == "new session")
    jobs.submit("a", "a", held(gate), who="old session")
    until_running(jobs, "a", "old session")
    for _ in range(20):
        assert jobs.submit("a", "a", held(gate), who="new session").state == "running"
    assert AWAY >= 60
    gate.set()
    assert jobs.wait("a", SOON, "new session").result == "held"


def test_failures_are_sentences_and_the_worker_lives_on(jobs, caplog):
    def wrong(tell):
        raise InputError("Choose another encoder.")

    def broken(tell):
        raise RuntimeError("secret path")

    jobs.submit("a", "wrong", wrong)
    jobs.submit("b", "broken", broken)
    jobs.submit("c", "fine", lambda tell: 3)
    assert jobs.wait("c", SOON).result == 3
    assert jobs.snapshot("a").error == "Choose another encoder."
    assert "RuntimeError" in jobs.snapshot("b").error
    assert "secret" not in jobs.snapshot("b").error
    jobs.forget("a")
    assert jobs.submit("a", "right", lambda tell: 4).alive


def test_only_the_last_results_are_kept():
    jobs = Jobs(Shelf(most=2))
    for key in "abcd":
        jobs.submit(key, key, lambda tell, key=key: key)
        jobs.wait(key, SOON)
    jobs.submit("c", "c", lambda tell: "new")  # used again: younger than d
    jobs.submit("e", "e", lambda tell: "e")
    jobs.wait("e", SOON)
    assert [jobs.snapshot(key) is not None for key in "abcde"] == [False, False, True, False, True]
    assert jobs.snapshot("c").result == "c"


@pytest.mark.parametrize("end", ["done", "failed", "cancelled", "never begun"])
def test_a_job_that_has_ended_holds_on_to_nothing_but_its_result(jobs, gate, end):
    encoder = Encoder()
    alive = weakref.ref(encoder)

    def work(tell, encoder=encoder):
        tell.progress(1, 2, "half", encoder)
        if end == "failed":
            raise InputError(f"no use for {type(encoder)}")
        if end == "cancelled":
            gate.wait(SOON)
            raise Stopped
        return "result"

    if end == "never begun":
        jobs.submit("before", "before", held(gate))
    jobs.submit("a", "a", work)
    if end in ("cancelled", "never begun"):
        if end == "cancelled":
            until_running(jobs, "a")
        jobs.cancel("a")
        gate.set()
    assert jobs.wait("a", SOON).state == ("cancelled" if end == "never begun" else end)
    del work, encoder
    until(lambda: gc.collect() >= 0 and alive() is None)


def test_what_the_shelf_evicts_is_not_kept_by_the_jobs(jobs):
    small = Jobs(Shelf(most=1))
    small.submit("a", "a", lambda tell: Encoder())
    alive = weakref.ref(small.wait("a", SOON).result)
    small.submit("b", "b", lambda tell: "b")
    small.wait("b", SOON)
    until(lambda: alive() is None)
    assert small.snapshot("a") is None


def test_two_people_on_a_page_cancel_for_themselves(jobs, monkeypatch):
    from dashboard.background import work

    gate, begun = threading.Event(), []
    monkeypatch.setattr(work, "jobs", lambda: jobs)

    def prepare():
        begun.append(True)
        return held(gate)

    def drawn_for(who):
        monkeypatch.setattr(work, "visitor", lambda: who)
        return work.asked("a", "index", prepare)

    drawn_for("ann"), drawn_for("bob")
    jobs.cancel("a", "ann")
    assert [drawn_for(who).alive for who in ("ann", "bob", "eve")] == [False, True, True]
    assert len(begun) == 1, "encoders are loaded once"
    gate.set()
    with contextlib.suppress(Stopped):
        assert jobs.wait("a", SOON, "bob").result == "held"
