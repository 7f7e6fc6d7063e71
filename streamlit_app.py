"""The app: page settings and navigation; everything else is in `dashboard`."""

import streamlit as st

from dashboard.kit import markup
from dashboard.pages import PAGES
from dashboard.state import navigation, selection

st.set_page_config(page_title="otcore · transport between languages", page_icon="🪡", layout="wide")
entries = {page.name: page.entry() for page in PAGES}
page = st.navigation(list(entries.values()))
navigation.remember(entries)
selection.begin(page.title)
st.html(markup.PAGE_STYLE)
page.run()
selection.end()
