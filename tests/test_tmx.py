"""TMX: what translation tools write is read, what can harm a machine is refused."""

import gzip
import io
import sys
import tracemalloc
from pathlib import Path

import pytest

from otcore.base.errors import InputError
from otcore.base.notices import noticing
from otcore.corpora.pair_files import PairFile, read_pairs
from otcore.corpora.tmx import read_tmx
from otcore.corpora.tmx_reader import tmx_units

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


def noticed(path, source="de", target="en") -> tuple[list[tuple[str, str]], str]:
    """Texts, and what is told of the reading."""
    with noticing() as heard:
        found = texts(path, source, target)
    return found, " ".join(one.told() for one in heard)


def test_a_region_that_is_asked_for_is_not_another(tmp_path):
    path = written(
        tmp_path / "a.tmx",
        unit(pt_PT="autocarro", pt_BR="ônibus", en="bus"),
        unit(pt_PT="comboio", en_GB="train"),
        unit(pt="sol", en_US="sun"),
    )
    assert noticed(path, "pt-br")[0] == [("ônibus", "bus"), ("sol", "sun")]
    assert "left out: pt-pt (2)" in noticed(path, "pt-br")[1]
    found, told = noticed(path, "pt")
    assert found == [("autocarro", "bus"), ("comboio", "train"), ("sol", "sun")], "the more frequent where a unit has two"
    assert "pt was read from pt-pt (2), pt (1)" in told
    assert texts(path, "pt", "en-US") == [("autocarro", "bus"), ("sol", "sun")]
    chinese = written(tmp_path / "zh.tmx", unit(zh_TW="今天天氣很冷。", zh_CN="今天天气很冷。", en="It is cold."))
    assert texts(chinese, "zh-CN") == texts(chinese, "zh") == texts(chinese, "zh-Hans") == [("今天天气很冷。", "It is cold.")]
    assert texts(chinese, "zh-TW") == texts(chinese, "zh-Hant-TW") == [("今天天氣很冷。", "It is cold.")]
    assert "its languages are en, zh-cn, zh-tw" in fault(chinese, "zh-SG", "fr")


def test_what_is_left_out_is_counted(tmp_path):
    path = written(
        tmp_path / "a.tmx",
        unit(de="Haus", en="house"),
        unit(de="nur hier"),
        unit(en="only here"),
        unit(de="leer", en=""),
        '<tu><tuv lang="de"><seg>gut</seg></tuv><tuv lang="en"><seg>good</seg></tuv><tuv lang="en"><seg>fine</seg></tuv></tu>',
        '<tu><tuv lang="de">kein Segment</tuv><tuv lang="en"><seg>x</seg></tuv></tu>',
    )
    found, told = noticed(path)
    assert found == [("Haus", "house"), ("gut", "good")]
    assert "6 units; left out are 2 without German, 1 without English, 1 with an empty side" in told
    assert "several texts of a language in 1 unit" in told
    assert "1 variants have their text outside of <seg>" in told
    assert noticed(written(tmp_path / "b.tmx", unit(de="Haus", en="house"))) == ([("Haus", "house")], ""), "nothing to tell"


def test_units_in_units_and_elements_in_capitals(tmp_path):
    inner = unit(de="Innen.", en="Inside.").strip()
    outer = f'<tu><tuv xml:lang="de"><seg>Außen.</seg></tuv>{inner}<tuv xml:lang="en"><seg>Outside.</seg></tuv></tu>'
    assert texts(written(tmp_path / "a.tmx", outer)) == [("Innen.", "Inside."), ("Außen.", "Outside.")]
    capitals = '<TU><TUV XML:LANG="DE"><SEG>Haus</SEG></TUV><TUV LANG="EN"><SEG>house</SEG></TUV></TU>'
    assert texts(written(tmp_path / "b.tmx", capitals)) == [("Haus", "house")]
    source = '<tu srclang="de"><tuv><seg>Haus</seg></tuv><tuv lang="eng"><seg>house</seg></tuv></tu>'
    assert texts(written(tmp_path / "c.tmx", source)) == [("Haus", "house")]


@pytest.mark.parametrize(
    "code",
    [
        "<ph/>",
        "<ph>&lt;br/&gt;</ph>",
        "<ph> </ph>",
        '<ph type="lb"/>',
        "<ut>\\line </ut>",
        "<it>\\tab</it>",
        "<x/>",
        "<br/>",
        "<ph/><ph/>",
    ],
)
def test_a_code_that_stands_alone_divides_words(tmp_path, code):
    path = written(tmp_path / "a.tmx", unit(de=f"Speichern{code}Abbrechen", en=f"Save{code}Cancel (x{code}){code}."))
    assert texts(path) == [("Speichern Abbrechen", "Save Cancel (x).")]


