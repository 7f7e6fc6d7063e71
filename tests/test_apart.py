"""Heavy work in a process of its own: results and progress come back, a stop is heard or enforced, and a death is told in a sentence."""

import os
import sys
import threading
import time
from pathlib import Path

import apart_tasks
import pytest

from dashboard.background import apart, budget
from dashboard.background.apart import Desk, Task, Workers
from dashboard.background.kinds import QUICK
from dashboard.background.shelf import Shelf
from otcore.base.errors import InputError
from otcore.base.progress import Stopped, Teller

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="priorities and signals as Linux has them")


@pytest.fixture(scope="module")
def workers():
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(Path(__file__).parent))
        patch.delenv("OTCORE_NICE", raising=False)
        own = Workers()
        yield own
        own.end()


def ignored(*told):
    """Progress that nobody looks at."""


def run(workers, function, *arguments, tell=None):
    return workers.run(QUICK, Task(function, arguments), tell or Teller(ignored))


def test_results_and_progress_come_back_from_a_process_that_stays(workers):
    seen = []
    pid, nice, threads = run(workers, apart_tasks.told, 2, 4, tell=Teller(lambda *told: seen.append(told)))
    assert pid != os.getpid()
    assert nice >= min(os.getpriority(os.PRIO_PROCESS, os.getpid()) + QUICK.nice, 19), "it gives way to the server"
    assert threads == budget.heavy_environment()["OMP_NUM_THREADS"]
    assert seen == [(2, 4, "step 2"), (3, 4, "step 3", ("half",))]
    assert run(workers, apart_tasks.told, 0, 1)[0] == pid
    assert run(workers, apart_tasks.kept, "first") == "first"
    assert run(workers, apart_tasks.kept, "second") == "first", "what jobs are made of stays there"


def test_encoders_are_loaded_there_once(workers):
    assert run(workers, apart_tasks.layers, "base") == (4, True)
    with pytest.raises(InputError, match="nowhere"):
        run(workers, apart_tasks.layers, "./nowhere")


def test_what_goes_wrong_is_a_sentence_and_the_process_lives_on(workers):
    pid = run(workers, apart_tasks.told, 0, 1)[0]
    with pytest.raises(InputError, match=r"^Choose another encoder\.$"):
        run(workers, apart_tasks.refused)
    with pytest.raises(InputError, match="RuntimeError") as told:
        run(workers, apart_tasks.broken)
    assert "secret" not in str(told.value)
    with pytest.raises(InputError, match="ended unexpectedly"):
        run(workers, apart_tasks.not_to_be_sent)
    assert run(workers, apart_tasks.told, 0, 1)[0] == pid


@pytest.mark.parametrize("library", ["numpy", "torch"])
def test_want_of_memory_is_a_sentence_and_the_process_lives_on(workers, library):
    pid = run(workers, apart_tasks.told, 0, 1)[0]
    with pytest.raises(InputError, match="needs more memory than there is; try again with less"):
        run(workers, apart_tasks.too_large, library)
    assert run(workers, apart_tasks.told, 0, 1)[0] == pid


def test_a_stop_is_heard(workers):
    pid, asked = run(workers, apart_tasks.told, 0, 1)[0], threading.Event()
    with pytest.raises(Stopped):
        run(workers, apart_tasks.until_stopped, tell=Teller(lambda *told: asked.set(), asked.is_set))
    assert run(workers, apart_tasks.told, 0, 1)[0] == pid, "and the next work is not stopped"


def test_who_does_not_hear_is_ended_and_started_anew(workers, monkeypatch):
    monkeypatch.setattr(apart, "_GRACE", 0.3)
    pid, asked = run(workers, apart_tasks.told, 0, 1)[0], threading.Event()
    with pytest.raises(Stopped):
        run(workers, apart_tasks.deaf, tell=Teller(lambda *told: asked.set(), asked.is_set))
    assert run(workers, apart_tasks.told, 0, 1)[0] != pid
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_a_death_is_told_and_the_next_work_has_a_new_process(workers):
    with pytest.raises(InputError, match="The process that did the work ended"):
        run(workers, apart_tasks.dying)
    assert run(workers, apart_tasks.told, 0, 1)[0] != os.getpid()


def test_a_process_without_work_ends(workers, monkeypatch):
    monkeypatch.setattr(workers, "_idle", 0.05)
    pid = run(workers, apart_tasks.told, 0, 1)[0]
    deadline = time.monotonic() + 20
    while Path(f"/proc/{pid}").exists() and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not Path(f"/proc/{pid}").exists()


def test_the_same_work_is_done_here_where_there_are_no_processes():
    desk = Desk({"base": "an encoder"}.__getitem__, Shelf())
    assert Task(apart_tasks.kept, ("value",)).here(Teller(), desk) == "value"
    assert desk.shelf.find("value") == "value"


def test_one_core_is_left_to_the_server(monkeypatch):
    monkeypatch.setattr(budget, "_GIVEN", {})
    for cores, request, heavy in ((1, 1, 1), (2, 1, 1), (4, 1, 3), (16, 2, 15)):
        monkeypatch.setattr(budget, "cores", lambda cores=cores: cores)
        assert (budget.interactive_threads(), budget.heavy_threads()) == (request, heavy)
        assert budget.heavy_environment()["OMP_NUM_THREADS"] == str(heavy)
    monkeypatch.setattr(budget, "_GIVEN", {"OMP_NUM_THREADS": "7"})
    assert budget.heavy_environment()["OMP_NUM_THREADS"] == "7", "what the owner has set stays"
