"""What pages share behind the scenes: encoders, aligned pairs, jobs. Keys of caches are names and plain values, never arrays;
what is cached is shared and never changed."""

from dashboard.background.aligning import Swept, aligned, over_epsilons, over_layers, pair_of, with_epsilon
from dashboard.background.encoders import (
    collection,
    download_of,
    downloads,
    encoder,
    encoder_names,
    facts_of,
    is_absent,
    layers_of,
    start_download,
    usable_encoder,
)

__all__ = [
    "Swept",
    "aligned",
    "collection",
    "download_of",
    "downloads",
    "encoder",
    "encoder_names",
    "facts_of",
    "is_absent",
    "layers_of",
    "over_epsilons",
    "over_layers",
    "pair_of",
    "start_download",
    "usable_encoder",
    "with_epsilon",
]
