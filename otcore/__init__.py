"""Optimal transport as an alignment objective for multilingual contextual embeddings: the engine, without the browser."""

__version__ = "0.1.0"
