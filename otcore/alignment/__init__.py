"""From a plan or a similarity to word links, and from links to precision, recall, F1 and AER."""

from otcore.alignment.links import Alignment, LinkRule, WordLink, links_of_plan, links_of_similarity, to_words
from otcore.alignment.scores import Scores, score, score_pair

__all__ = [
    "Alignment",
    "LinkRule",
    "Scores",
    "WordLink",
    "links_of_plan",
    "links_of_similarity",
    "score",
    "score_pair",
    "to_words",
]
