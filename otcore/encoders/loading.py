"""From a name to a model and its tokeniser, or to one sentence that says what to do."""

import logging
import re
import threading
from pathlib import Path

import torch
import transformers
from tokenizers.pre_tokenizers import ByteLevel, Sequence
from transformers import AutoConfig, AutoModel, AutoTokenizer

from otcore.base.errors import InputError
from otcore.base.places import MAPS_FILE, RUN_PREFIX
from otcore.base.progress import Teller
from otcore.encoders import hub
from otcore.encoders.catalogue import BUNDLED, DEFAULT, EDITIONS
from otcore.encoders.encoder import Encoder
from otcore.encoders.facts import check_model_type
from otcore.encoders.sentence_map import load_sentence_map

_HUB_NAME = re.compile(r"[\w.-]{1,96}(/[\w.-]{1,96})?", re.ASCII)
_load_lock = threading.Lock()  # Transformers' lazy imports and default-dtype switch are process-wide


def load_encoder(name: str = DEFAULT, teller: Teller | None = None) -> Encoder:
    """An encoder by a bundled edition's name, a local folder, a hub name, or `run:NAME`. Safetensors only, never remote code.

    A hub name is downloaded where it is not in the local cache; what is there is loaded without asking the hub.
    teller: of the download
    raises: InputError   absent, out of reach, broken, without safetensors, or not a text encoder; says what to do
    """
    if name.startswith(RUN_PREFIX) and (mapped := _mapped(name)):
        return mapped
    location = locate(name)
    if is_hub_name(name):
        location = _cached(name, teller)
    with _load_lock:
        config = _get("configuration", name, lambda: AutoConfig.from_pretrained(location, trust_remote_code=False, local_files_only=True))
        check_model_type(name, config.model_type, encoder_decoder=config.is_encoder_decoder)
        tokenizer = _get("tokeniser", name, lambda: _tokenizer(location))
        model = _get("weights", name, lambda: _model(location, config, name))
    rows = model.get_input_embeddings().num_embeddings
    # Transformers makes up an empty tokeniser where the files are missing; embeddings are padded by a little at most
    if tokenizer.is_fast and rows / 2 <= len(tokenizer) <= rows:
        sentence_map = load_sentence_map(Path(location).expanduser(), int(config.hidden_size))
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
    if not _is_possible(name):
        raise InputError(f"“{name[:80]}” is neither a folder here nor a hub name such as xlm-roberta-base.")
    return name


def _run(name: str):
    from otcore.runs.store import find_run

    run = find_run(name.removeprefix(RUN_PREFIX))
    if not run.usable:
        raise InputError(f"The run {run.name} has no encoder yet ({run.state}); wait until it has ended, or resume it.")
    return run


def _mapped(name: str) -> Encoder | None:
    """The encoder of a run that fitted maps: its frozen encoder with the maps, read at their layer."""
    run = _run(name)
    if not run.settings.objective.is_map:
        return None
    from otcore.encoders.maps import load_maps

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


def is_hub_name(name: str) -> bool:
    """Whether a name can only be one on the model hub."""
    return not (name.startswith(RUN_PREFIX) or name in EDITIONS or is_folder(name)) and _is_possible(name)


def _is_possible(name: str) -> bool:
    return bool(_HUB_NAME.fullmatch(name)) and ".." not in name


def fetch_encoder(name: str, teller: Teller | None = None) -> None:
    """Downloads a hub name that is not in the local cache; nothing to do for any other.

    raises: InputError   out of reach, or not to be had
    """
    if is_hub_name(name) and not hub.is_cached(name):
        hub.download(name, teller)


def _cached(name: str, teller: Teller | None) -> str:
    fetch_encoder(name, teller)
    folder = hub.cached_folder(name)
    if folder is None:
        raise InputError(f"The download of {name} is not whole; start it again.")
    return str(folder)


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
    text = f"{type(error).__name__}: {error}".splitlines()[0][:160]
    if "safetensors" in str(error).lower() and isinstance(error, OSError):
        return f"Encoder {name} has no safetensors weights; save it again with safe_serialization, other formats can run code."
    again = "download it again" if is_hub_name(name) else "save it again with Transformers' save_pretrained"
    return f"The {part} of encoder {name} cannot be read ({text}); {again}."


def _tokenizer(location: str):
    options = {"trust_remote_code": False, "use_fast": True, "local_files_only": True}
    tokenizer = AutoTokenizer.from_pretrained(location, **options)
    if getattr(tokenizer, "add_prefix_space", None) is False:  # byte-level tokenisers: a word is " word" in running text
        tokenizer = AutoTokenizer.from_pretrained(location, add_prefix_space=True, **options)
    for step in _steps(tokenizer.backend_tokenizer.pre_tokenizer) if tokenizer.is_fast else ():
        if isinstance(step, ByteLevel):  # one without a class of its own in Transformers (ModernBERT's) does not hear of the option
            step.add_prefix_space = True
    return tokenizer


def _steps(pre_tokenizer) -> list:
    """The parts of a sequence, or the one there is."""
    return list(pre_tokenizer) if isinstance(pre_tokenizer, Sequence) else [pre_tokenizer]


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
            local_files_only=True,
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
