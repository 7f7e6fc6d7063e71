"""The Learn pages and the playground in a real Chromium: what moves without the server, what is on one screen, what a hand can drag."""

import re

import pytest
from browsing import visits
from playwright.sync_api import Page, expect

from dashboard.pages.learn.lessons import LESSONS

pytestmark = [pytest.mark.browser, pytest.mark.timeout(900)]

DRAWN = "JSON.stringify([...document.querySelectorAll('.js-plotly-plot')].map(plot => [plot.data, plot.layout.title.text]))"
READY = "document.querySelectorAll('.js-plotly-plot .main-svg').length > 0"


@pytest.fixture
def visit(chromium, address):
    with visits(chromium, address, settle) as open_page:
        yield open_page


def settle(page: Page) -> None:
    """Waits until the script has run and a figure or a drawing is there."""
    page.wait_for_function(READY)
    still(page)


def still(page: Page) -> None:
    expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning")


def changes(page: Page, act) -> None:
    """Does something that must change a figure."""
    before = page.evaluate(DRAWN)
    act()
    page.wait_for_function(f"before => {DRAWN} !== before", arg=before)


def move(page: Page, name: str) -> None:
    """Moves the slider that plays, else a slider, else presses the second button of a row of choices."""
    slider = page.locator(".player input").or_(page.get_by_test_id("stMain").get_by_test_id("stSlider").get_by_role("slider")).first
    if slider.count():
        slider.focus()
        page.keyboard.press("Home" if page.locator(".player").count() else "ArrowRight")
    else:
        row = -1 if name == "failures" else 0  # there nothing moves before a prediction
        page.get_by_test_id("stButtonGroup").nth(row).get_by_role("radio").nth(1).click()


def test_every_lesson_is_drawn_and_moves_and_the_way_on_leads_to_the_top_of_the_next(visit):
    page = visit("learn?lesson=earth")
    for lesson in LESSONS.values():
        expect(page.get_by_role("heading", level=1)).to_have_text(lesson.label)
        expect(page).to_have_title("Learn · otcore")
        expect(page.locator(".stPlotlyChart")).not_to_have_count(0)
        settle(page)
        assert page.get_by_test_id("stMain").evaluate("main => main.scrollTop") == 0
        expect(page.locator(".katex").first).to_be_visible()
        if lesson.plays or any(hasattr(one.kind, "last") for one in lesson.controls.values()):
            applies = lesson.name != "partners"  # there only a transport with a setting of its own plays
            expect(page.locator(".player")).to_have_count(int(applies))
        changes(page, lambda lesson=lesson: move(page, lesson.name))
        expect(page).to_have_url(re.compile(f"{lesson.name}_"))
        still(page)
        on = page.get_by_role("button", name=re.compile("Next: |All lessons"))
        on.scroll_into_view_if_needed()
        on.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Learn")


COUNTING = """() => {
    window.sent = 0;
    const send = WebSocket.prototype.send;
    WebSocket.prototype.send = function (...what) {
        window.sent += 1;
        return send.apply(this, what);
    };
}"""


def test_playing_and_dragging_ask_nothing_of_the_server(visit):
    """What is sent while a lesson plays is counted: nothing, until it rests."""
    page = visit("learn?lesson=loss&loss_step=0")
    expect(page.get_by_role("button", name="Play")).to_be_visible()
    still(page)
    page.evaluate(COUNTING)
    changes(page, lambda: page.get_by_role("button", name="Play").click())
    page.wait_for_function("document.querySelector('.js-plotly-plot').layout.title.text.includes('After 3 steps')")
    shown = page.locator(".number", has_text="distance to translation").locator(".value")
    before = shown.inner_text()
    slider = page.locator(".player input")
    changes(page, lambda: slider.evaluate("input => { input.value = 20; input.dispatchEvent(new Event('input')) }"))
    assert shown.inner_text() != before
    assert page.evaluate("window.sent") == 0
    page.get_by_role("button", name="Stop").click()
    expect(page.get_by_role("button", name="Play")).to_be_visible()
    expect(page).to_have_url(re.compile("loss_step="))


