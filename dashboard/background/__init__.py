"""What pages share behind the scenes: encoders, aligned pairs, jobs. Keys of caches are names and plain values, never arrays;
what is cached is shared and never changed."""

from dashboard.background.aligning import aligned
from dashboard.background.encoders import (
    collection,
    download_of,
    encoder,
    encoder_names,
    facts_of,
    is_absent,
    layers_of,
    start_download,
    usable_encoder,
)

__all__ = [
    "aligned",
    "collection",
    "download_of",
    "encoder",
    "encoder_names",
    "facts_of",
    "is_absent",
    "layers_of",
    "start_download",
    "usable_encoder",
]
