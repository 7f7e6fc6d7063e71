"""The encoder that is trained: XLM-R architecture, small, and how it is saved."""

import hashlib
import json
import shutil
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import save_file
from tokenizers import Tokenizer
from transformers import XLMRobertaConfig, XLMRobertaModel

from otcore.base.errors import InputError
from otcore.encoders.facts import configuration
from otcore.encoders.maps import save_sentence_map
from otcore.pretraining.recipe import SIZES
from otcore.pretraining.training import Run
from otcore.pretraining.vocabulary import BOS, EOS, MAX_TOKENS, PAD, SPECIAL_TOKENS
from otcore.runs.folders import replacing_folder

_VECTOR_SCALE = 0.04
_TOKENIZER = ("tokenizer.json", "tokenizer_config.json")


def encoder_config(vocabulary: int, layers: int, hidden: int) -> XLMRobertaConfig:
    """Return the configuration: ``layers`` × ``hidden``, heads of 64, no dropout (slow on a CPU, and the model underfits)."""
    size = {"hidden_size": hidden, "intermediate_size": 4 * hidden, "num_hidden_layers": layers}
    size |= {"num_attention_heads": max(1, hidden // 64), "max_position_embeddings": MAX_TOKENS + PAD + 1}
    tokens = {"vocab_size": vocabulary, "type_vocab_size": 1, "pad_token_id": PAD, "bos_token_id": BOS, "eos_token_id": EOS}
    return XLMRobertaConfig(**size, **tokens, hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0)


def new_encoder(config: XLMRobertaConfig, vectors: np.ndarray, seed: int) -> XLMRobertaModel:
    """Return an untrained encoder whose token vectors are ``vectors`` (vocabulary, hidden), scaled down."""
    torch.manual_seed(seed)
    encoder = XLMRobertaModel(config, add_pooling_layer=False)
    # On a CPU and sentences of a few dozen tokens plain attention is half as fast again as the fused kernel.
    encoder.set_attn_implementation("eager")
    with torch.no_grad():
        encoder.embeddings.word_embeddings.weight.copy_(torch.from_numpy(vectors) * _VECTOR_SCALE)
        encoder.embeddings.word_embeddings.weight[PAD] = 0
    return encoder


def save_edition(encoder: XLMRobertaModel, tokenizer_folder: Path, target: Path, sentence_map: np.ndarray | None = None) -> int:
    """Write a Transformers folder (config, float16 weights, tokenizer, sentence map) to ``target`` and return its bytes.

    ``AutoModel`` always builds the pooling layer of this architecture and warns when its weights are
    missing, so an identity is stored for it; nothing in this project reads its output. An attribute
    ``alignment_layer`` of the configuration tells the engine which layer to compare words at.
    """
    hidden = encoder.config.hidden_size
    weights = {name: value for name, value in encoder.state_dict().items() if not name.endswith(("position_ids", "token_type_ids"))}
    weights |= {"pooler.dense.weight": torch.eye(hidden), "pooler.dense.bias": torch.zeros(hidden)}
    weights = {name: value.detach().cpu().to(torch.float16).contiguous() for name, value in weights.items()}
    config = encoder.config.to_dict() | {"architectures": ["XLMRobertaModel"], "dtype": "float16"}
    config.pop("_name_or_path", None)
    with replacing_folder(target) as folder:
        save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})
        (folder / "model.safetensors").chmod(0o644)
        (folder / "config.json").write_text(json.dumps(config, indent=1, sort_keys=True) + "\n", encoding="utf-8")
        for name in _TOKENIZER:
            shutil.copyfile(tokenizer_folder / name, folder / name)
        if sentence_map is not None:
            save_sentence_map(folder, sentence_map)
    return sum(file.stat().st_size for file in target.iterdir())


def finish_edition(run: Run, encoder: XLMRobertaModel, target: Path, layer: int, sentence_map: np.ndarray | None = None) -> None:
    """Save an edition that aligns best at ``layer``, log its size and fingerprint.

    Raises ``InputError`` if it takes more than an edition of its hidden size may: 25 MB up to 256, 50 MB beyond.
    """
    encoder.config.alignment_layer = layer
    size = save_edition(encoder, run.tokenizer, target, sentence_map)
    digest = hashlib.sha256((target / "model.safetensors").read_bytes()).hexdigest()
    run.log(event="edition", name=target.name, layer=layer, bytes=size, sha256=digest)
    run.progress(f"{target.name} is ready: {size / 1e6:.1f} MB in {target}")
    most = SIZES["small" if encoder.config.hidden_size <= SIZES["small"].hidden else "large"].most_bytes
    if size > most:
        raise InputError(f"{target} is {size / 1e6:.1f} MB, above {most / 1e6:.0f} MB; lower the vocabulary of the recipe.")


def check_edition(folder: Path) -> None:
    """Raise ``InputError`` for a folder without the files of an edition."""
    missing = [name for name in ("config.json", "model.safetensors", *_TOKENIZER) if not (folder / name).is_file()]
    if missing:
        raise InputError(f"{folder} has no {missing[0]}; give the folder of an edition such as data/encoder/aligned.")


def adopt_tokenizer(run: Run, start: Path) -> None:
    """Take over the tokenizer of an edition that a run goes on from; raises ``InputError`` for a folder that holds none."""
    check_edition(start)
    tokenizer, kind = Tokenizer.from_file(str(start / _TOKENIZER[0])), configuration(str(start), start).get("model_type")
    if kind != "xlm-roberta" or [tokenizer.token_to_id(token) for token in SPECIAL_TOKENS] != list(range(len(SPECIAL_TOKENS))):
        raise InputError(f"{start} is no encoder that `pretrain` made; give the folder of an edition such as data/encoder/aligned.")
    if not run.tokenizer.exists():
        with replacing_folder(run.tokenizer) as folder:
            for name in _TOKENIZER:
                shutil.copyfile(start / name, folder / name)


def load_weights(folder: Path) -> XLMRobertaModel:
    """Return the encoder of an edition in float32, ready for further training."""
    encoder = XLMRobertaModel.from_pretrained(folder, dtype=torch.float32, attn_implementation="eager")
    encoder.pooler = None
    return encoder
