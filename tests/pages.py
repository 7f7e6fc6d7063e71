"""Pages in `AppTest`: no exception on them, and their background job ended."""

import time

from streamlit.testing.v1 import AppTest
from streamlit.util import calc_hash


def fine(app: AppTest) -> AppTest:
    """The page, on which nothing may have been raised."""
    assert not app.exception, app.exception[0].message
    return app


def finished(app: AppTest) -> AppTest:
    """Runs the page until its job has ended, as the fragment does in a browser."""
    for _ in range(240):
        if not any((button.key or "").startswith("cancel_") for button in fine(app).button):
            return app
        time.sleep(0.25)
        app.run()
    raise AssertionError("the job did not end")


def go(app: AppTest, page: str) -> AppTest:
    """The page that the next run shows, by its name in the address."""
    app._page_hash = calc_hash(page)
    return app
