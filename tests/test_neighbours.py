"""Neighbours of what the field writes: packings, ends of files, links and formats that are near those it has, read or named."""

import lzma
import re

import pytest
from backports import zstd

from otcore.base.errors import InputError
from otcore.corpora.checking.texts import read_texts
from otcore.corpora.link_files import read_link_file
from otcore.corpora.parallel import read_bitext, read_tsv
from otcore.corpora.tmx import read_tmx
from otcore.corpora.types import Links
from otcore.text.files import read_lines
from otcore.text.packed import pack

WANTED = [Links(frozenset({(0, 0)}), frozenset({(1, 1)})), Links(frozenset({(1, 0)}))]
SURE = [Links(frozenset({(0, 0), (1, 1)})), Links(frozenset({(1, 0)}))]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("1 1 1 s\n1 2 2 p\n2 2 1 s\n", WANTED),
        ("1\t1\t1\tS\n1\t2\t2\tP\n2\t2\t1\tS\n", WANTED),
        ("1S1 2P2\n2S1\n", WANTED),
        ("0-0:s 1-1:p\n1-0:s\n", WANTED),
        ("0-0\t1p1\n1-0\t\n", WANTED),
        ("[[0, 0], [1, 1]]\n[[1, 0]]\n", SURE),
        ("[[(0, 0), (1, 1)]]\n[[(1, 0)]]\n", SURE),
        ("0\t[[0, 0], [1, 1]]\n1\t[[1, 0]]\n", SURE),
        ("0-0 1-1\r\n1-0\r\n\x1a", SURE),
    ],
)
def test_links_that_are_nearly_of_a_format(text, wanted, tmp_path):
    (tmp_path / "gold").write_bytes(text.encode())
    assert list(read_link_file(tmp_path / "gold").links) == wanted


@pytest.mark.parametrize(
    "text", ["0-0:nan\n", "0-0:0,5\n", "0/0\n", "0-0;1-1\n", "(0, 0, .5)\n", "[[0, 0]\n1-1\n", "{'inter': [(0, 0)]}\n"]
)
def test_links_that_are_of_none_are_refused(text, tmp_path):
    (tmp_path / "gold").write_bytes(text.encode())
    with pytest.raises(InputError, match="gold, line 1"):
        read_link_file(tmp_path / "gold")


@pytest.mark.parametrize(
    "content",
    [
        lzma.compress(b"one\ntwo\n", format=lzma.FORMAT_ALONE),
        b"\x50\x2a\x4d\x18\4\0\0\0\1\2\3\4" + zstd.compress(b"one\ntwo\n"),
        pack(b"one\ntwo\n", "x.txt.lzma"),
        b"one\ntwo\n\x1a",
        b"one\r\ntwo\x1a\r\n",
        b"one\ntwo\n\x1a\n",
    ],
)
def test_text_is_read_to_its_end_however_it_is_packed(content, tmp_path):
    (tmp_path / "text").write_bytes(content)
    assert read_lines(tmp_path / "text") == ["one", "two"]


def test_a_blank_line_of_an_old_mac_is_a_line(tmp_path):
    (tmp_path / "text").write_bytes(b"one\r\rtwo\r")
    assert read_lines(tmp_path / "text") == ["one", "", "two"]


def test_a_control_sign_within_a_text_is_no_end(tmp_path):
    (tmp_path / "text").write_bytes(b"one\n\x1a\ntwo\n")
    assert len(read_lines(tmp_path / "text")) == 3


@pytest.mark.parametrize(
    ("head", "what"),
    [
        (b"PAR1\x15\0", "a Parquet table"),
        (b"ARROW1\0\0", "an Arrow table"),
        (b"\x93NUMPY\1\0", "an array of NumPy"),
        (b"\x1f\x9d\x90", "packed by compress"),
        (b"\x04\x22\x4d\x18", "packed by LZ4"),
        (b"\x80\x04\x95\n", "a pickle of Python, which is never read"),
        (b"version https://git-lfs.github.com/spec/v1\n", "a Git LFS pointer"),
    ],
)
def test_a_file_of_another_kind_is_named(head, what, tmp_path):
    (tmp_path / "given.tsv").write_bytes(head + bytes(range(256)))
    with pytest.raises(InputError, match=f"given.tsv: it is {what}"):
        read_lines(tmp_path / "given.tsv")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("<?xml version='1.0'?>\n<xliff version='1.2'>", "this is XLIFF; export it as a translation memory"),
        ('# German\nmsgid "house"\nmsgstr "Haus"', "this is a PO file"),
        ("1\n00:00:01,000 --> 00:00:02,000\nthe house", "these are subtitles"),
        ("the house ｜｜｜ das Haus", "the lines are divided by “｜｜｜”; write “ ||| ” in its place"),
        ("the house || das Haus", "the lines are divided by “||”"),
        ("the house │││ das Haus", "divided by “│││”"),
        ('{"translation": {"de": "Haus"}}', "this is JSON"),
        ("the house\nthe cat", "one half of line-parallel text"),
    ],
)
def test_a_text_of_another_format_is_named(text, told, tmp_path):
    (tmp_path / "pairs.txt").write_text(f"{text}\n", encoding="utf-8")
    with pytest.raises(InputError, match=re.escape(told)):
        read_bitext(tmp_path / "pairs.txt", "en", "de")


@pytest.mark.parametrize("text", ["Das Haus|the house\nSuppe|soup\n", "Haus, alt|house, old\nSuppe|soup\n", "sep=|\nHaus|house\n"])
def test_csv_may_be_divided_by_bars(text, tmp_path):
    (tmp_path / "p.csv").write_text(text, encoding="utf-8")
    pairs = read_tsv(tmp_path / "p.csv", "de", "en")
    assert all("|" not in side.text for pair in pairs for side in (pair.source, pair.target))
    assert "house" in pairs[0].target.text


@pytest.mark.parametrize("read", [lambda path: read_tsv(path, "de", "en"), lambda path: read_texts(path, ("de", "en"))])
def test_a_table_without_the_columns_is_none(read, tmp_path):
    (tmp_path / "p.tsv").write_text("Das Haus    the house\nSuppe    soup\n", encoding="utf-8")
    with pytest.raises(InputError, match="line 1: 1 tab-separated columns, column 2 is needed, and no other line has it"):
        read(tmp_path / "p.tsv")


@pytest.mark.parametrize("end", [b"\x1a", b"\n\x1a\r\n", b"\n\0\0", b"\n"])
def test_a_memory_is_read_to_its_end(end, tmp_path):
    unit = b"<tu><tuv xml:lang='de'><seg>Haus</seg></tuv><tuv xml:lang='en'><seg>house</seg></tuv></tu>"
    (tmp_path / "m.tmx").write_bytes(b"<tmx version='1.4'><header/><body>" + unit + b"</body></tmx>" + end)
    assert [pair.source.text for pair in read_tmx(tmp_path / "m.tmx", "de", "en")] == ["Haus"]
    (tmp_path / "m.tmx").write_bytes(b"<tmx version='1.4'><header/><body>" + unit + b"\x1a</body></tmx>")
    with pytest.raises(InputError, match="not well-formed"):
        read_tmx(tmp_path / "m.tmx", "de", "en")
