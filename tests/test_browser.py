"""The app as it really is: the server, a real Chromium, and what stands on the screen afterwards."""

import re
from pathlib import Path
from xml.etree import ElementTree

import pytest
from browsing import chart, visits
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser

EXAMPLE = ["She", "put", "two", "glasses", "of", "apple", "juice", "on", "the", "tray", "."]


@pytest.fixture
def visit(chromium, address):
    with visits(chromium, address, settle) as open_page:
        yield open_page


def settle(page: Page) -> None:
    """Waits until the script has run and both kinds of figures are drawn."""
    expect(chips(page).first).to_be_visible()
    expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning")


def chips(page: Page, side: str = "source"):
    return page.locator(f".side.{side} .chip")


def pressed(page: Page) -> list[str]:
    return page.locator('.chip[aria-pressed="true"]').all_text_contents()


def numbers(page: Page) -> str:
    return page.locator("dl.numbers").inner_text()


def click_cell(page: Page, row: int, column: int) -> None:
    """Clicks into the middle of a cell of the matrix."""
    plan = chart(page)
    expect(plan.locator(".hm image")).to_have_count(1)
    plan.scroll_into_view_if_needed()
    x, y = plan.evaluate(
        """(plot, [row, column]) => {
            const { xaxis, yaxis } = plot._fullLayout, box = plot.getBoundingClientRect();
            return [box.left + xaxis._offset + xaxis.d2p(column), box.top + yaxis._offset + yaxis.d2p(row)];
        }""",
        [row, column],
    )
    page.mouse.move(x - 2, y - 2)
    page.mouse.move(x, y, steps=3)
    expect(plan.locator(".hoverlayer .hovertext")).to_have_count(1)
    page.mouse.click(x, y)


def choose(page: Page, label: str, option: str) -> None:
    """Types into a select box and takes the answer."""
    box = page.get_by_role("combobox", name=re.compile(rf"\b{label}$|^{label}\b"))
    box.click()
    box.fill(option)
    page.get_by_role("option", name=re.compile(option)).first.click()


def test_opening_shows_a_finished_example(visit):
    page = visit()
    assert chips(page).all_text_contents() == EXAMPLE
    assert page.locator(".line:not(.faint)").count() >= 5
    expect(page.locator(".js-plotly-plot")).to_have_count(2)
    assert "AER" in numbers(page)
    assert page.locator(".side.source").get_attribute("aria-label") == "Source sentence, English"


def test_arabic_chips_run_from_right_to_left(visit):
    page = visit()
    choose(page, "To", "Arabic")
    expect(page.locator(".side.target")).to_have_attribute("dir", "rtl")
    expect(page).to_have_url(re.compile("target=ar"))
    first, last = chips(page, "target").first.bounding_box(), chips(page, "target").last.bounding_box()
    assert first["x"] > last["x"]


def test_epsilon_moves_by_keyboard(visit):
    page = visit()
    before = numbers(page)
    slider = page.get_by_role("slider", name="ε, entropic strength")
    for value in ("0.13", "0.16", "0.2"):
        slider.press("ArrowRight")
        expect(page).to_have_url(re.compile(f"epsilon={re.escape(value)}"))
        settle(page)
    expect(page.locator("dl.numbers")).not_to_have_text(before, use_inner_text=True)
    settle(page)
    assert numbers(page) != before


def test_a_cell_is_marked_everywhere_and_the_address_restores_it(visit):
    page = visit("?sentence=g004")
    row, column = 2, 1
    words = [chips(page).nth(row).text_content(), chips(page, "target").nth(column).text_content()]
    click_cell(page, row, column)
    expect(page).to_have_url(re.compile(f"mark={row}-{column}"))
    expect(page.locator('.chip[aria-pressed="true"]')).to_have_text(words)
    settle(page)
    assert chart(page).evaluate("plot => plot.layout.shapes.length") == 2

    state = (page.url, pressed(page), chips(page, "target").all_text_contents(), numbers(page))
    page.reload()
    settle(page)
    expect(page.locator("dl.numbers")).to_be_visible()
    assert (page.url, pressed(page), chips(page, "target").all_text_contents(), numbers(page)) == state

    click_cell(page, row, column)
    expect(page.locator('.chip[aria-pressed="true"]')).to_have_count(0)
    expect(page).not_to_have_url(re.compile("mark"))


def test_a_cell_answers_to_every_click_whatever_else_was_marked_between(visit):
    page = visit("?sentence=g004")
    cell = [chips(page).nth(2).text_content(), chips(page, "target").nth(1).text_content()]
    marked = page.locator('.chip[aria-pressed="true"]')
    for expected in (cell, [], cell):
        click_cell(page, 2, 1)
        expect(marked).to_have_text(expected)
        settle(page)
    chips(page).first.click()
    expect(marked).to_have_text([chips(page).first.text_content()])
    settle(page)
    click_cell(page, 2, 1)
    expect(marked).to_have_text(cell)


def test_a_marked_link_comes_first_in_the_table(visit):
    page = visit()
    grid = page.get_by_test_id("stDataFrame").locator("table")
    fourth = grid.locator("tbody tr").nth(3).locator("td")
    expect(fourth.filter(has_text=re.compile(rf"^({'|'.join(map(re.escape, EXAMPLE))})$")).first).to_be_attached()
    last = fourth.all_text_contents()
    source = next(k for k, word in enumerate(EXAMPLE) if word in last)
    chips(page).nth(source).click()
    expect(grid.locator("tbody tr").first).to_contain_text("➤")
    expect(grid.locator("tbody tr").first).to_contain_text(EXAMPLE[source])


