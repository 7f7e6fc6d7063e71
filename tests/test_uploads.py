"""Files that people give are kept whole, under keys that tell their content and lead nowhere else, within a budget."""

import os
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from otcore.analysis.sources import FileFormat
from otcore.analysis.sources import keep as keep_corpus
from otcore.base.errors import InputError
from otcore.corpora import uploads
from otcore.corpora.uploads import DAY, Store, in_words

STORE = Store("kind", "things")
FILES = [("a.txt", b"one"), ("b.de.txt.gz", b"\x00\xff")]


@pytest.fixture(autouse=True)
def runs(monkeypatch, tmp_path):
    monkeypatch.setenv("OTCORE_RUNS", str(tmp_path / "runs"))
    return tmp_path / "runs"


def everything() -> set[str]:
    """Whatever lies in the folder of the kind, hidden or not."""
    return {path.name for path in STORE.folder.glob("*")}


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])  # entries do not meet: keys tell content
@given(st.lists(st.tuples(st.text(st.characters(codec="utf-8"), max_size=90), st.binary(max_size=20)), max_size=4), st.booleans())
def test_any_files_under_any_names_come_back_from_inside_the_folder(files, about):
    key = STORE.keep(files, {"flag": about})
    found = STORE.kept(key)
    assert found.about == {"flag": about}
    assert [path.read_bytes() for path in found.paths] == [content for _, content in files]
    assert all(path.resolve().is_relative_to((STORE.folder / key).resolve()) for path in found.paths)
    assert STORE.keep([(f"other {name}", content) for name, content in files], {"flag": about}) == key


def test_the_key_tells_content_order_and_what_was_said_and_the_kind_keeps_apart():
    given = [(FILES, 1), (FILES, 2), (FILES[::-1], 1), (FILES[:1], 1), ([("a.txt", b"one\x00"), ("b", b"\xff")], 1)]
    keys = [STORE.keep(files, about) for files, about in given]
    assert len(set(keys)) == len(keys)
    with pytest.raises(InputError, match="not on this machine"):
        Store("other", "things").kept(keys[0])


def test_names_keep_their_ends_and_files_of_one_name_stay_apart():
    assert [path.name for path in STORE.kept(STORE.keep(FILES)).paths] == ["a.txt", "b.de.txt.gz"]
    paths = STORE.kept(STORE.keep([("x", b"1"), ("x", b"2"), ("字" * 200 + ".de.tsv", b"3")])).paths
    assert [path.read_bytes() for path in paths] == [b"1", b"2", b"3"]
    assert paths[2].name.endswith("字.de.tsv")


@pytest.mark.parametrize("key", ["", "0" * 20, "0" * 19, "0" * 20 + "\n", "..", "../../etc", "/etc", "A" * 20, ".", "0" * 20 + "/0"])
def test_keys_that_are_unknown_or_no_keys_are_refused(key):
    known = STORE.keep(FILES)
    for bad in (key, f"../kind/{known}", f"{known}/../{known}"):
        with pytest.raises(InputError, match="not on this machine"):
            STORE.kept(bad)


def test_what_is_too_large_is_told_by_its_name_and_leaves_nothing():
    with pytest.raises(InputError, match=r"big.txt has 2 MiB; files up to 1 MiB"):
        Store("kind", "things", largest=2**20).keep([("a.txt", b""), ("big.txt", bytes(2 * 2**20))])
    assert everything() == set()
    assert STORE.kept(Store("kind", "things", largest=None).keep([("big.txt", bytes(2 * 2**20))])).paths


@pytest.mark.parametrize("error", [InputError("{} has no lines"), RuntimeError("power cut")])
def test_what_is_not_wholly_read_and_written_leaves_nothing(error):
    def read(found):
        assert [path.read_bytes() for path in found.paths] == [content for _, content in FILES]
        raise type(error)(str(error).format(found.paths[1]))

    with pytest.raises(type(error), match=r"^b.de.txt.gz has no lines|power cut"):
        STORE.keep([(f"../{name}", content) for name, content in FILES], read=read)
    assert everything() == set()


def test_two_sessions_at_once_make_one_entry():
    def other_session(_):
        STORE.keep(FILES)

    assert STORE.kept(STORE.keep(FILES, read=other_session)).paths[0].read_bytes() == b"one"
    with ThreadPoolExecutor(8) as pool:
        keys = set(pool.map(lambda _: STORE.keep(FILES, "again"), range(16)))
    assert everything() == {STORE.keep(FILES), *keys}
    assert len(keys) == 1


def test_a_folder_that_cannot_be_written_is_told(runs):
    runs.write_text("a file in its place")
    with pytest.raises(InputError, match="cannot be kept in"):
        STORE.keep(FILES)


