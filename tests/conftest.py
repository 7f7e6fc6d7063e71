"""Fixtures: no network, one thread a process for numbers that repeat, tiny checkpoints, the bundled encoder."""

import os
from pathlib import Path

os.environ["HF_HUB_OFFLINE"] = "1"
os.environ.setdefault("OMP_NUM_THREADS", "1")  # tests run beside each other; the app they start inherits it
os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
os.environ.setdefault("OTCORE_NICE", "0")  # the machine is busy with tests: what a browser waits for must not wait for those
os.environ.setdefault("OTCORE_WORKERS", "0")  # heavy work in the test's own process, where what a test puts in its place is seen

import hypothesis
import pytest

# nothing depends on how busy the machine is: neither a test's time nor that of making its examples is limited
_UNTIMED = {"deadline": None, "suppress_health_check": [hypothesis.HealthCheck.too_slow], "print_blob": True}
hypothesis.settings.register_profile("project", derandomize=True, max_examples=60, **_UNTIMED)
# other examples each time, and many: pytest --hypothesis-profile=long tests/test_fuzz.py
hypothesis.settings.register_profile("long", derandomize=False, max_examples=3000, **_UNTIMED)
hypothesis.settings.load_profile("project")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files with slow tests first, so that no process is left alone with one at the end."""
    slow = {item.path for item in items if item.get_closest_marker("slow") or item.get_closest_marker("browser")}
    items.sort(key=lambda item: item.path not in slow)


@pytest.fixture(scope="session")
def xlm_roberta(tmp_path_factory):
    from checkpoints import make_xlm_roberta

    return make_xlm_roberta(tmp_path_factory.mktemp("xlm-roberta"))


@pytest.fixture(scope="session")
def mbert(tmp_path_factory):
    from checkpoints import make_mbert

    return make_mbert(tmp_path_factory.mktemp("mbert"))


@pytest.fixture(scope="session")
def folders(tmp_path_factory) -> tuple[str, str]:
    """Two tiny encoders for pages that compare; a name of one could be taken for markup."""
    from checkpoints import make_mbert, make_xlm_roberta

    folder = tmp_path_factory.mktemp("encoders")
    return str(make_xlm_roberta(folder / "before<b>")), str(make_mbert(folder / "after"))


@pytest.fixture(scope="session")
def encoder(xlm_roberta):
    from otcore.encoders import load_encoder

    return load_encoder(str(xlm_roberta))


@pytest.fixture(scope="session")
def bundled():
    """The default bundled encoder."""
    from otcore.encoders import load_encoder

    return load_encoder()


@pytest.fixture
def runs(tmp_path, monkeypatch) -> Path:
    """A folder of runs of the test's own."""
    monkeypatch.setenv("OTCORE_RUNS", str(tmp_path / "runs"))
    return tmp_path / "runs"


@pytest.fixture
def jobs(monkeypatch):
    """A server's jobs and what it keeps, of the test's own: all background work of all pages goes through them."""
    from dashboard.background import work
    from dashboard.background.jobs import Jobs

    own = Jobs()
    monkeypatch.setattr(work, "jobs", lambda: own)
    return own


@pytest.fixture(scope="session")
def german(tmp_path_factory) -> str:
    """A file of 72 German–English pairs, English last."""
    from training_runs import write_pairs

    return write_pairs(tmp_path_factory.mktemp("pairs") / "de.tsv")


@pytest.fixture
def settings(xlm_roberta, german, runs):
    """Of a run that takes a second."""
    from training_runs import quick_settings

    return quick_settings(xlm_roberta, german)


@pytest.fixture(scope="session")
def chromium():
    """A browser for the tests marked so; under CI there must be one."""
    from app_server import ARGUMENTS, chromium_path
    from playwright.sync_api import sync_playwright

    path = chromium_path()
    if path is None:
        explanation = "no Chromium is installed (Debian: apt-get install chromium)"
        pytest.fail(explanation) if os.environ.get("CI") else pytest.skip(explanation)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def address(tmp_path_factory):
    """Where the running app is, one for all browser tests, with notes of its own and a run to be looked at."""
    from app_server import running_server
    from training_runs import made_run

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("OTCORE_RUNS", str(tmp_path_factory.mktemp("runs")))
        patch.setenv("OTCORE_NOTES", str(tmp_path_factory.mktemp("notes") / "notes.sqlite"))
        made_run()
        with running_server() as url:
            patch.undo()
            yield url


@pytest.fixture(scope="session")
def benchmarks() -> Path:
    """The folder of benchmark files, where there is one."""
    folder = os.environ.get("OTCORE_BENCHMARKS")
    if not folder or not Path(folder).is_dir():
        pytest.skip("OTCORE_BENCHMARKS names no folder of benchmark files")
    return Path(folder)
