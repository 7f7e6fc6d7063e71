"""What an encoder is, read from its card, its configuration and its files; nothing of it is loaded."""

import functools
import json
import math
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from otcore.base.errors import InputError
from otcore.base.names import shown

CONFIGURATION = "config.json"
WEIGHTS, INDEX = "model.safetensors", "model.safetensors.index.json"
LEXICON = "lexicon.safetensors"
# one of these holds the vocabulary; the others say how it is used
VOCABULARIES = ("tokenizer.json", "vocab.txt", "vocab.json", "sentencepiece.bpe.model", "spiece.model", "tokenizer.model")
_TOKENISER = (*VOCABULARIES, "merges.txt", "tokenizer_config.json", "special_tokens_map.json", "added_tokens.json")
_HEAD = re.compile(r"---[ \t]*\n(.*?\n)---", re.DOTALL)  # of a model card
_MOST_HEAD = 2**16  # bytes of a card that are read: its head has a few hundred
_REFERENCE = re.compile(r"(^|[\s\[{,:-])[&*]\w")  # what YAML can grow without bound by
_MOST_TEXT, _MOST_TEXTS = 80, 1000
_SHARD = re.compile(r"model-\d+-of-\d+\.safetensors")


@dataclass(frozen=True)
class Facts:
    """What an encoder is, with "", () and None for what its card, its configuration and the hub do not tell.

    files       : (name, bytes) of what loading needs, weights last
    languages   : codes, or words such as "multilingual"
    architecture: the model type of its configuration, such as "bert"
    here        : whether it is on this machine already
    """

    name: str
    files: tuple[tuple[str, int], ...]
    languages: tuple[str, ...] = ()
    licence: str = ""
    architecture: str = ""
    layers: int | None = None
    parameters: int | None = None
    here: bool = False

    @property
    def size(self) -> int:
        """Bytes of all files."""
        return sum(size for _, size in self.files)


@dataclass(frozen=True)
class Shape:
    """Number of layers, the one where words align best, and whether a lexicon stands beside them."""

    layers: int
    default_layer: int
    has_lexicon: bool = False


