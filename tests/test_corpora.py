"""The field's file formats: what is written is read back, and every bad line is named with its file, number and fault."""

import gzip
import io
import os
import re
import resource
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from otcore.base.errors import InputError
from otcore.base.names import shown
from otcore.corpora.parallel import read_bitext, read_parallel, read_tsv
from otcore.corpora.pharaoh import format_links, parse_links, read_links, write_links
from otcore.corpora.types import Links, Sentence, SentencePair
from otcore.text.files import read_lines, write_lines
from otcore.text.languages import clean
from otcore.text.writing import replacing

# Every character a word may hold: no control characters, none of the white space that a raw text is trimmed of.
WORDS = st.text(st.characters(exclude_categories=("Cc", "Cs", "Zs", "Zl", "Zp"), exclude_characters="|"), min_size=1, max_size=8).map(clean)
SIDES = st.lists(WORDS, min_size=1, max_size=6)
PAIRS = st.lists(st.tuples(SIDES, SIDES), max_size=6)
LINKS = st.builds(Links, *[st.frozensets(st.tuples(st.integers(0, 99), st.integers(0, 99)), max_size=8)] * 2)


def sentence(words, language):
    return Sentence(language, " ".join(words), tuple(words))


def pairs_of(sides):
    return [SentencePair(sentence(a, "de"), sentence(b, "fr"), id=str(number)) for number, (a, b) in enumerate(sides, 1)]


def write(folder: Path, content: str | bytes, name: str = "file.txt") -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def fault(call, *arguments, **options) -> str:
    """The message of an InputError: one line, one full stop at its end."""
    with pytest.raises(InputError) as caught:
        call(*arguments, **options)
    text = str(caught.value)
    assert text.endswith(".")
    assert len(text.splitlines()) == 1
    return text


@pytest.mark.parametrize("name", ["pairs.txt", "pairs.txt.gz"])
@given(PAIRS)
def test_bitext_and_tsv_are_read_as_they_were_written(name, sides):
    pairs = pairs_of(sides)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        for reader, divider in ((read_bitext, " ||| "), (read_tsv, "\t")):
            write_lines(path, (f"{pair.source.text}{divider}{pair.target.text}" for pair in pairs))
            assert reader(path, "de", "fr", presplit=True) == pairs


@given(PAIRS)
def test_parallel_files_are_read_as_they_were_written(sides):
    pairs = pairs_of(sides)
    with tempfile.TemporaryDirectory() as folder:
        paths = Path(folder) / "a", Path(folder) / "b"
        for path, side in zip(paths, ("source", "target"), strict=True):
            write_lines(path, (getattr(pair, side).text for pair in pairs))
        assert read_parallel(*paths, "de", "fr", presplit=True) == pairs
        raw = read_parallel(*paths, "de", "fr")
        assert [(pair.source.text, pair.target.text) for pair in raw] == [(pair.source.text, pair.target.text) for pair in pairs]


@given(st.lists(LINKS), st.sampled_from([0, 1]), st.sampled_from("p?"))
def test_links_are_read_as_they_were_written(links, base, sign):
    assert [parse_links(format_links(entry, base=base, possible=sign), base=base) for entry in links] == links
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "links"
        write_links(path, links, base=base)
        assert read_links(path, base=base) == links


@given(LINKS)
def test_reversing_links_twice_gives_them_back(links):
    assert links.reversed().reversed() == links
    assert links.sure <= links.possible


def test_pharaoh_signs_and_bases():
    links = Links({(0, 1)}, {(2, 0), (3, 3)})
    assert parse_links("0-1 2p0 3?3") == parse_links("1-2 3?1  4p4\t", base=1) == links
    assert parse_links("0?1 0-1 0-1") == Links({(0, 1)}, {(0, 1)}), "a link that is sure once is sure"
    assert parse_links("") == parse_links("  ") == Links()
    assert format_links(links) == "0-1 2p0 3p3"
    assert format_links(links, base=1, possible="?") == "1-2 3?1 4?4"
    assert format_links([(10, 2), (2, 10)]) == "2-10 10-2"
    assert format_links(Links()) == ""


