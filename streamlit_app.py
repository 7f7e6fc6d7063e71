"""The app: page settings and navigation; everything else is in `dashboard`."""

import streamlit as st

from dashboard.background import budget
from dashboard.kit import markup
from dashboard.kit.components.history import one_entry_a_page
from dashboard.pages.listing import PAGES, load_others, page_of

budget.settle()  # before anything that computes is loaded
st.set_page_config(page_title="otcore · transport between languages", page_icon="🪡", layout="wide")
entries = {page.name: page.entry() for page in PAGES}
page = st.navigation(list(entries.values()))
st.set_page_config(page_title=f"{page.title} · otcore")
st.html(markup.PAGE_STYLE)
one_entry_a_page()
page_of(page.title).load("dashboard.pages.registry")  # the address of any page holds the choices of all

from dashboard import state  # noqa: E402  brings numpy and the settings of the engine
from dashboard.kit.components import visitor  # noqa: E402

state.remember("pages", entries)
state.forget_replaced()
state.begin(page.title)
page.run()
state.end(page.title)
visitor.remember()
load_others()
