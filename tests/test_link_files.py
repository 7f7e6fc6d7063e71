"""Word links in every format of the field come back as they were meant, and what is doubtful of a file is told."""

import json
import tempfile
from pathlib import Path

import pytest
from cases import run
from hypothesis import given
from hypothesis import strategies as st

from otcore.base.errors import InputError
from otcore.base.notices import noticing
from otcore.corpora.link_files import read_link_file
from otcore.corpora.link_formats import FORMATS
from otcore.corpora.pharaoh import format_scores
from otcore.corpora.types import Links

LINK = st.tuples(st.integers(0, 30), st.integers(0, 30))
# the first pair has a sure link and a possible one, so that a file tells its format and its base
SURE = st.lists(st.frozensets(LINK, max_size=6), max_size=4).map(lambda rest: [frozenset({(0, 0), (2, 1)}), *rest])


def as_pharaoh(pairs) -> str:
    return "".join(" ".join(f"{i}-{j}" for i, j in sorted(links)) + "\n" for links in pairs)


def as_talp(pairs) -> str:
    return "".join(" ".join(f"{i + 1}s{j + 1}" for i, j in sorted(links)) + "\n" for links in pairs)


def as_naacl(pairs) -> str:
    return "".join(f"{number:04} {i + 1} {j + 1} S\n" for number, links in enumerate(pairs, 1) for i, j in sorted(links))


def as_giza(pairs) -> str:
    text = ""
    for number, links in enumerate(pairs, 1):
        words = "".join(f" w{i} ({{ {''.join(f'{j + 1} ' for k, j in sorted(links) if k == i)}}})" for i in range(31))
        head = f"# Sentence pair ({number}) source length 31 target length 31 alignment score : 1e-9\n"
        text += f"{head}{' '.join(f't{j}' for j in range(31))}\nNULL ({{ }}){words}\n"
    return text


def as_numbered(pairs) -> str:
    return "".join(f"{number}\t{line}\n" for number, line in enumerate(as_pharaoh(pairs).splitlines()))


def as_tuples(pairs) -> str:
    return "".join(f"{sorted(links)}\n" for links in pairs)


def as_scores(pairs) -> str:
    return "".join(format_scores(dict.fromkeys(links, 0.25)) + "\n" for links in pairs)


WRITERS = {"pharaoh": as_pharaoh, "talp": as_talp, "naacl": as_naacl, "giza": as_giza, "numbered": as_numbered, "tuples": as_tuples}


def read(text: str, **options):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "links"
        path.write_text(text, encoding="utf-8")
        return read_link_file(path, **options)


def fault(text: str, **options) -> str:
    with pytest.raises(InputError) as caught:
        read(text, **options)
    assert "\n" not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize("kind", WRITERS)
@given(SURE)
def test_links_are_read_in_every_format(kind, pairs):
    file = read(WRITERS[kind](pairs), pairs=len(pairs))
    assert (file.format, file.base) == (kind, FORMATS[kind].base)
    assert [entry.sure for entry in file.links] == [entry.possible for entry in file.links] == pairs
    assert not file.doubtful


@given(SURE)
def test_confidences_are_read_over(pairs):
    assert [entry.sure for entry in read(as_scores(pairs)).links] == pairs


def test_possible_links_in_every_format():
    expected = (Links({(0, 0)}, {(1, 2)}),)
    assert read("0-0 1p2\n").links == read("0-0 1?2\n").links == read("0-0:S 1-2:P\n").links == read("1s1 2p3\n").links == expected
    assert read("1 1 1 S\n1 2 3 P\n").links == read("0001 1 1 S 0.9\n0001 2 3 P 0.5\n").links == expected
    assert read("0-0 1-2:0.5 ||| -12.5\n").links == (Links({(0, 0), (1, 2)}),), "fast_align writes a score behind the links"
    assert read("1:1 2:3\n").links == (Links({(0, 0), (1, 2)}),)


