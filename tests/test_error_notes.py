"""The notes file: several writers at once, a writer that is killed, text that stays text, there and back, and κ."""

import csv
import io
import json
import os
import signal
import sqlite3
import subprocess
import sys
import threading
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from otcore.base.errors import InputError
from otcore.corpora.types import Links
from otcore.notes.files import agreement, read_notes, to_csv, to_json
from otcore.notes.store import Correction, Note, NoteStore, corrected, notes_path

ROOT = Path(__file__).resolve().parents[1]
HOSTILE = ("=1+1", "+SUM(A1)", "-2", "@cmd", "'=already", "'", "\tx", '"quoted", and\nbroken', "<script>alert(1)</script>", "a'b", "’=")


@pytest.fixture
def store(tmp_path):
    return NoteStore(tmp_path / "deeper" / "notes.sqlite")


def note(author="Ann", tag="idiom", comment="", pair="de:g001", **places) -> Note:
    return Note("bundled", pair, author, tag, comment, **places)


def test_a_note_is_found_again_by_pair_and_by_tag(store):
    first = store.add(note(comment="on the pair"))
    second = store.add(note(tag="free", pair="de:g002", source=3, target=0))
    again = NoteStore(store.path)
    assert again.notes("bundled") == [first, second]
    assert again.notes("bundled", "de:g002") == [second]
    assert again.notes("another") == []
    assert second.place == ("bundled", "de:g002", 3, 0)
    again.delete(first.uid)
    assert store.notes("bundled") == [second]


def test_the_file_is_where_the_environment_says(monkeypatch, tmp_path):
    monkeypatch.setenv("OTCORE_NOTES", str(tmp_path / "mine.sqlite"))
    assert notes_path() == tmp_path / "mine.sqlite"
    monkeypatch.delenv("OTCORE_NOTES")
    monkeypatch.setenv("OTCORE_RUNS", str(tmp_path / "runs"))
    assert notes_path() == tmp_path / "runs" / "notes.sqlite"


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"tag": "", "comment": " "}, "empty"),
        ({"author": " "}, "name"),
        ({"source": 1}, "both words"),
        ({"source": -1, "target": 2}, "counted from 0"),
        ({"comment": "x" * 4_001}, "4001 characters"),
        ({"comment": "a\0b"}, "NUL"),
    ],
)
def test_a_note_that_cannot_be_is_told_in_a_sentence(changes, told):
    with pytest.raises(InputError, match=told):
        note(**changes)


def test_a_file_that_is_no_database_is_told_of(tmp_path):
    path = tmp_path / "notes.sqlite"
    path.write_text("this is a text file, and rather more than a hundred bytes of it, so that nobody takes it for a database" * 3)
    with pytest.raises(InputError, match="OTCORE_NOTES"):
        NoteStore(path)
    assert path.read_text().startswith("this is a text")


def _write(path: str, author: str, count: int) -> None:
    store = NoteStore(Path(path))
    for number in range(count):
        store.add(note(author=author, comment=f"{author} {number}"))


def test_writers_in_several_processes_lose_no_note(tmp_path):
    path = tmp_path / "notes.sqlite"  # not there yet: all of them create it
    code = "import sys; from test_error_notes import _write; _write(sys.argv[1], sys.argv[2], 25)"
    command = [sys.executable, "-c", code, str(path)]
    places = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "tests")])}
    writers = [subprocess.Popen([*command, f"writer {k}"], cwd=ROOT, env=places) for k in range(3)]
    assert [writer.wait(120) for writer in writers] == [0, 0, 0]
    found = NoteStore(path).notes("bundled")
    assert sorted(one.comment for one in found) == sorted(f"writer {k} {number}" for k in range(3) for number in range(25))


