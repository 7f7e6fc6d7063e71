"""The pages, in the order of the navigation."""

import importlib
from dataclasses import dataclass

import streamlit as st

from dashboard.kit.explain import explain
from otcore.base.errors import InputError


@dataclass(frozen=True)
class Page:
    """A page of the app: its folder and address, its title, its icon."""

    name: str
    title: str
    icon: str

    def draw(self) -> None:
        """The page; its code is loaded when it is first opened, and an error that a person can put right is told in its place."""
        try:
            importlib.import_module(f"dashboard.pages.{self.name}.page").page()
        except InputError as error:
            explain(error)

    def entry(self) -> st.Page:
        """The page in Streamlit's navigation; the first one is home."""
        return st.Page(self.draw, title=self.title, url_path=self.name, icon=f":material/{self.icon}:", default=self is PAGES[0])


PAGES = (
    Page("align", "Align", "link"),
    Page("space", "Space", "bubble_chart"),
    Page("search", "Search", "search"),
    Page("finetune", "Fine-tune", "model_training"),
    Page("compare", "Compare", "compare_arrows"),
    Page("errors", "Errors", "troubleshoot"),
    Page("learn", "Learn", "school"),
    Page("playground", "Playground", "toys"),
)


for _page in PAGES:  # the address of any page holds the choices of all
    importlib.import_module(f"dashboard.pages.{_page.name}.choices")
