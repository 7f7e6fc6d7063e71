"""The Errors page in a real Chromium: filter by a click, open a card, write a note, reload and find it, export and open the report."""

import json
import re

import pytest
from browsing import PATIENCE, chart, visits
from playwright.sync_api import Page, expect

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(900)]

_TRIES = 10
_MIDDLE = """(plot, [trace, bar]) => {
    const { xaxis, yaxis } = plot._fullLayout, box = plot.getBoundingClientRect(), found = plot.calcdata[trace][bar];
    return [box.left + xaxis._offset + xaxis.d2p((found.b + found.s / 2)), box.top + yaxis._offset + yaxis.d2p(found.p), found.s,
            JSON.stringify(plot.data[trace].customdata[bar])];
}"""
HOSTILE = '<img src=q onerror="window.hacked=1"> =1+1 "quoted" \'single\''


@pytest.fixture
def visit(chromium, address):
    with visits(chromium, address, settle) as open_page:
        yield open_page


def settle(page: Page) -> None:
    """Waits until the script has run and the whole page is drawn."""
    expect(page.get_by_text(re.compile("links of [AB] remain"))).to_be_visible(timeout=PATIENCE)
    expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning")


def remaining(page: Page) -> tuple[int, int]:
    """Pairs and links that the page says remain."""
    text = page.get_by_text(re.compile("links of [AB] remain")).inner_text().replace(",", "")
    found = re.match(r"(\d+) of \d+ pairs (\d+) of", text)
    return int(found[1]), int(found[2])


def click_bar(page: Page, place: int, trace: int, bar: int) -> list:
    """Clicks the middle of a horizontal bar; returns its customdata and length."""
    plot = chart(page, place)
    expect(plot.locator(".bars path").first).to_be_visible(timeout=PATIENCE)
    plot.scroll_into_view_if_needed()
    for _ in range(_TRIES):  # the page may still move under the pointer
        x, y, length, meaning = plot.evaluate(_MIDDLE, [trace, bar])
        page.mouse.move(x - 1, y)
        page.mouse.move(x, y, steps=3)
        try:
            expect(plot.locator(".hoverlayer .hovertext")).to_have_count(1, timeout=PATIENCE / _TRIES)
            break
        except AssertionError:
            page.mouse.move(0, 0)
    expect(plot.locator(".hoverlayer .hovertext")).to_have_count(1)
    page.mouse.click(x, y)
    return [json.loads(meaning), length]


def heading(page: Page):
    return page.get_by_role("heading", name=re.compile("^Pair "))


def write_note(page: Page, name: str, comment: str) -> None:
    box = page.get_by_role("textbox", name="Your name")
    box.fill(name)
    box.press("Tab")
    settle(page)
    page.get_by_role("textbox", name="Comment").fill(comment)
    page.get_by_role("button", name="Save note").click()
    expect(page.locator("p.note").filter(has_text=comment)).to_be_visible(timeout=PATIENCE)
    settle(page)


def test_from_a_click_to_a_report_that_opens(visit, tmp_path):
    page = visit("errors")
    everything = remaining(page)
    (meaning, length) = click_bar(page, 0, 2, 0)  # what B missed, for its commonest cause
    expect(page).to_have_url(re.compile(re.escape(meaning[0])))
    expect(page.get_by_role("button", name="Clear all filters")).to_be_visible(timeout=PATIENCE)
    settle(page)
    filtered = remaining(page)
    assert filtered[1] == length < everything[1]
    assert 0 < filtered[0] < everything[0]
    assert page.evaluate("document.querySelector('[data-testid=stMain]').scrollHeight") < 2_200, "a part of the page, not all of it"
    page.get_by_role("button", name="Show these pairs").click()
    expect(page.get_by_test_id("stDataFrame").first).to_be_visible()
    settle(page)
    assert remaining(page) == filtered

    first = heading(page).inner_text()
    page.keyboard.press("n")
    expect(heading(page)).not_to_have_text(first)
    expect(page).to_have_url(re.compile("er_pair="))
    settle(page)
    grid = page.get_by_test_id("stDataFrame").first  # the list; the links of the card follow
    grid.scroll_into_view_if_needed()
    box = grid.bounding_box()
    page.mouse.click(box["x"] + 16, box["y"] + 36 + 17)  # the tick box of the first row
    expect(heading(page)).to_have_text(first)
    settle(page)

    write_note(page, "Ann", HOSTILE)
    address = page.url
    page.reload()
    settle(page)
    assert page.url == address
    assert remaining(page) == filtered
    expect(heading(page)).to_have_text(first)
    expect(page.locator("p.note").filter(has_text=HOSTILE)).to_be_visible()
    assert page.evaluate("typeof window.hacked") == "undefined"
    assert page.locator("p.note img").count() == 0

    page.get_by_role("button", name="Keep for the report").click()
    settle(page)
    page.get_by_role("radio", name="Report, notes, rules").click()
    expect(page.get_by_text("The report holds 1 pairs")).to_be_visible(timeout=PATIENCE)
    settle(page)
    with page.expect_download() as download:
        page.get_by_role("button", name="HTML report").click()
    download.value.save_as(tmp_path / "report.html")  # a browser takes a file without that ending for plain text
    report = page.context.new_page()
    report.goto((tmp_path / "report.html").as_uri())
    expect(report.get_by_role("heading", level=1)).to_contain_text("base → aligned")
    expect(report.locator(".js-plotly-plot .bars path").first).to_be_visible()
    expect(report.locator("section svg")).to_have_count(2)
    expect(report.locator("p.note")).to_contain_text(HOSTILE)
    assert report.evaluate("typeof window.hacked") == "undefined"


def test_two_sessions_writing_at_once_lose_nothing(visit):
    first, second = visit("errors?er_pair=de:g002"), visit("errors?er_pair=de:g002")
    for page, name in ((first, "Ann"), (second, "Bo")):
        box = page.get_by_role("textbox", name="Your name")
        box.fill(name)
        box.press("Tab")
        settle(page)
        page.get_by_role("textbox", name="Comment").fill(f"by {name}, at once")
    for page in (first, second):  # both clicks are made before either is answered
        page.get_by_role("button", name="Save note").click(no_wait_after=True)
    for page in (first, second):
        settle(page)
    first.reload()
    settle(first)
    for name in ("Ann", "Bo"):
        expect(first.locator("p.note").filter(has_text=f"by {name}, at once")).to_be_visible(timeout=PATIENCE)
