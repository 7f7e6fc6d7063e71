"""Files made from Jinja templates that lie beside the code: what people wrote is escaped by what the file is, unless a template calls
it safe."""

import functools
from pathlib import Path

import jinja2
from markupsafe import Markup

from dashboard.kit.markup import escape_markdown, isolated


def render(template: Path, **values: object) -> str:
    """The text of a template with these values: HTML and SVG are escaped as such, of a Markdown file every text is escaped as text in
    Markdown; numbers stay."""
    environment = _environment(template.parent, template.suffix == ".md")
    return environment.get_template(template.name).render(**values)


@functools.cache
def _environment(folder: Path, markdown: bool) -> jinja2.Environment:
    options = {"finalize": _as_markdown} if markdown else {"autoescape": True}
    loader = jinja2.FileSystemLoader(folder)
    made = jinja2.Environment(loader=loader, trim_blocks=True, lstrip_blocks=True, undefined=jinja2.StrictUndefined, **options)
    made.filters["isolated"] = lambda text, code: Markup(isolated(text, code))
    return made


def _as_markdown(value: object) -> object:
    return escape_markdown(value) if isinstance(value, str) and not isinstance(value, Markup) else value
