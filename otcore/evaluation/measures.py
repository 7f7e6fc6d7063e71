"""The figures a comparison can show: name, unit, which way is better, and what each says in one line."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Measure:
    """One figure.

    key    : name in files
    name   : name for people; `unit` of its values
    better : "lower", "higher", or "" where neither is good in itself
    reading: one line on how to read it
    gold   : whether it needs hand-made links
    """

    key: str
    name: str
    unit: str
    better: str
    reading: str
    gold: bool = False


_SHARE = "share, 0 to 1"

MEASURES = {
    entry.key: entry
    for entry in (
        Measure(
            "aer", "AER", "alignment error rate, 0 to 1", "lower",
            "Share of word links that are wrong or missing against hand-made ones; 0 is perfect.", True,
        ),
        Measure("precision", "precision", _SHARE, "higher", "Share of the links found that are at least possible in gold.", True),
        Measure("recall", "recall", _SHARE, "higher", "Share of the sure gold links that were found.", True),
        Measure("f1", "F1", _SHARE, "higher", "Harmonic mean of precision and recall of the links.", True),
        Measure(
            "words", "word retrieval", "P@1 by CSLS, 0 to 1", "higher",
            "How often a word's translation in its own sentence is its nearest among all linked words of the other language "
            "(k = 10; mean of both directions).", True,
        ),
        Measure(
            "sentences", "sentence retrieval", "P@1, 0 to 1", "higher",
            "How often a sentence's translation is its nearest of all test sentences (mean of both directions).",
        ),
        Measure("to_english", "sentence retrieval to English", "P@1, 0 to 1", "higher", "The same, to English only."),
        Measure("from_english", "sentence retrieval from English", "P@1, 0 to 1", "higher", "The same, from English."),
        Measure(
            "cost_ratio", "cost of true over shuffled pairs", "ratio of transport costs", "lower",
            "What it costs to move a sentence onto its translation, over what it costs to move it onto other sentences; 1 tells nothing "
            "apart.",
        ),
        Measure("cost_true", "cost of true pairs", "cosine cost, 0 to 2", "", "Mean transport cost of a sentence onto its translation."),
        Measure("cost_shuffled", "cost of shuffled pairs", "cosine cost, 0 to 2", "", "The same onto sentences that do not translate it."),
        Measure(
            "separability", "language separability", "balanced accuracy, 0 to 1", "lower",
            "How well a linear probe tells the words of a language from English ones, cross-validated; 0.5 is chance, "
            "a language-neutral space.",
        ),
        Measure(
            "isotropy", "isotropy", "share of the dimensions in use", "higher",
            "How evenly words fill the space: effective dimensions over all dimensions, 1 for evenly in every direction.",
        ),
        Measure(
            "collapse", "mean cosine of words", "cosine, −1 to 1", "lower",
            "Cosine of two words of different sentences on average; near 1 the space has collapsed.",
        ),
        Measure(
            "hubness", "hubness", "skewness of neighbour counts", "lower",
            "Whether a few words are near neighbours of very many words of the other language; 0 is even.",
        ),
        Measure(
            "cka", "likeness to English (CKA)", "linear CKA, 0 to 1", "higher",
            "How alike the spaces of a language and of English are over linked words, up to a rotation.",
        ),
    )
}  # fmt: skip
FIRST = ("aer", "words", "sentences", "cost_ratio", "separability")
