"""Files that people give are kept whole, under keys that tell their content and lead nowhere else."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from otcore.base.errors import InputError
from otcore.corpora.uploads import keep, kept, uploads_folder

FILES = [("a.txt", b"one"), ("b.de.txt.gz", b"\x00\xff")]


@pytest.fixture(autouse=True)
def runs(monkeypatch, tmp_path):
    monkeypatch.setenv("OTCORE_RUNS", str(tmp_path / "runs"))
    return tmp_path / "runs"


def everything() -> set[str]:
    """Whatever lies in the folder of the kind, hidden or not."""
    return {path.name for path in uploads_folder("kind").glob("*")}


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])  # entries do not meet: keys tell content
@given(st.lists(st.tuples(st.text(st.characters(codec="utf-8"), max_size=90), st.binary(max_size=20)), max_size=4), st.booleans())
def test_any_files_under_any_names_come_back_from_inside_the_folder(files, about):
    key = keep("kind", files, {"flag": about})
    found = kept("kind", key)
    assert found.about == {"flag": about}
    assert [path.read_bytes() for path in found.paths] == [content for _, content in files]
    assert all(path.resolve().is_relative_to((uploads_folder("kind") / key).resolve()) for path in found.paths)
    assert keep("kind", [(f"other {name}", content) for name, content in files], {"flag": about}) == key


def test_the_key_tells_content_order_and_what_was_said_and_the_kind_keeps_apart():
    given = [(FILES, 1), (FILES, 2), (FILES[::-1], 1), (FILES[:1], 1), ([("a.txt", b"one\x00"), ("b", b"\xff")], 1)]
    keys = [keep("kind", files, about) for files, about in given]
    assert len(set(keys)) == len(keys)
    with pytest.raises(InputError, match="not on this machine"):
        kept("other", keys[0])


def test_names_keep_their_ends_and_files_of_one_name_stay_apart():
    assert [path.name for path in kept("kind", keep("kind", FILES)).paths] == ["a.txt", "b.de.txt.gz"]
    paths = kept("kind", keep("kind", [("x", b"1"), ("x", b"2"), ("字" * 200 + ".de.tsv", b"3")])).paths
    assert [path.read_bytes() for path in paths] == [b"1", b"2", b"3"]
    assert paths[2].name.endswith("字.de.tsv")


@pytest.mark.parametrize("key", ["", "0" * 20, "0" * 19, "0" * 20 + "\n", "..", "../../etc", "/etc", "A" * 20, ".", "0" * 20 + "/0"])
def test_keys_that_are_unknown_or_no_keys_are_refused(key):
    known = keep("kind", FILES)
    for bad in (key, f"../kind/{known}", f"{known}/../{known}"):
        with pytest.raises(InputError, match="not on this machine"):
            kept("kind", bad)


def test_what_is_too_large_is_told_by_its_name_and_leaves_nothing():
    with pytest.raises(InputError, match=r"big.txt has 2 MiB; files up to 1 MiB"):
        keep("kind", [("a.txt", b""), ("big.txt", bytes(2 * 2**20))], largest=2**20)
    assert everything() == set()
    assert kept("kind", keep("kind", [("big.txt", bytes(2 * 2**20))], largest=None)).paths


@pytest.mark.parametrize("error", [InputError("{} has no lines"), RuntimeError("power cut")])
def test_what_is_not_wholly_read_and_written_leaves_nothing(error):
    def read(found):
        assert [path.read_bytes() for path in found.paths] == [content for _, content in FILES]
        raise type(error)(str(error).format(found.paths[1]))

    with pytest.raises(type(error), match=r"^b.de.txt.gz has no lines|power cut"):
        keep("kind", [(f"../{name}", content) for name, content in FILES], read=read)
    assert everything() == set()


def test_two_sessions_at_once_make_one_entry():
    def other_session(_):
        keep("kind", FILES)

    assert kept("kind", keep("kind", FILES, read=other_session)).paths[0].read_bytes() == b"one"
    with ThreadPoolExecutor(8) as pool:
        keys = set(pool.map(lambda _: keep("kind", FILES, "again"), range(16)))
    assert everything() == {keep("kind", FILES), *keys}
    assert len(keys) == 1


def test_a_folder_that_cannot_be_written_is_told(runs):
    runs.write_text("a file in its place")
    with pytest.raises(InputError, match="cannot be kept in"):
        keep("kind", FILES)


def test_a_file_of_this_machine_stays_where_it_is_and_is_another_when_it_changes(tmp_path):
    path = tmp_path / "own.txt"
    path.write_text("x")
    key = keep("kind", [("own.txt", path)])
    assert kept("kind", key).paths == (path.resolve(),)
    path.write_text("longer")
    assert keep("kind", [("own.txt", path)]) != key


def test_readers_see_files_under_plain_names_and_errors_under_the_given_ones():
    def read(found):
        raise InputError(f"{found.paths[0].name}: {found.paths[0]}, not {found.paths[1]}")

    with pytest.raises(InputError, match=r"^a_1__b\.txt: a\(1\) b\.txt, not c\.txt$"):
        keep("kind", [("a(1) b.txt", b""), ("x/c.txt", b"")], read=read)