def test_threads_on_one_store_lose_no_note(store):
    threads = [threading.Thread(target=_write, args=(str(store.path), f"thread {k}", 15)) for k in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(store.notes("bundled")) == 60


def test_what_was_written_survives_a_killed_writer(tmp_path):
    """Killed with a transaction open: the notes before it are there, of the open one nothing is, and the next writer need not wait."""
    path = tmp_path / "notes.sqlite"
    script = (
        "import sys, time\n"
        "from otcore.notes.store import Note, NoteStore\n"
        f"store = NoteStore({str(path)!r})\n"
        "for k in range(20):\n    store.add(Note('bundled', 'p', 'Ann', 'tag', f'whole {k}'))\n"
        "with store._writing() as connection:\n"
        "    connection.execute(\"INSERT INTO notes VALUES ('u', 'bundled', 'p', NULL, NULL, 'Ann', 't', 'half', 1)\")\n"
        "    print('ready', flush=True)\n    time.sleep(60)\n"
    )
    writer = subprocess.Popen([sys.executable, "-c", script], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert writer.stdout.readline().strip() == "ready"
    os.kill(writer.pid, signal.SIGKILL)
    writer.wait(20)
    store = NoteStore(path)
    assert [one.comment for one in store.notes("bundled")] == [f"whole {k}" for k in range(20)]
    store.add(note(comment="after"))
    assert len(store.notes("bundled")) == 21
    with sqlite3.connect(path) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_merging_is_all_or_nothing_and_knows_what_it_has(store):
    first = store.add(note())
    others = [note(comment=str(k), author="Bo") for k in range(3)]
    assert store.merge([first, *others]) == 3
    stored = store.notes("bundled")
    assert store.merge(stored) == 0
    assert len(store.notes("bundled")) == 4


@given(
    st.lists(
        st.builds(
            lambda author, tag, comment, place: note(author or "Ann", tag, comment or "c", source=place, target=place),
            st.sampled_from(HOSTILE), st.sampled_from(("", *HOSTILE)),
            st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0"), max_size=40) | st.sampled_from(HOSTILE),
            st.none() | st.integers(0, 90),
        ).filter(lambda one: one.author.strip()),
        max_size=5,
    )
)  # fmt: skip
def test_files_give_back_what_they_were_given(notes):
    assert read_notes(to_json(notes).encode(), "n.json") == notes
    assert read_notes(to_csv(notes).encode(), "n.csv") == notes


def test_no_cell_of_the_csv_is_a_formula():
    notes = [note(author=text.strip() or "A", tag=text, comment=text) for text in HOSTILE]
    rows = list(csv.reader(io.StringIO(to_csv(notes), newline="")))
    assert len(rows) == 1 + len(HOSTILE)
    assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r")) for row in rows for cell in row)


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("a.txt", b"", "neither"), ("a.json", b"{", "not JSON"), ("a.json", b"[1]", "no list"), ("a.json", b"\xff", "UTF-8"),
        ("a.csv", b"pair,tag\n1,2\n", "no column"), ("a.json", b'{"notes": [{"pair": "1"}]}', "note 1"),
        ("a.json", b'{"notes": [{"corpus": "c", "pair": "1", "author": "A", "tag": "t", "source": "x"}]}', "number"),
    ],
)  # fmt: skip
def test_a_bad_file_is_told_in_a_sentence(name, content, told):
    with pytest.raises(InputError, match=told):
        read_notes(content, name)


def test_kappa_by_hand():
    """A textbook table: 20 yes-yes, 5 yes-no, 10 no-yes, 15 no-no; p_o = .70, p_e = .50, κ = .40."""
    table = [("yes", "yes")] * 20 + [("yes", "no")] * 5 + [("no", "yes")] * 10 + [("no", "no")] * 15
    notes = [note(author=author, tag=tag, pair=str(k)) for k, tags in enumerate(table) for author, tag in zip("AB", tags, strict=True)]
    found = agreement(notes, "A", "B")
    assert (found.places, found.share, found.kappa) == (50, 0.7, pytest.approx(0.4))
    assert agreement(notes, "B", "A").kappa == pytest.approx(0.4)