def test_a_pair_without_links_is_an_empty_line(tmp_path):
    write_links(tmp_path / "links", [{(0, 0)}, set(), Links()])
    assert (tmp_path / "links").read_bytes() == b"0-0\n\n\n"
    assert [len(entry.possible) for entry in read_links(tmp_path / "links")] == [1, 0, 0]


@pytest.mark.parametrize("item", ["0", "0-", "-1", "0–1", "0:1", "a-b", "0-1-2", "0--1", "1.0-2", "-1-2", "٠-١", "0P1", "9" * 5000 + "-1"])
def test_bad_links_are_named(tmp_path, item):
    path = write(tmp_path, f"0-0\n1-1 {item} 2-2\n")
    message = fault(read_links, path)
    assert message.startswith(f"{path}, line 2: “{item[:40]}")
    assert "is not a link" in message
    assert len(message) < len(str(path)) + 200


def test_index_below_the_base(tmp_path):
    path = write(tmp_path, "1-1\n1-1 2p0\n")
    assert len(read_links(path)) == 2
    message = fault(read_links, path, base=1)
    assert f"{path}, line 2: link 2p0 has an index below 1" in message
    assert "base 0" in message


def test_index_out_of_range_and_number_of_lines(tmp_path):
    pairs = pairs_of([(["a"], ["b", "c"]), (["d", "e"], ["f"])])
    assert len(read_links(write(tmp_path, "0-1\n1-0 0?0\n"), pairs=pairs)) == 2
    path = write(tmp_path, "0-1\n1-1\n")
    assert f"{path}, line 2: link 1-1 is out of range (0-based), the sentences have 2 and 1 words" in fault(read_links, path, pairs=pairs)
    path = write(tmp_path, "0-1\n0?2\n")
    assert f"{path}, line 2: link 0-2 is out of range" in fault(read_links, path, pairs=pairs)
    path = write(tmp_path, "0-0\n")
    assert f"{path} has 1 lines of links for 2 sentence pairs" in fault(read_links, path, pairs=pairs)


def test_line_ends_byte_order_mark_and_composition(tmp_path):
    expected = ["café", "", "b\u2028c\u0020d\u2029e"]
    text = "cafe\u0301\n\nb\u2028c d\u2029e"
    for content in (text, f"{text}\n", f"{text}\n".replace("\n", "\r\n"), f"\ufeff{text}\n"):
        assert read_lines(write(tmp_path, content)) == expected
    assert read_lines(write(tmp_path, "")) == []
    assert read_lines(write(tmp_path, "\n\n")) == ["", ""]
    write_lines(tmp_path / "out", expected)
    assert (tmp_path / "out").read_bytes() == "café\n\nb\u2028c d\u2029e\n".encode()


def test_separators_of_lines_in_unicode_do_not_shift_line_numbers(tmp_path):
    left, right = write(tmp_path, "a\u2028b\nc\u2029d\n", "a"), write(tmp_path, "A\nB\n", "b")
    pairs = read_parallel(left, right, "de", "fr", presplit=True)
    assert [(pair.source.words, pair.target.words, pair.id) for pair in pairs] == [
        (("a", "b"), ("A",), "1"),
        (("c", "d"), ("B",), "2"),
    ]


def test_spaces_other_than_ascii_are_words_of_presplit_text(tmp_path):
    pairs = read_bitext(write(tmp_path, "\u3000 a \u00a0 ||| b \u00a0\n"), "de", "fr")
    assert pairs[0].source.words == ("\u3000", "a", "\u00a0")
    assert pairs[0].target.words == ("b", "\u00a0")


def test_gzip_that_is_damaged_or_none(tmp_path):
    content = gzip.compress(b"a b ||| c\r\n")
    assert read_bitext(write(tmp_path, content, "x.gz"), "de", "fr")[0].source.words == ("a", "b")
    write_lines(tmp_path / "y.gz", ["ü"])
    assert gzip.decompress((tmp_path / "y.gz").read_bytes()) == "ü\n".encode()
    assert read_lines(write(tmp_path, b"plain\n", "z.gz")) == ["plain"], "its bytes say what a file is, whatever it is called"
    assert "cannot be read" in fault(read_lines, write(tmp_path, content[:-9], "z.gz"))
    long = bytearray(gzip.compress(b"".join(b"%d\n" % (7919 * i) for i in range(3000))))
    long[200:202] = bytes(255 - value for value in long[200:202])
    assert "cannot be read" in fault(read_lines, write(tmp_path, bytes(long), "z.gz"))


