"""Names on the model hub and in its local cache: what one is before it is downloaded, the download itself, what is here already.

Only what loading needs counts and comes: configuration, tokeniser and safetensors weights of the main branch. The hub is the one of
HF_ENDPOINT, the cache that of HF_HOME; both are the hub library's own.
"""

import contextlib
import functools
import json
import logging
import re
import shutil
from pathlib import Path

import huggingface_hub
from huggingface_hub import constants

from otcore.base.errors import InputError
from otcore.base.progress import Stopped, Teller
from otcore.encoders import facts
from otcore.encoders.facts import CONFIGURATION, INDEX, WEIGHTS, Facts, readable_size
from otcore.encoders.sources import Group, Source

PUBLIC = {
    "bert-base-multilingual-cased": "mBERT, 104 languages, 12 layers",
    "xlm-roberta-base": "XLM-R base, 100 languages, 12 layers",
    "sentence-transformers/LaBSE": "LaBSE, 109 languages, trained for retrieval",
    "sentence-transformers/paraphrase-multilingual-MiniLM-L12-v2": "multilingual MiniLM, 50 languages, 12 layers",
}
_NAME = re.compile(r"[\w.-]{1,96}(/[\w.-]{1,96})?", re.ASCII)
_PATIENCE = 10  # seconds the hub has to say what an encoder is


class Hub(Source):
    """A name on the hub, whose files are fetched into the local cache first."""

    name, label, rank, slow = "hub", "a hub name", 30, True
    kept = "Kept in the model hub's cache on the machine that runs this app; it can be cancelled."
    again = "download it again"

    def claims(self, name: str) -> bool:
        return bool(_NAME.fullmatch(name)) and ".." not in name

    def folder(self, name: str) -> Path:
        folder = cached_folder(name)
        if folder is None:
            raise InputError(f"The download of {name} is not whole; start it again.")
        return folder

    def groups(self) -> list[Group]:
        here, damaged = cached(), self.damaged()
        public = [{"name": name, "about": text, "cached": name in here} for name, text in PUBLIC.items()]
        rows = [{"name": name, "bytes": size} for name, size in here.items()]
        broken = [{"name": name, "about": reason} for name, reason in damaged.items()]
        groups = [Group("cached", "In the local cache of the hub", rows, "none"), Group("public", "Public, known to suit", public)]
        return groups + ([Group("damaged", "Damaged, in the local cache of the hub", broken, usable=False)] if broken else [])

    def damaged(self) -> dict[str, str]:
        return _cache()[1]

    def remove(self, name: str) -> None:
        for repository in _repositories():
            if repository.repo_id == name:
                try:
                    shutil.rmtree(repository.repo_path)
                except OSError as error:
                    raise InputError(f"{name} cannot be removed ({error.strerror}); check whether its files are yours.") from error
                return
        super().remove(name)

    def about(self, name: str) -> tuple[str, ...]:
        return (PUBLIC[name],) if name in PUBLIC else ()

    def absent(self, name: str) -> bool:
        return cached_folder(name) is None

    def facts(self, name: str) -> Facts:
        return ask(name) if self.absent(name) else super().facts(name)

    def fetch(self, name: str, teller: Teller) -> None:
        """Files that are there already are not fetched again; a file of which a part has come ends within a chunk."""
        found = ask(name)
        teller(0.0, f"{name}: {facts.describe(found)}")
        _check_space(found)
        began = 0
        for file, size in found.files:
            done = functools.partial(_tell, teller, found, began, file)
            done(0)
            _fetch(name, file, done)
            began += size
        teller(1.0, f"{name} is here")


def ask(name: str) -> Facts:
    """What the hub says of an encoder; nothing is downloaded.

    raises: InputError   no answer within ten seconds, this process is offline, no such model, not open to this machine, no safetensors
                         weights or tokeniser, not a text encoder
    """
    found = _model_info(name)
    config = found.config or {}
    if config.get("model_type"):
        facts.check_model_type(name, str(config["model_type"]), encoder_decoder=bool(config.get("is_encoder_decoder")))
    tags = dict(tag.split(":", 1) for tag in found.tags or () if ":" in tag)
    card = {"license": tags.get("license")} | (found.card_data.to_dict() if found.card_data else {})
    sizes = {sibling.rfilename: sibling.size or 0 for sibling in found.siblings or ()}
    parameters = found.safetensors.total if found.safetensors else None
    return facts.facts_from(name, sizes, config, card, here=cached_folder(name) is not None, parameters=parameters)


