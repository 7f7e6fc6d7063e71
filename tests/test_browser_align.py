"""What moves on the Align page, in a real Chromium: the film over ε, one's own words, links drawn by hand."""

import re

import pytest
from browsing import visits
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser

MOVED = """(slider) => {
    const root = slider.getRootNode();
    const seen = () => ({
        lines: [...root.querySelectorAll('.line')].map((path) => path.getAttribute('style') + path.getAttribute('class')).join(),
        cells: [...root.querySelectorAll('.plan rect')].map((cell) => cell.style.fill).join(),
        told: root.querySelector('.told').textContent,
        nulls: [...root.querySelectorAll('.chip.null')].map((chip) => chip.textContent).join(),
    });
    const before = seen();
    slider.value = slider.max;
    slider.dispatchEvent(new Event('input', { bubbles: true }));
    const after = seen();
    return Object.fromEntries(Object.keys(before).map((name) => [name, [before[name], after[name]]]));
}"""


@pytest.fixture
def visit(chromium, address):
    with visits(chromium, address, settle) as open_page:
        yield open_page


def settle(page: Page) -> None:
    expect(page.locator(".side.source .chip").first).to_be_visible()
    expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning")


def chip(page: Page, side: str, place: int):
    return page.locator(f".side.{side} .chip").nth(place)


def test_epsilon_moves_lines_and_plan_together_without_the_server(visit):
    page = visit()
    slider = page.get_by_role("slider", name="ε, moved in the picture")
    for name, (before, after) in slider.evaluate(MOVED).items():
        assert before != after, f"{name} moved within the event itself"
    (rate,) = re.findall(r"error rate against gold (0\.\d\d)", page.locator(".told").inner_text())
    assert rate > "0.00", "where ε is large the first example goes wrong"
    assert page.url.rstrip("/").count("?") == 0, "nothing was asked of the server yet"
    slider.dispatch_event("change")
    expect(page).to_have_url(re.compile("epsilon="))
    settle(page)
    assert f"error rate against gold {rate}" in page.locator(".told").inner_text()
    expect(page.locator("dl.numbers dd").first).to_have_text(rate)


def test_the_first_screen_reads_without_scrolling(visit):
    page = visit(viewport={"width": 1280, "height": 800})
    for part in (
        page.get_by_text("finds which word of a sentence"),
        page.get_by_role("textbox", name="German text"),
        page.locator(".told"),
    ):
        box = part.bounding_box()
        assert box["y"] + box["height"] <= 800
    assert "How sure" in page.locator(".told").inner_text()
    grid = page.get_by_test_id("stDataFrame").first
    assert (
        grid.evaluate("table => table.querySelector('.dvn-scroller').scrollWidth - table.querySelector('.dvn-scroller').clientWidth") <= 1
    )


def test_ones_own_text_is_asked_about_and_stays_on_its_page(visit):
    page = visit("?target=cs")
    box = page.get_by_role("textbox", name="Czech text")
    box.fill("Moja ciotka nie wyłącza ekspresu do kawy.")
    box.press("Control+Enter")
    expect(page.get_by_text("This looks like Polish, not Czech.")).to_be_visible()
    expect(page).to_have_url(re.compile("text2=Moja"))
    page.get_by_role("button", name="Take it as Polish").click()
    expect(page.get_by_text("was not trained on Polish")).to_be_visible()
    expect(page).to_have_url(re.compile("target=pl"))
    settle(page)
    opacity = float(page.locator(".line:not(.faint)").first.evaluate("path => path.style.getPropertyValue('--opacity')"))
    assert opacity <= 0.45
    box = page.get_by_role("combobox", name=re.compile(r"\bFrom"))
    box.click()
    box.fill("Klingon!")
    box.press("Enter")
    expect(page.get_by_text("“Klingon!” is no language known here")).to_be_visible()
    settle(page)
    assert "source" not in page.url
    page.get_by_role("link", name="Playground").click()
    expect(page).to_have_url(re.compile("playground"))
    expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning")
    expect(page).to_have_url(re.compile("target=pl"))
    assert "Moja" not in page.url
    assert "text1" not in page.url
    page.get_by_role("link", name="Align").click()
    expect(page).to_have_url(re.compile("text2=Moja"))


def test_links_are_drawn_by_hand_saved_and_judged_by(visit):
    page = visit("?sentence=own&text1=a+red+cat&text2=eine+rote+Katze")
    page.get_by_text("Draw links by hand").click()
    expect(page.get_by_role("button", name="From nothing")).to_be_visible()
    settle(page)
    page.get_by_role("button", name="From nothing").click()
    expect(page).to_have_url(re.compile("hand=%3D"))
    expect(page.locator(".line.hand")).to_have_count(0)
    settle(page)
    for place in range(3):
        chip(page, "source", place).click()
        expect(chip(page, "source", place)).to_have_class(re.compile("begun"))
        chip(page, "target", place).click()
        expect(page.locator(".line.hand")).to_have_count(place + 1)
        expect(page).to_have_url(re.compile(f"{place}-{place}"))
        settle(page)
    chip(page, "source", 1).click()
    chip(page, "target", 1).click()
    expect(page.locator(".line.maybe")).to_have_count(1)
    expect(page).to_have_url(re.compile(r"1%3F1"))
    settle(page)
    with page.expect_download() as download:
        page.get_by_role("button", name="Pharaoh by hand").click()
    assert download.value.path().read_text() == "0-0 1?1 2-2\n"
    assert download.value.suggested_filename == "align-en-de-own-hand.pharaoh"
    page.get_by_role("textbox", name="Your name").fill("Ada")
    page.get_by_role("textbox", name="Your name").press("Enter")
    settle(page)
    page.get_by_role("button", name="Save as gold").click()
    expect(page.get_by_text("Saved: 3 links")).to_be_visible()
    other = visit("?sentence=own&text1=a+red+cat&text2=eine+rote+Katze")
    expect(other.get_by_text("Gold drawn by Ada: 3 links.")).to_be_visible()
    assert "AER" in other.locator("dl.numbers").inner_text()


def test_copy_link_is_a_button(visit):
    page = visit("?target=fr&sentence=g004", permissions=["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Copy link").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == page.url
