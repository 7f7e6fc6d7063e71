"""What is analysed: the bundled collection, or a person's own pairs and gold links, kept as a copy under a name made of their content."""

import hashlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from otcore.base.choices import Flag, Number, OneOf, Text, check, choice
from otcore.base.errors import InputError
from otcore.base.notices import Notice, noticing
from otcore.corpora.collection import PIVOT, load_collection
from otcore.corpora.link_files import check_gold, check_links, read_link_file
from otcore.corpora.parallel import read_bitext, read_parallel, read_tsv
from otcore.corpora.types import Links, SentencePair
from otcore.corpora.uploads import Kept, Store, renamed
from otcore.text.languages import language

FORMATS = {"bitext": "one file, source ||| target", "tsv": "one file, two columns (TSV, CSV)", "parallel": "two line-parallel files"}
SPLITS = ("test", "dev", "all")
_READERS = {"bitext": read_bitext, "tsv": read_tsv, "parallel": read_parallel}
_CODE_HELP = "language of the source, a code such as en or pt-br"
_BASE_HELP = "index of the first word in the gold file, where its format does not say"
_REVERSE_HELP = "exchange the sides of the gold links"
_UNSAID = (("reverse", False),)  # an earlier edition did not know of it, and the same files have the same key as then
BUNDLED = "bundled"
CORPORA = Store("corpora", "pairs with gold links")


@dataclass(frozen=True)
class Corpus:
    """Pairs with gold links."""

    key: str  # "bundled", or a name made of the content; notes are kept under it
    label: str  # for people
    pairs: tuple[SentencePair, ...]  # in order, each with gold
    keys: tuple[str, ...]  # a name for each pair that is unlike all others of the corpus: "de:g001", or the line's number
    notes: tuple[Notice, ...] = ()  # what was noticed when files were read


@dataclass(frozen=True)
class FileFormat:
    """How own files are read.

    presplit : words stand apart at spaces already; gold links count words, so this is what gold files mean
    raises   : InputError   a value that is no format, code or base
    """

    kind: str = choice("bitext", OneOf(FORMATS), "Format", key="format", flag=None)
    source: str = choice("en", Text(20), "Source language", _CODE_HELP, key="from", flag="source-lang")
    target: str = choice("de", Text(20), "Target language", "language of the target", key="to", flag="target-lang")
    gold_base: int = choice(0, Number(0, 1, whole=True), "Gold counts words from", _BASE_HELP, key="base")
    presplit: bool = choice(True, Flag(), flag=None)
    reverse: bool = choice(False, Flag(), "Gold has the target first", _REVERSE_HELP, key="turned")

    def __post_init__(self) -> None:
        check(self)


def bundled(codes: Sequence[str], split: str = "test") -> Corpus:
    """The collection's pairs from English to some languages; raises InputError without one, or for one it does not have."""
    if not codes:
        raise InputError("Choose at least one language; each is aligned from English.")
    collection = load_collection()
    wanted = None if split == "all" else split
    found = [(f"{code}:{pair.id}", pair) for code in codes for pair in collection.pairs(PIVOT, code, wanted)]
    label = f"bundled collection, {split} sentences, English to {', '.join(language(code).name for code in codes)}"
    return Corpus(BUNDLED, label, tuple(pair for _, pair in found), tuple(key for key, _ in found))


def from_files(pairs_path: str | Path, gold_path: str | Path, shape: FileFormat, second_path: str | Path | None = None) -> Corpus:
    """Pairs and gold links from files.

    second_path: the target's file, of two line-parallel ones
    raises     : InputError   what the readers raise: names file, line and what is wrong
    """
    sides = language(shape.source), language(shape.target)
    paths = (pairs_path, second_path) if shape.kind == "parallel" else (pairs_path,)
    if None in paths:
        raise InputError("Two line-parallel files are needed; give the target's file too.")
    pairs = _READERS[shape.kind](*paths, *(side.code for side in sides), presplit=shape.presplit)
    if not pairs:
        raise InputError("The file of pairs is empty; give one with a line or more.")
    gold = _gold(gold_path, shape, pairs)
    pairs = tuple(replace(pair, gold=links, id=str(line)) for line, (pair, links) in enumerate(zip(pairs, gold, strict=True), 1))
    digest = hashlib.sha256(repr([(p.source.language, p.source.words, p.target.language, p.target.words) for p in pairs]).encode())
    key = f"own-{digest.hexdigest()[:16]}"
    label = f"{Path(pairs_path).name}, {sides[0].name} to {sides[1].name}"
    return Corpus(key, label, pairs, tuple(pair.id for pair in pairs))


def _gold(path: str | Path, shape: FileFormat, pairs: Sequence[SentencePair]) -> tuple[Links, ...]:
    """The links of a file, within the pairs.

    raises: InputError   as `read_link_file`, none at all, or out of range
    """
    file = read_link_file(path, base=shape.gold_base or None, pairs=len(pairs))
    file.tell_format()
    file.tell_base("gold")
    check_gold(file)
    if shape.reverse:
        file = file.reversed()
    check_links(file, pairs)
    return file.links


def keep(files: Sequence[tuple[str, bytes]], shape: FileFormat) -> str:
    """Stores own files after reading them once; the same files under the same format get the same id.

    files : (name, content) of the pairs, of the target side where `shape` is parallel, and of the gold links
    returns: id for `kept`
    raises: InputError   the wrong number of files, one too large, or what the readers raise, by the files' own names
    """
    needed = 3 if shape.kind == "parallel" else 2
    if len(files) != needed:
        sides = "the pairs, the target side" if needed == 3 else "the pairs"
        raise InputError(f"{len(files)} files were given, {needed} are needed: {sides} and gold.")
    said = {name: value for name, value in asdict(shape).items() if (name, value) not in _UNSAID}
    return CORPORA.keep(files, said, read=_corpus)


def kept(id: str) -> Corpus:
    """A corpus that was stored; raises InputError where there is none of that id (any more)."""
    return _corpus(CORPORA.kept(id))


def _corpus(kept: Kept) -> Corpus:
    pairs, *second, gold = kept.paths
    with noticing(rename=renamed(kept.paths, [path.name for path in kept.paths])) as heard:
        found = from_files(pairs, gold, FileFormat(**kept.about), *second)
    return replace(found, notes=tuple(heard))