def test_a_lesson_that_plays_ends_where_it_stops(visit):
    page = visit("learn?lesson=debiasing&debiasing_step=21&play=1")
    expect(page.locator(".player output")).to_have_text("24 of 24")
    expect(page).not_to_have_url(re.compile("debiasing_step|play"))
    expect(page.get_by_text("ended too small")).to_be_visible()


def test_bars_are_drawn_by_hand_and_a_plan_is_clicked(visit):
    page = visit("learn?lesson=earth&earth_who=own")
    slots = page.locator(".bars .slot")
    box = slots.nth(3).bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] - 2)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] * 0.5, steps=4)
    page.mouse.up()
    expect(page).to_have_url(re.compile("earth_piles=1%2C4%2C3%2C4%2C1%2C0"))
    slots.nth(3).focus()
    page.keyboard.press("ArrowDown")
    expect(page).to_have_url(re.compile("earth_piles=1%2C4%2C3%2C3%2C1%2C0"))
    page.locator(".cells .cell").nth(2).click()
    expect(page).to_have_url(re.compile("earth_own=0%2C0%2C1%2C0"))
    expect(page.locator(".cells .cell.filled")).to_have_text("1")


SMALL = """() => {
    const found = [], walk = document.createTreeWalker(document.querySelector('[data-testid="stMain"]'), NodeFilter.SHOW_TEXT);
    for (let node; (node = walk.nextNode()); ) {
        const element = node.parentElement;
        if (!/[\\p{L}\\p{N}]/u.test(node.textContent) || !element.getClientRects().length) continue;
        if (element.closest("style, script, .katex-mathml")) continue;
        const size = parseFloat(getComputedStyle(element).fontSize);
        if (size < 20) found.push(`${size} ${node.textContent.trim().slice(0, 20)}`);
    }
    return found;
}"""
OFF_SCREEN = """() => [...document.querySelectorAll(
    '.player, .bars, [data-testid="stSlider"], [data-testid="stButtonGroup"], .js-plotly-plot, .board svg'
)].filter((element) => !element.closest('[data-testid="stColumn"]')?.querySelector('blockquote'))
  .map((element) => [element.className?.baseVal ?? element.className, element.getBoundingClientRect()])
  .filter(([, box]) => box.top < 0 || box.bottom > innerHeight + 1 || box.right > innerWidth + 1)
  .map(([name, box]) => `${name} ${box.top} ${box.bottom}`)"""


@pytest.mark.parametrize(("width", "height"), [(1280, 720), (1920, 1080)])
def test_teachers_mode_is_on_one_screen_and_readable_from_the_back(visit, width, height):
    page = visit("learn?lesson=earth&teacher=1", viewport={"width": width, "height": height})
    for lesson in LESSONS.values():
        expect(page.get_by_role("heading", level=1)).to_have_text(lesson.label)
        settle(page)
        for faults in (OFF_SCREEN, SMALL):
            found = page.wait_for_function(f"() => {{ const found = ({faults})(); return found.length ? false : 'none' }}")
            assert found.json_value() == "none", lesson.name
        page.keyboard.press("PageDown")
    *_, before, last = LESSONS.values()
    expect(page.get_by_role("heading", level=1)).to_have_text(last.label)
    page.keyboard.press("PageUp")
    expect(page.get_by_role("heading", level=1)).to_have_text(before.label)


def test_elsewhere_page_down_scrolls(visit):
    page = visit("learn?lesson=partners")
    page.get_by_role("heading", level=1).click()
    page.keyboard.press("PageDown")
    page.wait_for_function("document.querySelector('[data-testid=\"stMain\"]').scrollTop > 100")
    expect(page.get_by_role("heading", level=1)).to_have_text(LESSONS["partners"].label)