def cached_folder(name: str) -> Path | None:
    """Where the cache has an encoder's files, or None where it lacks it or a part of it."""
    try:
        config = huggingface_hub.try_to_load_from_cache(name, CONFIGURATION)
        folder = Path(config).parent if isinstance(config, str) else None
        if folder is None:
            return None
        sizes = facts.sizes_of(folder)
        facts.needed(name, sizes)
        named = [] if WEIGHTS in sizes else json.loads((folder / INDEX).read_text(encoding="utf-8"))["weight_map"].values()
        return folder if set(named) <= sizes.keys() else None
    except (OSError, ValueError, KeyError, AttributeError, TypeError, RecursionError):  # no name for a model, or damaged files
        return None


def cached() -> dict[str, int]:
    """Hub name → bytes of the encoders in the local cache that can be loaded, by name."""
    return _cache()[0]


def _cache() -> tuple[dict[str, int], dict[str, str]]:
    """The encoders of the local cache by name: bytes of those that can be loaded, and why the damaged ones cannot. Models of another kind,
    and downloads that are not whole yet, are neither."""
    found, damaged = {}, {}
    for name in sorted(repository.repo_id for repository in _repositories()):
        if not SOURCE.claims(name):
            continue
        try:
            folder = cached_folder(name)
            if folder is not None:
                known = facts.local_facts(name, folder)
                with contextlib.suppress(InputError):  # a model of another kind
                    facts.check_model_type(name, known.architecture)
                    found[name] = known.size
        except InputError as error:
            damaged[name] = str(error).partition(";")[0].rstrip(".")
        except OSError as error:
            damaged[name] = f"It cannot be read ({error.strerror})"
    return found, damaged


def _repositories() -> list:
    """The models of the local cache."""
    from huggingface_hub.errors import CacheNotFound

    try:
        repositories = huggingface_hub.scan_cache_dir(constants.HF_HUB_CACHE).repos
    except (CacheNotFound, OSError, ValueError):  # none yet, not ours to read, or no folder
        return []
    return [entry for entry in repositories if entry.repo_type == "model"]


def _model_info(name: str):
    from huggingface_hub.errors import GatedRepoError, HfHubHTTPError, HFValidationError, RepositoryNotFoundError

    try:
        return huggingface_hub.HfApi().model_info(name, files_metadata=True, timeout=_PATIENCE)
    except GatedRepoError as error:
        raise InputError(
            f"{name} is available on request only: ask for access on its page on the model hub and log in here, or choose another."
        ) from error
    except (RepositoryNotFoundError, HFValidationError) as error:
        raise InputError(f"The model hub has no public encoder called {name}; check the spelling.") from error
    except HfHubHTTPError as error:
        raise InputError(f"The model hub gave no answer about {name} ({_reason(error)}); try again later or choose another.") from error
    except Exception as error:  # of whichever HTTP client the hub's library uses: unreachable, or offline by HF_HUB_OFFLINE
        logging.getLogger(__name__).info("asking the hub for %s failed", name, exc_info=True)
        names = list(cached())
        others = f"one that was downloaded earlier ({', '.join(names)})" if names else "a folder that holds one"
        away = f"{name} has not been downloaded to this machine, and the model hub cannot be reached"
        raise InputError(f"{away}; choose a bundled encoder or {others}.") from error


def _check_space(found: Facts) -> None:
    cache = Path(constants.HF_HUB_CACHE)
    free = shutil.disk_usage(next(folder for folder in (cache, *cache.parents) if folder.is_dir())).free
    if not found.here and free < found.size:
        raise InputError(
            f"{found.name} needs {readable_size(found.size)}, but only {readable_size(free)} are free; make room and try again."
        )


def _tell(teller: Teller, found: Facts, began: int, file: str, done: int) -> None:
    share = min((began + done) / max(found.size, 1), 1.0)
    teller(share, f"{file}: {readable_size(began + done)} of {readable_size(found.size)}")


def _fetch(name: str, file: str, done) -> None:
    xet = constants.HF_HUB_DISABLE_XET
    constants.HF_HUB_DISABLE_XET = True  # its transfers cannot be ended from the callback that tells how far they are
    try:
        huggingface_hub.hf_hub_download(name, file, tqdm_class=functools.partial(_Bar, done))
    except Stopped:
        raise
    except Exception as error:  # of the file system, the hub, or whichever HTTP client its library uses
        raise InputError(f"The download of {name} broke off at {file} ({_reason(error)}); start it again.") from error
    finally:
        constants.HF_HUB_DISABLE_XET = xet


class _Bar:
    """What the hub's library takes for a progress bar: tells the bytes of a file to `done`, which may raise to end the download."""

    def __init__(self, done, *, initial: int = 0, **_) -> None:
        self.n, self._done = initial, done

    def update(self, count: int) -> None:
        self.n += count
        self._done(self.n)

    def __enter__(self) -> "_Bar":
        return self

    def __exit__(self, *_) -> None:
        pass


def _reason(error: Exception) -> str:
    return str(error).strip().splitlines()[0][:160] if str(error).strip() else type(error).__name__


SOURCE = Hub()
