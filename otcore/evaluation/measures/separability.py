"""How well a linear probe tells the words of a language from English ones."""

from collections.abc import Sequence

import numpy as np

from otcore.evaluation.measure import Prepared, measure
from otcore.evaluation.samples import Rates, two_rates

FOLDS = 5


def probe_hits(sources: Sequence[np.ndarray], targets: Sequence[np.ndarray]) -> np.ndarray | None:
    """(sentences, 4) words a linear probe assigns to the right language, and words: of the source, then of the target language.

    Ridge regression on standardised vectors, fitted on four fifths of the sentence pairs and tried on the last, five times; both
    sides of a pair stay together and both languages weigh the same, so that the mean of both rates is 0.5 where they are one cloud.
    None where there are fewer than two sentence pairs.
    """
    from sklearn.linear_model import RidgeClassifier
    from sklearn.model_selection import GroupKFold, cross_val_predict
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    if len(sources) < 2:
        return None
    owners = np.concatenate([np.repeat(np.arange(len(side)), [len(words) for words in side]) for side in (sources, targets)])
    vectors = np.concatenate([*sources, *targets]).astype(np.float64)
    labels = np.repeat([0, 1], [sum(map(len, sources)), sum(map(len, targets))])
    probe = make_pipeline(StandardScaler(), RidgeClassifier(alpha=1.0, class_weight="balanced"))
    found = cross_val_predict(probe, vectors, labels, groups=owners, cv=GroupKFold(min(FOLDS, len(sources))))
    columns = []
    for label in (0, 1):
        mine = labels == label
        columns += [np.bincount(owners[mine], part, minlength=len(sources)) for part in (found[mine] == label, np.ones(mine.sum()))]
    return np.stack(columns, axis=1)


_KIND = {"unit": "balanced accuracy, 0 to 1", "better": "lower", "first": True, "alone": True, "chance": lambda pairs: 0.5}


@measure("separability", "language separability", 50, **_KIND)
def _separability(made: Prepared) -> Rates | None:
    """How well a linear probe tells the words of a language from English ones, cross-validated; 0.5 is chance, a language-neutral
    space."""
    hits = probe_hits(*made.sides)
    return None if hits is None else Rates(hits, two_rates)


MEASURE = _separability