def test_numbers_of_pairs_say_where_links_belong():
    text = "1 1 1\n3 2 2\n"
    assert [sorted(one.sure) for one in read(text).links] == [[(0, 0)], [], [(1, 1)]]
    assert [len(one.sure) for one in read(text, pairs=5).links] == [1, 0, 1, 0, 0]
    with noticing() as heard:
        assert [len(one.sure) for one in read("18 1 1\n19 0 2\n", pairs=2).links] == [1, 0]
    told = " ".join(one.text for one in heard)
    assert "from 18 to 19; they were taken in this order" in told
    assert "1 link to no word (NULL) left out" in told
    assert "from 18 to 19, 2 of them, and there are 7 pairs" in fault("18 1 1\n19 1 2\n", pairs=7)
    assert len(read("1 1 1\n999999999 1 1\n").links) == 2, "no list of a billion"


def test_a_file_without_index_0_is_doubtful_unless_something_says_so():
    assert read("1-1 2-2\n\n").doubtful
    assert not read("1-1 2-2\n", base=0).doubtful
    assert not read("1-1 2-2\n", base=1).doubtful
    assert not read("1-1 0-2\n").doubtful
    assert not read("\n\n").doubtful
    assert read("1s1 0s2\n").base == 0, "a format that counts from 1 has no index 0"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("0-0\ndas Haus ||| the house\n", "line 2: “das” is not a link; this line is a sentence pair"),
        ("das Haus\n", "“das” is not a link; this line is text"),
        ('{"a": 1}\n', "this line is markup or JSON"),
        ("1 1 1 S\n" * 1000 + "2 1 x\n", "line 1001: “2 1 x” is no link in NAACL format"),
        ("0\t0-0\n2\t0-0\n", "line 2 has the number 2 after 0"),
        ("# Sentence pair (1) x\na b\n", "line 1: GIZA++'s A3.final has three lines a pair"),
        ("# Sentence pair (1) x\na b\nNULL ({ }) x ({ 3 })\n", "line 3: a place is beyond the 2 words"),
        ("[(0, 0), (1, 2)]\n" * 1000 + "[(0, 0\n", "line 1001: “[(0, 0” is no list of pairs"),
    ],
)
def test_what_is_wrong_is_named_with_its_line(text, told):
    assert told in fault(text)


@pytest.fixture
def files(tmp_path, monkeypatch):
    """Predicted links from 0, and the same as gold from 1."""
    monkeypatch.chdir(tmp_path)
    Path("predicted").write_text("0-0 1-1 2-3 3-2\n0-1 1-0\n")
    Path("gold").write_text("1-1 2-2 3-4 4-3\n1-2 2-1\n")
    Path("turned").write_text("0-0 1-1 3-2 2-3\n4-7 5-9\n")
    Path("empty").write_text("")
    Path("blank").write_text("\n\n")
    Path("naacl").write_text("1 1 1 S\n1 2 2 S\n1 3 4 S\n1 4 3 S\n2 1 2 S\n2 2 1 S\n")
    return tmp_path


def aer(*arguments: str) -> tuple[float, list[str]]:
    answer = run(["score", *arguments, "--json"])
    assert answer.code == 0, answer.err
    found = json.loads(answer.out)
    assert answer.err == "".join(f"otcore: {note}\n" for note in found.get("notes", []))
    return found["aer"], found.get("notes", [])


def test_a_base_that_may_be_wrong_is_told_with_its_option(files):
    wrong, notes = aer("predicted", "gold")
    assert wrong > 0.5
    assert any("gold has no index 0" in note and note.endswith("give --gold-base 1.") for note in notes)
    assert aer("predicted", "gold", "--gold-base", "1") == (0, [])
    assert aer("predicted", "naacl")[0] == 0
    assert aer("naacl", "predicted")[0] == 0
    wrong, notes = aer("gold", "predicted")
    assert any("give --predicted-base 1." in note for note in notes)
    assert aer("gold", "predicted", "--predicted-base", "1") == (0, [])
    assert aer("gold", "gold")[0] == 0
    assert "right as they are" in aer("gold", "gold")[1][0]


