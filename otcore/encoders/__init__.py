"""A Transformers encoder behind one small interface: words in, one vector per word or subword out, for any layer."""

from otcore.encoders.catalogue import BUNDLED, DEFAULT, PUBLIC, bundled_names
from otcore.encoders.encoder import Encoder, WordVectors
from otcore.encoders.loading import load_encoder

__all__ = ["BUNDLED", "DEFAULT", "PUBLIC", "Encoder", "WordVectors", "bundled_names", "load_encoder"]
