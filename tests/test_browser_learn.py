"""The Learn pages in a real Chromium: every lesson opened, its control moved, its question answered right and wrong."""

import re

import pytest
from browsing import visits
from playwright.sync_api import Page, expect

from dashboard.pages.learn.lessons import LESSONS

pytestmark = [pytest.mark.browser, pytest.mark.timeout(1200)]

READY = "document.querySelectorAll('.js-plotly-plot .main-svg').length > 0"


@pytest.fixture
def visit(chromium, address):
    with visits(chromium, address, settle) as open_page:
        yield open_page


def settle(page: Page) -> None:
    """Waits until the script has run and a figure is drawn."""
    page.wait_for_function(READY)
    expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning")


def drawn(page: Page) -> str:
    """What the figures hold, as the browser has it."""
    return page.evaluate("JSON.stringify([...document.querySelectorAll('.js-plotly-plot')].map(p => [p.data, p.layout.title.text]))")


def move(page: Page, name: str) -> None:
    """Moves the first slider that is there by an arrow key, or presses the second button of a row of choices."""
    slider = page.get_by_test_id("stMain").get_by_test_id("stSlider").get_by_role("slider").first
    if slider.count():
        slider.focus()
        page.keyboard.press("ArrowRight")
    else:
        row = -1 if name == "failures" else 0  # there nothing moves before a prediction
        page.get_by_test_id("stButtonGroup").nth(row).get_by_role("radio").nth(1).click()


@pytest.mark.parametrize("lesson", LESSONS.values(), ids=lambda lesson: lesson.name)
def test_a_lesson_is_opened_moved_and_answered(visit, lesson):
    page = visit(f"learn?lesson={lesson.name}")
    expect(page.get_by_role("heading", name=lesson.label)).to_be_visible()
    expect(page.locator(".katex").first).to_be_visible()
    before = drawn(page)
    move(page, lesson.name)
    page.wait_for_function(
        "before => JSON.stringify([...document.querySelectorAll('.js-plotly-plot')].map(p => [p.data, p.layout.title.text])) !== before",
        arg=before,
    )
    expect(page).to_have_url(re.compile(f"{lesson.name}_"))
    question = lesson.question
    wrong = next(option for option in question.options if not question.is_right(option))
    right = list(question.options)[question.right]
    for option, sign in ((wrong, "✗ Not so."), (right, "✓ Right.")):
        page.get_by_test_id("stRadio").get_by_text(option, exact=True).click()
        expect(page.get_by_test_id("stAlert").filter(has_text=sign)).to_have_count(1)


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


def test_play_steps_by_itself_and_stops(visit):
    page = visit("learn?lesson=sinkhorn")
    page.get_by_role("button", name="Play").click()
    expect(page.get_by_text("The matrix after").filter(visible=True).first).to_be_visible()
    # while one step gives way to the next, the old figure or the new one still hidden may be there too
    expect(page.get_by_text(re.compile("after (row|column) step [4-9]")).filter(visible=True).first).to_be_visible()
    page.get_by_role("button", name="Stop").click()
    expect(page.get_by_role("button", name="Play")).to_be_visible()
    expect(page).to_have_url(re.compile("sinkhorn_step="))


def test_teachers_mode_is_readable_from_the_back_and_turns_by_keyboard(visit):
    page = visit("learn?lesson=partners&teacher=1")
    small = page.evaluate(
        """() => {
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
    )
    assert small == []
    page.keyboard.press("PageDown")
    expect(page.get_by_role("heading", name="7 · Weights matter")).to_be_visible()
    page.keyboard.press("PageUp")
    expect(page.get_by_role("heading", name="6 · Mass that has no partner")).to_be_visible()


def test_words_open_in_align_as_they_are_shown_and_the_sheet_is_saved(visit):
    page = visit("learn?lesson=partners&partners_kind=partial&partners_mass=0.5")
    page.get_by_text("For the class").click()
    with page.expect_download() as download:
        page.get_by_role("button", name=re.compile("Sheet")).click()
    assert download.value.suggested_filename == "lesson-partners.html"
    page.get_by_role("link", name="Open this view in Align").click()
    expect(page.get_by_role("heading", name="Align", exact=True)).to_be_visible()
    expect(page).to_have_url(re.compile("solver=partial"))
    expect(page).to_have_url(re.compile("mass=0.5"))


def test_a_phone_has_no_sideways_scrolling(visit):
    page = visit("learn?lesson=links", viewport={"width": 390, "height": 844})
    assert page.evaluate(
        "(() => { const m = document.querySelector('[data-testid=\"stMain\"]'); return m.scrollWidth <= m.clientWidth + 2; })()"
    )


def test_the_playground_draws_in_the_browser(visit):
    page = visit("playground?pg_first=0+1%3B+1+1&pg_second=2+1%3B+3+1")
    expect(page.get_by_text("The entropic plan")).to_be_visible()
    page.get_by_test_id("stButtonGroup").get_by_text("exact", exact=True).click()
    expect(page.get_by_text("The exact plan")).to_be_visible()


def test_a_click_on_the_playground_draws_a_point(visit):
    page = visit("playground?pg_form=drawing&pg_first=0+0+1&pg_second=4+2+1")
    expect(page.get_by_text("Click to add a point")).to_be_visible()
    plot = page.locator(".js-plotly-plot").first
    area = plot.locator(".nsewdrag").bounding_box()
    page.mouse.move(area["x"] + area["width"] / 2, area["y"] + area["height"] / 2)  # Plotly clicks on what it hovers over
    expect(plot.locator(".hoverlayer .hovertext")).to_be_visible()
    page.mouse.click(area["x"] + area["width"] / 2, area["y"] + area["height"] / 2)
    page.wait_for_url(re.compile(r"pg_first=0\+0\+1%3B\+2"))
    expect(page.get_by_test_id("stException")).to_have_count(0)