def shape_in(folder: Path) -> Shape | None:
    """What the configuration of an encoder says, or None where it does not."""
    try:
        config = json.loads((folder / CONFIGURATION).read_text(encoding="utf-8"))
        layers = int(config["num_hidden_layers"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return Shape(layers, best_layer(layers, config.get("alignment_layer")), (folder / LEXICON).is_file())


def best_layer(layers: int, told: int | None) -> int:
    """Where words align best: what the configuration says, else two thirds up, as measured for mBERT and XLM-R (METHOD,
    "Word aligners")."""
    return min(int(told or round(2 / 3 * layers)), layers)


def local_facts(name: str, folder: Path, card: Path | None = None) -> Facts:
    """What an encoder in a folder is.

    card  : its model card, where that is not the README.md of the folder
    raises: InputError   its configuration cannot be read, or files are missing
    """
    return facts_from(name, sizes_of(folder), configuration(name, folder), _card(card or folder / "README.md"), here=True)


def numbers_in(folder: Path) -> int | None:
    """How many numbers the safetensors files of a folder hold, by their headers; None where there are none or they are damaged."""
    from safetensors import SafetensorError, safe_open

    total = 0
    for path in folder.glob("*.safetensors"):
        try:
            with safe_open(path, "np") as file:
                total += sum(math.prod(file.get_slice(key).get_shape()) for key in file.keys())  # noqa: SIM118
        except (SafetensorError, OSError):
            return None
    return total or None


def configuration(name: str, folder: Path) -> dict[str, Any]:
    """What stands in the configuration of an encoder.

    raises: InputError   it cannot be read, or is no object in JSON
    """
    remedy = "save it again with save_pretrained"
    try:
        found = json.loads((folder / CONFIGURATION).read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise InputError(f"The configuration of {name} cannot be read ({shown(error)}); {remedy}.") from error
    if not isinstance(found, dict):
        raise InputError(f"The configuration of {name} is not an object in JSON; {remedy}.")
    return found


def _card(path: Path) -> dict[str, Any]:
    """What the head of a model card says; nothing where it cannot be read: it is no part of the model."""
    import yaml

    try:
        with open(path, "rb") as file:
            head = _HEAD.match(file.read(_MOST_HEAD).decode(errors="replace").removeprefix("\ufeff").replace("\r\n", "\n"))
        found = yaml.load(head[1], _Plain()) if head and not _REFERENCE.search(head[1]) else {}
    except (OSError, ValueError, RecursionError, yaml.YAMLError):
        return {}
    return found if isinstance(found, dict) else {}


@functools.cache
def _Plain():
    """YAML's safe loader, with every plain value a text: `no` is Norwegian, and no date is refused."""
    import yaml

    class Plain(yaml.SafeLoader):
        pass

    Plain.yaml_implicit_resolvers = {}
    return Plain


def texts(value: Any) -> tuple[str, ...]:
    """The texts in what a card gives, one or a list of some; whatever else it gives is left out."""
    some = value if isinstance(value, list | tuple) else [value]
    return tuple(shown(one, _MOST_TEXT) for one in some[:_MOST_TEXTS] if isinstance(one, str) and one.strip())


def facts_from(name: str, sizes: dict[str, int], config: dict, card: dict, *, here: bool, parameters: int | None = None) -> Facts:
    """What the files of a repository by their sizes, its configuration and its model card say.

    raises: InputError   files are missing
    """
    licence = ", ".join(texts(card.get("license_name")) or texts(card.get("license")))
    architecture = next(iter(texts(config.get("model_type"))), "")
    layers = config.get("num_hidden_layers") or config.get("n_layers")
    layers = layers if isinstance(layers, int) and 0 < layers < 10_000 else None
    return Facts(name, needed(name, sizes), texts(card.get("language")), licence, architecture, layers, parameters, here)


def describe(found: Facts) -> str:
    """What an encoder is, in one line."""
    known = [code for code in found.languages if code != "multilingual"]
    spoken = f"{len(known)} languages ({', '.join(known[:12])}{', …' if len(known) > 12 else ''})" if len(known) > 1 else "".join(known)
    parts = [
        found.architecture,
        f"{found.layers} layers" if found.layers else "",
        f"{found.parameters / 1e6:,.0f} million parameters" if found.parameters else "",
        readable_size(found.size),
        spoken or ("multilingual" if found.languages else "languages not told"),
        f"licence {found.licence}" if found.licence else "licence not told",
    ]
    return ", ".join(part for part in parts if part)


def readable_size(count: int) -> str:
    return f"{count / 1e9:.2f} GB" if count >= 1e9 else f"{count / 1e6:.0f} MB" if count >= 1e7 else f"{count / 1e6:.2g} MB"


def check_model_type(name: str, model_type: str, *, encoder_decoder: bool = False) -> None:
    """raises: InputError   not the model type of a text encoder"""
    from transformers.models.auto.modeling_auto import MODEL_FOR_MASKED_LM_MAPPING_NAMES

    if encoder_decoder or model_type not in MODEL_FOR_MASKED_LM_MAPPING_NAMES:
        raise InputError(f"{name} is a {model_type} model, not a text encoder; give one of the BERT family such as xlm-roberta-base.")


def needed(name: str, sizes: dict[str, int]) -> tuple[tuple[str, int], ...]:
    """Of all files of a repository those that loading needs, weights last, so that a download cut short is never taken for whole.

    raises: InputError   no configuration, no tokeniser or no safetensors weights among them
    """
    shards = sorted(file for file in sizes if _SHARD.fullmatch(file))
    weights = [WEIGHTS] if WEIGHTS in sizes else [INDEX, *shards] if INDEX in sizes and shards else []
    if not weights:
        raise InputError(f"{name} has no safetensors weights, and other formats can run code; choose another encoder.")
    if CONFIGURATION not in sizes or not any(file in sizes for file in VOCABULARIES):
        raise InputError(f"{name} has no configuration or no tokeniser that Transformers reads; choose another encoder.")
    return tuple((file, sizes[file]) for file in (CONFIGURATION, *(file for file in _TOKENISER if file in sizes), *weights))


def sizes_of(folder: Path) -> dict[str, int]:
    """File name → bytes."""
    return {path.name: path.stat().st_size for path in folder.iterdir() if path.is_file()}
