"""Who may import whom, and where things may stand: read from the sources, all the way, so that a slip shows at once."""

import ast
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest
from imports import Imports

ROOT = Path(__file__).resolve().parents[1]
# The house from the ground up. A room imports from lower rows only: not from its own row, not from above, not inside functions either.
HOUSE = """
otcore  dashboard  dashboard.pages
otcore.base
otcore.text  otcore.cluster
otcore.corpora  otcore.transport
otcore.objectives
otcore.runs
otcore.encoders
otcore.alignment
otcore.retrieval  otcore.space  otcore.analysis  otcore.notes
otcore.finetuning
otcore.evaluation  otcore.pretraining
otcore.results
otcore.commands
otcore.cli
otcore.__main__  dashboard.kit.marks
dashboard.state
dashboard.background
dashboard.kit
dashboard.pages.align  dashboard.pages.space  dashboard.pages.search  dashboard.pages.finetune  \
dashboard.pages.compare  dashboard.pages.errors  dashboard.pages.learn  dashboard.pages.playground
dashboard.pages.listing
dashboard.pages.registry
streamlit_app
"""
FLOOR = {room: floor for floor, row in enumerate(HOUSE.split("\n")) for room in row.split()}
TOP_LEVEL = {"dashboard", "otcore", "tests", "data", "streamlit_app.py", "requirements.txt", "README.md", "LICENSE", "pyproject.toml"}
LONGEST = 300  # lines of a file


@cache
def house() -> Imports:
    return Imports(ROOT, ("otcore", "dashboard"), ("streamlit_app.py",))


def room_of(module: str) -> str:
    """The room that a module lies in: the longest name in the house that begins its own."""
    parts = module.split(".")
    return next((room for k in range(len(parts), 0, -1) if (room := ".".join(parts[:k])) in FLOOR), "")


def arrows_up() -> set[tuple[str, str]]:
    """Pairs of rooms of which the first imports from the second though that lies no lower. Where all arrows run down, every way does.
    A package that imports nothing itself, and is run on the way to a module in it, is no matter."""
    imports = house()
    plain = {name for name, path in imports.paths.items() if path.name == "__init__.py" and not imports.direct[name]}
    pairs = {(room_of(name), room_of(other)) for name, others in imports.direct.items() for other in others - plain}
    return {(own, its) for own, its in pairs if its and own != its and FLOOR[own] <= FLOOR[its]}


def listed() -> list[str]:
    """The files of the repository."""
    if not (ROOT / ".git").exists():
        pytest.skip("not a checkout: there is no list of what belongs to the repository")
    listing = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout.decode()
    return [name for name in listing.split("\0") if name]


def python_files() -> list[str]:
    """Python of the repository, tests aside."""
    found = [name for name in listed() if name.endswith(".py") and not name.startswith("tests/") and (ROOT / name).is_file()]
    assert len(found) > 100, "the repository has a few hundred"
    return found


def pure() -> list[str]:
    """Modules that do without the web framework: figures wherever they are, jobs and what they keep."""
    figures = [name for name in house().paths if any("figure" in part for part in name.split("."))]
    assert {"dashboard.kit.figures.plan", "dashboard.pages.align.figures"} <= {*figures}
    return [*figures, "dashboard.background.jobs", "dashboard.background.shelf"]


def mentioning(*words: str) -> set[str]:
    """Modules of the app in whose text one of the words occurs."""
    found = {name for name, path in house().paths.items() if any(word in path.read_text(encoding="utf-8") for word in words)}
    assert found, f"nothing mentions {' or '.join(words)} any more"
    return found


