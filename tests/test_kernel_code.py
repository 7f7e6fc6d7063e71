"""The kernel's machine code: who makes it, where it is kept, and what happens while there is none."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from otcore import AlignSettings, Problem, load_collection
from otcore.alignment.workers import Work
from otcore.transport import solvers
from otcore.transport.compiled import code, solving

ROOT = Path(code.__file__).resolve().parents[3]
PROBLEM = Problem(np.random.default_rng(0).random((6, 7)), np.full(6, 1 / 6), np.full(7, 1 / 7))


@pytest.fixture
def unloaded(monkeypatch):
    """As in a process that has solved nothing."""
    for name in ("_loaded", "_engines", "_builders"):
        monkeypatch.setattr(code, name, type(getattr(code, name))())
    path = code._path
    path.cache_clear()
    yield
    path.cache_clear()


def test_a_first_solve_does_not_wait_and_asks_for_the_kernel_once(unloaded, monkeypatch, tmp_path):
    started = []
    monkeypatch.setattr(code, "_path", lambda: tmp_path / "kernel.o")
    monkeypatch.setattr(code.subprocess, "Popen", lambda *command, **_: started.append(command))
    first, second = (solvers.solve(PROBLEM, solvers.make_solver("entropic")) for _ in range(2))
    assert first.converged
    assert np.array_equal(first.plan, second.plan)
    assert len(started) == 1


def test_where_nothing_can_be_written_torch_solves(unloaded, monkeypatch):
    monkeypatch.setattr(code, "_writable", lambda folder: False)
    monkeypatch.setattr(code, "_SOURCES", ("build.py",))  # a kernel that is kept nowhere
    assert code._path() is None
    assert solvers.solve(PROBLEM, solvers.make_solver("entropic")).converged


def test_both_engines_give_the_same_plan(monkeypatch):
    assert code.ready(wait=True)
    solver = solvers.make_solver("entropic", epsilon=0.05)
    compiled = solvers.solve(PROBLEM, solver)
    monkeypatch.setattr(solving, "ready", lambda: None)
    torch = solvers.solve(PROBLEM, solver)
    assert np.abs(compiled.plan - torch.plan).max() < 1e-6
    assert compiled.value == pytest.approx(torch.value, abs=1e-6)


def test_who_solves_does_not_import_numba():
    assert code.ready(wait=True)
    script = (
        "import sys, numpy as np; from otcore import Problem, make_solver, solve;"
        "plan = solve(Problem(np.eye(3), np.full(3, 1 / 3), np.full(3, 1 / 3)), make_solver('entropic'));"
        "from otcore.transport.compiled import code; print(plan.converged, bool(code._loaded), 'numba' in sys.modules)"
    )
    assert (
        subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True).stdout == "True True False\n"
    )


def test_a_name_for_each_source_and_machine(unloaded, monkeypatch):
    here = code._path()
    code._path.cache_clear()
    monkeypatch.setattr(code, "version", lambda name: "0.0")
    assert code._path() != here


def test_a_corpus_waits_for_the_kernel_and_a_few_pairs_do_not(unloaded, monkeypatch, tmp_path, xlm_roberta):
    assert code.ready(wait=True)
    code._loaded.clear()
    kept, here = code._path().read_bytes(), tmp_path / "kernel.o"

    class Builder:
        def wait(self) -> None:
            here.write_bytes(kept)

    monkeypatch.setattr(code, "_path", lambda: here)
    monkeypatch.setattr(code, "_build", lambda path: code._builders.append(Builder()))
    work, few = Work(str(xlm_roberta), None, AlignSettings(), {}, str), load_collection().pairs("en", "de", "test")[:2]
    assert len(work.lines(work.loaded(), few, print)[0]) == 2
    assert not code._loaded
    assert len(work.lines(work.loaded(), few * 256, print)[0]) == 512
    assert code._loaded
    code._loaded.clear()
    here.unlink()
    work.begun()
    assert code._loaded, "what comes to a worker is some of many"
