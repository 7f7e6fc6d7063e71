"""Names for the regions of a picture."""

from collections import Counter
from collections.abc import Sequence

import numpy as np

Labels = list[tuple[str, np.ndarray]]  # text and place (dimensions,)
_LEAST, _MOST = 4, 12  # regions
_TO_EACH = 60  # points that a region has at least on average
_WORDS = 2
_SAMPLE = 20_000  # points from which the regions are made
_FEWEST = 2  # times that a word stands in its region


def region_labels(places: np.ndarray, words: Sequence[Sequence[str]]) -> Labels:
    """The words that mark each region of a picture off from the rest, in the middle of where they stand, largest regions first.

    places: (n, dimensions)
    words : of each point, the words that may name it, or none
    source: regions by k-means; words by how much of a region they are, times the logarithm of how much likelier they are there than
            anywhere (a Kullback–Leibler term, as in Rayson & Garside's log-likelihood)
    """
    from sklearn.cluster import MiniBatchKMeans

    n = len(places)
    if n < _LEAST * 5:
        return []
    count = int(np.clip(n / _TO_EACH, _LEAST, _MOST))
    drawn = places if n <= _SAMPLE else places[np.random.default_rng(0).choice(n, _SAMPLE, replace=False)]
    regions = MiniBatchKMeans(count, random_state=0, n_init=1).fit(drawn).predict(places)
    spoken: dict[str, Counter] = {}
    counts, everywhere = [Counter() for _ in range(count)], Counter()
    for region, own in zip(regions, words, strict=True):
        for word in own:
            folded = word.casefold()
            spoken.setdefault(folded, Counter())[word] += 1
            counts[region][folded] += 1
            everywhere[folded] += 1
    labels = []
    for region, own in sorted(enumerate(counts), key=lambda entry: (-entry[1].total(), entry[0])):
        if best := _telling(own, everywhere):
            members = np.array([k for k in np.flatnonzero(regions == region) if any(word.casefold() in best for word in words[k])])
            text = " · ".join(spoken[word].most_common(1)[0][0] for word in best)
            labels.append((text, np.median(places[members], axis=0)))
    return labels


def _telling(own: Counter, everywhere: Counter) -> list[str]:
    """The words that are told of a region, the most telling first."""
    mine, all = own.total(), everywhere.total()
    scores = {word: times / mine * np.log(times * all / (mine * everywhere[word])) for word, times in own.items() if times >= _FEWEST}
    return sorted((word for word in scores if scores[word] > 0), key=lambda word: (-scores[word], word))[:_WORDS]
