"""The pages with their choices: the address of any page holds the choices of all, so all are declared here."""

import importlib

from dashboard.pages.listing import PAGES

for _page in PAGES:
    importlib.import_module(f"dashboard.pages.{_page.name}.choices")
