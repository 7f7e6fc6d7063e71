"""The bundled languages as people choose them."""

from otcore.text.languages import LANGUAGES

NAMES = {code: entry.name if entry.name == entry.native else f"{entry.name} · {entry.native}" for code, entry in LANGUAGES.items()}
