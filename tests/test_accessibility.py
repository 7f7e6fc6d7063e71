"""Every page under axe-core, in both themes, and what it cannot see: titles, headings, names, contrast of figures, one press of Back."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from browsing import chart, visits
from playwright.sync_api import Page, expect

from dashboard.pages.listing import PAGES

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]

ADDRESSES = {page.name: "" if page is PAGES[0] else page.name for page in PAGES} | {
    "a lesson": "learn?lesson=earth",
    "a lesson for a class": "learn?lesson=loss&teacher=1",
}
# Letters of figures against what they stand on: axe leaves drawings out.
LETTERS = ".js-plotly-plot :is(.xtick, .ytick, .cbaxis, .cbtitle) text, .js-plotly-plot text:is(.gtitle, .xtitle, .ytitle, .legendtext)"
FAINT = """() => {
    const parse = (color) => (color.match(/[\\d.]+/g) || []).map(Number);
    const light = (rgb) => rgb.map((c) => c / 255).map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4))
        .reduce((sum, c, k) => sum + c * [0.2126, 0.7152, 0.0722][k], 0);
    const paper = parse(getComputedStyle(document.querySelector('[data-testid="stApp"]')).backgroundColor).slice(0, 3);
    return [...document.querySelectorAll('LETTERS')]
        .filter((text) => text.textContent.trim() && text.getClientRects().length)
        .map((text) => {
            const look = getComputedStyle(text), share = Number(look.fillOpacity) * Number(look.opacity);
            const ink = parse(look.fill).slice(0, 3).map((c, k) => share * c + (1 - share) * paper[k]);
            const [high, low] = [light(ink), light(paper)].sort((a, b) => b - a);
            return [(high + 0.05) / (low + 0.05), text.textContent];
        })
        .filter(([ratio]) => ratio < 4.5);
}""".replace("LETTERS", LETTERS)
BACKGROUND = "getComputedStyle(document.querySelector('[data-testid=stApp]')).backgroundColor"

# what is still faded, on its way, or in letters of another width than it will have
AT_REST = """() => !document.querySelector('[data-stale="true"]') && document.fonts.status === 'loaded' && document.getAnimations()
    .every((one) => one.playState !== 'running' || one.effect.getComputedTiming().iterations === Infinity)"""


@pytest.fixture
def visit(chromium, address):
    with visits(chromium, address, settle) as open_page:
        yield open_page


def settle(page: Page) -> None:
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning")
    page.wait_for_function(AT_REST)


def found_by_axe(page: Page) -> list[str]:
    """What is serious or worse and stays so, with the piece of the page that it is about: what is drawn anew is pale for a moment."""
    for _ in range(10):
        found = _found(page)
        if not found:
            break
        page.wait_for_timeout(1_000)
        settle(page)
    return found


def _found(page: Page) -> list[str]:
    results = Axe().run(page, options={"resultTypes": ["violations"], "preload": False}).response
    serious = [one for one in results["violations"] if one["impact"] in ("serious", "critical")]
    return [f"{one['id']}: {node['html'][:200]}" for one in serious for node in one["nodes"]]


@pytest.mark.parametrize("name", ADDRESSES)
def test_a_page_is_free_of_serious_faults_in_both_themes(visit, name):
    page = visit(ADDRESSES[name], color_scheme="light")
    expect(page.get_by_role("heading", level=1)).to_have_count(1)
    title = next((one.title for one in PAGES if one.name == name), "Learn")
    expect(page).to_have_title(f"{title} · otcore")
    signs = page.get_by_role("button", name=re.compile(r"^[^\w]*$")).filter(visible=True)
    assert signs.evaluate_all("buttons => buttons.map((button) => button.outerHTML.slice(0, 200))") == [], "every button has a name"
    for theme in ("light", "dark"):
        page.emulate_media(color_scheme=theme)
        page.wait_for_function(f"light => (parseInt({BACKGROUND}.match(/[0-9]+/)[0]) > 128) === light", arg=theme == "light")
        settle(page)
        assert found_by_axe(page) == [], theme
        assert page.evaluate(FAINT) == [], theme


def test_a_chart_that_kept_the_other_themes_colours_is_readable(visit):
    page = visit("playground", color_scheme="dark")
    expect(chart(page).locator(".gtitle")).to_be_visible()
    page.evaluate(f"for (const text of document.querySelectorAll('{LETTERS}')) text.style.fill = 'rgb(49, 51, 63)'")
    assert page.evaluate(FAINT) == []


def test_back_is_one_press_for_each_page(visit):
    page = visit("learn?lesson=prices")
    start = page.evaluate("history.length")
    for name, entries in (("Playground", 1), ("Search", 2)):
        page.get_by_role("link", name=name).click()
        expect(page.get_by_role("heading", level=1)).to_have_text(name)
        expect(page).to_have_url(re.compile(f"{name.lower()}\\?lesson=prices"))
        assert page.evaluate("history.length") == start + entries
    for name in ("Playground", "3 · Prices"):
        page.go_back()
        expect(page.get_by_role("heading", level=1)).to_have_text(name)
    expect(page).to_have_url(re.compile("learn\\?lesson=prices"))
    settle(page)
    page.get_by_role("button", name="Next: 4").click()
    expect(page).to_have_url(re.compile("lesson=blur"))
    settle(page)
    page.go_back()
    expect(page.get_by_role("heading", level=1)).to_have_text("3 · Prices")


@pytest.mark.parametrize("name", ["", "playground", "compare"])
def test_on_a_phone_a_table_lies_on_nothing_else(visit, name):
    page = visit(name, viewport={"width": 390, "height": 844}, has_touch=True)
    expect(page.get_by_test_id("stDataFrame").first).to_be_visible()
    settle(page)
    beyond = """() => [...document.querySelectorAll('[data-testid="stDataFrame"]')].map((table) => table.getBoundingClientRect().bottom
        - table.closest('[data-testid="stElementContainer"]').getBoundingClientRect().bottom).filter((pixels) => pixels > 1)"""
    assert page.evaluate(beyond) == []


def test_on_a_phone_the_buttons_of_a_table_cover_nothing(visit):
    page = visit("playground", viewport={"width": 390, "height": 844}, has_touch=True)
    table = page.get_by_test_id("stDataFrame")
    table.scroll_into_view_if_needed()
    table.tap()
    bar = page.get_by_test_id("stElementToolbar").filter(visible=True).first
    expect(bar).to_be_visible()
    above, heading = bar.bounding_box(), page.get_by_role("heading", name="All solvers").bounding_box()
    assert above["y"] >= heading["y"] + heading["height"] - 1
    assert above["y"] + above["height"] <= table.bounding_box()["y"] + 1
