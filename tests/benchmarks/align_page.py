"""How quickly the Align page answers, at the server and in a browser.

    python tests/benchmarks/align_page.py [--rounds 30] [--browser]

Server: a move of the ε slider to a value not seen before, the whole page computed anew, over several sentences and
languages; and the processor time of it, which a busy machine changes little. Browser: a reload of the warm page until the
lines between the words and the matrix are drawn.
"""

import argparse
import itertools
import statistics
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=30)
    parser.add_argument("--browser", action="store_true")
    options = parser.parse_args()
    elapsed, busy = server(options.rounds)
    report("ε moved → page computed, server", elapsed)
    report("of it processor time", busy)
    if options.browser:
        report("warm reload → figures drawn, browser", browser(min(options.rounds, 10)))


def server(rounds: int) -> tuple[list[float], list[float]]:
    """Seconds by the clock, and of processor time, for each move."""
    from streamlit.testing.v1 import AppTest

    from otcore.transport.solver import EPSILONS

    page = AppTest.from_file(str(ROOT / "streamlit_app.py"), default_timeout=120)
    page.run()
    times, busy = [], []
    for (sentence, target), epsilon in zip(
        itertools.cycle(itertools.product(("g001", "g029", "g077"), ("de", "ja", "ar"))), itertools.cycle(EPSILONS[8:36]), strict=False
    ):
        page.session_state["sentence"], page.session_state["target"] = sentence, target
        page.run()
        start = time.perf_counter(), time.process_time()
        page.select_slider(key="epsilon").set_value(epsilon).run()
        times.append(time.perf_counter() - start[0])
        busy.append(time.process_time() - start[1])
        if len(times) == rounds:
            break
    assert not page.exception
    return times, busy


def browser(rounds: int) -> list[float]:
    """Seconds from asking for the page to its drawn figures, for each reload."""
    from app_server import ARGUMENTS, chromium_path, running_server
    from playwright.sync_api import sync_playwright

    times = []
    with running_server() as url, sync_playwright() as playwright:
        page = playwright.chromium.launch(executable_path=chromium_path(), args=ARGUMENTS).new_page(viewport={"width": 1280, "height": 900})
        for attempt in range(rounds + 2):
            start = time.perf_counter()
            page.goto(url)
            page.locator("path.line").first.wait_for(state="attached", timeout=120_000)
            page.locator(".js-plotly-plot .heatmaplayer image").first.wait_for(state="attached", timeout=120_000)
            if attempt >= 2:  # the first loads the encoder and the browser's own cache
                times.append(time.perf_counter() - start)
    return times


def report(name: str, times: list[float]) -> None:
    milliseconds = sorted(1000 * seconds for seconds in times)
    nine = milliseconds[int(0.9 * (len(milliseconds) - 1))]
    middle = statistics.median(milliseconds)
    print(f"{name}: median {middle:.0f} ms, 90% under {nine:.0f} ms, largest {milliseconds[-1]:.0f} ms, {len(times)} times")


if __name__ == "__main__":
    main()