def test_a_file_of_this_machine_stays_where_it_is_and_is_another_when_it_changes(tmp_path):
    path = tmp_path / "own.txt"
    path.write_text("x")
    key = STORE.keep([("own.txt", path)])
    assert STORE.kept(key).paths == (path.resolve(),)
    path.write_text("longer")
    assert STORE.keep([("own.txt", path)]) != key


def test_readers_see_files_under_plain_names_and_errors_under_the_given_ones():
    def read(found):
        raise InputError(f"{found.paths[0].name}: {found.paths[0]}, not {found.paths[1]}")

    with pytest.raises(InputError, match=r"^a_1__b\.txt: a\(1\) b\.txt, not c\.txt$"):
        STORE.keep([("a(1) b.txt", b""), ("x/c.txt", b"")], read=read)


def aged(store: Store, content: bytes, days: float) -> str:
    """An entry that was last used so many days ago."""
    key = store.keep([("a.txt", content)])
    os.utime(store.folder / key, (time.time() - days * DAY,) * 2)
    return key


def test_what_is_kept_is_listed_the_last_used_first():
    first, second = aged(STORE, b"12345", 3), aged(STORE, b"678", 2)
    listed = STORE.entries()
    assert [(entry.key, entry.names) for entry in listed] == [(second, ("a.txt",)), (first, ("a.txt",))]
    assert listed[1].bytes - listed[0].bytes == 2
    assert listed[0].used == pytest.approx(time.time() - 2 * DAY, abs=60)
    STORE.kept(first)
    assert [entry.key for entry in STORE.entries()] == [first, second]
    assert Store("other", "things").entries() == []


def test_entries_are_removed_one_by_one_or_all_but_never_one_that_is_needed():
    keys = [aged(STORE, content, 0) for content in (b"1", b"2", b"3")]
    STORE.remove(keys[0])
    STORE.remove(keys[0])
    with pytest.raises(InputError, match="not on this machine"):
        STORE.kept(keys[0])
    needed = Store("kind", "things", in_use=lambda: {keys[1]: "the run x"})
    with pytest.raises(InputError, match="belong to the run x"):
        needed.remove(keys[1])
    needed.clear()
    assert everything() == {keys[1]}
    for bad in ("", "..", "../kind", f"../kind/{keys[1]}"):
        STORE.remove(bad)
    assert everything() == {keys[1]}


def test_the_budget_is_kept_by_removing_what_was_longest_not_used():
    store = Store("kind", "things", budget=2**20)
    old, oldest, newer = (aged(store, bytes([k]) * 300_000, days) for k, days in enumerate((5, 6, 4)))
    new = store.keep([("new.txt", b"n" * 300_000)])
    assert oldest not in everything()
    assert everything() == {old, newer, new}
    assert sum(entry.bytes for entry in store.entries()) <= store.budget


def test_what_is_in_use_stays_and_where_nothing_may_go_no_more_is_taken():
    keys = []
    store = Store("kind", "things", budget=2**20, in_use=lambda: dict.fromkeys(keys[:1], "the run x"))
    keys += [aged(store, b"1" * 400_000, 90), aged(store, b"2" * 400_000, 0.5)]  # the first is a run's, the second was just used
    with pytest.raises(InputError, match="no room for these files: things take up 781 KiB of 1 MiB"):
        store.keep([("new.txt", bytes(400_000))])
    assert everything() == set(keys)
    os.utime(store.folder / keys[1], (0, 0))
    new = store.keep([("new.txt", bytes(400_000))])
    assert everything() == {keys[0], new}


def test_a_kind_may_be_kept_for_some_days_only():
    store = Store("kind", "things", days=7)
    stale, fresh = aged(store, b"1", 8), aged(store, b"2", 6)
    new = store.keep([("new.txt", b"3")])
    assert stale not in everything()
    assert everything() == {fresh, new}


def test_a_removal_or_a_storing_that_was_interrupted_is_not_listed_and_goes_the_next_day(monkeypatch):
    key = aged(STORE, b"1", 2)
    with monkeypatch.context() as patch:
        patch.setattr(uploads.shutil, "rmtree", lambda *_, **__: None)  # as if killed there
        STORE.remove(key)
    assert len(everything()) == 1
    assert STORE.entries() == []
    new = STORE.keep(FILES)
    assert everything() == {new}


def test_sizes_in_words():
    assert [in_words(size) for size in (0, 1023, 2048, 3 * 2**20, 5 * 2**30)] == ["0 bytes", "1,023 bytes", "2 KiB", "3 MiB", "5,120 MiB"]


def test_keys_are_those_of_the_edition_before():
    """Links to kept files go on working: these keys were made before kinds of files were stores."""
    assert STORE.keep(FILES, {"x": 1}) == "36a05cd68e2014546175"
    files = [("p", b"a b ||| c d\n"), ("g", b"1-1\n")]
    assert keep_corpus(files, FileFormat("bitext", "sw", "en", gold_base=1)) == "886c9068919e8558eb26"
