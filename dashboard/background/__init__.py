"""What pages share behind the scenes: encoders, aligned pairs, jobs. Keys of caches are names and plain values, never arrays;
what is cached is shared and never changed.

The names below are imported at their first use, so that jobs and shelf do without the web framework.
"""

import importlib

_ENCODERS = "collection damaged_encoders download_of encoder encoder_names facts_of forget_encoder_lists is_absent layers_of"
_ENCODERS += " start_download usable_encoder"
_DEFINED = {"aligned": "aligning", **dict.fromkeys(_ENCODERS.split(), "encoders")}  # name → module here


def __getattr__(name: str):
    if name not in _DEFINED:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_DEFINED[name]}"), name)
