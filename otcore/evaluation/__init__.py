"""How good an encoder is: sentence retrieval so far."""

from otcore.evaluation.retrieval import Retrieval, retrieve, sentence_vectors

__all__ = ["Retrieval", "retrieve", "sentence_vectors"]
