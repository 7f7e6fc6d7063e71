"""Languages as people choose them."""

from otcore.text.languages import LANGUAGES, OTHERS, Language, language


def _label(entry: Language) -> str:
    return entry.name if entry.name == entry.native else f"{entry.name} · {entry.native}"


NAMES = {code: _label(entry) for code, entry in LANGUAGES.items()}  # the bundled ones
ALL_NAMES = NAMES | {code: f"{_label(entry)} ({code})" for code, entry in sorted(OTHERS.items(), key=lambda item: item[1].name)}


def label_of(code: str) -> str:
    """A language as in lists, whatever it is."""
    return ALL_NAMES.get(code) or f"{language(code).name} ({code})"
