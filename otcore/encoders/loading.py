"""From a name to a model and its tokeniser, or to one sentence that says what to do."""

import logging
import re
import threading
from pathlib import Path

import huggingface_hub
import torch
import transformers
from transformers import AutoConfig, AutoModel, AutoTokenizer
from transformers.models.auto.modeling_auto import MODEL_FOR_MASKED_LM_MAPPING_NAMES

from otcore.encoders.catalogue import BUNDLED, DEFAULT, EDITIONS
from otcore.encoders.encoder import Encoder
from otcore.encoders.sentence_map import load_sentence_map
from otcore.errors import InputError
from otcore.runs import MAPS_FILE, RUN_PREFIX

_HUB_NAME = re.compile(r"[\w.-]{1,96}(/[\w.-]{1,96})?", re.ASCII)
_load_lock = threading.Lock()  # Transformers' lazy imports and default-dtype switch are process-wide


def load_encoder(name: str = DEFAULT) -> Encoder:
    """An encoder by a bundled edition's name, a local folder, a hub name, or `run:NAME`. Safetensors only, never remote code.

    raises: InputError   absent, out of reach, broken, without safetensors, or not a text encoder; says what to do
    """
    if name.startswith(RUN_PREFIX) and (mapped := _mapped(name)):
        return mapped
    location = locate(name)
    local = location != name or is_folder(name) or not _hub_answers()
    with _load_lock:
        config = _get("configuration", name, lambda: AutoConfig.from_pretrained(location, trust_remote_code=False, local_files_only=local))
        _check_architecture(name, config)
        tokenizer = _get("tokeniser", name, lambda: _tokenizer(location, local))
        model = _get("weights", name, lambda: _model(location, config, name, local))
    rows = model.get_input_embeddings().num_embeddings
    # Transformers makes up an empty tokeniser where the files are missing; embeddings are padded by a little at most
    if tokenizer.is_fast and rows / 2 <= len(tokenizer) <= rows:
        sentence_map = load_sentence_map(Path(location).expanduser(), int(config.hidden_size)) if is_folder(location) else None
        return Encoder(name, model.eval(), tokenizer, sentence_map=sentence_map)
    raise InputError(
        f"The tokeniser of encoder {name} has {len(tokenizer)} pieces for {rows} vectors; save its tokenizer.json beside the weights."
    )


def locate(name: str) -> str:
    """Where Transformers finds an encoder: a folder, or the hub name itself.

    raises: InputError   neither an edition, nor a run, nor a folder with a config.json, nor a possible hub name
    """
    if name.startswith(RUN_PREFIX):
        return str(_run(name).folder / "encoder")
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


def _run(name: str):
    from otcore.finetuning.store import find_run

    run = find_run(name.removeprefix(RUN_PREFIX))
    if not run.usable:
        raise InputError(f"The run {run.name} has no encoder yet ({run.state}); wait until it has ended, or resume it.")
    return run


def _mapped(name: str) -> Encoder | None:
    """The encoder of a run that fitted maps: its frozen encoder with the maps, read at their layer."""
    run = _run(name)
    if not run.settings.objective.is_map:
        return None
    from otcore.objectives.maps import load_maps

    encoder = load_encoder(run.settings.encoder)
    encoder.name, encoder.maps = name, load_maps(run.folder / MAPS_FILE)
    encoder.default_layer = encoder.check_layer(encoder.maps.layer)
    return encoder


def is_folder(name: str) -> bool:
    """Whether a name is a folder on this machine."""
    try:
        return Path(name).expanduser().is_dir()
    except (OSError, ValueError, RuntimeError):  # too long, a NUL in it, no such user: not a path at all
        return False


def _hub_answers() -> bool:
    """Whether the hub is there at all; where it is not, its client would try for half a minute, and again for the next file."""
    try:
        huggingface_hub.get_session().head(huggingface_hub.constants.ENDPOINT, timeout=5)
    except Exception:  # of whichever HTTP client the hub's library uses: unreachable, or offline by HF_HUB_OFFLINE
        return False
    return True


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
    local = name in EDITIONS or name.startswith(RUN_PREFIX) or is_folder(name)
    text = f"{type(error).__name__}: {error}".splitlines()[0][:160]
    if "safetensors" in str(error).lower() and isinstance(error, OSError):
        return f"Encoder {name} has no safetensors weights; save it again with safe_serialization, other formats can run code."
    if local:
        return f"The {part} of encoder {name} cannot be read ({text}); save it again with Transformers' save_pretrained."
    return (
        f"Encoder {name} is not in the local cache and the model hub cannot be reached or does not have it; "
        "check the name and the connection, or choose a bundled encoder or a folder."
    )


def _tokenizer(location: str, local: bool):
    options = {"trust_remote_code": False, "use_fast": True, "local_files_only": local}
    tokenizer = AutoTokenizer.from_pretrained(location, **options)
    if getattr(tokenizer, "add_prefix_space", None) is False:  # byte-level tokenisers: a word is " word" in running text
        tokenizer = AutoTokenizer.from_pretrained(location, add_prefix_space=True, **options)
    return tokenizer


def _model(location: str, config: transformers.PretrainedConfig, name: str, local: bool) -> torch.nn.Module:
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
            local_files_only=local,
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
    if len(missing) < len(report["missing_keys"]):
        model.pooler = None  # its weights would be random
    return model
