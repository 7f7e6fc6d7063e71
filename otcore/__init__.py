"""Optimal transport as an alignment objective for multilingual contextual embeddings: the engine, without the browser.

Its interface in Python is the names below. Each is imported at its first use, so that `import otcore` loads nothing heavy, and each has
an example in its docstring that the tests run.
"""

import importlib

__version__ = "0.1.0"

_INTERFACE = {  # name here: where it is defined
    "load_encoder": "otcore.encoders.load_encoder",
    "load_collection": "otcore.corpora.collection.load_collection",
    "read_bitext": "otcore.corpora.parallel.read_bitext",
    "SentencePair": "otcore.corpora.types.SentencePair",
    "align": "otcore.alignment.aligner.align_many",
    "align_pair": "otcore.alignment.aligner.align_pair",
    "AlignSettings": "otcore.alignment.settings.AlignSettings",
    "score": "otcore.alignment.scores.score",
    "Problem": "otcore.transport.problem.Problem",
    "solve": "otcore.transport.solvers.solve",
    "make_solver": "otcore.transport.solvers.make_solver",
    "finetune": "otcore.finetuning.run.finetune",
    "FinetuneSettings": "otcore.runs.settings.FinetuneSettings",
    "compare": "otcore.evaluation.comparison.compare",
    "CompareSettings": "otcore.evaluation.types.CompareSettings",
}
__all__ = list(_INTERFACE)


def __getattr__(name: str):
    if name not in _INTERFACE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module, _, defined = _INTERFACE[name].rpartition(".")
    globals()[name] = getattr(importlib.import_module(module), defined)
    return globals()[name]


def __dir__() -> list[str]:
    return sorted({*globals(), *_INTERFACE})
