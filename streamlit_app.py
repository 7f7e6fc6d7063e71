"""The app: page settings and navigation; everything else is in `dashboard`."""

import streamlit as st

from dashboard import state
from dashboard.kit import markup
from dashboard.pages.registry import PAGES

st.set_page_config(page_title="otcore · transport between languages", page_icon="🪡", layout="wide")
entries = {page.name: page.entry() for page in PAGES}
page = st.navigation(list(entries.values()))
state.remember("pages", entries)
state.begin(page.title)
st.html(markup.PAGE_STYLE)
page.run()
state.end()
