"""Pieces of HTML and Markdown, and files from templates, which lie beside the code that fills them in; every piece of user text is
escaped here before it becomes either."""

import html
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from otcore.text.languages import language

_PATH = re.compile(r"(?<![\w./:])(?:/[\w.@+~=-]+){2,}")
_LOADER = FileSystemLoader(Path(__file__).resolve().parents[1])
PAGE_STYLE = "<style>" + (Path(__file__).with_name("page.css")).read_text(encoding="utf-8") + "</style>"


def escape_html(text: object) -> str:
    """Text as HTML text or attribute."""
    return html.escape(str(text), quote=True)


def escape_markdown(text: str) -> str:
    """Text as Markdown text: nothing in it is formatting, a link, a formula, an emoji code or a colour."""
    return re.sub(r"([\\`*_{}\[\]()<>#+\-.!|~$:&])", r"\\\1", text.replace("\n", " "))


def told(sentence: object) -> str:
    """What the engine says, as Markdown: user text in it stays text, and of a file or folder of this machine only the name is told."""
    return escape_markdown(_PATH.sub(_name, str(sentence)))


def _name(found: re.Match) -> str:
    path = Path(found[0])
    return path.name if path.exists() or path.parent.is_dir() else found[0]


def isolated(text: str, code: str) -> str:
    """Text in its own language and direction, inside other text."""
    return f'<bdi lang="{escape_html(code)}" dir="{language(code).direction}">{escape_html(text)}</bdi>'


def numbers(entries: list[tuple[str, str, str]]) -> str:
    """A grid of (name, value, explanation) that fits any width; the explanation shows on hover and to screen readers."""
    return filled("kit/numbers.html", {"entries": entries})


def legend(entries: list[tuple[str, str, str, str]], boxed: str) -> str:
    """(sign in the matrix, colour, CSS style of the line, meaning) in one wrapping line; at its end the meaning of a dashed word."""
    return filled("kit/legend.html", {"entries": entries, "boxed": boxed})


def filled(template: str, values: Mapping[str, Any]) -> str:
    """A template with its values. Text is escaped as text in HTML or SVG, or in a Markdown file as text in Markdown; what is meant as
    it stands comes as `markupsafe.Markup`.

    template: its path within `dashboard`
    """
    return (_MARKDOWN if template.endswith(".md") else _HTML).get_template(template).render(values)


def _environment(**how: Any) -> Environment:
    made = Environment(loader=_LOADER, trim_blocks=True, lstrip_blocks=True, undefined=StrictUndefined, **how)
    made.globals["isolated"] = lambda text, code: Markup(isolated(text, code))
    return made


def _as_markdown(value: Any) -> Any:
    return escape_markdown(value) if isinstance(value, str) and not isinstance(value, Markup) else value


_HTML, _MARKDOWN = _environment(autoescape=True), _environment(finalize=_as_markdown)
