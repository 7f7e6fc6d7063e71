"""HTML reports as a browser shows them: every chart whole, at the width of a desk and of a phone."""

import pytest
from playwright.sync_api import expect

from dashboard.pages.compare.choices import CompareView
from dashboard.pages.compare.report import html_report as compare_report
from dashboard.pages.errors.report import html_report as errors_report
from otcore.alignment.settings import AlignSettings
from otcore.analysis.analyse import analyse
from otcore.analysis.classes import RULES
from otcore.analysis.sources import bundled
from otcore.results.kind import KINDS
from otcore.results.kinds.links import LinksOf

pytestmark = [pytest.mark.browser, pytest.mark.slow]

# of each chart: whether it lies in its figure and that on the screen, how many labels and marks do not lie in it, and its rows
_BOXES = """() => [...document.querySelectorAll('.js-plotly-plot')].map(plot => {
    const figure = plot.closest('figure').getBoundingClientRect(), svg = plot.querySelector('.main-svg').getBoundingClientRect();
    const within = (inner, outer) => inner.left >= outer.left - 1 && inner.right <= outer.right + 1
        && inner.top >= outer.top - 1 && inner.bottom <= outer.bottom + 1;
    const marks = [...plot.querySelectorAll('text, .bars path, .heatmaplayer image, .points path')].map(one => one.getBoundingClientRect());
    const size = plot._fullLayout._size;
    const level = [...plot.querySelectorAll('.xtick text')]
        .filter(one => !/rotate\\((?!0\\D)/.test(one.getAttribute('transform') ?? ''))
        .map(one => one.getBoundingClientRect()).sort((a, b) => a.left - b.left);
    return {
        title: plot._fullLayout.title.text, rows: plot.querySelectorAll('.ytick').length,
        whole: within(svg, figure) && figure.right <= innerWidth + 1, clipped: marks.filter(one => one.width && !within(one, svg)).length,
        crowded: level.filter((one, k) => k && one.left < level[k - 1].right).length, area: [size.w, size.h],
    };
})"""


@pytest.fixture(scope="module")
def reports(tmp_path_factory) -> dict[str, str]:
    """Name → address of a report of what comes with the project."""
    folder, links = tmp_path_factory.mktemp("reports"), LinksOf(("de",), "test", AlignSettings())
    corpus = bundled(("de",), "test")
    analysis = analyse(corpus.pairs, [KINDS["links"].find((name,), links) for name in ("base", "aligned")])
    view = CompareView()
    evaluation = KINDS["comparisons"].find(view.encoders, view.settings)
    made = {"errors": errors_report(analysis, corpus, (0, 1), ()), "compare": compare_report(evaluation, view.measures, view.after)}
    for name, text in made.items():
        (folder / f"{name}.html").write_text(text, encoding="utf-8")
    return {name: (folder / f"{name}.html").as_uri() for name in made}


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("name", ["errors", "compare"])
def test_charts_of_a_report_are_whole(chromium, reports, name, width):
    page = chromium.new_page(viewport={"width": width, "height": 900})
    page.goto(reports[name])
    expect(page.locator(".js-plotly-plot .main-svg").first).to_be_visible()
    page.wait_for_function("[...document.querySelectorAll('.js-plotly-plot')].every(plot => plot.querySelector('.ytick'))")
    boxes = page.evaluate(_BOXES)
    assert all(box["whole"] and not box["clipped"] and not box["crowded"] for box in boxes), boxes
    assert all(min(box["area"]) > 80 for box in boxes), boxes
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    if name == "errors":
        assert [box["rows"] for box in boxes[:2]] == [len(RULES)] * 2, "a row a cause"
    else:
        assert {box["rows"] for box in boxes} == {len(CompareView().languages) + 1}, "a row a language, and the mean"
    page.close()
