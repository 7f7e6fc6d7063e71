"""The first minute: how soon a page shows words, a figure, and its finished example on a server that has just been started.

    python tests/benchmarks/first_minute.py [PAGE …] [--rounds 1] [--port 0]

For each page a server process of its own with empty caches (no runs, nothing compiled, a browser that was never there) is started and the
page opened in Chromium as soon as the server answers. Seconds are counted in the browser, from asking for the page:
words    text stands in the page's own part
figure   the first figure, or on Search the first sentence that was found, is drawn
finished all that the page opens on is drawn: nothing loads, nothing at work, and that for half a second
warm     the same at the third visit in that browser, when it has compiled what it was sent
Bars: words 2 s, finished 6 s, warm 2 s; the exit status is 1 where one is missed. Other work on the machine moves all of them.
"""

import argparse
import os
import statistics
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

BARS = {"words": 2.0, "figure": None, "finished": 6.0, "warm": 2.0}
_PLOT = ".js-plotly-plot .main-svg"
_FIGURES = {  # page → what is drawn there first
    "align": "path.line",
    "space": ".space[data-drawn]",
    "search": "[data-testid=stMain] bdi",
    "finetune": _PLOT,
    "compare": _PLOT,
    "errors": _PLOT,
    "learn": _PLOT,
    "playground": ".board svg circle",
}
_ADDRESSES = {"align": "", "learn": "learn?lesson=earth"}  # where it is not the name: a lesson, since the list of them has no figure
_PATIENCE = 300_000  # milliseconds
_WATCH = """figure => {
    const seen = window.firstMinute = {}, busy = '[data-testid=stProgress],[data-testid=stSkeleton],[data-testid=stSpinner]';
    let quiet = null;
    // components of our own draw in a tree of their own
    const within = root => root.querySelector(figure)
        ?? [...root.querySelectorAll('*')].filter(one => one.shadowRoot).map(one => within(one.shadowRoot)).find(Boolean);
    const look = () => {
        const now = performance.now(), main = document.querySelector('[data-testid=stMain]');
        const app = document.querySelector('[data-testid=stApp]');
        if (main && main.innerText.trim().length > 20) seen.words ??= now;
        const drawn = main && within(main);
        if (drawn && drawn.getBoundingClientRect().width) seen.figure ??= now;
        const rests = drawn && !document.querySelector(busy) && app.dataset.testScriptState === 'notRunning';
        quiet = rests ? quiet ?? now : null;
        if (quiet !== null && now - quiet > 500) { seen.finished = quiet; return; }
        setTimeout(look, 25);
    };
    look();
}"""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pages", nargs="*", metavar="PAGE", help=f"of {', '.join(_FIGURES)}; by default all")
    parser.add_argument("--rounds", type=int, default=1, help="fresh processes a page; the median is printed")
    options = parser.parse_args()
    pages = options.pages or list(_FIGURES)
    if unknown := set(pages) - set(_FIGURES):
        parser.error(f"there is no page {', '.join(sorted(unknown))}")
    print(f"{'page':12}" + "".join(f"{name:>10}" for name in BARS), f"   (load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores)")
    missed = 0
    for page in pages:
        rounds = [opened(page) for _ in range(options.rounds)]
        seconds = {name: statistics.median(one[name] for one in rounds) for name in BARS}
        over = [name for name, bar in BARS.items() if bar and seconds[name] > bar]
        missed += len(over)
        cells = "".join(f"{seconds[name]:>9.1f}{'!' if name in over else ' '}" for name in BARS)
        print(f"{page:12}{cells}", flush=True)
    print("all bars held" if not missed else f"{missed} bars missed (!)")
    return int(bool(missed))


def opened(page: str) -> dict[str, float]:
    """Seconds to each of the marks, on a server of its own."""
    from app_server import ARGUMENTS, chromium_path, running_server
    from playwright.sync_api import sync_playwright

    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        own = {
            "OTCORE_RUNS": "runs",
            "OTCORE_NOTES": "notes.sqlite",
            "NUMBA_CACHE_DIR": "numba",
            "HF_HOME": "hub",
            "XDG_CACHE_HOME": "cache",
        }
        os.environ |= {name: str(Path(folder) / place) for name, place in own.items()}
        profile = Path(folder) / "profile"  # a browser as people have it: what it compiled once it keeps
        look = {"executable_path": chromium_path(), "args": ARGUMENTS, "viewport": {"width": 1280, "height": 800}}
        browser = playwright.chromium.launch_persistent_context(profile, **look)
        with running_server() as address:
            first, _, again = (visit(browser, address + _ADDRESSES.get(page, page), _FIGURES[page]) for _ in range(3))
        browser.close()
    return first | {"warm": again["finished"]}


def visit(context, address: str, figure: str) -> dict[str, float]:
    """Seconds to each mark of one visit, in a tab of its own."""
    page = context.new_page()
    page.add_init_script(f"({_WATCH})({figure!r})")
    page.goto(address, wait_until="commit")
    page.wait_for_function("window.firstMinute?.finished", timeout=_PATIENCE)
    seen = page.evaluate("window.firstMinute")
    page.close()
    return {name: milliseconds / 1000 for name, milliseconds in seen.items()}


if __name__ == "__main__":
    raise SystemExit(main())