def test_a_chip_is_marked_and_unmarked(visit):
    page = visit()
    chips(page, "target").nth(1).click()
    expect(chips(page, "target").nth(1)).to_have_attribute("aria-pressed", "true")
    expect(page).to_have_url(re.compile("mark=-1"))
    settle(page)
    chips(page, "target").nth(1).click()
    expect(page.locator('.chip[aria-pressed="true"]')).to_have_count(0)
    expect(page).not_to_have_url(re.compile("mark"))


def test_keyboard_alone_marks_a_word_and_keeps_its_place(visit):
    page = visit()
    page.get_by_role("textbox", name="German text").focus()
    for _ in range(4):
        page.keyboard.press("Tab")
        if page.evaluate(FOCUSED) == EXAMPLE[0]:
            break
    assert page.evaluate(FOCUSED) == EXAMPLE[0]
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("mark=0-"))
    expect(chips(page).first).to_have_attribute("aria-pressed", "true")
    settle(page)
    assert page.evaluate(FOCUSED) == EXAMPLE[0]
    page.keyboard.press("Tab")
    assert page.evaluate(FOCUSED) == EXAMPLE[1]


FOCUSED = """() => {
    let element = document.activeElement;
    while (element?.shadowRoot?.activeElement) element = element.shadowRoot.activeElement;
    return element?.textContent;
}"""


def test_own_text_is_text(visit):
    page = visit()
    box = page.get_by_role("textbox", name="English text")
    hostile = "<script>window.hacked=1</script><b>x</b><img src=q onerror=window.hacked=1>"
    box.fill(hostile)
    box.press("Control+Enter")
    expect(chips(page).first).to_have_text("<")
    settle(page)
    assert "".join(chips(page).all_text_contents()).startswith("<script>window.hacked=1</script><b>x</b>")
    chips(page).nth(1).hover()
    expect(page.locator(".tip.shown")).to_contain_text("script")
    page.reload()
    settle(page)
    assert "".join(chips(page).all_text_contents()).startswith("<script>window.hacked=1</script><b>x</b>")
    assert page.evaluate("typeof window.hacked") == "undefined"
    assert page.locator(".pair b, .pair img, .js-plotly-plot script").count() == 0


def test_files_can_be_saved(visit):
    page = visit("?sentence=g100&encoder=base")  # links of every status, whatever the default encoder learns
    shown = chips(page).all_text_contents()
    with page.expect_download() as download:
        page.get_by_role("button", name="Save SVG").click()
    assert download.value.suggested_filename == "align-en-de-g100.svg"
    root = ElementTree.parse(download.value.path()).getroot()
    texts = [element.text for element in root.iter("{http://www.w3.org/2000/svg}text")]
    assert texts[: len(shown)] == shown
    assert {"hit (sure in gold)", "false (not in gold)", "missed gold link", "linked to nothing"} <= {*texts}
    dashed = [box for box in root.iter("{http://www.w3.org/2000/svg}rect") if box.get("stroke-dasharray")]
    assert len(dashed) == page.locator(".chip.null").count() + 1, "every word without a link, and the legend's"
    assert len(list(root.iter("{http://www.w3.org/2000/svg}path"))) >= 5
    with page.expect_download() as download:
        page.get_by_role("button", name="Pharaoh", exact=True).click()
    assert download.value.suggested_filename == "align-en-de-g100.pharaoh"
    assert re.fullmatch(r"\d+-\d+( \d+-\d+)*\n", Path(download.value.path()).read_text())


def test_a_phone_in_the_dark(visit):
    page = visit("?target=ja", viewport={"width": 390, "height": 800}, color_scheme="dark", has_touch=True)
    expect(page.locator(".pair")).to_have_class("pair columns")
    expect(page.locator("textarea").first).to_have_css("unicode-bidi", "plaintext")  # what is typed has a direction of its own
    expect(chart(page)).to_be_visible()
    assert page.get_by_test_id("stMain").evaluate("main => main.scrollWidth <= main.clientWidth")
    boxes = [page.locator(".pair").bounding_box(), chart(page).bounding_box()]
    assert all(box["x"] >= 0 and box["x"] + box["width"] <= 390 for box in boxes)
    background, text = page.evaluate(
        "() => { const look = getComputedStyle(document.querySelector('[data-testid=stApp]')); return [look.backgroundColor, look.color] }"
    )
    assert brightness(background) < 80
    assert brightness(text) > 170
    chip = chips(page).first.evaluate("chip => { const look = getComputedStyle(chip); return [look.backgroundColor, look.color] }")
    assert brightness(chip[0]) < 100
    assert brightness(chip[1]) > 160


def brightness(color: str) -> float:
    red, green, blue = (float(number) for number in re.findall(r"[\d.]+", color)[:3])
    return 0.3 * red + 0.6 * green + 0.1 * blue


def test_two_visitors_do_not_disturb_each_other(visit):
    first, second = visit("?target=fr&sentence=g128"), visit("?target=es&sentence=g128")
    chips(first).nth(1).click()
    expect(chips(first).nth(1)).to_have_attribute("aria-pressed", "true")
    chips(second).nth(2).click()
    expect(chips(second).nth(2)).to_have_attribute("aria-pressed", "true")
    assert pressed(first) == [EXAMPLE[1]]
    assert pressed(second) == [EXAMPLE[2]]
    assert "target=fr" in first.url
    assert "target=es" in second.url


def test_side_by_side_has_two_of_everything(visit):
    page = visit("?compare=1&encoder_b=aligned&solver_b=exact")
    expect(page.locator(".pair")).to_have_count(2)
    expect(page.locator(".js-plotly-plot")).to_have_count(4)
    page.locator(".pair").nth(1).locator(".side.source .chip").nth(2).click()
    expect(page.locator('.chip[aria-pressed="true"]')).to_have_count(2)
