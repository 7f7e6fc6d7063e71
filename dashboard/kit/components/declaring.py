"""Components of our own from the files that lie beside their module."""

from pathlib import Path

import streamlit as st


def component(module: str, name: str, scripts: str, *, html: str = "<span hidden></span>", css: str = ""):
    """A component `otcore.NAME`; without `html` it shows nothing.

    module : the `__file__` of the module that declares it
    scripts: the names of its JavaScript files, which become one; css: that of its style sheet
    """

    def read(file: str) -> str:
        return (Path(module).parent / file).read_text(encoding="utf-8")

    style = {"css": read(css)} if css else {}
    return st.components.v2.component(f"otcore.{name}", html=html, js="\n".join(map(read, scripts.split())), **style)
