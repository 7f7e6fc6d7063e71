"""TSV and CSV as spreadsheets and corpora have them: what is a row of a pair is read, what is none is marked."""

import csv
import io
import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from otcore.base.errors import InputError
from otcore.base.notices import noticing
from otcore.corpora.parallel import read_bitext, read_parallel, read_tsv
from otcore.corpora.tables import is_table, read_rows
from otcore.corpora.unsplit import is_unsplit

CELL = st.text(st.sampled_from("ab\"',; \n|é猫"), min_size=1, max_size=8).map(lambda text: " ".join(text.split())).filter(bool)
ROWS = st.lists(st.tuples(CELL, CELL), min_size=1, max_size=5)


def rows(path: Path, text: str | bytes, columns=(0, 1), languages=("de", "en")):
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    with noticing() as heard:
        found = read_rows(path, columns, languages)
    return found, " ".join(one.text for one in heard)


def cells(path: Path, text: str | bytes, **more):
    return [row.cells for row in rows(path, text, **more)[0]]


@pytest.mark.parametrize("divider", [",", ";", "\t"])
@pytest.mark.parametrize("quoting", [csv.QUOTE_MINIMAL, csv.QUOTE_ALL])
@given(ROWS)
def test_what_a_spreadsheet_saves_is_read_back(divider, quoting, pairs):
    file = io.StringIO()
    writer = csv.writer(file, delimiter=divider, quoting=quoting, lineterminator="\r\n")
    writer.writerows([("Haus und Hof", "house and yard"), *pairs, ("ganz gut", "quite good")])
    with tempfile.TemporaryDirectory() as folder:
        # Excel says so where the divider is not that of the country; without, the file must tell
        found = cells(Path(folder) / "a.csv", f"sep={divider}\r\n{file.getvalue()}")
    assert found[1:-1] == pairs


def test_dividers_are_told_by_the_lines(tmp_path):
    path = tmp_path / "a.csv"
    assert cells(path, "Haus, alt;old, house\nHund;dog\n") == [("Haus, alt", "old, house"), ("Hund", "dog")]
    assert cells(path, 'Haus,"old; house"\nHund,dog\n') == [("Haus", "old; house"), ("Hund", "dog")]
    assert cells(path, "Haus\told, house\nHund\tdog\n") == [("Haus", "old, house"), ("Hund", "dog")]
    assert cells(path, '"zwei\nZeilen","two\nlines"\n') == [("zwei Zeilen", "two lines")], "CSV says where a cell ends"
    assert "divided by semicolons" in rows(path, "a;b\n")[1]
    path.write_text('a,b\n"c,d\ne,f\n')
    with pytest.raises(InputError, match="line 2: no CSV"):
        read_rows(path, (0, 1))


def test_unicode_text_of_excel_is_read(tmp_path):
    found, told = rows(tmp_path / "a.tsv", "Müller\tMiller\r\n猫\tcat\r\n".encode("utf-16"))
    assert [row.cells for row in found] == [("Müller", "Miller"), ("猫", "cat")]
    assert "is UTF-16 and was read as that" in told


def test_quotes_that_a_spreadsheet_put_are_taken_off_and_others_stay(tmp_path):
    path = tmp_path / "a.tsv"
    saved, told = rows(path, '"Er sagte ""Ja""."\t"He said ""Yes""."\nGut.\tGood.\n')
    assert saved[0].cells == ('Er sagte "Ja".', 'He said "Yes".')
    assert "cells in quotes" in told
    text = '"Das Haus", sagte er.\t"The house," he said.\n"Komm!"\t"Come!"\n'
    assert cells(path, text) == [tuple(line.split("\t")) for line in text.splitlines()]


def test_a_quoted_line_break_makes_no_wrong_pair(tmp_path):
    text = 'Gut.\tGood.\n"erste Zeile\nzweite Zeile"\t"First line\nsecond line"\nJa.\tYes.\nHaus\t"first\nsecond"\nNein.\tNo.\n'
    found = rows(tmp_path / "a.tsv", text)[0]
    assert [(row.line, row.fault) for row in found if row.fault] == [
        (2, "quotes"),
        (3, "quotes"),
        (4, "quotes"),
        (6, "quotes"),
        (7, "quotes"),
    ]
    with pytest.raises(InputError, match=r"a\.tsv, line 2: (1 tab-separated columns|a cell in quotes goes over lines 2 to 4)"):
        read_tsv(tmp_path / "a.tsv", "de", "en")
    opened = 'Er sagte:\t"He said:\n"Ich gehe.\t"I go.\n' * 3
    assert not any(row.fault for row in rows(tmp_path / "a.tsv", opened)[0]), "a quotation goes on in the next sentence"


