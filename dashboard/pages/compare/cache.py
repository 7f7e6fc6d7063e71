"""Comparisons in the background."""

from dashboard.background import work
from dashboard.background.encoders import encoder
from dashboard.background.jobs import MEDIUM, Snapshot
from dashboard.pages.compare.choices import CompareView
from otcore.encoders import encoder_stamp
from otcore.evaluation.comparison import compare


def comparison(chosen: CompareView) -> Snapshot:
    """How the job of a comparison stands; its result is an Evaluation.

    raises: InputError   an encoder cannot be had
    """
    settings = chosen.settings

    def prepare():
        encoders = [encoder(name) for name in chosen.encoders]
        return lambda tell: compare(encoders, settings, progress=tell.progress, stop=tell.stop)

    key = repr(("comparison", [(name, encoder_stamp(name)) for name in chosen.encoders], settings))
    return work.asked(key, "comparison of " + ", ".join(chosen.encoders), prepare, MEDIUM)
