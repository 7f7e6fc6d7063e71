"""Takes the README's pictures of the pages again, from the app as it is.

    python tests/benchmarks/pictures.py [--out .pictures] [--address http://localhost:8501/]

Needs `chromium`, and fonts with Arabic and Japanese (Debian: fonts-noto-core, fonts-noto-cjk).
"""

import argparse
import contextlib
import io
import sys
from dataclasses import dataclass
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, sync_playwright

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests"))

from app_server import ARGUMENTS, chromium_path, running_server  # noqa: E402

PATIENCE = 300_000  # milliseconds


@dataclass(frozen=True)
class Picture:
    """A view of a page: its file, its address, the theme, the window in pixels, and what must be drawn."""

    name: str
    query: str
    theme: str
    width: int
    height: int
    drawn: str = ".js-plotly-plot .heatmaplayer image"


PICTURES = (
    Picture("align-light", "?sentence=g128&mark=5-4", "light", 1280, 1290),
    Picture("align-ja-dark", "?target=ja&sentence=g004", "dark", 1280, 1290),
    Picture("align-ar-phone", "?target=ar&sentence=g004", "light", 390, 1600),
    Picture("align-compare", "?compare=1&target=fr&sentence=g020", "light", 1280, 1210),
    Picture("space", "space", "light", 1280, 1000, ".space[data-drawn]"),
    Picture("errors", "errors", "light", 1280, 1000, ".js-plotly-plot .bars path"),
    Picture("learn", "learn?lesson=earth", "light", 1280, 1000, ".js-plotly-plot .heatmaplayer image"),
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=ROOT / ".pictures")
    parser.add_argument("--address", help="of an app that runs already; otherwise one is started")
    options = parser.parse_args()
    out = options.out
    out.mkdir(parents=True, exist_ok=True)
    server = contextlib.nullcontext(options.address) if options.address else running_server()
    with server as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=ARGUMENTS)
        for picture in PICTURES:
            file = out / f"{picture.name}.png"
            take(browser, address, picture).save(file, optimize=True)
            print(f"{file}: {file.stat().st_size / 1000:.0f} kB")
        browser.close()


def take(browser: Browser, address: str, picture: Picture) -> Image.Image:
    """Opens a view and waits until all of it is drawn."""
    page = browser.new_page(viewport={"width": picture.width, "height": picture.height}, color_scheme=picture.theme)
    page.set_default_timeout(PATIENCE)
    page.goto(address + picture.query)
    page.locator(picture.drawn).first.wait_for(state="attached")
    page.locator('[data-testid="stApp"][data-test-script-state="notRunning"]').wait_for()
    page.wait_for_timeout(2_500)  # late fonts and the fading in of what was drawn last
    content = page.screenshot()
    page.close()
    return Image.open(io.BytesIO(content)).convert("RGB")


if __name__ == "__main__":
    main()
