"""The app: page settings and navigation; everything else is in `dashboard`."""

import streamlit as st

from dashboard import markup, selection

st.set_page_config(page_title="otcore · transport between languages", page_icon="🪡", layout="wide")
page = st.navigation(
    [
        st.Page("dashboard/pages/align.py", title="Align", icon=":material/link:", default=True),
        st.Page("dashboard/pages/space.py", title="Space", icon=":material/bubble_chart:"),
        st.Page("dashboard/pages/search.py", title="Search", icon=":material/search:"),
        st.Page("dashboard/pages/finetune.py", title="Fine-tune", icon=":material/model_training:"),
        st.Page("dashboard/pages/compare.py", title="Compare", icon=":material/compare_arrows:"),
        st.Page("dashboard/pages/errors.py", title="Errors", icon=":material/troubleshoot:"),
        st.Page("dashboard/pages/learn.py", title="Learn", icon=":material/school:"),
        st.Page("dashboard/pages/playground.py", title="Playground", icon=":material/toys:"),
    ]
)
selection.begin(page.title)
st.html(markup.PAGE_STYLE)
page.run()
selection.end()
