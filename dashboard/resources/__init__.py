"""Every cache of the app. Keys are names and plain values, never arrays; what is cached is shared and never changed.

One file a subject; a new page adds its file here.
"""

from dashboard.resources.aligning import Swept, aligned, over_epsilons, over_layers, pair_of, with_epsilon
from dashboard.resources.encoders import collection, encoder, encoder_names, layers_of, usable_encoder
from dashboard.resources.work import comparison, course_of, jobs, plan_of, trainings

__all__ = [
    "Swept",
    "aligned",
    "collection",
    "comparison",
    "course_of",
    "encoder",
    "encoder_names",
    "jobs",
    "layers_of",
    "over_epsilons",
    "over_layers",
    "pair_of",
    "plan_of",
    "trainings",
    "usable_encoder",
    "with_epsilon",
]
