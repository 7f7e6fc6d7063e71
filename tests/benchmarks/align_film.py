"""How quickly the film over ε moves: milliseconds from a moved slider to the next painted frame, in Chromium, over a running app.

python tests/benchmarks/align_film.py http://localhost:8501
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from app_server import ARGUMENTS, chromium_path
from playwright.sync_api import sync_playwright

_TIMED = """async (slider) => {
    const times = [];
    for (let turn = 0; turn < 40; turn += 1) {
        await new Promise(requestAnimationFrame);
        const began = performance.now();
        slider.value = turn % 21;
        slider.dispatchEvent(new Event('input', { bubbles: true }));
        await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
        times.push(performance.now() - began);
    }
    return times.sort((one, other) => one - other);
}"""


def main(address: str) -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=ARGUMENTS)
        for query in ("", "?sentence=g030&target=fr"):
            page = browser.new_page(viewport={"width": 1280, "height": 800})
            page.goto(address + query)
            slider = page.get_by_role("slider", name="ε, moved in the picture")
            slider.wait_for(timeout=90_000)
            times = slider.evaluate(_TIMED)
            print(f"{query or 'first example'}: median {times[len(times) // 2]:.0f} ms, slowest {times[-1]:.0f} ms of {len(times)}")
            page.close()
        browser.close()


if __name__ == "__main__":
    main(*sys.argv[1:2])