def test_words_open_in_align_as_they_are_shown_and_the_sheet_shows_formula_and_figures(visit, tmp_path):
    page = visit("learn?lesson=partners&partners_kind=partial&partners_mass=0.5")
    page.get_by_text("For the class").click()
    expect(page.locator(".player")).to_be_visible()  # the last that a run draws: a file asked for before is of a page that is gone
    still(page)
    with page.expect_download() as download:
        page.get_by_role("button", name=re.compile("Sheet")).click()
    assert download.value.suggested_filename == "lesson-partners.html"
    download.value.save_as(tmp_path / "sheet.html")
    sheet = page.context.new_page()
    sheet.goto((tmp_path / "sheet.html").as_uri())
    expect(sheet.locator(".main-svg").first).to_be_visible()
    assert sheet.locator("figure").count() == 2
    assert all(box["width"] > 300 and box["height"] > 200 for box in (one.bounding_box() for one in sheet.locator("figure").all()))
    assert sheet.locator(".formula math").first.bounding_box()["height"] > 15
    sheet.close()
    page.get_by_role("link", name="Open this view in Align").click()
    expect(page.get_by_role("heading", name="Align", exact=True)).to_be_visible()
    expect(page).to_have_url(re.compile("solver=partial"))
    expect(page).to_have_url(re.compile("mass=0.5"))


def test_a_phone_has_no_sideways_scrolling_and_numbers_explain_themselves_to_a_finger(visit):
    page = visit("learn?lesson=links", viewport={"width": 390, "height": 844}, has_touch=True)
    assert page.get_by_test_id("stMain").evaluate("main => main.scrollWidth <= main.clientWidth + 2")
    number = page.locator(".number", has_text="precision")
    expect(number.locator(".meaning")).to_be_hidden()
    number.tap()
    expect(number.locator(".meaning")).to_be_visible()
    box = number.locator(".meaning").bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 390
    page.mouse.move(1, 1)
    page.locator(".number", has_text="|A|").first.focus()
    page.keyboard.press("Tab")
    assert page.locator(".meaning:visible").count() == 1


def point(page: Page, name: str):
    return page.locator(f'.board .point[aria-label^="{name},"]')


def test_the_playground_opens_on_a_plan_whose_points_are_dragged(visit):
    page = visit("playground", viewport={"width": 1280, "height": 800})
    board = page.locator(".board svg")
    expect(point(page, "b3")).to_be_visible()
    box = board.bounding_box()
    assert box["y"] > 0
    assert box["y"] + box["height"] <= 800, "above the fold"
    assert board.locator(".flow").count() >= 3
    value = page.get_by_test_id("stDataFrame").locator("tbody tr").first.locator("td").nth(1)
    before, from_there = value.text_content(), point(page, "b3").locator(".dot").bounding_box()
    line = board.locator(".flow").last
    ends = "line => [line.getAttribute('x2'), line.getAttribute('y2')].map(Number)"
    started = line.evaluate(ends)
    x, y = from_there["x"] + from_there["width"] / 2, from_there["y"] + from_there["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x - 60, y + 40, steps=4)
    assert board.locator(".flow").last.evaluate(ends) != started, "lines follow the point"
    page.mouse.up()
    expect(page).to_have_url(re.compile("pg_second="))
    expect(value).not_to_have_text(before)
    still(page)
    point(page, "a1").focus()
    page.keyboard.press("ArrowUp")
    expect(page).to_have_url(re.compile("pg_first=0"))
    expect(page.locator(".board .point:focus")).to_have_attribute("aria-label", re.compile("^a1, first cloud, at 0, 0.0"))
    still(page)
    page.keyboard.press("Delete")
    expect(page.locator(".board .point.first")).to_have_count(2)


def test_a_click_adds_to_the_chosen_cloud_and_takes_away(visit):
    page = visit(
        "playground?pg_form=drawing&pg_click=second&pg_first=0+0+1&pg_second=4+2+1&teacher=1", viewport={"width": 1280, "height": 720}
    )
    board = page.locator(".board svg")
    expect(point(page, "b1")).to_be_visible()
    box = board.bounding_box()
    assert box["y"] + box["height"] <= 720, "the control and what it moves are on one screen in teacher's mode too"
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    expect(page.locator(".board .point.second")).to_have_count(2)
    still(page)
    page.get_by_test_id("stButtonGroup").get_by_text("takes away", exact=True).click()
    expect(page.locator(".board .hint")).to_contain_text("take it away")
    still(page)
    point(page, "b2").locator(".reach").click()
    expect(page.locator(".board .point.second")).to_have_count(1)
