"""Sentence pairs that people give the app: kept beside the runs that are trained on them, named by what is in them.

A corpus is written down as `CODE:NAME`, with `:r` behind it where its sides are to be read the other way round; NAME is a digest of its
pairs, so that the same file is the same corpus whoever gave it, and a link to it works for those who have the name only.
"""

import re
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from otcore.base.errors import InputError
from otcore.base.notices import noticing
from otcore.base.progress import Teller
from otcore.corpora.checking.check import check_pairs
from otcore.corpora.checking.report import CorpusReport, without_flagged
from otcore.corpora.checking.texts import read_texts, write_texts
from otcore.corpora.pair_files import PIVOT
from otcore.corpora.uploads import KEY, Given, Store, on_disk
from otcore.corpora.zipped import unzipped
from otcore.runs.settings import FinetuneSettings
from otcore.runs.store import list_runs
from otcore.text.codes import SHORT
from otcore.text.languages import language
from otcore.text.packed import ENDINGS as PACKED
from otcore.text.packed import plain_name

_FORMATS = ("tmx", "tsv", "csv", "tab", "txt", "bitext", "moses", "en", "eng")
_WRITTEN = re.compile(rf"([a-z]{{2,3}}(?:-[a-z0-9]{{2,8}})*):({KEY})(:r)?")
_ENGLISH = re.compile(r"(^|[._-])(en|eng|english)([._-]|$)")
_MOST_FAULTS = 10_000  # whose lines are kept
_LONGEST = FinetuneSettings(steps=1).longest


def _of_runs() -> dict[str, str]:
    """Key → the run that was trained on the entry."""
    return {Path(file.path).parent.name: f"the run {run.name}" for run in list_runs() for file in run.settings.files}


PAIRS = Store("pairs", "sentence pairs", largest=None, days=7, in_use=_of_runs)


@dataclass(frozen=True)
class Corpus:
    """One language's pairs with English, as they were given.

    exchanged: whether the first column is English
    """

    language: str
    name: str
    exchanged: bool = False

    @staticmethod
    def parse(text: str) -> "Corpus":
        """raises: ValueError   no corpus is written so"""
        found = _WRITTEN.fullmatch(text)
        if not found:
            raise ValueError(text)
        return Corpus(found[1], found[2], bool(found[3]))

    def __str__(self) -> str:
        return f"{self.language}:{self.name}{':r' if self.exchanged else ''}"

    @property
    def folder(self) -> Path:
        """Where the pairs are kept, as they were given and as they can be trained on."""
        return PAIRS.folder / self.name

    def training_path(self, *, clean: bool) -> Path:
        """The pairs that can be trained on, the language first: all that have both sides, or those without any fault."""
        way = "r" if self.exchanged else ""
        return self.folder / f"{self.language}{way}-{'clean' if clean else 'all'}.tsv"


def endings(code: str) -> list[str]:
    """What names of files end in that can be given for a language, without the dot; "" for the parts of a pair named by language."""
    primary = code.partition("-")[0]
    named = [primary, *(long for long, short in SHORT.items() if short == primary)]
    return list(dict.fromkeys([*_FORMATS, *(ending.removeprefix(".") for ending in PACKED), *named]))


def store(code: str, files: Sequence[Given]) -> Corpus:
    """Reads one file, or two line-parallel ones, by their names and keeps the pairs, with what was noticed of them.

    files : (name, content); of two, the name of the English one ends in `.en` or has `en` among its parts; a zip archive may hold both
    raises: InputError   what cannot be read, or two files that do not tell which is which
    """
    files = unzipped(files, code)
    with noticing() as heard, tempfile.TemporaryDirectory() as folder, on_disk(files, Path(folder)) as paths:
        tsv = Path(folder) / f"{plain_name(paths[0]).removesuffix('.tsv').removesuffix('.csv')}.tsv"
        pairs = _read(code, paths)
        write_texts(tsv, pairs)
        faults = {str(line): pair.faults for line, pair in enumerate(pairs, 1) if pair.faults}
        about = {"notes": [one.text for one in heard], "faults": dict(list(faults.items())[:_MOST_FAULTS])}
        return Corpus(language(code).code, PAIRS.keep([(tsv.name, tsv.read_bytes())], about if any(about.values()) else None))


def check(corpus: Corpus, teller: Teller) -> CorpusReport:
    """Checks a corpus and writes what can be trained on.

    raises: Stopped; InputError   the corpus is not here (any more)
    """
    columns = (2, 1) if corpus.exchanged else (1, 2)
    kept = PAIRS.kept(corpus.name)
    about = kept.about or {}
    faults = about.get("faults", {})
    pairs = read_texts(kept.paths[0], (corpus.language, PIVOT), columns=columns)
    pairs = [replace(pair, faults=tuple(faults[str(pair.line)])) if str(pair.line) in faults else pair for pair in pairs]
    report = check_pairs(pairs, (corpus.language, PIVOT), longest=_LONGEST, teller=teller)
    report = replace(report, notes=tuple(about.get("notes", ())))
    for clean in (True, False):
        write_texts(corpus.training_path(clean=clean), without_flagged(pairs, report, None if clean else ()))
    return report


def _read(code: str, paths: Sequence[Path]):
    if len(paths) == 1:
        return read_texts(paths[0], (code, PIVOT))
    names = {path: plain_name(path) for path in paths}
    english = [path for path in paths if names[path].endswith((".en", ".eng"))] or [path for path in paths if _ENGLISH.search(names[path])]
    if len(paths) != 2 or len(english) != 1:
        raise InputError("Give one file, or two line-parallel ones of which the English one is named so, as in news.de and news.en.")
    other = next(path for path in paths if path != english[0])
    return read_texts(other, (code, PIVOT), target_path=english[0])