def test_unusual_numbers_of_columns_are_marked(tmp_path):
    path = tmp_path / "a.tsv"
    found = rows(path, "a\tb\nc\td\te\nf\tg\nh\n\ni\tj\n")[0]
    assert [(row.line, row.told) for row in found if row.fault] == [
        (2, "3 columns where most lines have 2"),
        (4, "1 column where most lines have 2"),
    ]
    with pytest.raises(InputError, match=r"line 2: 3 columns where most lines have 2"):
        read_tsv(path, "de", "en")
    assert not any(row.fault for row in rows(path, "1\ta\t2\tb\n3\tc\t4\td\n", columns=(1, 3))[0]), "Tatoeba has four in all lines"


@pytest.mark.parametrize(
    ("first", "languages", "named"),
    [
        ("source\ttarget", ("de", "en"), True),
        ("German\tEnglish", ("de", "en"), True),
        ("en\tde", ("de", "en"), True),
        ("Deutsch\tEnglish", ("de", "en"), True),
        ("deu_Latn\teng_Latn", ("de", "en"), True),
        ("sentence1\tsentence2", ("de", "en"), True),
        ("es\tit", ("de", "en"), False),
        ("Text über Häuser\ttext on houses", ("de", "en"), False),
        ("source\tQuelle", ("de", "en"), False),
    ],
)
def test_names_of_columns_are_no_pair(tmp_path, first, languages, named):
    found, told = rows(tmp_path / "a.tsv", f"{first}\nHaus\thouse\n", languages=languages)
    assert len(found) == 2 - named
    assert ("line 1 holds names of columns" in told) is named


def test_tables_are_known_by_name(tmp_path):
    assert all(map(is_table, ("a.tsv", "A.TSV.gz", "x.csv", "x.CSV.xz", "a.tsv.bak", "a.tab")))
    assert not any(map(is_table, ("a.txt", "tsv", "a.tmx", "csv.txt")))


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("a\tb\nc\td\n", "2 columns divided by tabs, so this is TSV"),
        ("das Haus\nder Hund\n", "one half of line-parallel text"),
        ("0-0 1-1\n0-1\n", "word links"),
        ('"a";"b"\n"c";"d"\n', "look like CSV"),
        ('{"de": "a"}\n', "this is JSON"),
        ("<tmx>\n<body>\n", "XML or HTML"),
    ],
)
def test_a_file_of_another_format_is_named_for_what_it_is(tmp_path, content, told):
    path = tmp_path / "a.txt"
    path.write_text(content)
    with pytest.raises(InputError, match=r"a\.txt, line 1: 0 separators") as caught:
        read_bitext(path, "de", "en")
    assert told in str(caught.value)


def test_a_separator_without_spaces_is_one_and_told(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("a ||| b\nc|||d\ne\u00a0|||\u00a0f\ng||| h\n")
    with noticing() as heard:
        pairs = read_bitext(path, "de", "en")
    assert [(pair.source.words, pair.target.words) for pair in pairs] == [((a,), (b,)) for a, b in ("ab", "cd", "ef", "gh")]
    assert "without spaces around it in 3 lines, the first line 2" in heard[0].text


def test_text_that_is_not_split_is_split_and_told(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("我喜欢在图书馆读书。 ||| I like reading in the library .\n今天下午我们去公园散步。 ||| We go for a walk .\n")
    with noticing() as heard:
        pairs = read_bitext(path, "zh", "en")
    assert len(pairs[0].source.words) > 4
    assert "2 of 2 Chinese sentences are not split into words, so this side was split" in heard[0].text
    assert pairs[0].target.words[-1] == "."
    path.write_text("我 喜欢 图书馆 。 ||| I like the library .\n今天下午我们去公园散步。 ||| We walk .\n谢谢 ||| Thanks\n")
    with noticing() as heard:
        assert read_bitext(path, "zh", "en")[0].source.words == ("我", "喜欢", "图书馆", "。"), "most of the file is split"
    assert "1 of 3 Chinese sentences" in heard[0].text
    assert not is_unsplit("谢谢")
    assert not is_unsplit("Hello")


def test_numbers_before_the_lines_of_parallel_files_are_no_words(tmp_path):
    (tmp_path / "a").write_text("0\tdas Haus\n1\tder Hund\n")
    (tmp_path / "b").write_text("7\tthe house\n8\tthe dog\n")
    pairs = read_parallel(tmp_path / "a", tmp_path / "b", "de", "en")
    assert pairs[1].source.words == ("der", "Hund")
    (tmp_path / "b").write_text("7\tthe house\n7\tthe dog\n")
    assert read_parallel(tmp_path / "a", tmp_path / "b", "de", "en")[0].target.words == ("7", "the", "house"), "no numbering"