def test_sides_that_are_exchanged_are_told_with_the_option(files):
    Path("links").write_text("0-3 1-4 2-5\n0-1\n")
    Path("other").write_text("3-0 4-1 5-2\n1-0\n")
    wrong, notes = aer("links", "other")
    assert wrong == 1
    assert notes == ["With the sides of links exchanged AER would be 0.0000, not 1.0000; give --reverse if its sides are so."]
    assert aer("links", "other", "--reverse") == (0, [])


@pytest.mark.parametrize("command", ["score", "agreement"])
@pytest.mark.parametrize(("name", "told"), [("empty", "has no pairs"), ("blank", "has no link at all")])
def test_nothing_to_measure_is_an_error_and_no_perfect_score(files, command, name, told):
    answer = run([command, name, name])
    assert answer.code == 2
    assert told in answer.err
    assert not answer.out


def test_agreement_takes_bases_and_sides(files):
    answer = run(["agreement", "predicted", "gold"])
    assert "gold has no index 0" in answer.err
    assert "give --second-base 1." in answer.err
    assert run(["agreement", "predicted", "gold", "--second-base", "1"]).out.startswith("sure links 1.000 · all links 1.000")
    assert run(["agreement", "gold", "predicted", "--first-base", "1"]).out.startswith("sure links 1.000")


def test_errors_tells_a_doubtful_base_and_reads_every_format(files, xlm_roberta):
    Path("pairs.csv").write_text('"a b c d","e f g h"\n"i j k","l m n"\n')
    arguments = ["errors", "pairs.csv", "--a", str(xlm_roberta), "--json"]
    Path("doubtful").write_text("1-1 2-2\n1-2\n")
    doubtful = run([*arguments[:2], "doubtful", *arguments[2:]])
    assert "doubtful has no index 0" in doubtful.err
    assert "give --gold-base 1" in json.loads(doubtful.out)["notes"][-1]
    right, named = (run([*arguments[:2], gold, *arguments[2:], *more]) for gold, more in (("gold", ["--gold-base", "1"]), ("naacl", [])))
    assert json.loads(right.out)["systems"] == json.loads(named.out)["systems"]
    assert "index 0" not in right.err
    assert run([*arguments[:2], "blank", *arguments[2:]]).code == 2


def test_align_writes_confidences_that_score_reads(files, xlm_roberta):
    Path("pairs.txt").write_text("a b c ||| d e f\ng h ||| i j\n")
    plain, scored = (run(["align", "pairs.txt", "--encoder", str(xlm_roberta), *more]) for more in ([], ["--scores"]))
    Path("plain").write_text(plain.out)
    Path("scored").write_text(scored.out)
    assert all(0 <= float(item.rpartition(":")[2]) <= 1 for item in scored.out.split())
    assert aer("scored", "plain")[0] == 0


def test_align_takes_raw_text_tables_and_a_device(files, xlm_roberta):
    Path("pairs.tsv").write_text("Don't go!\tNicht gehen!\n")
    Path("pairs.txt").write_text("Don't go! ||| Nicht gehen!\n")
    more = ["--encoder", str(xlm_roberta), "--masses", "uniform", "--links", "source-maximum"]
    raw = run(["align", "pairs.txt", "--raw", *more])
    assert len(raw.out.split()) == 4, "Do n't go !"
    assert len(run(["align", "pairs.txt", *more]).out.split()) == 2
    assert run(["align", "pairs.tsv", "--raw", "--device", "cpu", *more]).out == raw.out
    for device, told in (("cuda:99", "no device cuda:99"), ("abacus", "no device “abacus”")):
        answer = run(["align", "pairs.txt", "--device", device, *more])
        assert (answer.code, answer.out) == (2, "")
        assert told in answer.err
