"""TMX: what translation tools write is read, what can harm a machine is refused."""

import gzip
import io
import sys
import tracemalloc
from pathlib import Path

import pytest

from otcore.base.errors import InputError
from otcore.corpora.pair_files import PairFile, read_pairs
from otcore.corpora.tmx import read_tmx, tmx_units

HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE tmx SYSTEM "tmx14.dtd">\n<tmx version="1.4"><header srclang="en"/><body>\n'
TAIL = "</body></tmx>\n"


def unit(**segments: str) -> str:
    """One unit; the keys are language tags with _ for the hyphen."""
    inside = "".join(f'<tuv xml:lang="{tag.replace("_", "-")}"><seg>{text}</seg></tuv>' for tag, text in segments.items())
    return f"<tu>{inside}</tu>\n"


def written(path: Path, *units: str, head: str = HEAD, encoding: str = "utf-8") -> Path:
    path.write_bytes((head.replace("UTF-8", encoding.upper()) + "".join(units) + TAIL).encode(encoding))
    return path


def texts(path, source="de", target="en") -> list[tuple[str, str]]:
    return [(pair.source.text, pair.target.text) for pair in read_tmx(path, source, target)]


def fault(path, *languages) -> str:
    with pytest.raises(InputError) as caught:
        read_tmx(path, *(languages or ("de", "en")))
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_languages_are_found_in_any_order_region_and_writing(tmp_path):
    path = written(
        tmp_path / "a.tmx",
        unit(en="the cat", de="die Katze"),
        unit(DE_AT="der Hund", fr_FR="le chien", EN_us="the dog"),
        '<tu><tuv lang="de"><seg>das Haus</seg></tuv><tuv lang="EN_GB"><seg>the house</seg></tuv></tu>',
        unit(fr="le chat", en="the cat"),
        unit(de="", en="empty"),
        unit(de="  ", en="blank"),
    )
    assert texts(path) == [("die Katze", "the cat"), ("der Hund", "the dog"), ("das Haus", "the house")]
    assert texts(path, "fr", "en") == [("le chien", "the dog"), ("le chat", "the cat")]
    assert texts(path, "en", "de") == [pair[::-1] for pair in texts(path)]
    assert [pair.id for pair in read_tmx(path, "de", "en")] == ["4", "5", "6"], "the line where the unit begins"
    assert "no unit with text in both ja and en; its languages are de, de-at, en, en-gb, en-us, fr, fr-fr" in fault(path, "ja", "en")


def test_the_region_that_is_asked_for_is_preferred(tmp_path):
    path = written(tmp_path / "a.tmx", unit(pt_PT="autocarro", pt_BR="ônibus", en="bus"), unit(pt_PT="comboio", en="train"))
    assert texts(path, "pt-br") == [("ônibus", "bus"), ("comboio", "train")]
    assert texts(path, "pt") == [("autocarro", "bus"), ("comboio", "train")]


def test_inline_elements_leave_their_text_and_take_their_code_away(tmp_path):
    marked = (
        'Press <bpt i="1">&lt;b&gt;</bpt><hi type="term">Start</hi><ept i="1">&lt;/b&gt;</ept>\n   &amp; wait<ph x="1">{0}</ph>'
        '<it pos="begin">&lt;a <sub>title</sub>&gt;</it>, <ut>\\par</ut>please<![CDATA[ <now>]]>.'
    )
    path = written(tmp_path / "a.tmx", unit(en=marked, de="Drücken&#160;Sie <hi>Start <hi>jetzt</hi></hi>"))
    assert texts(path) == [("Drücken Sie Start jetzt", "Press Start & wait, please <now>.")]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "iso-8859-1"])
def test_encodings_and_gzip(tmp_path, encoding):
    path = written(tmp_path / "a.tmx", unit(en="the cat sleeps", de="die Katze schläft"), encoding=encoding)
    packed = tmp_path / "a.TMX.gz"
    packed.write_bytes(gzip.compress(path.read_bytes()))
    assert texts(path) == texts(packed) == [("die Katze schläft", "the cat sleeps")]
    assert [pair.source.text for pair in read_pairs(PairFile("de", str(packed)))] == ["die Katze schläft"]


LAUGHS = "".join(f'<!ENTITY l{k} "{f"&l{k - 1};" * 10}">' for k in range(1, 10))


@pytest.mark.parametrize(
    ("doctype", "text"),
    [
        (f'<!DOCTYPE tmx [<!ENTITY l0 "ha">{LAUGHS}]>', "&l9;"),
        ('<!DOCTYPE tmx [<!ENTITY secret SYSTEM "file:///etc/passwd">]>', "&secret;"),
        ('<!DOCTYPE tmx [<!ENTITY % more SYSTEM "http://127.0.0.1:9/x.dtd"> %more;]>', "x"),
        ('<!DOCTYPE tmx SYSTEM "http://127.0.0.1:9/x.dtd">', "&undefined;"),
    ],
)
def test_entities_are_refused(tmp_path, doctype, text):
    head = HEAD.replace('<!DOCTYPE tmx SYSTEM "tmx14.dtd">', doctype)
    assert "entit" in fault(written(tmp_path / "a.tmx", unit(de=text, en="x"), head=head))


def test_what_is_no_tmx_is_told(tmp_path):
    path = tmp_path / "a.tmx"
    assert "cannot be read" in fault(path)
    for content, told in (
        ("", "not well-formed"),
        ("plain text", "line 1: this is not well-formed"),
        ("<html><body/></html>", "root is <html>"),
        (HEAD + unit(de="a", en="b") + "<tu>", "line 5: this is not well-formed"),
        (HEAD + TAIL, "no units at all"),
        (HEAD + unit(de="&nbsp;", en="b") + TAIL, "&nbsp;"),
    ):
        path.write_text(content)
        assert told in fault(path)
    gz = tmp_path / "a.tmx.gz"
    gz.write_bytes(b"no gzip")
    assert "cannot be read" in fault(gz)


def test_a_long_file_is_streamed(tmp_path):
    """What is held at once is a small part of the file."""
    path = tmp_path / "long.tmx"
    with open(path, "w", encoding="utf-8") as file:
        file.write(HEAD)
        file.writelines(unit(de=f"{k} " + "Katze " * 40, en="cat " * 40) for k in range(5_000))
        file.write(TAIL)
    tracemalloc.start()
    count = sum(1 for _ in tmx_units(path))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert count == 5_000
    assert peak < path.stat().st_size / 4


def test_standard_input(tmp_path, monkeypatch):
    path = written(tmp_path / "a.tmx", unit(de="Katze", en="cat"))
    with open(path, "rb") as file:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(file))
        assert texts("-") == [("Katze", "cat")]
