"""A Transformers encoder behind one small interface: words in, one vector per word or subword out, for any layer.

An encoder is had by its name, from one of the `sources`; nothing heavy is imported before one is loaded.
"""

from typing import TYPE_CHECKING

from otcore.base.errors import InputError
from otcore.base.progress import Teller
from otcore.encoders.facts import Shape, numbers_in, shape_in
from otcore.encoders.sources import SOURCES, Source

if TYPE_CHECKING:
    from otcore.encoders.encoder import Encoder

DEFAULT = "aligned"


def load_encoder(name: str = DEFAULT, teller: Teller | None = None) -> "Encoder":
    """An encoder by its name: a bundled edition, a local folder, a name on the model hub, or `run:NAME`, a fine-tuning run.

    A hub name is downloaded where it is not in the local cache; what is there is loaded without asking the hub. Weights are read from
    safetensors only, and code of a checkpoint's own is never run.

    teller : of the download
    returns: Encoder, which may be shared between threads
    raises : InputError   absent, out of reach, broken, without safetensors, or not a text encoder; says what to do

    >>> from otcore import load_encoder
    >>> encoder = load_encoder()  # the bundled default
    >>> vectors, = encoder.encode([("das", "alte", "Haus")])
    >>> vectors.pooled().shape  # one vector a word, at the layer where words align best
    (3, 256)
    """
    fetch_encoder(name, teller)
    return source_of(name).load(name)


def fetch_encoder(name: str, teller: Teller | None = None) -> None:
    """Brings an encoder to this machine; nothing to do where it is.

    raises: InputError   out of reach, or not to be had
    """
    source = source_of(name)
    if source.absent(name):
        source.fetch(name, teller or Teller())


def find_source(name: str) -> Source | None:
    """The source of an encoder, the first that claims the name, or None."""
    return next((source for source in SOURCES.values() if source.claims(name)), None)


def lasting(name: str) -> str:
    """The name by which an encoder is found from any place: of a folder its whole path."""
    source = find_source(name)
    return source.lasting(name) if source else name


def source_of(name: str) -> Source:
    """The source of an encoder.

    raises: InputError   none claims the name
    """
    source = find_source(name)
    if source is None:
        raise InputError(f"“{name[:80]}” is neither a folder here nor a hub name such as xlm-roberta-base.")
    return source


def shape_of(name: str) -> Shape | None:
    """The layers of an encoder that comes with the project, of which nothing is loaded; None for all others, which only loading tells."""
    source = find_source(name)
    try:
        return shape_in(source.folder(name)) if source and source.shipped else None
    except InputError:  # this copy of the project has it not
        return None


def parameters_of(name: str) -> int | None:
    """How many numbers an encoder has, as far as that can be told without asking anybody; None where it cannot."""
    source = find_source(name)
    try:
        if source is None or (source.absent(name) and not source.at_once):
            return None
        return source.facts(name).parameters or numbers_in(source.folder(name))
    except (InputError, OSError):  # told to whoever loads it
        return None


def encoder_stamp(name: str) -> int:
    """Changes whenever the weights behind a name do: a cache that keys on the name needs it too. 0 where there are none."""
    source = find_source(name)
    return source.stamp(name) if source else 0


def kinds_of_names(*, typed: bool = False) -> str:
    """The names that encoders may have, for people: "a bundled edition, …, or a hub name".

    typed: only those that a visitor of the app may type
    """
    *labels, last = [source.label for source in SOURCES.values() if not (typed and source.listed_only)]
    return f"{', '.join(labels)}, or {last}"