def test_kappa_where_it_is_not_defined():
    same = [note(author=author, tag="t", pair=str(k)) for k in range(3) for author in "AB"]
    assert agreement(same, "A", "B").kappa is None
    assert agreement(same, "A", "B").share == 1
    assert agreement(same[:1], "A", "B").places == 0
    changed = [*same, Note("bundled", "0", "A", "u", written=5.0)]
    assert agreement(changed, "A", "B").share == pytest.approx(2 / 3), "the last tag of a person counts"


def test_corrections_are_kept_apart_and_the_last_word_counts(store):
    gold = Links(frozenset({(0, 0), (1, 1)}), frozenset({(2, 1)}))
    store.correct(Correction("bundled", "p", 0, 0, "none", "Ann"))
    store.correct(Correction("bundled", "p", 1, 1, "none", "Ann"))
    store.correct(Correction("bundled", "p", 1, 1, "possible", "Bo"))
    store.correct(Correction("bundled", "p", 2, 2, "sure", "Bo"))
    store.correct(Correction("bundled", "p", 9, 9, "sure", "Bo"))
    found = store.corrections("bundled")
    assert [one.author for one in found] == ["Ann", "Bo", "Bo", "Bo"]
    after = corrected(gold, found, 3, 3)
    assert after.sure == {(2, 2)}
    assert after.possible == {(1, 1), (2, 1), (2, 2)}
    assert gold.sure == {(0, 0), (1, 1)}, "the original stays"
    store.withdraw(found[0])
    assert corrected(gold, store.corrections("bundled"), 3, 3).sure == {(0, 0), (2, 2)}
    with pytest.raises(InputError, match="status"):
        Correction("bundled", "p", 0, 0, "maybe", "Ann")


def test_notes_as_json_are_readable_elsewhere(store):
    store.add(note(comment="„Grüße“"))
    content = json.loads(to_json(store.notes("bundled")))
    assert content["notes"][0]["comment"] == "„Grüße“"


def test_notes_and_corrections_are_somebody_s(store):
    mine, nobody_s = store.add(note(), "ann"), store.add(note(comment="from the command line"))
    assert (store.owner_of(mine.uid), store.owner_of(nobody_s.uid), store.owner_of("none")) == ("ann", "", "")
    new = note(author="Bo", uid="b")
    assert store.merge([replace(mine, comment="taken over"), new, new], "bo") == 1
    assert (store.owner_of(mine.uid), store.owner_of("b")) == ("ann", "bo")
    store.delete(mine.uid)
    assert store.merge([mine], "bo") == 1
    assert store.owner_of(mine.uid) == "bo"

    link = Correction("bundled", "p", 0, 1, "none", "Ann")
    assert store.corrector_of(link) is None
    store.correct(link, "ann")
    assert (store.corrector_of(link), store.corrector_of(replace(link, target=0))) == ("ann", None)
    store.correct(replace(link, author="somebody"))
    assert store.corrector_of(link) == ""
    store.correct(link, "bo")
    store.withdraw(link)
    assert store.corrector_of(link) is None
    store.correct(link)
    assert store.corrector_of(link) == "", "it is not Bo's, who withdrew his"


def test_notes_of_an_earlier_edition_are_nobody_s(store):
    kept, link = store.add(note(), "ann"), Correction("bundled", "p", 0, 0, "none", "Ann")
    store.correct(link, "ann")
    with sqlite3.connect(store.path) as connection:
        connection.execute("DROP TABLE note_owners")
        connection.execute("DROP TABLE correction_owners")
    connection.close()
    again = NoteStore(store.path)
    assert again.notes("bundled") == [kept]
    assert (again.owner_of(kept.uid), again.corrector_of(link)) == ("", "")


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"comment": "a\ud800"}, "half a character"),
        ({"source": 10**400, "target": 0}, "no number that there is"),
        ({"written": float("inf")}, "no number that there is"),
        ({"written": float("nan")}, "no number that there is"),
        ({"uid": "u" * 100_000}, "more than 4,000 characters"),
    ],
)
def test_what_the_file_cannot_hold_is_refused_and_nothing_of_it_kept(store, changes, told):
    with pytest.raises(InputError, match=told):
        store.merge([note(), note(**changes)])
    assert store.notes("bundled") == []
