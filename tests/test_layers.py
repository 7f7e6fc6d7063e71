"""Who may import whom, and where things may stand: read from the sources, so that a slip shows at once."""

import ast
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
TOP_LEVEL = {"dashboard", "otcore", "tests", "data", "streamlit_app.py", "requirements.txt", "README.md", "LICENSE", "pyproject.toml"}
WEB = {"streamlit", "plotly", "dashboard"}


def sources(folder: str) -> list[Path]:
    found = sorted((ROOT / folder).rglob("*.py"))
    assert found, f"no sources in {folder}"
    return found


def imported(path: Path) -> set[str]:
    """First names of all modules a file imports, wherever in the file."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            names.add(node.module.split(".")[0])
        elif isinstance(node, ast.ImportFrom):
            names.add(path.relative_to(ROOT).parts[0])
    return names


def mentioning(*words: str) -> set[str]:
    """Files of the app in which one of the words occurs."""
    files = [*sources("dashboard"), ROOT / "streamlit_app.py"]
    return {str(path.relative_to(ROOT)) for path in files if any(word in path.read_text(encoding="utf-8") for word in words)}


def test_imports_are_found_wherever_they_stand(tmp_path):
    path = tmp_path / "module.py"
    path.write_text("import os.path as p, json\ndef f():\n    from streamlit.components import v1\n    import plotly.express\n")
    assert imported(path) == {"os", "json", "streamlit", "plotly"}


@pytest.mark.parametrize("path", sources("otcore"), ids=lambda path: str(path.relative_to(ROOT)))
def test_the_engine_knows_nothing_of_the_web(path):
    assert not imported(path) & WEB


@pytest.mark.parametrize(
    "path",
    [*sorted((ROOT / "dashboard").rglob("*figure*.py")), *(ROOT / "dashboard" / "background" / name for name in ("jobs.py", "shelf.py"))],
    ids=lambda path: path.name,
)
def test_figures_and_jobs_do_without_streamlit(path):
    assert "streamlit" not in imported(path)


def test_one_module_reads_the_session_state():
    assert all(name.startswith("dashboard/state/") for name in mentioning("session_state"))


def test_one_module_caches():
    assert all(
        name.startswith("dashboard/background/") or name.endswith("/cache.py")
        for name in mentioning("st.cache_", "cache_data", "cache_resource")
    )


def test_nothing_imports_the_app_or_the_tests():
    for path in [*sources("otcore"), *sources("dashboard")]:
        assert not imported(path) & {"streamlit_app", "tests"}, path


def test_the_top_level_of_the_repository():
    if not (ROOT / ".git").exists():
        pytest.skip("not a checkout: there is no list of what belongs to the repository")
    listing = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout.decode()
    top = {name.split("/")[0] for name in listing.split("\0") if name}
    assert {name for name in top if not name.startswith(".")} <= TOP_LEVEL