def test_standard_input(monkeypatch):
    def give(content: bytes) -> None:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(content), encoding="ascii"))

    give("é ||| ü\n".encode())
    assert read_bitext("-", "fr", "de")[0].target.words == ("ü",)
    give(b"0-0\n1-x\n")
    assert fault(read_links, "-").startswith("standard input, line 2: “1-x”")


def test_raw_text_is_split_into_words(tmp_path):
    path = write(tmp_path, "don't ||| l'été\n")
    pair = read_bitext(path, "en", "fr", presplit=False)[0]
    assert (pair.source.words, pair.target.words) == (("do", "n't"), ("l'", "été"))
    assert read_bitext(path, "en", "fr")[0].source.words == ("don't",)
    path = write(tmp_path, "x\t猫が好き\tI'm\n")
    pair = read_tsv(path, "en", "ja", columns=(2, 1))[0]
    assert (pair.source.words, pair.target.words) == (("I", "'m"), ("猫", "が", "好き"))


def test_a_word_that_looks_like_the_separator_is_one_in_a_column(tmp_path):
    path = write(tmp_path, "a ||| b\tc\n")
    assert read_tsv(path, "de", "fr", presplit=True)[0].source.words == ("a", "|||", "b")
    assert "0 separators" in fault(read_bitext, write(tmp_path, "a\tc\n"), "de", "fr")


BAD_LINES = [
    ("a ||| b\nno separator\n", 2, "0 separators"),
    ("a ||| b\na ||| b ||| c\n", 2, "2 separators"),
    ("a ||| b ||| 0-0\n", 1, "seems to hold links"),
    ("a ||| b\n\nc ||| d\n", 2, "0 separators"),
    ("a ||| \n", 1, "the target side is empty"),
    ("||| b\n", 1, "the source side is empty"),
    ("a ||| b\n \t||| b\n", 2, "the source side is empty"),
    ("a ||| b\nc\0 ||| d\n", 2, "NUL character (U+0000) at position 2"),
]


@pytest.mark.parametrize(("content", "number", "what"), BAD_LINES)
def test_bad_lines_of_bitext(tmp_path, content, number, what):
    path = write(tmp_path, content)
    message = fault(read_bitext, path, "de", "fr")
    assert f"{path}, line {number}" in message
    assert what in message


def test_bad_lines_of_tsv(tmp_path):
    path = write(tmp_path, "a\tb\nc\n")
    assert f"{path}, line 2: 1 tab-separated columns, column 2 is needed" in fault(read_tsv, path, "de", "fr")
    assert f"{path}, line 1: 2 tab-separated columns, column 4 is needed" in fault(read_tsv, path, "de", "fr", columns=(3, 0))
    path = write(tmp_path, "a\tb\nc\t \u3000\n")
    assert f"{path}, line 2: the target side is empty" in fault(read_tsv, path, "de", "fr")


def test_bad_lines_of_parallel_files(tmp_path):
    left, right = write(tmp_path, "a\nb\n", "left"), write(tmp_path, "A\nB\nC\n", "right")
    assert f"{left} has 2 lines and {right} has 3" in fault(read_parallel, left, right, "de", "fr")
    right = write(tmp_path, "A\n\n", "right")
    assert f"{right}, line 2 is empty" in fault(read_parallel, left, right, "de", "fr")


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "latin-1", "shift-jis"])
def test_other_encodings_are_refused(tmp_path, encoding):
    text = "katze ||| cat\n猫 ||| cat\n" if encoding == "shift-jis" else "katze ||| cat\nfür ||| for\n"
    path = write(tmp_path, text.encode(encoding))
    message = fault(read_bitext, path, "de", "en")
    assert str(path) in message
    if encoding == "utf-16":
        assert "is UTF-16; save it as UTF-8" in message
    elif encoding == "latin-1":
        assert "line 2: byte 2 (0xFC) is not UTF-8" in message
    else:
        assert "NUL character" in message or "is not UTF-8" in message


