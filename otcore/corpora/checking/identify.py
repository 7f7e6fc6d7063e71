"""Which of the bundled languages a text is in, without a model from elsewhere.

The script decides first; between the languages that share one (seven in Latin letters, Chinese and Japanese in Han characters alone) a
naive Bayes classifier on the n-grams of one to four characters within words, trained on the bundled collection's training text at
first use, which takes a few seconds. Measured (`tests/benchmarks/identification.py`) on sentences it was not trained on: right for 1,896
of the 1,897 gold sentences that are long enough to be judged, and for 12,141 of 12,142 of FLORES-200 devtest; on lines of software
documentation, names and code among them, for 99.5%. Text in a language that is not bundled is taken for the nearest one that is.
Source: Cavnar & Trenkle 1994 for n-grams of characters; Lui & Baldwin 2012 for naive Bayes on them.
"""

import functools
from collections.abc import Sequence

import numpy as np

from otcore.corpora.checking.scripts import script_of
from otcore.text.languages import LANGUAGES

_FEWEST = 20  # letters from which on a text is judged; a Chinese or Japanese character counts as three
_MARGIN = 0.1  # nats an n-gram by which another language must be likelier before a text is doubted
CANDIDATES = {"Hani": ("zh", "ja"), "Jpan": ("ja",)} | {
    script: tuple(code for code, entry in LANGUAGES.items() if entry.script == script) for script in ("Latn", "Cyrl", "Arab", "Deva")
}


def identify(texts: Sequence[str]) -> list[str | None]:
    """The likeliest bundled language of each text, None for one that is too short or in a script of none of them."""
    return [max(scores, key=scores.get) if scores else None for scores in _scores(texts)]


def doubts(texts: Sequence[str], code: str) -> list[str | None]:
    """For each text the bundled language it looks like clearly more than the given bundled one, or None.

    A text in another script is not judged here but by its script.
    """
    likeliest = [(scores, max(scores, key=scores.get, default=None)) for scores in _scores(texts)]
    return [best if code in scores and scores[best] - scores[code] > _MARGIN else None for scores, best in likeliest]


def _scores(texts: Sequence[str]) -> list[dict[str, float]]:
    """For each text the mean log likelihood of an n-gram under each language of its script; empty where it is not judged."""
    codes = [CANDIDATES.get(script, ()) if letters >= _FEWEST else () for script, letters in map(script_of, texts)]
    hard = [index for index, candidates in enumerate(codes) if len(candidates) > 1]
    scores = [dict.fromkeys(candidates, 0.0) for candidates in codes]
    if hard:
        names, vectorizer, classifier = _classifier()
        counts = vectorizer.transform([texts[index] for index in hard])
        likelihoods = classifier.predict_joint_log_proba(counts) / np.maximum(counts.sum(1).A1, 1)[:, None]
        for row, index in zip(likelihoods, hard, strict=True):
            scores[index] = {code: float(row[names.index(code)]) for code in codes[index]}
    return scores


@functools.cache
def _classifier():
    from sklearn.feature_extraction.text import HashingVectorizer
    from sklearn.naive_bayes import MultinomialNB

    from otcore.corpora.collection import load_collection

    names = [code for code in LANGUAGES if any(code in group for group in CANDIDATES.values() if len(group) > 1)]
    texts = [(text, place) for place, code in enumerate(names) for text in load_collection().training[code]]
    vectorizer = HashingVectorizer(analyzer="char_wb", ngram_range=(1, 4), n_features=2**18, alternate_sign=False, norm=None)
    counts = vectorizer.transform([text for text, _ in texts])
    return names, vectorizer, MultinomialNB(alpha=0.1, fit_prior=False).fit(counts, [place for _, place in texts])
