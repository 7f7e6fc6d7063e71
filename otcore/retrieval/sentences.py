"""What is searched: the bundled collection, or a person's own text, kept as a copy under a name made of its content."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from otcore.base.errors import InputError
from otcore.base.notices import Notice, noticing
from otcore.corpora.collection import Collection, Query
from otcore.corpora.uploads import Kept, Store, renamed
from otcore.text.files import display_name, read_lines
from otcore.text.languages import check_length, language

MOST = 50_000  # sentences of one file: some minutes of work for the bundled encoder, some hundred megabytes of vectors
MOST_FILES = 24  # languages of one kept text
TEXTS = Store("sentences", "texts to search")


@dataclass(frozen=True)
class Sentences:
    """The sentences of one language that a search goes through.

    language: code
    ids     : a name for each, unlike all others of the language: the collection's ("g001"), or the line's number
    texts   : running texts in the same order, at least one
    notes   : what was noticed when they were read
    """

    language: str
    ids: tuple[str, ...]
    texts: tuple[str, ...]
    notes: tuple[Notice, ...] = field(default=(), compare=False)

    def __len__(self) -> int:
        return len(self.ids)

    def head(self, count: int) -> "Sentences":
        """The first so many."""
        return Sentences(self.language, self.ids[:count], self.texts[:count])


def bundled_sentences(collection: Collection, codes: Sequence[str]) -> tuple[Sentences, ...]:
    """The collection's gold and training sentences in some languages.

    raises: InputError   a language the collection does not have
    """
    texts = ((code, collection.texts(code)) for code in codes)
    return tuple(Sentences(code, tuple(own), tuple(own.values())) for code, own in texts)


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
    name, lines = display_name(path), [(str(number), line.strip()) for number, line in enumerate(read_lines(path), 1) if line.strip()]
    for number, line in lines:
        check_length(line, f"{name}, line {number}")
    _check_format([line for _, line in lines], name)
    if not lines:
        raise InputError(f"{name} has no sentence in it; write one a line.")
    if len(lines) > MOST:
        raise InputError(f"{name} has {len(lines):,} sentences; up to {MOST:,} are searched, so give a part of it.")
    return Sentences(code, tuple(number for number, _ in lines), tuple(line for _, line in lines))


def _check_format(lines: Sequence[str], name: str) -> None:
    """raises: InputError   lines of another format than one sentence each"""
    half = len(lines) / 2
    for what, found in (
        ("divided by tabs, as in TSV: give the column that is searched as a file of its own", [line for line in lines if "\t" in line]),
        ("pairs “source ||| target”: give one side as a file of its own", [line for line in lines if " ||| " in line]),
        ("XML: give running text, one sentence a line", lines if lines[:1] and lines[0].startswith("<?xml") else []),
    ):
        if len(found) > half:
            raise InputError(f"{name} has lines {what}.")


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
    about = [(code, Path(name).name) for code, (_, name, _) in zip(codes, files, strict=True)]
    return TEXTS.keep([(name, content) for _, name, content in files], about, read=_sentences)


def kept_files(id: str) -> list[tuple[str, str, bytes]]:
    """What was stored, as it was given to `keep_sentences`.

    raises: InputError   there is none of that id (any more)
    """
    kept = TEXTS.kept(id)
    return [(code, name, path.read_bytes()) for (code, name), path in zip(kept.about, kept.paths, strict=True)]


def kept_sentences(id: str) -> tuple[Sentences, ...]:
    """Own sentences that were stored, one entry a language.

    raises: InputError   there are none of that id (any more)
    """
    return _sentences(TEXTS.kept(id))


def _sentences(kept: Kept) -> tuple[Sentences, ...]:
    rename = renamed(kept.paths, [name for _, name in kept.about])
    found = []
    for (code, _), path in zip(kept.about, kept.paths, strict=True):
        with noticing(rename=rename) as heard:
            one = read_sentences(path, code)
        found.append(replace(one, notes=tuple(heard)))
    return tuple(found)
