"""Small pieces of HTML and Markdown; every piece of user text is escaped here before it becomes either."""

import html
import re

from otcore.languages import language


def escape_html(text: object) -> str:
    """Text as HTML text or attribute."""
    return html.escape(str(text), quote=True)


def escape_markdown(text: str) -> str:
    """Text as Markdown text: nothing in it is formatting, a link, a formula, an emoji code or a colour."""
    return re.sub(r"([\\`*_{}\[\]()<>#+\-.!|~$:&])", r"\\\1", text.replace("\n", " "))


def isolated(text: str, code: str) -> str:
    """Text in its own language and direction, inside other text."""
    return f'<bdi lang="{escape_html(code)}" dir="{language(code).direction}">{escape_html(text)}</bdi>'


def numbers(entries: list[tuple[str, str, str]]) -> str:
    """A grid of (name, value, explanation) that fits any width; the explanation shows on hover and to screen readers."""
    cells = "".join(
        f'<div class="number" title="{escape_html(help)}"><dt>{escape_html(name)}</dt><dd>{escape_html(value)}</dd></div>'
        for name, value, help in entries
    )
    return f"<style>{_NUMBERS_CSS}</style><dl class='numbers'>{cells}</dl>"


def legend(entries: list[tuple[str, str, str]]) -> str:
    """(sign, colour, meaning) in one wrapping line."""
    items = " ".join(
        f'<span style="white-space:nowrap;margin-right:1rem"><span aria-hidden="true" style="color:{color}">{escape_html(sign)}</span> '
        f"{escape_html(meaning)}</span>"
        for sign, color, meaning in entries
    )
    return f'<div style="font-size:.85rem;line-height:1.6">{items}</div>'


# Streamlit keeps a hand's breadth free above the page; a first figure should be in sight without scrolling.
PAGE_STYLE = "<style>.stMainBlockContainer{padding-top:2.6rem;padding-bottom:3rem}</style>"

_NUMBERS_CSS = """
.numbers{display:grid;grid-template-columns:repeat(auto-fill,minmax(6rem,1fr));gap:.4rem .8rem;margin:0 0 .5rem;padding:0}
.numbers .number{border-left:3px solid #0072B2;padding:0 0 0 .6rem;cursor:help}
.numbers dt{font-size:.8rem;opacity:.75}
.numbers dd{font-size:1.25rem;font-variant-numeric:tabular-nums;margin:0;line-height:1.35}
"""
