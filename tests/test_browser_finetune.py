"""The Fine-tune page with a real run in a real Chromium: start, curves that move, cancel, resume."""

import re

import pytest
from app_server import running_server
from browsing import chart, visits
from playwright.sync_api import Page, expect

from otcore.runs.log import read_log
from otcore.runs.store import list_runs

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(1800)]

PATIENCE = 120_000  # milliseconds; a step takes tens of them on a quiet machine
# few pairs, small batches and many steps: the run is quick to begin and cannot end by itself while the test looks
QUICK = "finetune?ft_languages=de&ft_objective=word-ot&ft_batch=2&ft_pairs=32&ft_steps=100000&ft_minutes=600&ft_every=5"


@pytest.fixture
def address(tmp_path, monkeypatch):
    """The running app with a runs folder of its own; the server asks a run that is still at work to end when it ends."""
    monkeypatch.setenv("OTCORE_RUNS", str(tmp_path / "runs"))
    with running_server() as url:
        yield url


@pytest.fixture
def visit(chromium, address):
    with visits(chromium, address) as open_page:
        yield open_page


def button(page: Page, name: str):
    return page.get_by_role("button", name=re.compile(rf"\b{name}$"))


def drawn_points(page: Page) -> int:
    """Of the loss curve."""
    return chart(page).evaluate("plot => plot.data?.[0]?.x?.length ?? 0")


def logged_steps() -> list[int]:
    (run,) = list_runs()
    return [entry["step"] for entry in read_log(run.folder / "log.jsonl") if "loss" in entry]


def wait_until(page: Page, condition) -> None:
    for _ in range(PATIENCE // 500):
        if condition():
            return
        page.wait_for_timeout(500)
    raise AssertionError("it did not come to pass")


def test_a_run_is_started_watched_cancelled_and_resumed(visit):
    page = visit(QUICK)
    expect(page.get_by_text("Start trains a copy")).to_be_visible(timeout=PATIENCE)
    button(page, "Start").click()
    expect(button(page, "Cancel")).to_be_visible(timeout=PATIENCE)
    expect(page.locator(".js-plotly-plot")).to_have_count(3, timeout=PATIENCE)
    early = drawn_points(page)
    wait_until(page, lambda: drawn_points(page) > early)
    assert "pairs per second" in page.locator("dl.numbers").inner_text()

    other = visit("finetune")  # somebody else sees the run and cannot end it
    expect(other.locator("dl.numbers")).to_contain_text("pairs per second", timeout=PATIENCE)
    expect(button(other, "Cancel")).to_have_count(0)

    button(page, "Cancel").click()
    expect(button(page, "Resume")).to_be_visible(timeout=PATIENCE)
    expect(page.get_by_text("Cancelled; what was learnt is kept.")).to_be_visible()
    expect(other.get_by_text("Cancelled; what was learnt is kept.")).to_be_visible(timeout=PATIENCE)
    expect(button(other, "Resume")).to_have_count(0)
    (run,) = list_runs()
    assert run.usable
    steps = logged_steps()
    assert steps == list(range(1, run.step + 1))

    button(page, "Resume").click()
    expect(button(page, "Cancel")).to_be_visible(timeout=PATIENCE)
    wait_until(page, lambda: len(logged_steps()) > len(steps))
    button(page, "Cancel").click()
    expect(button(page, "Resume")).to_be_visible(timeout=PATIENCE)
    (run,) = list_runs()
    assert logged_steps() == list(range(1, run.step + 1)), "it went on from where it was"
    assert run.step > len(steps)
