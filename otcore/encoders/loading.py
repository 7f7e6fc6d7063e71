"""A folder in the Transformers format read as an encoder, safely, or one sentence that says what to do."""

import contextlib
import logging
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
import transformers
from safetensors import SafetensorError, safe_open
from tokenizers.pre_tokenizers import ByteLevel, Sequence
from transformers import AutoConfig, AutoModel, AutoTokenizer

from otcore.base.errors import InputError
from otcore.base.names import shown
from otcore.encoders.encoder import Encoder
from otcore.encoders.facts import VOCABULARIES, check_model_type, configuration
from otcore.encoders.lexicon import LEXICON, load_lexicon
from otcore.encoders.maps import SENTENCE_MAP, load_sentence_map

_SAFE = {"trust_remote_code": False, "local_files_only": True}
_POINTER = b"version https://git-lfs"
_FEW_LAYERS = 100  # are not looked into
_load_lock = threading.Lock()  # Transformers' lazy imports and default-dtype switch are process-wide


def read_encoder(name: str, folder: Path, again: str) -> Encoder:
    """The encoder in a folder: safetensors only, never code of its own, and tried on two words.

    name  : how messages and the encoder itself call it
    again : what to do where its files are broken, such as "download it again"
    raises: InputError   broken, without safetensors, or not a text encoder that reads words
    """

    def step(load: Callable[[], Any], explain: Callable[[str], str]) -> Any:
        try:
            return load()
        except InputError:
            raise
        except Exception as error:  # anything a foreign checkpoint may cause; the reason is kept and shown
            logging.getLogger(__name__).info("loading %s failed", name, exc_info=True)
            if "trust_remote_code" in str(error):
                remedy = "choose one of an architecture that Transformers has"
                raise InputError(f"Encoder {name} needs code of its own, which is never run here; {remedy}.") from error
            raise InputError(explain(shown(_first_line(error)))) from error

    def unread(part: str) -> Callable[[str], str]:
        return lambda reason: f"The {part} of encoder {name} cannot be read ({reason}); {again}."

    _refuse_pointers(name, folder)
    with _load_lock:
        _check_layers(name, folder)
        _refuse_quantised(name, folder)
        config = step(lambda: AutoConfig.from_pretrained(folder, **_SAFE), unread("configuration"))
        check_model_type(name, config.model_type, encoder_decoder=config.is_encoder_decoder)
        tokenizer = step(lambda: _tokenizer(folder), lambda reason: _only_other(name, folder) or unread("tokeniser")(reason))
        model = step(lambda: _model(folder, config, name), unread("weights"))
    return step(
        lambda: _tried(name, folder, model, tokenizer),
        lambda reason: f"Encoder {name}, a {config.model_type} model, cannot encode words by themselves ({reason}); choose another.",
    )


def _tried(name: str, folder: Path, model: torch.nn.Module, tokenizer) -> Encoder:
    """The encoder once it has encoded two words at all layers: some architectures want more than ids, or give other vectors."""
    rows = len(model.get_input_embeddings().weight)
    # Transformers makes up an empty tokeniser where the files are missing; embeddings are padded by a little at most
    if not tokenizer.is_fast or not rows / 2 <= len(tokenizer) <= rows:
        counts = f"{len(tokenizer)} pieces for {rows} vectors"
        raise InputError(f"The tokeniser of encoder {name} has {counts}; save its tokenizer.json beside the weights.")
    encoder = Encoder(name, model.eval(), tokenizer)
    encoder.sentence_map, encoder.lexicon = load_sentence_map(folder, encoder.dimension), load_lexicon(folder)
    encoder.encode_layers([("a", "b")])
    return encoder


def _first_line(error: Exception) -> str:
    return f"{type(error).__name__}: {error}".strip().splitlines()[0]


def _refuse_pointers(name: str, folder: Path) -> None:
    for path in sorted(folder.iterdir()):
        if path.suffix in (".json", ".safetensors", ".model", ".txt") and path.is_file():
            with open(path, "rb") as file:
                if file.read(len(_POINTER)) == _POINTER:
                    raise InputError(f"{path.name} of encoder {name} is a Git LFS pointer, not the file; fetch it with `git lfs pull`.")


