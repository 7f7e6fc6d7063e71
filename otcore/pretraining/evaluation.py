"""Held-out figures: translation retrieval by mean vectors, agreement with the statistical aligner's links."""

import numpy as np
import torch
from transformers import XLMRobertaModel

from otcore.base.precision import half_precision
from otcore.pretraining.batches import pad, sentence_rows
from otcore.pretraining.store import EncodedPairs, LinkedText, Ragged
from otcore.pretraining.vocabulary import PAD
from otcore.retrieval.precision import retrieve

_BATCH = 100
Vectors = list[list[np.ndarray]]  # of each layer and sentence


@torch.no_grad()
def sentence_means(encoder: XLMRobertaModel, texts: list[EncodedPairs], count: int, seed: int) -> np.ndarray:
    """Return last-layer means (sentences, hidden) of ``count`` random sentences of each language and of English, none held out."""
    encoder.eval()
    rng = np.random.default_rng([seed, 5])
    means = []
    for text in texts:
        rows = np.arange(text.held_out, len(text))
        for side, most in ((text.other, count), (text.english, -(-count // len(texts)))):
            chosen = np.sort(rng.choice(rows, min(most, len(rows)), replace=False))
            means += [vectors.mean(axis=0) for vectors in token_vectors(encoder, side, chosen, [-1], unit=False)[0]]
    return np.stack(means)


@torch.no_grad()
def token_vectors(encoder: XLMRobertaModel, side: Ragged, rows: np.ndarray, layers: list[int], unit: bool = True) -> Vectors:
    """Return for each of ``layers`` vectors (tokens, hidden), float32, of the sentences ``rows``, of length 1 if ``unit``.

    Special tokens are left out. Layers count as in ``hidden_states``: 0 is the embedding, -1 the last layer.
    """
    order = rows[np.argsort(side.lengths[rows], kind="stable")]
    vectors: dict[int, list[np.ndarray]] = {}
    for part in np.array_split(order, max(1, len(order) // _BATCH)):
        ids = torch.from_numpy(pad(sentence_rows(side, part), PAD)).to(encoder.device)
        with half_precision(encoder.device):
            output = encoder(input_ids=ids, attention_mask=(ids != PAD).long(), output_hidden_states=True)
        states = [output.hidden_states[n].float() for n in layers]
        chosen = [(torch.nn.functional.normalize(vectors, dim=-1) if unit else vectors).cpu().numpy() for vectors in states]
        for place, row in enumerate(part):
            vectors[int(row)] = [vectors_of[place, 1 : 1 + len(side[int(row)])] for vectors_of in chosen]
    return [[vectors[int(row)][n] for row in rows] for n in range(len(layers))]


def mutual_links(left: np.ndarray, right: np.ndarray) -> set[tuple[int, int]]:
    """Return index pairs that are each other's nearest by inner product; ``left`` is (m, d), ``right`` (n, d)."""
    similarity = left @ right.T
    there, back = similarity.argmax(axis=1), similarity.argmax(axis=0)
    return {(i, int(j)) for i, j in enumerate(there) if back[j] == i}


def held_out_figures(encoder: XLMRobertaModel, texts: list[LinkedText], pairs: int, layers: list[int]) -> list[dict[str, float]]:
    """Return for each layer mean P@1 and link F1 over the languages, and both per language (``de P@1``, ``de F1``).

    The encoder's links are mutual maxima of subword vectors; F1 is against the statistical links.
    """
    encoder.eval()
    figures: list[dict[str, float]] = [{} for _ in layers]
    for linked in texts:
        text = linked.pairs
        rows = np.arange(min(pairs, text.held_out))
        if not len(rows):
            continue
        wanted = [set(map(tuple, linked.links[row].reshape(-1, 2).tolist())) for row in rows]
        sides = [token_vectors(encoder, side, rows, layers) for side in (text.english, text.other)]
        for entry, english, other in zip(figures, *sides, strict=True):
            found = [mutual_links(a, b) for a, b in zip(english, other, strict=True)]
            common = sum(len(a & b) for a, b in zip(found, wanted, strict=True))
            total = sum(map(len, found)) + sum(map(len, wanted))
            means = (np.stack([vectors.mean(axis=0) for vectors in side]) for side in (english, other))
            right = retrieve(*(side / np.linalg.norm(side, axis=1, keepdims=True).clip(1e-9) for side in means))
            entry[f"{text.language} P@1"] = (right.forward + right.backward) / 2
            entry[f"{text.language} F1"] = 2 * common / max(1, total)
    named = [{kind: [v for name, v in entry.items() if name.endswith(kind)] for kind in ("P@1", "F1")} for entry in figures]
    means = ({kind: float(np.mean(values or [0.0])) for kind, values in kinds.items()} for kinds in named)
    return [mean | entry for mean, entry in zip(means, figures, strict=True)]
