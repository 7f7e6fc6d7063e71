"""Visits to the running app in a real browser, each in a session of its own, that end in a look for faults."""

import contextlib
from collections.abc import Callable, Iterator

from playwright.sync_api import Browser, Page, expect

BENIGN = ("webhooks.fivetran.com", "data.streamlit.io")  # Streamlit asks its own site for news; the browser has no network under test

expect.set_options(timeout=20_000)  # milliseconds; a quiet machine needs a tenth


@contextlib.contextmanager
def visits(
    browser: Browser, address: str, *, patience: int = 20_000, settle: Callable[[Page], None] = lambda page: None
) -> Iterator[Callable[..., Page]]:
    """Gives `open_page(query, **options)`: the page at address + query, after `settle`; options are the browser context's.

    At the end no page may show an exception, nor any console have complained.
    """
    contexts, complaints = [], []

    def open_page(query: str = "", **options) -> Page:
        context = browser.new_context(**({"viewport": {"width": 1280, "height": 1000}, "accept_downloads": True} | options))
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(patience)
        page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(address + query)
        settle(page)
        return page

    yield open_page
    for context in contexts:
        for page in context.pages:
            expect(page.get_by_test_id("stException")).to_have_count(0)
        context.close()
    assert [text for text in complaints if not any(known in text for known in BENIGN)] == []
