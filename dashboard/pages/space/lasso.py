"""Selected points as a short text, so that a lasso fits into the address of the page."""

import base64
import re
import zlib
from collections.abc import Collection

import numpy as np

_LISTED = 60  # points that are written one by one; more become a packed row of bits
_MOST_BYTES = 40_000  # of that row: more than points there can be


def written(points: Collection[int]) -> str:
    """Points 0 … as text: "3.17.40", or packed."""
    if len(points) <= _LISTED:
        return ".".join(map(str, sorted(points)))
    bits = np.zeros(max(points) + 1, np.uint8)
    bits[list(points)] = 1
    return "z" + base64.urlsafe_b64encode(zlib.compress(np.packbits(bits).tobytes(), 9)).decode().rstrip("=")


def read(text: str, count: int) -> list[int]:
    """The points below `count` that a text names; none where it cannot be read."""
    if re.fullmatch(r"[0-9]{1,6}(\.[0-9]{1,6})*", text):
        return sorted({int(one) for one in text.split(".") if int(one) < count})
    if not text.startswith("z"):
        return []
    try:
        packed = base64.urlsafe_b64decode(text[1:] + "=" * (-len(text[1:]) % 4))
        row = zlib.decompressobj().decompress(packed, _MOST_BYTES)
    except (ValueError, zlib.error):
        return []
    return np.flatnonzero(np.unpackbits(np.frombuffer(row, np.uint8))[:count]).tolist()
