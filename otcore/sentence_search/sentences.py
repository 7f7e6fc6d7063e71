"""What is searched: the bundled collection, or a person's own text, kept as a copy under a name made of its content."""

import hashlib
import json
import re
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from otcore.corpora.collection import Collection, Query
from otcore.corpora.text import display_name, read_lines, write_bytes
from otcore.errors import InputError
from otcore.languages import language
from otcore.runs import runs_folder

LARGEST = 30 * 2**20  # bytes of one file
MOST = 50_000  # sentences of one file: some minutes of work for the bundled encoder, some hundred megabytes of vectors
MOST_FILES = 24  # languages of one kept text
_ID = re.compile(r"own-[0-9a-f]{16}")
_FOLDER = "sentences"


@dataclass(frozen=True)
class Sentences:
    """The sentences of one language that a search goes through.

    language: code
    ids     : a name for each, unlike all others of the language: the collection's ("g001"), or the line's number
    texts   : running texts in the same order, at least one
    """

    language: str
    ids: tuple[str, ...]
    texts: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.ids)

    def head(self, count: int) -> "Sentences":
        """The first so many."""
        return Sentences(self.language, self.ids[:count], self.texts[:count])


def bundled_sentences(collection: Collection, codes: Sequence[str]) -> tuple[Sentences, ...]:
    """The collection's gold and training sentences in some languages.

    raises: InputError   a language the collection does not have
    """
    found = []
    for code in codes:
        texts = collection.texts(code)
        found.append(Sentences(code, tuple(texts), tuple(texts.values())))
    return tuple(found)


def written_query(collection: Collection, text: str, code: str) -> Query | None:
    """The query written for the collection that reads so, in that language or else in any; None where there is none."""
    wanted = text.strip().casefold()
    same = [query for query in collection.queries if wanted in (other.casefold() for other in query.texts.values())]
    return next((query for query in same if query.texts[code].casefold() == wanted), same[0] if same else None)


def read_sentences(path: str | Path, code: str) -> Sentences:
    """One sentence a line; empty lines are passed over, and ids are line numbers from 1.

    raises: InputError   unreadable or not UTF-8 (names the line), nothing in it, more than MOST sentences, no language code
    """
    code = language(code).code
    lines = [(str(number), line.strip()) for number, line in enumerate(read_lines(path), 1) if line.strip()]
    if not lines:
        raise InputError(f"{display_name(path)} has no sentence in it; write one a line.")
    if len(lines) > MOST:
        raise InputError(f"{display_name(path)} has {len(lines):,} sentences; up to {MOST:,} are searched, so give a part of it.")
    return Sentences(code, tuple(number for number, _ in lines), tuple(line for _, line in lines))


def keep_sentences(files: Sequence[tuple[str, str, bytes]]) -> str:
    """Stores own files after reading them once; the same files in the same languages get the same id.

    files  : (language code, name, content), at most one a language
    returns: id for `kept_sentences`
    raises : InputError   none, too many or too large ones, a language twice, or what `read_sentences` raises, by the files' own names
    """
    codes = [language(code).code for code, _, _ in files]
    if not 0 < len(files) <= MOST_FILES:
        raise InputError(f"{len(files)} files were given; give one to {MOST_FILES}, one a language.")
    if len(set(codes)) < len(codes):
        raise InputError(f"A language is given twice in {', '.join(codes)}; give one file a language.")
    for _, name, content in files:
        if len(content) > LARGEST:
            raise InputError(
                f"{name} has {len(content) / 2**20:.0f} MiB; files up to {LARGEST // 2**20} MiB are taken, so give a part of it."
            )
    about = [
        {"language": code, "name": Path(name).name[-80:], "file": f"{place}.txt" + (".gz" if name.endswith(".gz") else "")}
        for place, (code, (_, name, _)) in enumerate(zip(codes, files, strict=True))
    ]
    digest = hashlib.sha256(
        repr([(code, hashlib.sha256(content).digest()) for code, (_, _, content) in zip(codes, files, strict=True)]).encode()
    )
    id = f"own-{digest.hexdigest()[:16]}"
    folder = runs_folder() / _FOLDER / id
    if not (folder / "about.json").is_file():
        _check(files, about)
        folder.mkdir(parents=True, exist_ok=True)
        for entry, (_, _, content) in zip(about, files, strict=True):
            write_bytes(folder / entry["file"], content)
        write_bytes(folder / "about.json", json.dumps(about, ensure_ascii=False).encode())
    return id


def kept_files(id: str) -> list[tuple[str, str, bytes]]:
    """What was stored, as it was given to `keep_sentences`.

    raises: InputError   there is none of that id (any more)
    """
    folder, about = _about(id)
    return [(entry["language"], entry["name"], (folder / entry["file"]).read_bytes()) for entry in about]


def kept_sentences(id: str) -> tuple[Sentences, ...]:
    """Own sentences that were stored, one entry a language.

    raises: InputError   there are none of that id (any more)
    """
    folder, about = _about(id)
    return tuple(read_sentences(folder / entry["file"], entry["language"]) for entry in about)


def _about(id: str) -> tuple[Path, list[dict]]:
    folder = runs_folder() / _FOLDER / id
    if not _ID.fullmatch(id) or not (folder / "about.json").is_file():
        raise InputError("The sentences of this view are not on this machine; give the files again.")
    return folder, json.loads((folder / "about.json").read_text(encoding="utf-8"))


def _check(files: Sequence[tuple[str, str, bytes]], about: Sequence[dict]) -> None:
    """Reads every file; the reader's sentence names where it read, the person knows the file's own name."""
    for entry, (code, name, content) in zip(about, files, strict=True):
        with tempfile.TemporaryDirectory() as trial:
            path = Path(trial) / entry["file"]
            write_bytes(path, content)
            try:
                read_sentences(path, code)
            except InputError as error:
                raise InputError(str(error).replace(str(path), name)) from error
