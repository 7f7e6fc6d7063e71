"""Packed files: known by their first bytes, whatever they are called; no more comes out than text holds."""

import bz2
import gzip
import io
import lzma
import sys
import tarfile
import tracemalloc

import pytest
from backports import zstd
from cases import zipped

from otcore.base.errors import InputError
from otcore.base.notices import noticing
from otcore.corpora import uploads
from otcore.corpora.link_files import read_link_file
from otcore.corpora.parallel import read_bitext, read_tsv
from otcore.corpora.tmx import is_tmx, read_tmx
from otcore.corpora.uploads import Store
from otcore.corpora.zipped import unzipped
from otcore.evaluation.transfer.labelled_files import read_labelled
from otcore.evaluation.transfer.squad_files import read_questions
from otcore.text import packed
from otcore.text.files import read_lines, write_lines
from otcore.text.packed import PACKINGS, plain_name

PACKERS = {
    "gz": gzip.compress,
    "bz2": bz2.compress,
    "xz": lzma.compress,
    "zst": zstd.compress,
    "zip": lambda content: zipped(inside=content),
    "twice": lambda content: zipped(inside_gz=gzip.compress(content)),
}
TMX = b'<tmx><body><tu><tuv lang="de"><seg>Haus</seg></tuv><tuv lang="en"><seg>house</seg></tuv></tu></body></tmx>'
SQUAD = b"""{"data": [{"paragraphs": [{"context": "A house.", "qas": [{"id": "1", "question": "What?",
    "answers": [{"text": "house", "answer_start": 2}]}]}]}]}"""


def fault(path, read=read_lines, *more) -> str:
    with pytest.raises(InputError) as caught:
        read(path, *more)
    assert "\n" not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize("pack", PACKERS.values(), ids=PACKERS)
@pytest.mark.parametrize("name", ["a", "a.gz", "a.TXT"])
def test_every_reader_unpacks_whatever_the_name(tmp_path, pack, name):
    path = tmp_path / name

    def given(content: str | bytes):
        path.write_bytes(pack(content.encode() if isinstance(content, str) else content))
        return path

    assert read_lines(given("für\r\n\nb\n")) == ["für", "", "b"]
    assert read_bitext(given("a b ||| c\n"), "de", "en")[0].source.words == ("a", "b")
    assert read_tsv(given("a\tb\n"), "de", "en")[0].target.words == ("b",)
    assert sorted(read_link_file(given("0-0 1-2\n")).links[0].sure) == [(0, 0), (1, 2)]
    assert is_tmx(given(TMX))
    assert read_tmx(path, "de", "en")[0].source.text == "Haus"
    assert read_labelled(str(given("A text.\tnews\n")), 1)[0].label == "news"
    assert read_questions(str(given(SQUAD)))[0].answers == (("house", 2),)


@pytest.mark.parametrize("ending", [packing.ending for packing in PACKINGS])
def test_what_is_written_is_packed_as_its_name_says(tmp_path, ending):
    path = tmp_path / f"Out.TSV{ending.upper()}"
    write_lines(path, ["ü\tx", ""])
    first = path.read_bytes()
    assert first[:4] != "ü\tx".encode()
    assert read_lines(path) == ["ü\tx", ""]
    write_lines(path, ["ü\tx", ""])
    assert path.read_bytes() == first, "the same text is the same file"
    assert plain_name(path) == "out.tsv"


def test_standard_input_is_unpacked_too(monkeypatch):
    for pack in PACKERS.values():
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(pack(b"a ||| b\n"))))
        assert read_bitext("-", "de", "en")[0].target.words == ("b",)
        assert not sys.stdin.buffer.closed


