"""A lesson on paper: its words, its formula and its figures, tasks with room to write, and the answers on a page of their own."""

import re

from latex2mathml.converter import convert
from markupsafe import Markup

from dashboard.kit.charts import as_html
from dashboard.kit.markup import filled
from dashboard.pages.learn.lessons.types import Drawing, Lesson


def sheet(lesson: Lesson, drawing: Drawing, address: str) -> str:
    """An HTML file that needs no network; figures are those of the view that is shown.

    address: of that view, or nothing
    """
    from plotly.offline import get_plotlyjs

    values = {
        "lesson": lesson,
        "address": address,
        "formula": formula(lesson.formula),
        "symbols": {formula(symbol): inline(meaning) for symbol, meaning in lesson.symbols.items()},
        "sum": formula(drawing.latex),
        "numbers": drawing.numbers,
        "figures": [(Markup(as_html(picture.figure)), picture.alt, plain(picture.reading)) for picture in drawing.pictures],
        "library": Markup(get_plotlyjs()),
        "plain": plain,
    }
    return filled("pages/learn/sheet.html", values)


def formula(latex: str) -> Markup:
    """MathML of a formula, a block a line: browsers do not break lines inside one."""
    text = " ".join(re.sub(r"\\(begin|end)\{gathered\}", "", latex).split())
    return Markup("").join(Markup(convert(line.strip(), display="block")) for line in _lines(text) if line.strip())


def inline(text: str) -> Markup:
    """Text with formulas between dollar signs."""
    pieces = re.split(r"\$([^$]+)\$", text)
    return Markup("").join(Markup(convert(piece)) if place % 2 else plain(piece) for place, piece in enumerate(pieces))


def plain(text: str) -> str:
    """Text without the stars that make it slanted or bold on the page."""
    return text.replace("*", "")


def _lines(latex: str) -> list[str]:
    """A formula at its line breaks, not at those within a table of numbers."""
    tables = re.split(r"(\\begin\{pmatrix\}.*?\\end\{pmatrix\})", latex)
    return "".join(piece if place % 2 else piece.replace(r"\\", "\n") for place, piece in enumerate(tables)).split("\n")