def test_files_that_are_none(tmp_path):
    for path in (tmp_path / "absent", tmp_path, tmp_path / "absent" / "file", tmp_path / ("x" * 300), "", "a\0b", "a\udc80"):
        assert f"{shown(path, 400)} cannot be read" in fault(read_lines, path)
    assert f"{tmp_path / 'absent'} cannot be read (No such file or directory)" in fault(read_bitext, tmp_path / "absent", "de", "fr")
    assert f"{tmp_path} cannot be read (Is a directory)" in fault(read_tsv, tmp_path, "de", "fr")


def test_writing_where_nothing_can_be_written(tmp_path):
    write(tmp_path, "old", "file")
    for path in (tmp_path / "absent" / "x", tmp_path / "file" / "x", tmp_path, "a\0b"):
        assert f"{shown(path, 400)} cannot be written" in fault(write_lines, path, ["new"])
    assert [entry.name for entry in tmp_path.iterdir()] == ["file"]
    assert not list(tmp_path.parent.glob(f".{tmp_path.name}*"))


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_writing_into_a_folder_of_others(tmp_path):
    tmp_path.chmod(0o500)
    assert "choose a folder that exists and is yours" in fault(write_lines, tmp_path / "x", ["new"])
    tmp_path.chmod(0o700)


def test_a_failing_write_leaves_the_old_file_alone(tmp_path):
    path = write(tmp_path, "old\n")
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, limits[1]))  # as a full disk: the write breaks off in the middle
    try:
        with pytest.raises(InputError, match="cannot be written"):
            write_lines(path, ["new"] * 10_000)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert [entry.name for entry in tmp_path.iterdir()] == ["file.txt"]
    assert path.read_text() == "old\n"


def test_a_source_that_fails_while_writing_leaves_the_old_file_alone(tmp_path):
    path = write(tmp_path, "old\n")

    def lines():
        yield "new"
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_lines(path, lines())
    assert [entry.name for entry in tmp_path.iterdir()] == ["file.txt"]
    assert path.read_text() == "old\n"


def test_a_written_file_has_the_usual_permissions(tmp_path):
    write_lines(tmp_path / "ours", ["x"])
    (tmp_path / "plain").write_text("x\n")
    assert (tmp_path / "ours").stat().st_mode == (tmp_path / "plain").stat().st_mode


def umask() -> int:
    """The process's, without setting it."""
    return int(re.search(r"^Umask:\s*(\d+)", Path("/proc/self/status").read_text(), re.MULTILINE)[1], 8)


def test_threads_that_write_at_once_leave_the_umask_and_every_file_private(tmp_path, monkeypatch):
    change = os.umask

    def and_another_thread_goes_on(mask):
        before = change(mask)
        time.sleep(1e-4)
        return before

    before = os.umask(0o077)
    monkeypatch.setattr(os, "umask", and_another_thread_goes_on)
    try:
        with ThreadPoolExecutor(16) as pool:
            list(pool.map(lambda number: write_lines(tmp_path / f"{number}", ["x"]), range(2_000)))
        assert umask() == 0o077
        assert {path.stat().st_mode & 0o777 for path in tmp_path.iterdir()} == {0o600}
    finally:
        change(before)


def test_a_file_that_another_writer_makes_is_whole_or_not_there(tmp_path):
    with replacing(tmp_path / "x") as temporary:
        temporary.write_text("new")
        assert not (tmp_path / "x").exists()
    assert (tmp_path / "x").read_text() == "new"
    with pytest.raises(ZeroDivisionError), replacing(tmp_path / "x") as temporary:
        temporary.write_text("half" * (1 // 0))
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [("x", "new")]


def test_sentences_from_text():
    text = " I'm  here.\n"
    made = Sentence.from_text(text, "en")
    assert (made.text, made.words) == ("I'm  here.", ("I", "'m", "here", "."))
    assert Sentence.from_text(text, "en", presplit=True).words == ("I'm", "here.")
    assert Sentence.from_text("cafe\u0301", "fr").text == "café"
    for empty in ("", " \t", "\u3000", "\u200b"):
        assert fault(Sentence.from_text, empty, "ja", what="Line 7") == "Line 7 is empty; write at least one word."
