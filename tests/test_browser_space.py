"""The Space page in a real Chromium: the first picture, a lasso, a search, the film, a phone in the dark."""

import re

import pytest
from browsing import PATIENCE, until, visits
from playwright.sync_api import Page, expect

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(900)]

SMALL = "space?sp_count=8&sp_langs=en,ar,ja"


@pytest.fixture
def visit(chromium, address):
    with visits(chromium, address, settle) as open_page:
        yield open_page


def settle(page: Page) -> None:
    """Waits until the picture is drawn and the script has run."""
    expect(page.locator(".space[data-drawn]")).to_be_attached(timeout=4 * PATIENCE)
    expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning")


def marked(page: Page, count: int | str, patience: float = PATIENCE) -> None:
    """Waits until so many points are marked on the picture."""
    expect(page.locator(f".space[data-drawn$=' {count}']")).to_be_attached(timeout=patience)


def spot(page: Page, text: str, state: int = 0) -> tuple[float, float]:
    """Where a word is on the screen."""
    page.locator(".space canvas[role=img]").scroll_into_view_if_needed()
    return tuple(
        page.locator(".space").evaluate(
            """(root, [text, state]) => {
                const { view } = root, box = view.canvas.getBoundingClientRect();
                const [x, y] = view.place(state, view.panes()[state], view.cloud.texts.indexOf(text));
                return [box.left + x, box.top + y];
            }""",
            [text, state],
        )
    )


def lasso(page: Page) -> None:
    """Draws around the left half of the first pane."""
    box = page.locator(".space canvas[role=img]").bounding_box()
    x, y, w, h = (box[key] for key in ("x", "y", "width", "height"))
    corners = [(0.02, 0.08), (0.3, 0.08), (0.3, 0.92), (0.02, 0.92), (0.02, 0.1)]
    page.mouse.move(x + corners[0][0] * w, y + corners[0][1] * h)
    page.mouse.down()
    for a, b in corners[1:]:
        page.mouse.move(x + a * w, y + b * h, steps=8)
    page.mouse.up()


def test_a_click_selects_whatever_the_tool_ctrl_adds_and_what_is_told_stands_beside(visit):
    page = visit(SMALL, viewport={"width": 1280, "height": 800})
    legend = page.locator(".space .legend button", has_text="Arabic").bounding_box()
    assert legend["y"] + legend["height"] < 800
    assert page.get_by_role("button", name="Lasso").get_attribute("aria-pressed") == "true"
    card = page.locator(".cards section")
    for tool in ("Lasso", "Box", "Move", "Click"):
        page.get_by_role("button", name=tool, exact=True).click()
        until(lambda: page.mouse.click(*spot(page, "midnight")), lambda patience: marked(page, 1, patience))
        expect(card).to_have_count(1)
        page.keyboard.press("Escape")
        marked(page, 0)
        expect(card).to_have_count(0)
    first = spot(page, "midnight")
    page.mouse.click(*first)
    expect(card).to_have_count(1)
    page.keyboard.down("Control")
    page.mouse.click(*spot(page, "aunt", 1))
    page.keyboard.up("Control")
    expect(card).to_have_count(2)
    picture, told = page.locator(".space .stage").bounding_box(), card.first.bounding_box()
    assert told["x"] > picture["x"] + picture["width"]
    assert told["y"] < picture["y"] + picture["height"]
    entry = page.locator(".space .legend button", has_text="Arabic")
    entry.click()
    expect(entry).to_have_attribute("aria-pressed", "false")


def test_a_lasso_lists_the_words_and_stays_after_a_reload(visit):
    page = visit(SMALL)
    marked(page, 0)
    until(lambda: lasso(page), lambda patience: expect(page).to_have_url(re.compile("sp_pick="), timeout=patience))
    settle(page)
    told = page.get_by_text(re.compile(r"^[\d,]+ selected$"))
    count = told.inner_text().split()[0]
    assert int(count) > 0
    marked(page, count)
    expect(page.locator(".cards section").first).to_contain_text("before")
    page.reload()
    settle(page)
    expect(page.locator(".cards section").first).to_be_visible()
    marked(page, count)


def test_a_search_finds_arabic_which_stands_right_to_left(visit):
    page = visit(SMALL)
    page.get_by_role("textbox", name="Select by text").fill("قبل")
    page.get_by_role("textbox", name="Select by text").press("Enter")
    expect(page.locator(".cards section").first).to_be_visible()
    expect(page.locator(".cards p").first).to_have_attribute("dir", "rtl")
    link = page.locator(".cards a").first
    expect(link).to_have_attribute("href", re.compile(r"mark=\d+-\d+"))
    link.click()
    expect(page.locator('.chip[aria-pressed="true"]')).to_have_count(2)


def test_the_film_glides_to_its_end(visit):
    page = visit("space?sp_mode=film&sp_step=0")
    expect(page.locator("dl.numbers").first).to_contain_text("held-out AER")
    page.locator(".space").evaluate(
        """root => { const { view } = root, plain = view.paint.bind(view); root.seen = new Set();
                     view.paint = () => { root.seen.add(view.at); plain(); }; }"""
    )
    page.get_by_role("button", name="Play").click()
    page.wait_for_url(lambda url: "sp_step" not in url or "sp_step=40" in url)
    expect(page.locator(".space output")).to_have_text("step 40")
    between = page.locator(".space").evaluate("root => [...root.seen].filter(at => at % 1).length")
    assert between >= 2, "points are seen on their way from frame to frame"


def test_files_can_be_saved(visit):
    page = visit(SMALL)
    with page.expect_download() as download:
        page.get_by_role("button", name="Coordinates").click()
    with open(download.value.path(), encoding="utf-8") as file:
        assert file.readline().startswith("state,layer,language,sentence,position,text,x,y")
    with page.expect_download() as download:
        page.get_by_role("button", name="Interactive HTML").click()
    target = download.value.path().with_suffix(".html")
    download.value.save_as(target)
    alone = page.context.new_page()
    alone.goto(f"file://{target}")
    alone.locator("#find").fill("coffee")
    expect(alone.locator("#found")).to_have_text(re.compile(r"^[1-9]\d* found$"))


def test_a_phone_in_the_dark_has_its_panes_one_above_the_other(visit):
    page = visit(SMALL, viewport={"width": 390, "height": 800}, color_scheme="dark", has_touch=True)
    first, second = page.locator(".space").evaluate("root => root.view.panes()")
    assert second["y"] > first["y"] + first["h"]
    assert page.get_by_test_id("stMain").evaluate("main => main.scrollWidth <= main.clientWidth")
    box = page.locator(".space .stage").bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 390
