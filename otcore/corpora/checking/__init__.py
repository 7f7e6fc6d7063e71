"""What is wrong with a parallel corpus, before anything is trained on it."""

from otcore.corpora.checking.check import check_pairs
from otcore.corpora.checking.report import CorpusReport, Finding, without_flagged
from otcore.corpora.checking.texts import TextPair, read_texts, write_texts

__all__ = ["CorpusReport", "Finding", "TextPair", "check_pairs", "read_texts", "without_flagged", "write_texts"]
