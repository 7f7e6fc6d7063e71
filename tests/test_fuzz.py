"""Whatever bytes a reader is given: it reads them, or says in one sentence why not. Longer: pytest --hypothesis-profile=long."""

import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from otcore.base.errors import InputError
from otcore.base.notices import noticing
from otcore.commands._files import coded
from otcore.corpora.checking.check import check_pairs
from otcore.corpora.checking.forms import has_markup, is_broken
from otcore.corpora.checking.texts import read_texts
from otcore.corpora.link_files import read_link_file
from otcore.corpora.pair_files import read_any
from otcore.corpora.parallel import read_bitext, read_parallel, read_tsv
from otcore.corpora.tmx import read_tmx
from otcore.corpora.zipped import unzipped
from otcore.evaluation.transfer.labelled_files import read_labelled
from otcore.evaluation.transfer.squad_files import read_questions
from otcore.notes.files import read_notes
from otcore.retrieval.sentences import read_sentences
from otcore.text.files import read_lines
from otcore.text.languages import LANGUAGES, clean, language, presplit_words, words_of
from otcore.text.packed import pack

PIECES = [
    *(
        "\n",
        "\r\n",
        "\r",
        "\t",
        " ",
        ",",
        ";",
        '"',
        '""',
        "|||",
        " ||| ",
        "0-0",
        "1p2",
        "3?3",
        "1s1",
        "1:1",
        "0-1:0.5",
        "0-1:S",
        "1 2 3",
        "1 1 1 S",
    ),
    *(
        "(0, 1)",
        "[",
        "]",
        "0\t",
        "# Sentence pair (1) x",
        "NULL ({ })",
        "w ({ 1 2 })",
        "99999999999-1",
        "-1",
        "٠-١",
        "sep=;",
        "source\ttarget",
    ),
    *(
        "das Haus",
        "猫が好きです。",
        "我喜欢在图书馆读书。",
        "مرحبا",
        "é",
        "e\u0301",
        "👩\u200d🚀",
        "\u2028",
        "\x85",
        "\u3000",
        "\u00a0",
        "\ufeff",
        "\ufffd",
    ),
    *("\0", "\x0b", "\x1b", "\x7f", "\x9d", "Ã¼", "&amp;", "&nbsp;", "<b>", "%s", "{0}", "<?xml version='1.0' encoding='"),
    *(
        "utf-16",
        "nonsense",
        "'?>",
        "<!DOCTYPE tmx [<!ENTITY a 'b'>]>",
        "<tmx>",
        "</tmx>",
        "<body>",
        "</body>",
        "<tu>",
        "</tu>",
        "<TU>",
        "<tuv xml:lang='de'>",
    ),
    *(
        "<tuv lang='en-GB'>",
        "<tuv>",
        "</tuv>",
        "<seg>",
        "</seg>",
        "<seg/>",
        "<ph/>",
        "<bpt>",
        "</bpt>",
        "<![CDATA[",
        "]]>",
        "<!--",
        "-->",
        "&#x1F;",
    ),
    *('{"data": [', '{"paragraphs": [', '"context": "x"', '"qas": []', "null", "]}", "entailment", "premise\thypothesis\tlabel", "-"),
]
TEXT = st.lists(st.sampled_from(PIECES), max_size=30).map("".join)
CONTENT = st.one_of(
    TEXT.map(str.encode),
    st.tuples(TEXT, st.sampled_from(["utf-16", "utf-16-le", "latin-1", "cp1252", "shift-jis", "utf-8-sig"])).map(
        lambda both: both[0].encode(both[1], "replace")
    ),
    st.tuples(TEXT, st.sampled_from([".gz", ".bz2", ".xz", ".zst", ".zip"]), st.integers(-9, 0)).map(
        lambda three: pack(three[0].encode(), f"x{three[1]}")[: three[2] or None]
    ),
    st.binary(max_size=200),
)
READERS = {
    "lines": read_lines,
    "links": read_link_file,
    "links of pairs": lambda path: read_link_file(path, base=1, pairs=3),
    "bitext": lambda path: read_bitext(path, "zh", "ja"),
    "raw bitext": lambda path: read_bitext(path, "de", "fr", presplit=False),
    "tsv": lambda path: read_tsv(path, "de", "en"),
    "csv": lambda path: read_tsv(path.rename(path.with_suffix(".csv")), "de", "en"),
    "any": lambda path: read_any(path, "de", "en"),
    "parallel": lambda path: read_parallel(path, path, "de", "en"),
    "tmx": lambda path: read_tmx(path, "de", "en"),
    "texts": lambda path: check_pairs(read_texts(path, ("sw", "xx")), ("sw", "xx")),
    "texts of a table": lambda path: check_pairs(read_texts(path.rename(path.with_suffix(".tsv")), ("sw", "xx")), ("sw", "xx")),
    "labels": lambda path: read_labelled(str(path), 2),
    "questions": lambda path: read_questions(str(path)),
    "sentences": lambda path: read_sentences(path, "de"),
    "notes": lambda path: read_notes(path.read_bytes(), "a.csv"),
    "notes in JSON": lambda path: read_notes(path.read_bytes(), "a.json"),
    "archive": lambda path: unzipped([("a.zip", path.read_bytes())], "de"),
}


@pytest.mark.parametrize("reader", READERS.values(), ids=READERS)
@settings(suppress_health_check=[HealthCheck.too_slow])
@given(content=CONTENT)
def test_bytes_are_read_or_refused_in_one_sentence(reader, content):
    with tempfile.TemporaryDirectory() as folder, noticing() as heard:
        path = Path(folder) / "given.txt"
        path.write_bytes(content)
        told = []
        try:
            reader(path)
        except InputError as error:
            told.append(str(error))
    for text in (*told, *(one.told() for one in heard)):
        assert text.endswith(".")
        assert "\n" not in text
        assert len(text) < 600


@given(TEXT)
def test_text_is_split_or_refused(text):
    assert is_broken(text) in (True, False)
    assert has_markup(text) in (True, False)
    for code in LANGUAGES:
        words = words_of(text, code)
        assert "".join(words) == "".join("".join(words).split())
    assert all(presplit_words(text))
    assert clean(clean(text)) == clean(text)


@given(st.text(max_size=30))
def test_codes_are_codes_or_refused(text):
    for read in (language, coded):
        told = "is not a language code"
        try:
            read(text)
        except InputError as error:
            told = str(error)
        assert "is not a language code" in told