def test_a_code_around_a_part_of_a_word_leaves_it_whole(tmp_path):
    marked = 'un<bpt i="1">&lt;i&gt;</bpt>glaub<ept i="1">&lt;/i&gt;</ept>lich <g id="1">sch</g>ön<bx id="2"/>er<ex id="2"/> <hi>al</hi>t'
    assert texts(written(tmp_path / "a.tmx", unit(de=marked, en="x"))) == [("unglaublich schöner alt", "x")]


def test_inline_elements_leave_their_text_and_take_their_code_away(tmp_path):
    marked = (
        'Press <bpt i="1">&lt;b&gt;</bpt><hi type="term">Start</hi><ept i="1">&lt;/b&gt;</ept>\n   &amp; wait<ph x="1">{0}</ph>'
        '<it pos="begin">&lt;a <sub>title</sub>&gt;</it>, <ut>\\par</ut>please<![CDATA[ <now>]]>.'
    )
    path = written(tmp_path / "a.tmx", unit(en=marked, de="Drücken&#160;Sie <hi>Start <hi>jetzt</hi></hi>"))
    assert texts(path) == [("Drücken Sie Start jetzt", "Press Start & wait, please <now>.")]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "iso-8859-1", "cp1252", "utf-8-sig"])
def test_encodings_and_gzip(tmp_path, encoding):
    path = written(tmp_path / "a.tmx", unit(en="the cat sleeps", de="die Katze schläft"), encoding=encoding)
    packed = tmp_path / "a.TMX.gz"
    packed.write_bytes(gzip.compress(path.read_bytes()))
    assert texts(path) == texts(packed) == [("die Katze schläft", "the cat sleeps")]
    assert [pair.source.text for pair in read_pairs(PairFile("de", str(packed)))] == ["die Katze schläft"]


def test_encodings_of_other_places(tmp_path):
    for encoding, code, text in (("Shift_JIS", "ja", "今日は寒い。"), ("GB2312", "zh", "今天很冷。"), ("KOI8-R", "ru", "Сегодня холодно.")):
        path = written(tmp_path / f"{code}.tmx", unit(**{code: text, "en": "It is cold."}), encoding=encoding)
        assert texts(path, code) == [(text, "It is cold.")]


@pytest.mark.parametrize(
    ("declared", "actual", "told"),
    [
        ("UTF-16", "utf-8", "declares the encoding UTF-16, but is UTF-8"),
        ("UTF-8", "utf-16", "declares the encoding UTF-8, but is UTF-16"),
        ("UTF-8", "utf-16-le", "declares the encoding UTF-8, but is UTF-16"),
        ("nonsense", "utf-8-sig", "declares the encoding nonsense, but is UTF-8"),
    ],
)
def test_a_declaration_that_is_wrong_is_told(tmp_path, declared, actual, told):
    path = tmp_path / "a.tmx"
    path.write_bytes((HEAD.replace("UTF-8", declared) + unit(de="schön", en="nice") + TAIL).encode(actual))
    found, heard = noticed(path)
    assert found == [("schön", "nice")]
    assert told in heard


@pytest.mark.parametrize(
    ("declared", "told"),
    [("nonsense", "“nonsense”, which is none"), ("rot13", "“rot13”, which is none"), ("UTF-8", "line 4: this is not UTF-8")],
)
def test_an_encoding_that_is_none_or_another_is_refused(tmp_path, declared, told):
    path = tmp_path / "a.tmx"
    path.write_bytes((HEAD.replace("UTF-8", declared) + unit(de="schön", en="nice") + TAIL).encode("latin-1"))
    assert told in fault(path)


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
        ("", "it is empty"),
        (HEAD + '<tuv lang="de"><seg>x</seg></tuv>' + TAIL, "outside of any <tu>"),
        (HEAD + '<tu><tuv lang="de">x</tuv><tuv lang="en">y</tuv></tu>' + TAIL, "stands outside of <seg>"),
        (HEAD.replace(HEAD.splitlines()[1], "") + unit(de="&nbsp;", en="b") + TAIL, "&nbsp;"),
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
    assert "line 1: this is not well-formed" in fault(gz)
    gz.write_bytes(gzip.compress(HEAD.encode())[:-9])
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
