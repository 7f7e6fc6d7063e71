"""What was published, to be shown beside one's own figures. Other models, data and sizes: to be read for direction, not size.

Each is system → place → figure in percent; a place is a language, "seen" or "all" for the mean over the languages seen in fine-tuning
or over all 15 (XNLI) or 11 (XQuAD). What was not printed is absent.

source: Alqahtani et al. 2021 (arXiv 2110.02887), tables of XNLI and XQuAD; WordOT is transport, L2 is Cao et al. 2020
"""

from collections.abc import Mapping

Published = Mapping[str, Mapping[str, float]]

_LANGUAGES = ("en", "bg", "de", "el", "es", "fr", "ar", "hi", "ru", "sw", "th", "tr", "ur", "vi", "zh")


def _xnli(seen: float, every: float, *by_language: float) -> dict[str, float]:
    return {"seen": seen, "all": every} | dict(zip(_LANGUAGES, by_language, strict=False))


# F1, after fine-tuning on bg de el es fr
XNLI: Published = {
    "mBERT, before": _xnli(73.5, 67.1, 82.6, 69.3, 72.0, 67.7, 75.2, 74.4, 66.0, 60.8, 69.4, 51.0, 55.3, 62.9, 58.5, 71.0, 69.9),
    "L2 (Cao et al. 2020)": _xnli(74.6, 65.2, 81.0, 73.3, 72.8, 70.9, 74.9, 74.4, 62.4, 59.2, 67.3, 42.8, 48.5, 54.6, 56.3, 69.7, 69.5),
    "WordOT": _xnli(75.4, 67.8, 82.1, 73.6, 73.7, 70.6, 76.7, 75.9, 66.3, 61.3, 69.7, 49.8, 54.8, 61.7, 59.4, 70.9, 70.5),
    "SubOT": {"seen": 75.7},
    "LargeWordOT, 14 languages": _xnli(74.8, 69.7),
}
XQUAD: Published = {
    "mBERT, before": {"seen": 73.4, "all": 64.3},
    "L2 (Cao et al. 2020)": {"seen": 68.0, "all": 54.3},
    "WordOT": {"seen": 74.7, "all": 63.8},
    "SubOT": {},
    "LargeWordOT, 14 languages": {"seen": 73.1, "all": 63.3},
}
# AER of word aligners on the public gold sets with English; lower is better
ERRORS: Published = {
    system: dict(zip(("de", "fr", "ro", "ja", "zh"), errors, strict=True))
    for system, errors in {
        "fast_align, millions of pairs": (27.0, 10.5, 32.1, 51.1, 38.1),
        "eflomal": (22.6, 8.2, 25.1, 47.5, 28.7),
        "mBERT layer 8, softmax, untuned": (17.4, 5.6, 27.9, 45.6, 18.1),
        "awesome-align, tuned": (15.1, 4.1, 20.7, 37.4, 13.4),
    }.items()
}
