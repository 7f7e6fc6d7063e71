"""Sentences, pairs and gold links: what they are, and the field's file formats."""

from otcore.corpora.collection import Collection, Query, load_collection
from otcore.corpora.parallel import read_bitext, read_parallel, read_tsv, write_bitext, write_parallel, write_tsv
from otcore.corpora.pharaoh import format_links, parse_links, read_links, write_links
from otcore.corpora.tmx import read_tmx
from otcore.corpora.types import Links, Sentence, SentencePair

__all__ = [
    "Collection",
    "Links",
    "Query",
    "Sentence",
    "SentencePair",
    "format_links",
    "load_collection",
    "parse_links",
    "read_bitext",
    "read_links",
    "read_parallel",
    "read_tmx",
    "read_tsv",
    "write_bitext",
    "write_links",
    "write_parallel",
    "write_tsv",
]
