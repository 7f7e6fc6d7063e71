"""Notes on pairs and links, and corrections of gold links, in one small SQLite file that several people may write at once.

Whose each is stands in tables of their own, in the words of the app that asked, where it said so: what was written before it did, or on
the command line, is nobody's.

Every write is one transaction on a connection of its own: a process that is killed leaves the file as it was before or after. The
write-ahead log lets readers read while somebody writes; a writer waits for the one before it. The file must lie on a disk of the
machine, since the log needs shared memory.
"""

import contextlib
import os
import sqlite3
import time
import uuid
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import astuple, dataclass, fields, replace
from pathlib import Path

from otcore.base.errors import InputError
from otcore.base.places import expanded, runs_folder
from otcore.corpora.types import Link, Links

VARIABLE = "OTCORE_NOTES"
STATUSES = ("sure", "possible", "none")
LONGEST = {"author": 60, "tag": 60, "comment": 4_000, "corpus": 80, "pair": 80}
_MOST = 10**9  # words of a sentence; a thousand times as many seconds are beyond any date
_LONGEST = 4_000  # characters of any text
_WAIT = 20.0  # seconds that a writer waits for the others
_SCHEMA = """
CREATE TABLE IF NOT EXISTS notes (
  uid TEXT PRIMARY KEY, corpus TEXT NOT NULL, pair TEXT NOT NULL, source INTEGER, target INTEGER,
  author TEXT NOT NULL, tag TEXT NOT NULL, comment TEXT NOT NULL, written REAL NOT NULL);
CREATE INDEX IF NOT EXISTS notes_of ON notes (corpus, pair);
CREATE TABLE IF NOT EXISTS corrections (
  corpus TEXT NOT NULL, pair TEXT NOT NULL, source INTEGER NOT NULL, target INTEGER NOT NULL,
  status TEXT NOT NULL, author TEXT NOT NULL, written REAL NOT NULL, PRIMARY KEY (corpus, pair, source, target));
CREATE TABLE IF NOT EXISTS note_owners (uid TEXT PRIMARY KEY, owner TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS correction_owners (
  corpus TEXT NOT NULL, pair TEXT NOT NULL, source INTEGER NOT NULL, target INTEGER NOT NULL,
  owner TEXT NOT NULL, PRIMARY KEY (corpus, pair, source, target));
"""


@dataclass(frozen=True)
class Note:
    """A tag, a comment or both, on a pair, or on one of its links."""

    corpus: str  # key, as in sources.Corpus
    pair: str  # the same
    author: str  # whatever name the person gave
    tag: str = ""
    comment: str = ""
    source: int | None = None  # the link's words, 0-based, or None both for a note on the pair
    target: int | None = None
    uid: str = ""  # unlike that of every other note; empty until it is stored
    written: float = 0.0  # seconds since 1970

    def __post_init__(self) -> None:
        _check_lengths(self)
        if not (self.tag.strip() or self.comment.strip()):
            raise InputError("The note is empty; give it a tag, a comment or both.")
        if not self.author.strip():
            raise InputError("The note has no author; give your name, so that people's notes can be told apart.")
        if (self.source is None) != (self.target is None) or min(self.source or 0, self.target or 0) < 0:
            raise InputError("A note is on a pair or on one link of it: give both words of the link or neither, counted from 0.")

    @property
    def place(self) -> tuple[str, str, int | None, int | None]:
        """What it is on."""
        return self.corpus, self.pair, self.source, self.target


_AT = "corpus = ? AND pair = ? AND source = ? AND target = ?"
_COLUMNS = ", ".join(entry.name for entry in fields(Note))


@dataclass(frozen=True)
class Correction:
    """What somebody holds a gold link to be: "sure", "possible", or "none" where there should be no link."""

    corpus: str
    pair: str
    source: int
    target: int
    status: str
    author: str
    written: float = 0.0

    @property
    def place(self) -> tuple[str, str, int, int]:
        """The link that it is about."""
        return self.corpus, self.pair, self.source, self.target

    def __post_init__(self) -> None:
        _check_lengths(self)
        if self.status not in STATUSES:
            raise InputError(f"“{self.status[:40]}” is no status of a gold link; it is one of {', '.join(STATUSES)}.")
        if not self.author.strip():
            raise InputError("The correction has no author; give your name first.")
        if min(self.source, self.target) < 0:
            raise InputError("A gold link lies between two words, counted from 0; give both.")


def notes_path() -> Path:
    """OTCORE_NOTES, else `notes.sqlite` where runs are kept."""
    named = os.environ.get(VARIABLE, "").strip()
    return expanded(named) if named else runs_folder() / "notes.sqlite"


