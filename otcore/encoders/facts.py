"""What an encoder is, read from its card, its configuration and its files; nothing of it is loaded."""

import json
import re
from dataclasses import dataclass
from pathlib import Path

from otcore.base.errors import InputError

CONFIGURATION = "config.json"
WEIGHTS, INDEX = "model.safetensors", "model.safetensors.index.json"
# one of these holds the vocabulary; the others say how it is used
VOCABULARIES = ("tokenizer.json", "vocab.txt", "vocab.json", "sentencepiece.bpe.model", "spiece.model", "tokenizer.model")
_TOKENISER = (*VOCABULARIES, "merges.txt", "tokenizer_config.json", "special_tokens_map.json", "added_tokens.json")
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
    """Number of layers, and the one where words align best."""

    layers: int
    default_layer: int


def shape_in(folder: Path) -> Shape | None:
    """What the configuration of an encoder says, or None where it does not."""
    try:
        config = json.loads((folder / CONFIGURATION).read_text(encoding="utf-8"))
        layers = int(config["num_hidden_layers"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return Shape(layers, best_layer(layers, config.get("alignment_layer")))


def best_layer(layers: int, told: int | None) -> int:
    """Where words align best: what the configuration says, else two thirds up, as measured for mBERT and XLM-R (METHOD,
    "Word aligners")."""
    return min(int(told or round(2 / 3 * layers)), layers)


def local_facts(name: str, folder: Path, card: Path | None = None) -> Facts:
    """What an encoder in a folder is.

    card  : its model card, where that is not the README.md of the folder
    raises: InputError   its configuration cannot be read, or files are missing
    """
    import huggingface_hub  # takes a moment

    try:
        config = json.loads((folder / CONFIGURATION).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InputError(f"The configuration of {name} cannot be read ({error}); save it again with save_pretrained.") from error
    readme = card or folder / "README.md"
    told = huggingface_hub.ModelCard.load(readme, ignore_metadata_errors=True).data.to_dict() if readme.is_file() else {}
    return facts_from(name, sizes_of(folder), config, told, here=True)


def facts_from(name: str, sizes: dict[str, int], config: dict, card: dict, *, here: bool, parameters: int | None = None) -> Facts:
    """What the files of a repository by their sizes, its configuration and its model card say.

    raises: InputError   files are missing
    """
    languages, licence = card.get("language") or (), card.get("license_name") or card.get("license") or ""
    codes = tuple(map(str, [languages] if isinstance(languages, str) else languages))
    licence = ", ".join(licence) if isinstance(licence, list) else str(licence)
    architecture, layers = str(config.get("model_type") or ""), config.get("num_hidden_layers") or config.get("n_layers")
    return Facts(name, needed(name, sizes), codes, licence, architecture, layers, parameters, here)


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
