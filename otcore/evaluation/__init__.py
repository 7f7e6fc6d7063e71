"""How good an encoder is: retrieval of words and sentences, the shape of its space, and comparisons with intervals."""

from otcore.evaluation.comparison import compare
from otcore.evaluation.measures import MEASURES, Measure
from otcore.evaluation.types import MEAN, Change, Compared, CompareSettings, Estimate, Evaluation, LayerError, SentenceScores
from otcore.retrieval.precision import Retrieval, retrieve, sentence_vectors

__all__ = [
    "MEAN",
    "MEASURES",
    "Change",
    "CompareSettings",
    "Compared",
    "Estimate",
    "Evaluation",
    "LayerError",
    "Measure",
    "Retrieval",
    "SentenceScores",
    "compare",
    "retrieve",
    "sentence_vectors",
]
