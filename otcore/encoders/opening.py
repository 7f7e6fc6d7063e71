"""The encoder in a folder, by the shortest way that there is to it."""

from functools import partial
from pathlib import Path

from otcore.base.errors import InputError
from otcore.encoders.encoder import Encoder
from otcore.encoders.lexicon import load_lexicon
from otcore.encoders.maps import load_sentence_map
from otcore.encoders.plain import read_plain


def open_encoder(name: str, folder: Path, again: str) -> Encoder:
    """As `otcore.encoders.loading.read_encoder`, which imports Transformers: those of its most common kind, with nothing wrong about them,
    are read without."""
    if (read := read_plain(folder)) is not None:
        found = Encoder.plain(name, read, partial(_whole, name, folder, again))
        try:
            found.encode_layers([("a", "b")])
        except InputError:  # it says the same of the same weights
            return _whole(name, folder, again)
        found.sentence_map, found.lexicon = load_sentence_map(folder, found.dimension), load_lexicon(folder)
        return found
    return _whole(name, folder, again)


def _whole(name: str, folder: Path, again: str) -> Encoder:
    from otcore.encoders.loading import read_encoder

    return read_encoder(name, folder, again)
