"""Encoders on the model hub and in its local cache: what one is before it is downloaded, the download itself, what is here already.

Only what loading needs counts and comes: configuration, tokeniser and safetensors weights of the main branch. The hub is the one of
HF_ENDPOINT, the cache that of HF_HOME; both are the hub library's own.
"""

import functools
import json
import logging
import shutil
from pathlib import Path

import huggingface_hub
from huggingface_hub import constants
from huggingface_hub.errors import CacheNotFound, GatedRepoError, HfHubHTTPError, HFValidationError, RepositoryNotFoundError

from otcore.base.errors import InputError
from otcore.base.progress import Stopped, Teller
from otcore.encoders.facts import (
    CONFIGURATION,
    INDEX,
    WEIGHTS,
    Facts,
    check_model_type,
    describe,
    languages_of,
    licence_of,
    local_facts,
    needed,
    readable_size,
    sizes_of,
)

_PATIENCE = 10  # seconds the hub has to say what an encoder is


class Unreachable(InputError):
    """The hub does not answer: what is in the cache can still be loaded."""


def facts(name: str) -> Facts:
    """What the hub says of an encoder; nothing is downloaded.

    raises: Unreachable  no answer within ten seconds, or this process is offline
            InputError   no such model, not open to this machine, no safetensors weights or tokeniser, not a text encoder
    """
    found = _ask(name)
    config = found.config or {}
    model_type = str(config.get("model_type") or "")
    if model_type:
        check_model_type(name, model_type, encoder_decoder=bool(config.get("is_encoder_decoder")))
    card = found.card_data.to_dict() if found.card_data else {}
    tags = {key: value for key, _, value in (tag.partition(":") for tag in found.tags or ()) if value}
    sizes = {sibling.rfilename: sibling.size or 0 for sibling in found.siblings or ()}
    parameters = found.safetensors.total if found.safetensors else None
    return Facts(
        name, needed(name, sizes), languages_of(card), licence_of(card) or tags.get("license", ""), model_type,
        config.get("num_hidden_layers"), parameters, is_cached(name),
    )  # fmt: skip


def download(name: str, teller: Teller | None = None) -> Facts:
    """Brings an encoder into the local cache; files that are there already are not fetched again.

    teller: told the share of bytes; ends the download within a chunk when it is asked to
    raises: Stopped, and what `facts` raises; InputError   too little space, or the connection broke
    """
    teller = teller or Teller()
    found = facts(name)
    teller(0.0, f"{name}: {describe(found)}")
    _check_space(found)
    began = 0
    for file, size in found.files:
        done = functools.partial(_tell, teller, found, began, file)
        done(0)
        _fetch(name, file, done)
        began += size
    teller(1.0, f"{name} is here")
    return found


def is_cached(name: str) -> bool:
    """Whether all that loading needs of a hub name is on this machine."""
    return cached_folder(name) is not None


def cached_folder(name: str) -> Path | None:
    """Where the cache has an encoder's files, or None where it lacks it or a part of it."""
    try:
        config = huggingface_hub.try_to_load_from_cache(name, CONFIGURATION)
    except HFValidationError:
        return None
    if not isinstance(config, str) or not _complete(Path(config).parent):
        return None
    return Path(config).parent


def cached() -> list[tuple[str, int]]:
    """(hub name, bytes) of the encoders in the local cache that can be loaded, by name."""
    try:
        repositories = huggingface_hub.scan_cache_dir(constants.HF_HUB_CACHE).repos
    except CacheNotFound:
        return []
    names = sorted(entry.repo_id for entry in repositories if entry.repo_type == "model")
    folders = [(name, folder) for name in names if (folder := cached_folder(name)) and _is_encoder(folder)]
    return [(name, sum(size for _, size in needed(name, sizes_of(folder)))) for name, folder in folders]


def _ask(name: str):
    try:
        return huggingface_hub.HfApi().model_info(name, files_metadata=True, timeout=_PATIENCE)
    except GatedRepoError as error:
        raise InputError(f"{name} is given out on request only; ask for it on its hub page and log in here, or choose another.") from error
    except (RepositoryNotFoundError, HFValidationError) as error:
        raise InputError(f"The model hub has no {name} that is open to this machine; check the name.") from error
    except HfHubHTTPError as error:
        raise InputError(f"The model hub refuses to tell of {name} ({_reason(error)}); try again later or choose another.") from error
    except Exception as error:  # of whichever HTTP client the hub's library uses: unreachable, or offline by HF_HUB_OFFLINE
        logging.getLogger(__name__).info("asking the hub for %s failed", name, exc_info=True)
        raise _unreachable(name) from error


def _unreachable(name: str) -> Unreachable:
    names = [known for known, _ in cached()]
    others = f"one from the local cache ({', '.join(names)})" if names else "a folder; the local cache has none"
    return Unreachable(
        f"Encoder {name} is not in the local cache and the model hub cannot be reached; choose a bundled encoder or {others}."
    )


def _complete(folder: Path) -> bool:
    sizes = sizes_of(folder)
    try:
        needed(folder.name, sizes)
        if WEIGHTS in sizes:
            return True
        named = json.loads((folder / INDEX).read_text(encoding="utf-8"))["weight_map"].values()
    except (InputError, OSError, ValueError, KeyError, AttributeError):
        return False
    return set(named) <= sizes.keys()


def _is_encoder(folder: Path) -> bool:
    try:
        found = local_facts(folder.name, folder)
        check_model_type(folder.name, found.architecture)
    except InputError:
        return False
    return True


def _check_space(found: Facts) -> None:
    folder = Path(constants.HF_HUB_CACHE)
    while not folder.is_dir():
        folder = folder.parent
    free = shutil.disk_usage(folder).free
    if not found.here and free < found.size:
        raise InputError(f"{found.name} takes {readable_size(found.size)} and {readable_size(free)} are free; make room for it.")


def _tell(teller: Teller, found: Facts, began: int, file: str, done: int) -> None:
    share = min((began + done) / max(found.size, 1), 1.0)
    teller(share, f"{file}: {readable_size(began + done)} of {readable_size(found.size)}")


def _fetch(name: str, file: str, done) -> None:
    xet = constants.HF_HUB_DISABLE_XET
    constants.HF_HUB_DISABLE_XET = True  # its transfers cannot be ended from the callback that tells how far they are
    try:
        huggingface_hub.hf_hub_download(name, file, tqdm_class=_bar(done))
    except Stopped:
        raise
    except Exception as error:  # of the file system, the hub, or whichever HTTP client its library uses
        raise InputError(f"The download of {name} broke off at {file} ({_reason(error)}); start it again.") from error
    finally:
        constants.HF_HUB_DISABLE_XET = xet


def _bar(done) -> type:
    """What the hub's library takes for a progress bar: tells the bytes of a file to `done`, which may raise to end the download."""

    class Bar:
        def __init__(self, *, initial: int = 0, **_) -> None:
            self.n = initial

        def update(self, count: int) -> None:
            self.n += count
            done(self.n)

        def __enter__(self) -> "Bar":
            return self

        def __exit__(self, *_) -> None:
            pass

    return Bar


def _reason(error: Exception) -> str:
    return str(error).strip().splitlines()[0][:160] if str(error).strip() else type(error).__name__
