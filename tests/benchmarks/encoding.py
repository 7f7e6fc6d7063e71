"""Loading and encoding: 1,000 sentences of 20 words, the bundled encoder and one of mBERT's size, float32 against bf16.

python tests/benchmarks/encoding.py [--rounds 5]
"""

import argparse
import statistics
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import torch

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))
from otcore.corpora.collection import load_collection  # noqa: E402
from otcore.encoders import DEFAULT, load_encoder  # noqa: E402
from otcore.text.languages import words_of  # noqa: E402

# Transformers imports an architecture's code when it is first asked for, so that would count as loading
_LOAD = """
import time
start = time.perf_counter()
from otcore.encoders import load_encoder
import transformers.models.xlm_roberta.modeling_xlm_roberta
imported = time.perf_counter()
load_encoder()
print(imported - start, time.perf_counter() - imported)
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    rounds = parser.parse_args().rounds
    sentences = thousand_sentences()
    encoder = load_encoder()
    fresh = [subprocess.check_output([sys.executable, "-c", _LOAD], cwd=ROOT, text=True).split() for _ in range(rounds)]
    imports, load = (statistics.median(map(float, seconds)) for seconds in zip(*fresh, strict=True))
    print(f"{torch.get_num_threads()} threads")
    print(f"loading {DEFAULT} in a fresh process: {load:.2f} s, after {imports:.2f} s of imports")
    speed = [timed(lambda: encoder.encode(sentences)) for _ in range(rounds)]
    print(f"encoding 1,000 sentences of 20 words: {statistics.median(speed):.2f} s ({min(speed):.2f} – {max(speed):.2f})")
    compare(f"{DEFAULT} (4 × 256)", encoder, sentences, rounds)
    compare("mBERT's size (12 × 768, random)", like_mbert(encoder), sentences[:64], min(rounds, 2))


def thousand_sentences() -> list[tuple[str, ...]]:
    """Twenty words each, cut from the bundled training text of all languages."""
    collection = load_collection()
    pool = {code: [word for text in texts[:200] for word in words_of(text, code)] for code, texts in collection.training.items()}
    chunks = [tuple(words[k : k + 20]) for words in pool.values() for k in range(0, len(words) - 20, 20)]
    return chunks[:1000]


def like_mbert(encoder):
    """The bundled encoder's interface over a random encoder of mBERT's size, with the bundled vocabulary."""
    from transformers import BertConfig, BertModel

    from otcore.encoders.encoder import Encoder

    config = BertConfig(vocab_size=len(encoder.tokenizer), max_position_embeddings=512)
    return Encoder("random", BertModel(config, add_pooling_layer=False).eval(), encoder.tokenizer)


def compare(name: str, encoder, sentences, rounds: int) -> None:
    """float32 and bf16 in turns; the least cosine between both over all words."""
    seconds, vectors = {False: [], True: []}, {}
    for _ in range(rounds):
        for half in (False, True):
            encoder._half = lambda half=half: half
            start = time.perf_counter()
            vectors[half] = np.concatenate([entry.pooled() for entry in encoder.encode(sentences)])
            seconds[half].append(time.perf_counter() - start)
    del encoder._half
    full, short = (statistics.median(seconds[half]) for half in (False, True))
    one, other = vectors[False], vectors[True]
    cosine = (one * other).sum(1) / np.linalg.norm(one, axis=1) / np.linalg.norm(other, axis=1)
    chosen = "bf16" if encoder._half() else "float32"
    print(
        f"{name}: float32 {full:.2f} s, bf16 {short:.2f} s ({full / short:.2f}×), least cosine between them {cosine.min():.4f}; used: {chosen}"  # noqa: E501
    )


def timed(action) -> float:
    start = time.perf_counter()
    action()
    return time.perf_counter() - start


if __name__ == "__main__":
    main()