@pytest.mark.parametrize("name", ["gz", "bz2", "xz", "zst", "zip"])
def test_no_more_comes_out_than_text_holds(tmp_path, monkeypatch, name):
    monkeypatch.setattr(packed, "FREE", 1 << 20)
    path = tmp_path / "bomb"
    path.write_bytes(PACKERS[name]((b"a" * 999 + b"\n") * 32_000))
    tracemalloc.start()
    told = fault(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert "far more than text does" in told
    assert peak < 24e6, "less than the 32 MB that it holds; xz alone needs 8"


def test_an_upload_unpacks_to_so_much_and_no_more(monkeypatch, runs):
    monkeypatch.setattr(uploads, "UNPACKED", 1000)
    store = Store("kind", "files of a test")
    assert store.keep([("a.gz", gzip.compress(b"x" * 1000))])
    assert store.keep([("plain.txt", b"x" * 2000)])
    with pytest.raises(InputError, match=r"^b\.gz unpacks to more than 1,000 bytes; give a part of it\.$"):
        store.keep([("b.gz", gzip.compress(b"x" * 1001))])


def tar() -> bytes:
    content = io.BytesIO()
    with tarfile.open(fileobj=content, mode="w") as archive:
        archive.addfile(tarfile.TarInfo("x"), io.BytesIO())
    return content.getvalue()


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (zipped(a_de=b"x", a_en=b"y"), "zip archive of 2 files (a.de, a.en)"),
        (zipped(), "zip archive of 0 files"),
        (zipped(**{"[Content_Types].xml": b"", "xl/workbook_xml": b""}), "an Excel workbook; save it as text, CSV or TSV in UTF-8"),
        (gzip.compress(tar()), "tar archive"),
        (b"7z\xbc\xaf\x27\x1c", "7z archive"),
        (b"%PDF-1.7", "PDF"),
        (b"\xff\xfe\0\0a\0\0\0", "UTF-32"),
        (gzip.compress(b"a" * 999)[:-9], "cannot be read"),
        (lzma.compress(b"a" * 999)[:-9], "cannot be read"),
        (zstd.compress(b"abc" * 999)[:-9], "cannot be read"),
        (b"PK\x03\x04", "cannot be read"),
        (gzip.compress(gzip.compress(gzip.compress(gzip.compress(b"x")))), "several times over"),
    ],
    ids=lambda part: part if isinstance(part, str) else "",  # what is packed holds the hour
)
def test_what_is_no_text_is_named(tmp_path, content, told):
    path = tmp_path / "given.txt"
    path.write_bytes(content)
    assert told in fault(path)
    assert fault(path).startswith(str(path))


def test_an_archive_of_both_sides_is_taken_apart():
    sides = {"news_de-en_de": b"Haus\n", "news_de-en_en": b"house\n", "README": b"words", "news_xml": b"<x/>"}
    assert [name for name, _ in unzipped([("a.zip", zipped(**sides))], "de")] == [
        "news.de.en.de".replace(".de.en", ".de-en"),
        "news.de-en.en",
    ]
    assert [content for _, content in unzipped([("a.zip", zipped(x_deu=b"1", x_eng=b"2"))], "de")] == [b"1", b"2"]
    assert [name for name, _ in unzipped([("a.zip", zipped(x_tmx=TMX, README=b"words"))], "de")] == ["x.tmx"]
    one = [("a.zip", zipped(x_tsv=b"a\tb\n"))]
    assert unzipped(one, "de") is one
    with pytest.raises(InputError, match=r"holds 2 files \(x\.fr, x\.en\), and not one whose name ends in \.de"):
        unzipped([("a.zip", zipped(x_fr=b"1", x_en=b"2"))], "de")


def test_control_characters_are_counted_once_a_file(tmp_path):
    path = tmp_path / "a.txt"
    path.write_bytes(b"a\x0bb\nfine\nc\x7fd\x0b\n")
    with noticing() as heard:
        assert read_lines(path) == ["a b", "fine", "c\ufffdd "]
    assert [one.text.removeprefix(str(path)) for one in heard] == [
        " has 3 control characters (U+000B, U+007F) in 2 lines, the first line 1; they were read as spaces or as \ufffd"
    ]