def test_imports_are_found_wherever_they_stand(tmp_path):
    sources = {
        "a/__init__.py": "import os.path as p, json",
        "a/b/__init__.py": "def __getattr__(name):\n    return 1\nKEPT = 1",
        "a/b/deep.py": "def f():\n    from streamlit.components import v1",
        "a/b/c.py": "from . import deep\nfrom ..d import name\nclass A:\n    def f(self):\n        import plotly.express",
        "a/d.py": "import importlib\nimportlib.import_module('a.b.c')",
        "e.py": "from a import b",
        "f.py": "from a.b import KEPT",
        "g.py": "from a.b import lazily",
    }
    for name, text in sources.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    found = Imports(tmp_path, ("a",), ("e.py", "f.py", "g.py"))
    assert found.direct == {
        "a": {"os", "json"},
        "a.b": set(),
        "a.b.deep": {"streamlit"},
        "a.b.c": {"a", "a.b", "a.b.deep", "a.d", "plotly"},
        "a.d": {"importlib", "a", "a.b", "a.b.c"},
        "e": {"a", "a.b", "a.b.c", "a.b.deep"},
        "f": {"a", "a.b"},
        "g": {"a", "a.b", "a.b.c", "a.b.deep"},
    }
    assert found.way("a.d", "streamlit") == ["a.d", "a.b.c", "a.b.deep", "streamlit"]
    assert not found.way("f", "streamlit", "plotly")


def test_every_module_has_its_place():
    bare = {"otcore", "dashboard", "dashboard.pages"}
    assert {room_of(name) for name in house().paths} == {*FLOOR}, "every room is there"
    assert {name for name in house().paths if room_of(name) in bare} == bare, "a folder that is new needs a row of the house"


def test_arrows_run_down():
    assert arrows_up() == set()


@pytest.mark.parametrize("web", ["streamlit", "plotly", "dashboard"])
def test_the_engine_knows_nothing_of_the_web(web):
    engine = [name for name in house().paths if name.split(".")[0] == "otcore"]
    assert engine
    assert [way for name in engine if (way := house().way(name, web))] == []


def test_figures_and_jobs_do_without_streamlit():
    assert [way for name in pure() if (way := house().way(name, "streamlit"))] == []


@pytest.mark.slow
def test_figures_and_jobs_are_loaded_without_streamlit():
    """The same by trying: what the packages on the way run is part of it."""
    code = f"import importlib, sys\nfor name in {pure()}: importlib.import_module(name)\nassert 'streamlit' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)


def test_one_package_reads_the_session_state():
    assert all(room_of(name) == "dashboard.state" for name in mentioning("session_state"))


def test_caches_are_where_they_are_looked_for():
    found = mentioning("st.cache_", "cache_data", "cache_resource")
    assert all(room_of(name) == "dashboard.background" or name.endswith(".cache") for name in found), found


def test_nothing_imports_the_app_or_the_tests():
    tests = {path.stem for path in (ROOT / "tests").glob("*.py")}
    assert "conftest" in tests
    for name, others in house().direct.items():
        assert not others & {"streamlit_app", "tests", *tests}, name


def test_no_file_is_too_long_to_be_read():
    assert [name for name in python_files() if len((ROOT / name).read_text(encoding="utf-8").splitlines()) > LONGEST] == []


def test_the_formatter_is_held_back_for_matrices_only():
    assert [name for name in python_files() if not _only_matrices(ROOT / name)] == []


def _only_matrices(path: Path) -> bool:
    text = path.read_text(encoding="utf-8")
    mark = "fmt: " + "skip"
    lines = {number for number, line in enumerate(text.splitlines(), 1) if mark in line}
    matrices = {node.end_lineno for node in ast.walk(ast.parse(text)) if isinstance(node, ast.List) and all(map(_row, node.elts))}
    return lines <= matrices and "fmt: off" not in text


def _row(node: ast.AST) -> bool:
    numbers = [part.operand if isinstance(part, ast.UnaryOp) else part for part in getattr(node, "elts", ())]
    return bool(numbers) and all(isinstance(getattr(one, "value", None), int | float) for one in numbers)


def test_the_top_level_of_the_repository():
    top = {name.split("/")[0] for name in listed()}
    assert {name for name in top if not name.startswith(".")} == TOP_LEVEL


@pytest.mark.parametrize("page", ["align", "space", "search", "finetune", "compare", "errors", "learn", "playground"])
def test_the_code_of_a_page_is_there_before_what_it_computes_with(page):
    """Which takes seconds to load, and a first visitor waits for it."""
    heavy = {"torch", "transformers", "numba", "scipy.stats", "sklearn", "ot", "umap"}
    code = f"import sys, dashboard.pages.registry, dashboard.pages.{page}.page; print(*({heavy!r} & set(sys.modules)))"
    found = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert found.stdout.split() == []
