"""Below a choice of encoder: what a name is whose files are not on this machine, and its download."""

import streamlit as st

from dashboard import background
from dashboard.kit import markup, waiting
from dashboard.kit.explain import explain
from otcore.base.errors import InputError
from otcore.encoders.facts import Facts, readable_size


def offer(name: str) -> None:
    """Nothing for an encoder that is here; else its size, languages and licence with a button, the progress of its download, or a
    sentence on why it cannot be had. To be drawn once a page for each name."""
    if not background.is_absent(name):
        return
    found = background.download_of(name)
    if found is not None:
        waiting.show(found, lambda _: st.rerun(), name=f"download of {name}")
        return
    facts, problem = background.facts_of(name)
    if facts is None:
        st.info(markup.escape_markdown(problem))
        return
    st.markdown(f"**{markup.escape_markdown(name)}** is not on this machine yet.")
    st.caption("  \n".join(f"{label}: {markup.escape_markdown(text)}" for label, text in _rows(facts).items()))
    kept = "Kept in the model hub's cache on the machine that runs this app; it can be cancelled."
    label = f"Download {readable_size(facts.size)}"
    if st.button(label, key=f"download of {name}", icon=":material/download:", help=kept):
        try:
            background.start_download(name)
        except InputError as error:
            explain(error)
        else:
            st.rerun()


def _rows(facts: Facts) -> dict[str, str]:
    languages, parameters = facts.languages, facts.parameters
    rows = {
        "Size": readable_size(facts.size),
        "Languages" + (f" ({len(languages)})" if len(languages) > 1 else ""): ", ".join(languages) or "not told by its card",
        "Licence": facts.licence or "not told by its card",
        "Architecture": facts.architecture or "not told",
    }
    return rows | ({"Parameters": f"{parameters / 1e6:,.0f} million"} if parameters else {})
