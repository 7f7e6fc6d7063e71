"""The Space page in a real Chromium: the first picture, a lasso, a search, the film, a phone in the dark."""

import re

import pytest
from browsing import PATIENCE, visits
from playwright.sync_api import Page, expect

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(900)]

SMALL = "space?sp_count=8&sp_langs=en,ar,ja"


@pytest.fixture
def visit(chromium, address):
    with visits(chromium, address, settle) as open_page:
        yield open_page


def settle(page: Page) -> None:
    """Waits until the picture is drawn and the script has run."""
    expect(page.locator(".js-plotly-plot .xy").first).to_be_attached(timeout=PATIENCE)
    expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning")


def marked(page: Page) -> list[int]:
    """How many points of each trace with points are selected."""
    return page.locator(".js-plotly-plot").first.evaluate(
        "plot => plot.data.filter(trace => trace.customdata).map(trace => trace.selectedpoints?.length ?? -1)"
    )


def lasso(page: Page) -> None:
    """Draws around the left half of the first pane."""
    box = page.locator(".js-plotly-plot .nsewdrag").first.bounding_box()
    x, y, w, h = (box[key] for key in ("x", "y", "width", "height"))
    corners = [(0.05, 0.05), (0.55, 0.05), (0.55, 0.95), (0.05, 0.95), (0.05, 0.06)]
    page.mouse.move(x + corners[0][0] * w, y + corners[0][1] * h)
    page.mouse.down()
    for a, b in corners[1:]:
        page.mouse.move(x + a * w, y + b * h, steps=8)
    page.mouse.up()


def test_a_lasso_marks_both_panes_lists_the_words_and_stays_after_a_reload(visit):
    page = visit(SMALL)
    assert set(marked(page)) == {-1}
    lasso(page)
    page.wait_for_url("**sp_pick=*")
    settle(page)
    expect(page.get_by_text(re.compile(r"^[\d,]+ selected$"))).to_be_visible()
    counts = marked(page)
    assert counts[:3] == counts[3:]
    assert sum(counts) > 0
    expect(page.locator(".cards section").first).to_contain_text("before")
    page.reload()
    settle(page)
    expect(page.locator(".cards section").first).to_be_visible()
    assert marked(page) == counts


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


def test_the_film_plays_to_its_end(visit):
    page = visit("space?sp_mode=film")
    expect(page.locator("dl.numbers")).to_contain_text("held-out AER")
    page.get_by_role("button", name="Play").click()
    expect(page.get_by_role("button", name="Pause")).to_be_visible()
    expect(page.get_by_role("button", name="Play")).to_be_visible(timeout=PATIENCE)
    page.wait_for_url("**sp_step=40*")


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
    plot = page.locator(".js-plotly-plot").first
    page.wait_for_function("() => document.querySelector('.js-plotly-plot').layout.yaxis2?.domain?.[1] < 0.5")
    assert page.get_by_test_id("stMain").evaluate("main => main.scrollWidth <= main.clientWidth")
    box = plot.bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 390
