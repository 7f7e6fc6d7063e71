"""Every cache of the app. Keys are names and plain values, never arrays; what is cached is shared and never changed.

One file a subject; a new page adds its file here.
"""

from dashboard.resources.aligning import Swept, aligned, over_epsilons, over_layers, pair_of, with_epsilon
from dashboard.resources.corpora import corpus_check, corpus_jobs, stored_corpus
from dashboard.resources.encoders import (
    collection,
    download_of,
    downloads,
    encoder,
    encoder_names,
    facts_of,
    is_absent,
    layers_of,
    start_download,
    usable_encoder,
)
from dashboard.resources.errors import analyses, analysis_of, card_of, corpus_of, found_by, notes
from dashboard.resources.learn import LESSON_ENGINE
from dashboard.resources.search import Searched, own_sentences, query_scores, query_vector, search_index, search_jobs
from dashboard.resources.space import Picture, space_jobs, space_picture, warm_projection
from dashboard.resources.transfer import start_transfer, transfer_jobs, transfer_of
from dashboard.resources.work import comparison, course_of, jobs, plan_of, trainings

__all__ = [
    "LESSON_ENGINE",
    "Picture",
    "Searched",
    "Swept",
    "aligned",
    "analyses",
    "analysis_of",
    "card_of",
    "collection",
    "comparison",
    "corpus_check",
    "corpus_jobs",
    "corpus_of",
    "course_of",
    "download_of",
    "downloads",
    "encoder",
    "encoder_names",
    "facts_of",
    "found_by",
    "is_absent",
    "jobs",
    "layers_of",
    "notes",
    "over_epsilons",
    "over_layers",
    "own_sentences",
    "pair_of",
    "plan_of",
    "query_scores",
    "query_vector",
    "search_index",
    "search_jobs",
    "space_jobs",
    "space_picture",
    "start_download",
    "start_transfer",
    "stored_corpus",
    "trainings",
    "transfer_jobs",
    "transfer_of",
    "usable_encoder",
    "warm_projection",
    "with_epsilon",
]
