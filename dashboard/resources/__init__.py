"""Every cache of the app. Keys are names and plain values, never arrays; what is cached is shared and never changed.

One file a subject; a new page adds its file here.
"""

from dashboard.resources.aligning import Swept, aligned, over_epsilons, over_layers, pair_of, with_epsilon
from dashboard.resources.encoders import collection, encoder, encoder_names, layers_of, usable_encoder
from dashboard.resources.errors import analyses, analysis_of, card_of, corpus_of, found_by, notes
from dashboard.resources.learn import LESSON_ENGINE
from dashboard.resources.space import Picture, space_jobs, space_picture, warm_projection
from dashboard.resources.work import comparison, course_of, jobs, plan_of, trainings

__all__ = [
    "LESSON_ENGINE",
    "Picture",
    "Swept",
    "aligned",
    "analyses",
    "analysis_of",
    "card_of",
    "collection",
    "comparison",
    "corpus_of",
    "course_of",
    "encoder",
    "encoder_names",
    "found_by",
    "jobs",
    "layers_of",
    "notes",
    "over_epsilons",
    "over_layers",
    "pair_of",
    "plan_of",
    "space_jobs",
    "space_picture",
    "trainings",
    "usable_encoder",
    "warm_projection",
    "with_epsilon",
]
