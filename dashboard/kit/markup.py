"""Small pieces of HTML and Markdown; every piece of user text is escaped here before it becomes either."""

import html
import re

from otcore.text.languages import language


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


def legend(entries: list[tuple[str, str, str, str]], boxed: str) -> str:
    """(sign in the matrix, colour, CSS style of the line, meaning) in one wrapping line; at its end the meaning of a dashed word."""
    items = "".join(
        f'<span class="entry" style="--color:{escape_html(color)}">'
        f'<span class="stroke" aria-hidden="true" style="border-top:3px {escape_html(line)} var(--color)"></span>'
        f'<span class="sign" aria-hidden="true" style="color:var(--color)">{escape_html(sign)}</span>{escape_html(meaning)}</span>'
        for sign, color, line, meaning in entries
    )
    box = f'<span class="entry"><span class="box" aria-hidden="true">word</span>{escape_html(boxed)}</span>'
    return f"<style>{_LEGEND_CSS}</style><div class='legend'>{items}{box}</div>"


# Streamlit keeps a hand's breadth free around the page; a first figure should be in sight without scrolling.
PAGE_STYLE = (
    "<style>.stMainBlockContainer{padding-top:2.6rem;padding-bottom:3rem}"
    "@media(min-width:48rem){.stMainBlockContainer{padding-inline:2.5rem}}</style>"
)

_LEGEND_CSS = """
.legend{display:flex;flex-wrap:wrap;gap:.15rem .9rem;font-size:.84rem;line-height:1.6}
.legend .entry{display:inline-flex;align-items:center;gap:.3rem;white-space:nowrap}
.legend .stroke{width:1.3rem;height:0}
.legend .sign{font-size:1.05rem;line-height:1}
.legend .sign:empty{display:none}
.legend .box{border:1.5px dashed currentColor;border-radius:6px;padding:0 .35rem;opacity:.65;font-size:.75rem}
"""
_NUMBERS_CSS = """
dl.numbers{display:grid;grid-template-columns:repeat(auto-fill,minmax(6.8rem,1fr));gap:.4rem .8rem;margin:0 0 .5rem;padding:0!important}
.numbers .number{border-left:3px solid #0072B2;padding:0 0 0 .6rem;cursor:help}
.numbers dt{font-size:.8rem;opacity:.75}
.numbers dd{font-size:1.25rem;font-variant-numeric:tabular-nums;margin:0;line-height:1.35}
"""
