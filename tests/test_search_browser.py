"""The Search page in a real Chromium: a query is typed, its results stand on the page, and one of them opens at Align."""

import re

import pytest
from browsing import PATIENCE, visits
from playwright.sync_api import Page, expect

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(600)]


@pytest.fixture
def visit(chromium, address):
    with visits(chromium, address, settle) as open_page:
        yield open_page


def settle(page: Page) -> None:
    """Waits until the whole text is searched and the script has run."""
    expect(page.locator(".found section").first).to_be_visible(timeout=PATIENCE)
    expect(page.get_by_role("button", name="Cancel")).to_have_count(0, timeout=2 * PATIENCE)
    expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning")


def test_a_query_is_typed_and_its_nearest_sentence_opens_at_align(visit):
    page = visit("search?se_in=en,ar&se_from=de")
    box = page.get_by_role("textbox", name="Look for")
    box.fill("Meine Tante schaltet die Kaffeemaschine nie aus.")
    box.press("Enter")
    expect(page).to_have_url(re.compile("se_query="))
    expect(page.locator(".found")).to_contain_text("My aunt", timeout=PATIENCE)
    settle(page)
    arabic = page.locator(".found p[lang=ar]").first
    assert arabic.evaluate("text => getComputedStyle(text).direction") == "rtl"
    page.reload()
    settle(page)
    expect(page.locator(".found")).to_contain_text("My aunt")
    first = page.locator(".found section").first.locator("li", has_text="coffee machine").last
    link = first.get_by_role("link", name="with its translation")
    expect(link).to_have_attribute("href", re.compile(r"sentence=g001"))
    link.click()
    expect(page.get_by_role("heading", name="Align")).to_be_visible()
    expect(page.locator(".chip").first).to_be_visible()


def test_a_phone_in_the_dark_has_the_encoders_one_below_the_other(visit):
    page = visit("search?se_in=en,ja", viewport={"width": 390, "height": 800}, color_scheme="dark", has_touch=True)
    expect(page.locator(".found .side").nth(1)).to_be_visible()
    main = "document.querySelector('[data-testid=stMain]')"
    page.wait_for_function(f"{main}.scrollWidth <= {main}.clientWidth")
    first, second = (page.locator(".found .side").nth(k).bounding_box() for k in (0, 1))
    assert second["y"] >= first["y"] + first["height"]
    with page.expect_download() as download:
        page.get_by_role("button", name="Results (CSV)").click()
    with open(download.value.path(), encoding="utf-8") as file:
        assert file.readline().startswith("query,query_language,encoder,language,rank")
