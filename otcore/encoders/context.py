"""How much each word of a sentence has to do with the vectors of the others."""

from collections.abc import Sequence

import numpy as np

from otcore.encoders.encoder import Encoder


def leave_one_out(encoder: Encoder, words: Sequence[str], layer: int, language: str, pooling: str = "mean") -> np.ndarray:
    """How far each word's vector moves when another word is left out of the sentence.

    words  : of one sentence
    returns: (n, n) of 1 − cosine, in [0, 2]: row i, column k for the vector of word i without word k; NaN where i = k, and for words
             that the encoder cut off
    source : occlusion, Li et al. 2016, "Understanding Neural Networks through Representation Erasure", §3
    """
    shorter = [[*words[:k], *words[k + 1 :]] for k in range(len(words))]
    sentences = [list(words), *(rest for rest in shorter if rest)]
    whole, *rest = (_unit(one.pooled(pooling)) for one in encoder.encode(sentences, layer, languages=[language] * len(sentences)))
    moved = np.full((len(words), len(words)), np.nan)
    for left_out, found in enumerate(rest):
        places = [place for place in range(len(words)) if place != left_out]
        for place, vector in zip(places, found, strict=False):  # what was cut off has none
            if place < len(whole):
                moved[place, left_out] = 1 - float(whole[place] @ vector)
    return moved.clip(0, 2)


def _unit(vectors: np.ndarray) -> np.ndarray:
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True).clip(1e-12)