def _weights(folder: Path) -> list[Path]:
    """Files of the model's own weights, without what stands beside them."""
    return [path for path in sorted(folder.glob("*.safetensors")) if path.name not in (SENTENCE_MAP, LEXICON)]


def _check_layers(name: str, folder: Path) -> None:
    """Before a model is built: one of a hundred thousand layers takes minutes, whatever weights there are."""
    config = configuration(name, folder)
    layers = config.get("num_hidden_layers", config.get("n_layers", 1))
    if isinstance(layers, int) and 1 <= layers <= _FEW_LAYERS:
        return
    tensors = 0
    for path in _weights(folder):
        with contextlib.suppress(SafetensorError, OSError), safe_open(path, "pt") as file:
            tensors += len(file.keys())
    if not isinstance(layers, int) or not 1 <= layers <= tensors:
        told = f"{shown(layers, 40)} layers" if isinstance(layers, int) else f"“{shown(layers, 40)}” for the number of its layers"
        remedy = "save model and configuration together with save_pretrained"
        raise InputError(f"The configuration of encoder {name} has {told}, which its weights are not of; {remedy}.")


def _refuse_quantised(name: str, folder: Path) -> None:
    """Weights that are numbers only with what another library knows of them; without it they would be read as they stand."""
    quantised = bool(configuration(name, folder).get("quantization_config"))
    for path in _weights(folder):
        with contextlib.suppress(SafetensorError, OSError), safe_open(path, "pt") as file:
            quantised = quantised or any(file.get_slice(key).get_dtype() in ("I8", "U8") for key in file.keys())  # noqa: SIM118
    if quantised:
        raise InputError(
            f"The weights of encoder {name} are quantised for a library of their own; choose a copy in half or full precision."
        )


def _only_other(name: str, folder: Path) -> str:
    """Where the vocabulary is there in a format of another library only, which may not be installed."""
    others = [file for file in VOCABULARIES if file.endswith(".model") and (folder / file).is_file()]
    if not others or (folder / VOCABULARIES[0]).is_file():
        return ""
    return f"The tokeniser of encoder {name} is only there as {others[0]}; save it as {VOCABULARIES[0]} where sentencepiece is installed."


def _tokenizer(folder: Path):
    tokenizer = AutoTokenizer.from_pretrained(folder, use_fast=True, **_SAFE)
    if getattr(tokenizer, "add_prefix_space", None) is False:  # byte-level tokenisers: a word is " word" in running text
        tokenizer = AutoTokenizer.from_pretrained(folder, use_fast=True, add_prefix_space=True, **_SAFE)
    before = tokenizer.backend_tokenizer.pre_tokenizer if tokenizer.is_fast else None
    for part in before if isinstance(before, Sequence) else [before]:
        if isinstance(part, ByteLevel):  # one without a class of its own in Transformers (ModernBERT's) does not hear of the option
            part.add_prefix_space = True
    return tokenizer


def _model(folder: Path, config: transformers.PretrainedConfig, name: str) -> torch.nn.Module:
    level = transformers.utils.logging.get_verbosity()
    transformers.utils.logging.set_verbosity_error()  # a missing pooler or an unused head is no news here
    transformers.utils.logging.disable_progress_bar()
    wanted = {"config": config, "dtype": torch.float32, "use_safetensors": True, "output_loading_info": True}
    try:
        model, report = AutoModel.from_pretrained(folder, **wanted, **_SAFE)
    except RuntimeError as error:
        if "mismatch" not in str(error):
            raise
        remedy = "save model and configuration together with save_pretrained"
        raise InputError(f"The weights of encoder {name} do not fit its configuration (other sizes); {remedy}.") from error
    except OSError as error:
        if "safetensors" not in str(error).lower():
            raise
        remedy = "save it again with safe_serialization, other formats can run code"
        raise InputError(f"Encoder {name} has no safetensors weights; {remedy}.") from error
    finally:
        transformers.utils.logging.set_verbosity(level)
    missing = [key for key in report["missing_keys"] if "pooler" not in key]
    if missing or report["mismatched_keys"]:
        some = f"{len(missing)} missing, first {(missing or [''])[0]}"
        remedy = "save model and configuration together with save_pretrained"
        raise InputError(f"The weights of encoder {name} do not fit its configuration ({some}); {remedy}.")
    if len(missing) < len(report["missing_keys"]):
        model.pooler = None  # its weights would be random
    return model
