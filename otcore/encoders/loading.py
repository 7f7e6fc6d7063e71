"""From a name to a model and its tokeniser, or to one sentence that says what to do."""

import logging
import re
import threading
from pathlib import Path

import torch
import transformers
from transformers import AutoConfig, AutoModel, AutoTokenizer
from transformers.models.auto.modeling_auto import MODEL_FOR_MASKED_LM_MAPPING_NAMES

from otcore.encoders.catalogue import BUNDLED, DEFAULT, EDITIONS
from otcore.encoders.encoder import Encoder
from otcore.errors import InputError

_HUB_NAME = re.compile(r"[\w.-]{1,96}(/[\w.-]{1,96})?", re.ASCII)
_load_lock = threading.Lock()  # Transformers' lazy imports and default-dtype switch are process-wide


def load_encoder(name: str = DEFAULT) -> Encoder:
    """An encoder by a bundled edition's name, a local folder, or a hub name. Safetensors only, never remote code.

    raises: InputError   absent, out of reach, broken, without safetensors, or not a text encoder; says what to do
    """
    location = locate(name)
    with _load_lock:
        config = _get("configuration", name, lambda: AutoConfig.from_pretrained(location, trust_remote_code=False))
        _check_architecture(name, config)
        tokenizer = _get("tokeniser", name, lambda: _tokenizer(location))
        model = _get("weights", name, lambda: _model(location, config, name))
    rows = model.get_input_embeddings().num_embeddings
    # Transformers makes up an empty tokeniser where the files are missing; embeddings are padded by a little at most
    if tokenizer.is_fast and rows / 2 <= len(tokenizer) <= rows:
        return Encoder(name, model.eval(), tokenizer)
    raise InputError(
        f"The tokeniser of encoder {name} has {len(tokenizer)} pieces for {rows} vectors; save its tokenizer.json beside the weights."
    )


def locate(name: str) -> str:
    """Where Transformers finds an encoder: a folder, or the hub name itself.

    raises: InputError   neither an edition, nor a folder with a config.json, nor a possible hub name
    """
    if name in EDITIONS:
        folder = BUNDLED / name
        if not (folder / "config.json").is_file():
            raise InputError(f"The bundled encoder “{name}” is not in this copy of the project (data/encoder/{name}); choose another.")
        return str(folder)
    if is_folder(name):
        if not (Path(name).expanduser() / "config.json").is_file():
            raise InputError(f"The folder {name} has no config.json; give a folder saved by Transformers' save_pretrained.")
        return str(Path(name).expanduser())
    if not _HUB_NAME.fullmatch(name) or ".." in name:
        raise InputError(f"“{name[:80]}” is neither a folder here nor a hub name such as xlm-roberta-base.")
    return name


def is_folder(name: str) -> bool:
    """Whether a name is a folder on this machine."""
    try:
        return Path(name).expanduser().is_dir()
    except (OSError, ValueError, RuntimeError):  # too long, a NUL in it, no such user: not a path at all
        return False


def _check_architecture(name: str, config: transformers.PretrainedConfig) -> None:
    if config.is_encoder_decoder or config.model_type not in MODEL_FOR_MASKED_LM_MAPPING_NAMES:
        raise InputError(
            f"{name} is a {config.model_type} model, not a text encoder; give one of the BERT family such as xlm-roberta-base."
        )


def _get(part: str, name: str, load):
    """Runs one loading step; what Transformers and the hub raise becomes one sentence."""
    try:
        return load()
    except InputError:
        raise
    except Exception as error:  # anything a foreign checkpoint may cause; the reason is kept and shown
        logging.getLogger(__name__).info("loading the %s of %s failed", part, name, exc_info=True)
        raise InputError(_explain(part, name, error)) from error


def _explain(part: str, name: str, error: Exception) -> str:
    local = name in EDITIONS or is_folder(name)
    text = f"{type(error).__name__}: {error}".splitlines()[0][:160]
    if "safetensors" in str(error).lower() and isinstance(error, OSError):
        return f"Encoder {name} has no safetensors weights; save it again with safe_serialization, other formats can run code."
    if local:
        return f"The {part} of encoder {name} cannot be read ({text}); save it again with Transformers' save_pretrained."
    return (
        f"Encoder {name} is not in the local cache and the model hub cannot be reached or does not have it; "
        "check the name and the connection, or choose a bundled encoder or a folder."
    )


def _tokenizer(location: str):
    tokenizer = AutoTokenizer.from_pretrained(location, trust_remote_code=False, use_fast=True)
    if getattr(tokenizer, "add_prefix_space", None) is False:  # byte-level tokenisers: a word is " word" in running text
        tokenizer = AutoTokenizer.from_pretrained(location, trust_remote_code=False, use_fast=True, add_prefix_space=True)
    return tokenizer


def _model(location: str, config: transformers.PretrainedConfig, name: str) -> torch.nn.Module:
    level = transformers.utils.logging.get_verbosity()
    transformers.utils.logging.set_verbosity_error()  # a missing pooler or an unused head is no news here
    transformers.utils.logging.disable_progress_bar()
    try:
        model, report = AutoModel.from_pretrained(
            location,
            config=config,
            dtype=torch.float32,
            use_safetensors=True,
            trust_remote_code=False,
            output_loading_info=True,
        )
    finally:
        transformers.utils.logging.set_verbosity(level)
    missing = [key for key in report["missing_keys"] if "pooler" not in key]
    if missing or report["mismatched_keys"]:
        raise InputError(
            f"The weights of encoder {name} do not fit its configuration ({len(missing)} missing, first {(missing or [''])[0]}); "
            "save model and configuration together with save_pretrained."
        )
    return model
