"""Work in the background: comparisons and fine-tuning runs, one queue each for all sessions."""

import streamlit as st

from dashboard.background.encoders import encoder
from dashboard.background.jobs import Jobs, Snapshot
from dashboard.pages.compare.selection import Comparison
from otcore.encoders import encoder_stamp
from otcore.evaluation import Evaluation, compare


@st.cache_resource(show_spinner=False)
def jobs() -> Jobs:
    """The background worker, one for all sessions."""
    return Jobs()


def comparison(chosen: Comparison) -> Snapshot:
    """How the job of a comparison stands; it is queued where there is none yet, and its result kept.

    raises: InputError   an encoder cannot be had
    """
    key = _comparison_key(chosen)
    known = jobs().snapshot(key)
    if known:  # what is computed needs no encoder any more
        return known
    encoders = [encoder(name) for name in chosen.encoders]

    def work(handle) -> Evaluation:
        return compare(encoders, chosen.settings, progress=handle.progress, stop=handle.stopped)

    return jobs().submit(key, "comparison of " + ", ".join(chosen.encoders), work)


def _comparison_key(chosen: Comparison) -> str:
    """Names and settings, and of a run when its encoder was written: a run may be made anew under an old name."""
    return repr(("comparison", [(name, encoder_stamp(name)) for name in chosen.encoders], chosen.settings))
