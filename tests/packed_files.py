"""Files in the format of 4-bit E5 encoders, tiny and made up, for tests of what reads them."""

import struct
from pathlib import Path

import numpy as np

HIDDEN, LAYERS, HEADS, INNER, POSITIONS = 32, 2, 4, 64, 160
WORDS = ("the", "old", "house", "das", "alte", "haus", "ab", "b", "c")
PIECES = [("<s>", 0.0), ("<pad>", 0.0), ("</s>", 0.0), ("<unk>", 0.0), ("▁", -2.0)]
PIECES += [(f"▁{word}", -3.0 - number / 8) for number, word in enumerate(WORDS)] + [(letter, -6.0) for letter in "abcdehlostu～"]
PIECES += [("<mask>", 0.0)]
VOCABULARY = len(PIECES) + 3  # rows that no piece has, as in the original


def tensors(seed: int = 0) -> dict[str, np.ndarray]:
    """Weights by the format's names, matrices already rounded to what four bits can say."""
    draw = np.random.default_rng(seed)
    shapes = {"emb.word": (VOCABULARY, HIDDEN), "emb.pos": (POSITIONS, HIDDEN), "emb.type": (2, HIDDEN)}
    made = {"emb.word": _coarse(draw, shapes["emb.word"])}
    made |= {name: draw.normal(0, 0.1, shapes[name]).astype(np.float32) for name in ("emb.pos", "emb.type")}
    made |= {"emb.ln.w": np.ones(HIDDEN, np.float32), "emb.ln.b": np.zeros(HIDDEN, np.float32)}
    for layer in range(LAYERS):
        for part, (rows, columns) in {"q": (HIDDEN, HIDDEN), "k": (HIDDEN, HIDDEN), "v": (HIDDEN, HIDDEN), "ao": (HIDDEN, HIDDEN)}.items():
            made[f"l{layer}.{part}.w"], made[f"l{layer}.{part}.b"] = _coarse(draw, (rows, columns)), _vector(draw, rows)
        made[f"l{layer}.fi.w"], made[f"l{layer}.fi.b"] = _coarse(draw, (INNER, HIDDEN)), _vector(draw, INNER)
        made[f"l{layer}.fo.w"], made[f"l{layer}.fo.b"] = _coarse(draw, (HIDDEN, INNER)), _vector(draw, HIDDEN)
        for part in ("aln", "oln"):
            made[f"l{layer}.{part}.w"], made[f"l{layer}.{part}.b"] = 1 + _vector(draw, HIDDEN), _vector(draw, HIDDEN)
    return made


def write_packed(path: Path, made: dict[str, np.ndarray] | None = None) -> Path:
    made = tensors() if made is None else made
    signs = {"\x01": "", "\t": " ", "\u200b": " ", "ﬁ": "fi"}  # ～ is absent, so it stays
    signs |= {chr(point): chr(point - 0xFEE0) for point in range(0xFF01, 0xFF5E)}
    records = b"".join(struct.pack(f"<IB{len(to)}I", ord(sign), len(to), *map(ord, to)) for sign, to in sorted(signs.items()))
    blob = [piece.encode() for piece, _ in PIECES]
    head = b"E5S1" + struct.pack("<i7ifi", 1, HIDDEN, LAYERS, HEADS, INNER, VOCABULARY, POSITIONS, 2, 1e-12, 32)
    head += struct.pack("<5iQ", len(PIECES), 0, 2, 1, 3, sum(map(len, blob)))
    head += np.cumsum([0, *map(len, blob)]).astype("<u4").tobytes() + np.array([score for _, score in PIECES], "<f4").tobytes()
    head += b"".join(blob) + struct.pack("<iI", len(signs), len(records)) + records + struct.pack("<i", len(made))
    packed = {
        name: _packed(values) if name.endswith((".word", ".w")) and values.ndim == 2 else values.tobytes() for name, values in made.items()
    }
    place = len(head) + sum(2 + len(name) + 21 for name in made)
    body = b""
    for name, values in made.items():
        kind = int(len(packed[name]) != 4 * values.size)
        head += struct.pack("<H", len(name)) + name.encode() + struct.pack("<BIQQ", kind, values.size, place + len(body), len(packed[name]))
        body += packed[name]
    path.write_bytes(head + body)
    return path


def _vector(draw: np.random.Generator, size: int) -> np.ndarray:
    return draw.normal(0, 0.05, size).astype(np.float32)


def _coarse(draw: np.random.Generator, shape: tuple[int, int]) -> np.ndarray:
    """Whole numbers from -8 to 7 times a scale of each block of 32, which half precision holds."""
    blocks = draw.integers(-8, 8, (shape[0] * shape[1] // 32, 32))
    return (blocks * draw.choice([1 / 64, 1 / 32, 3 / 64], (len(blocks), 1))).astype(np.float32).reshape(shape)


def _packed(values: np.ndarray) -> bytes:
    blocks = values.reshape(-1, 32)
    scales = _scale(blocks)
    whole = np.rint(blocks / scales[:, None]).astype(np.int64) + 8
    nibbles = (whole[:, :16] | (whole[:, 16:] << 4)).astype(np.uint8)
    return b"".join(scale.astype("<f2").tobytes() + row.tobytes() for scale, row in zip(scales, nibbles, strict=True))


def _scale(blocks: np.ndarray) -> np.ndarray:
    """The scale with which each block is whole."""
    choices = np.array([3 / 64, 1 / 32, 1 / 64])
    fits = [
        (np.abs(blocks / one - np.rint(blocks / one)).max(1) < 1e-6) & (blocks / one >= -8.001).all(1) & (blocks / one <= 7.001).all(1)
        for one in choices
    ]
    return choices[np.argmax(np.stack(fits), axis=0)]
