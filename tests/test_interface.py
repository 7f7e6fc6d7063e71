"""The names at the top of the engine: each has an example that runs, and importing them loads nothing heavy."""

import doctest
import subprocess
import sys
from pathlib import Path

import pytest

import otcore

ROOT = Path(__file__).resolve().parents[1]


@pytest.mark.parametrize("name", otcore.__all__)
def test_an_example_runs(name, tmp_path, runs):
    thing = getattr(otcore, name)
    (tmp_path / "pairs.txt").write_text("das alte Haus ||| the old house\nwir schlafen ||| we sleep\n", encoding="utf-8")
    given = {"folder": tmp_path}
    (example,) = doctest.DocTestFinder(recurse=False).find(thing, name, globs=given)
    assert example.examples, "it has an example"
    assert any("otcore import" in step.source and name in step.source for step in example.examples), "it can be copied as it is"
    told: list[str] = []
    found = doctest.DocTestRunner(optionflags=doctest.NORMALIZE_WHITESPACE).run(example, out=told.append)
    assert found.failed == 0, "".join(told)


def test_importing_it_loads_nothing_heavy_and_offers_its_names():
    code = (
        "import sys, otcore; heavy = {'torch', 'transformers', 'ot', 'numpy', 'streamlit'} & set(sys.modules);"
        "print(heavy, set(otcore.__all__) <= set(dir(otcore)), hasattr(otcore, 'no_such_name'))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == "set() True False\n"
