"""Files from templates, which lie beside the code that fills them in; all that goes into one is escaped by what the file is."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from dashboard.kit import markup

_LOADER = FileSystemLoader(Path(__file__).resolve().parents[1])


def filled(template: str, values: Mapping[str, Any]) -> str:
    """A template with its values. Text is escaped as text in HTML or SVG, or in a Markdown file as text in Markdown; what is meant as
    it stands comes as `markupsafe.Markup`.

    template: its path within `dashboard`
    """
    return (_MARKDOWN if template.endswith(".md") else _HTML).get_template(template).render(values)


def _environment(**how: Any) -> Environment:
    made = Environment(loader=_LOADER, trim_blocks=True, lstrip_blocks=True, undefined=StrictUndefined, **how)
    made.globals["isolated"] = lambda text, code: Markup(markup.isolated(text, code))
    return made


def _as_markdown(value: Any) -> Any:
    return markup.escape_markdown(value) if isinstance(value, str) and not isinstance(value, Markup) else value


_HTML, _MARKDOWN = _environment(autoescape=True), _environment(finalize=_as_markdown)