class NoteStore:
    """The file. Safe from any thread and any process; opening it creates it.

    raises: InputError   its folder cannot be made, or it is no notes file
    """

    def __init__(self, path: Path | None = None) -> None:
        self.path = Path(path or notes_path())
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            remedy = f"set {VARIABLE} to a file in a folder of yours"
            raise InputError(f"{self.path.parent} cannot be made ({error.strerror}); {remedy}.") from error
        self._use_log()
        with self._writing() as connection:
            for statement in _SCHEMA.split(";"):
                connection.execute(statement)

    def add(self, note: Note, owner: str = "") -> Note:
        """Stores a note; returns it with its uid and time."""
        stored = _marked(note)
        self.merge([stored], owner)
        return stored

    def merge(self, notes: Iterable[Note], owner: str = "") -> int:
        """Stores notes from elsewhere, all or none; one whose uid is here already is left as it is. Returns how many were new."""
        stored, insert = [_marked(note) for note in notes], f"INSERT OR IGNORE INTO notes ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
        for note in stored:
            _check_storable(note)
        with self._writing() as connection:
            fresh = [note.uid for note in stored if connection.execute(insert, astuple(note)).rowcount]
            owned = [(uid, owner) for uid in fresh if owner]
            connection.executemany("INSERT OR REPLACE INTO note_owners VALUES (?, ?)", owned)
        return len(fresh)

    def delete(self, uid: str) -> None:
        """Removes a note, if it is there."""
        with self._writing() as connection:
            for table in ("notes", "note_owners"):
                connection.execute(f"DELETE FROM {table} WHERE uid = ?", (uid,))

    def owner_of(self, uid: str) -> str:
        """Whose a note is; "" where nobody is known."""
        with self._open() as connection:
            return _only(connection.execute("SELECT owner FROM note_owners WHERE uid = ?", (uid,)))

    def notes(self, corpus: str, pair: str | None = None) -> list[Note]:
        """Notes on a corpus, or on one of its pairs, oldest first."""
        query = f"SELECT {_COLUMNS} FROM notes WHERE corpus = ? AND pair = ifnull(?, pair) ORDER BY written, uid"
        with self._open() as connection:
            return [Note(*row) for row in connection.execute(query, (corpus, pair))]

    def correct(self, correction: Correction, owner: str = "") -> None:
        """Keeps what a gold link should be, beside the gold file, which is never written; the last word on a link counts."""
        _check_storable(correction)
        row = astuple(replace(correction, written=correction.written or time.time()))
        with self._writing() as connection:
            connection.execute("INSERT OR REPLACE INTO corrections VALUES (?, ?, ?, ?, ?, ?, ?)", row)
            connection.execute(f"DELETE FROM correction_owners WHERE {_AT}", correction.place)
            if owner:
                connection.execute("INSERT INTO correction_owners VALUES (?, ?, ?, ?, ?)", (*correction.place, owner))

    def withdraw(self, correction: Correction) -> None:
        """Takes a correction back: the gold file's own link counts again."""
        with self._writing() as connection:
            for table in ("corrections", "correction_owners"):
                connection.execute(f"DELETE FROM {table} WHERE {_AT}", correction.place)

    def corrector_of(self, correction: Correction) -> str | None:
        """Whose the correction of that link is, "" where nobody is known; None where there is none."""
        with self._open() as connection:
            if connection.execute(f"SELECT 1 FROM corrections WHERE {_AT}", correction.place).fetchone() is None:
                return None
            return _only(connection.execute(f"SELECT owner FROM correction_owners WHERE {_AT}", correction.place))

    def corrections(self, corpus: str) -> list[Correction]:
        """Corrections of a corpus's gold links, by pair and place."""
        query = "SELECT * FROM corrections WHERE corpus = ? ORDER BY pair, source, target"
        with self._open() as connection:
            return [Correction(*row) for row in connection.execute(query, (corpus,))]

    def _use_log(self) -> None:
        """Switches the file to the write-ahead log, which stays. SQLite does not wait for others here, so we do."""
        end = time.monotonic() + _WAIT
        with self._open() as connection:
            while True:
                try:
                    connection.execute("PRAGMA journal_mode = WAL")
                    return
                except sqlite3.OperationalError:
                    if time.monotonic() > end:
                        raise
                    time.sleep(0.02)

    @contextlib.contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        connection = sqlite3.connect(self.path, timeout=_WAIT, isolation_level=None)
        try:
            connection.execute("PRAGMA synchronous = FULL")
            yield connection
        except sqlite3.DatabaseError as error:
            remedy = f"set {VARIABLE} to another file, or free this one"
            raise InputError(f"The notes in {self.path} cannot be used ({error}); {remedy}.") from error
        finally:
            connection.close()

    @contextlib.contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        """One transaction; it takes the write lock at once, so that two writers queue up rather than fail half-way."""
        with self._open() as connection:
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
            except BaseException:
                connection.execute("ROLLBACK")
                raise
            connection.execute("COMMIT")


def corrected(gold: Links, corrections: Sequence[Correction], source_words: int, target_words: int) -> Links:
    """Gold links with corrections applied; one that lies past the end of a sentence is of another text and left out."""
    sure, possible = set(gold.sure), set(gold.possible)
    for one in corrections:
        link: Link = (one.source, one.target)
        if one.source >= source_words or one.target >= target_words:
            continue
        for links, belongs in ((sure, one.status == "sure"), (possible, one.status != "none")):
            (links.add if belongs else links.discard)(link)
    return Links(frozenset(sure), frozenset(possible))


def _only(found: sqlite3.Cursor) -> str:
    row = found.fetchone()
    return row[0] if row else ""


def _marked(note: Note) -> Note:
    """With a uid and a time, where it has none."""
    return replace(note, uid=note.uid or uuid.uuid4().hex, written=note.written or time.time())


def _check_lengths(entry: Note | Correction) -> None:
    for name, longest in LONGEST.items():
        value = getattr(entry, name, "")
        if len(value) > longest:
            raise InputError(f"The {name} has {len(value)} characters; {longest} are kept, so shorten it.")
        if "\0" in value:
            raise InputError(f"The {name} holds a NUL character; remove it.")


def _check_storable(entry: Note | Correction) -> None:
    """What the file cannot hold, or gives back as something else; what is in a file already is read as it is.

    raises: InputError
    """
    texts = [value for value in vars(entry).values() if isinstance(value, str)]
    if any("\ud800" <= sign <= "\udfff" for value in texts for sign in value):
        raise InputError("A text of the note holds half a character; remove it.")
    if max(map(len, texts)) > _LONGEST:
        raise InputError(f"A text of the note has more than {_LONGEST:,} characters; export the notes again.")
    if max(entry.source or 0, entry.target or 0) > _MOST or not abs(entry.written) < 1_000 * _MOST:
        raise InputError("A place in the note, or its time, is no number that there is; export the notes again.")
