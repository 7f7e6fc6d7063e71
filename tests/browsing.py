"""Visits to the running app in a real browser, each in a session of its own, that end in a look for faults."""

import contextlib
from collections.abc import Callable, Iterator

from playwright.sync_api import Browser, Locator, Page, expect

PATIENCE = 45_000  # milliseconds; a quiet machine needs a tenth
BENIGN = (
    # Streamlit asks its own site for news, which the browser has no network for, and looks for its server under a page's path first
    "webhooks.fivetran.com", "data.streamlit.io", "404 (Not Found)",
    # a browser without a graphics card
    "GPU stall", "WebGL",
)  # fmt: skip

expect.set_options(timeout=PATIENCE)


@contextlib.contextmanager
def visits(browser: Browser, address: str, settle: Callable[[Page], None] = lambda page: None) -> Iterator[Callable[..., Page]]:
    """Gives `open_page(query, wait=True, **options)`: the page at address + query, after `settle` if it waits; options are the
    browser context's.

    At the end no page may show an exception, nor any console have complained.
    """
    contexts, complaints = [], []

    def open_page(query: str = "", *, wait: bool = True, **options) -> Page:
        context = browser.new_context(**({"viewport": {"width": 1280, "height": 1000}, "accept_downloads": True} | options))
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(address + query, wait_until="load" if wait else "commit")
        if wait:
            settle(page)
        return page

    yield open_page
    for context in contexts:
        for page in context.pages:
            expect(page.get_by_test_id("stException")).to_have_count(0)
    found = [text for text in complaints if not any(known in text for known in BENIGN)]
    for context in contexts:  # what is broken off by this is no fault
        context.close()
    if found:
        raise AssertionError(f"The console complained: {found}")


def chart(page: Page, place: int = 0) -> Locator:
    """The figure that stands at a place of the page, whichever of its figures is drawn first."""
    return page.get_by_test_id("stPlotlyChart").nth(place).locator(".js-plotly-plot")


def until(act: Callable[[], None], seen: Callable[[float], None], tries: int = 6) -> None:
    """Acts again until it is seen to have worked: a page that still moves under the pointer makes a press miss.

    seen: raises AssertionError where it is not seen within so many milliseconds
    """
    for _ in range(tries - 1):
        act()
        try:
            return seen(PATIENCE / tries)
        except AssertionError:
            continue
    act()
    return seen(PATIENCE)
