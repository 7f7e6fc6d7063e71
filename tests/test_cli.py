"""`python -m otcore`: the promised forms, one Pharaoh line a pair, and every error told in one sentence with exit code 2."""

import contextlib
import gzip
import io
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from otcore.alignment.rules import RULES
from otcore.base.names import shown
from otcore.base.vectors import POOLINGS, UNITS
from otcore.cli import main
from otcore.corpora.parallel import read_bitext
from otcore.corpora.pharaoh import read_links
from otcore.transport.costs import COSTS
from otcore.transport.masses import MASSES
from otcore.transport.solvers import SOLVERS

ROOT = Path(__file__).resolve().parents[1]
BITEXT = """the cat sleeps on the red chair . ||| die Katze schläft auf dem roten Stuhl .
cat ||| Katze
the red chair ||| القطة تنام
<b>cat</b> &amp; <script>alert(1)</script> ||| 猫 は 👩‍🚀 🇩🇪 "x"
\u202bשלום\u202c the \u200b ||| बिल्ली लाल ।
"""


@pytest.fixture
def bitext(tmp_path):
    path = tmp_path / "pairs.txt"
    path.write_text(BITEXT, encoding="utf-8")
    return path


@pytest.fixture
def align(xlm_roberta, capsys):
    """Runs `align FILE …` with the small encoder; returns the lines it printed."""

    def run(path, *options) -> list[str]:
        assert main(["align", str(path), "--encoder", str(xlm_roberta), *map(str, options)]) == 0
        out, err = capsys.readouterr()
        assert "Traceback" not in err
        assert out.endswith("\n") or not out
        return out.split("\n")[:-1]

    return run


@pytest.fixture
def refuse(capsys):
    """Runs a command that must fail; returns its message."""

    def run(*arguments) -> str:
        assert main([str(argument) for argument in arguments]) == 2
        out, err = capsys.readouterr()
        assert out == ""
        lines = [line for line in err.splitlines() if not line.startswith("pairs aligned: ")]
        assert len(lines) == 1, err
        assert lines[0].startswith("otcore: ")
        assert lines[0].endswith(".")
        assert not re.search(r"[.!?] +[A-Z]", lines[0]), "more than one sentence"
        return lines[0]

    return run


def check(lines: list[str], path: Path) -> None:
    """One line a pair; sorted links i-j within the sentences, each once."""
    pairs = read_bitext(path, "en", "de")
    assert len(lines) == len(pairs)
    for line, pair in zip(lines, pairs, strict=True):
        assert re.fullmatch(r"(\d+-\d+( \d+-\d+)*)?", line)
        links = [tuple(map(int, item.split("-"))) for item in line.split()]
        assert links == sorted(set(links))
        assert all(i < len(pair.source.words) and j < len(pair.target.words) for i, j in links)


def feed(monkeypatch, content: bytes) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(content), encoding="utf-8"))


def test_one_line_a_pair_in_order(align, bitext):
    lines = align(bitext)
    check(lines, bitext)
    assert lines[1] == "0-0", "two words alone are linked"
    bitext.write_text("\n".join(reversed(BITEXT.splitlines())), encoding="utf-8")
    assert align(bitext) == lines[::-1]


OPTIONS = [
    *[("--solver", solver) for solver in SOLVERS],
    *[("--links", rule) for rule in RULES],
    *[("--unit", unit) for unit in UNITS],
    *[("--unit", "word", "--pooling", pooling) for pooling in POOLINGS],
    *[("--cost", cost) for cost in COSTS],
    *[("--masses", masses) for masses in MASSES],
    *[("--solver", solver, "--cost", "dot", "--masses", "norm", "--unit", "word") for solver in SOLVERS],
    *[("--layer", layer) for layer in "0123"],
    ("--epsilon", "0.5", "--relative"),
    ("--epsilon", "0.01", "--relative"),
    ("--epsilon", "1e300"),
    ("--solver", "unbalanced", "--penalty", "10", "--relative"),
    ("--solver", "partial", "--mass", "0.3"),
    ("--solver", "partial", "--mass", "1"),
    ("--links", "threshold", "--threshold", "0"),
    ("--links", "threshold", "--threshold", "1"),
    ("--source-lang", "ja", "--target-lang", "AR"),
    ("--source-lang", "sw", "--target-lang", "pt-br", "--masses", "inverse-frequency"),
]


@pytest.mark.parametrize("options", OPTIONS, ids=" ".join)
def test_every_choice_gives_links(align, bitext, options):
    lines = align(bitext, *options)
    check(lines, bitext)
    assert any(lines) or "softmax" in options


OPTIONS_ALONE = [(), ("--solver", "exact"), ("--solver", "unbalanced"), ("--links", "softmax"), ("--masses", "norm", "--unit", "word")]


@pytest.mark.parametrize("options", OPTIONS_ALONE, ids=" ".join)
def test_a_pair_alone_gives_what_it_gives_in_a_file(align, bitext, options):
    options = (*options, "--source-lang", "en", "--target-lang", "de")  # which are told from the whole file else
    together = align(bitext, *options)
    for line, expected in zip(BITEXT.splitlines()[:5], together, strict=True):
        bitext.write_text(line, encoding="utf-8")
        assert align(bitext, *options) == [expected]


def test_an_epsilon_too_small_for_any_computer_still_gives_links(align, bitext):
    bitext.write_text("the cat sleeps ||| die Katze\n", encoding="utf-8")
    for solver in ("entropic", "unbalanced"):
        lines = align(bitext, "--epsilon", "1e-300", "--solver", solver)
        check(lines, bitext)
        assert lines[0]


def test_more_pairs_than_a_block(align, bitext):
    lines = align(bitext)
    bitext.write_text(BITEXT * 60, encoding="utf-8")
    assert align(bitext) == lines * 60


def test_the_default_layer_is_the_encoders_own(align, bitext):
    assert align(bitext) == align(bitext, "--layer", 2)


def test_standard_input_and_compressed_files(align, bitext, monkeypatch):
    lines = align(bitext)
    feed(monkeypatch, BITEXT.encode())
    assert align("-") == lines
    feed(monkeypatch, b"\xef\xbb\xbf" + BITEXT.replace("\n", "\r\n").encode())
    assert align("-") == lines
    packed = bitext.with_suffix(".gz")
    packed.write_bytes(gzip.compress(BITEXT.encode()))
    assert align(packed) == lines


def test_output_to_a_file(align, bitext, tmp_path):
    lines = align(bitext)
    output = tmp_path / "links"
    output.write_text("old")
    assert align(bitext, "--output", output) == []
    assert output.read_text() == "\n".join(lines) + "\n"
    assert align(bitext, "--output", f"{output}.gz") == []
    assert read_links(f"{output}.gz") == read_links(output)
    assert align(bitext, "--output", "-") == lines
    assert {entry.name for entry in tmp_path.iterdir()} == {"pairs.txt", "links", "links.gz"}


def test_an_error_leaves_the_old_output(refuse, xlm_roberta, bitext, tmp_path):
    output = tmp_path / "links"
    output.write_text("old")
    bitext.write_text(BITEXT + "no separator\n", encoding="utf-8")
    assert f"{bitext}, line 6" in refuse("align", bitext, "--encoder", xlm_roberta, "--output", output)
    assert output.read_text() == "old"
    bitext.write_text(BITEXT, encoding="utf-8")
    message = refuse("align", bitext, "--encoder", xlm_roberta, "--output", tmp_path / "absent" / "links")
    assert "absent/links cannot be written" in message
    assert {entry.name for entry in tmp_path.iterdir()} == {"pairs.txt", "links"}


def test_progress_goes_to_standard_error(xlm_roberta, bitext, capsys):
    assert main(["align", str(bitext), "--encoder", str(xlm_roberta)]) == 0
    out, err = capsys.readouterr()
    assert len(out.splitlines()) == 5
    assert "pairs aligned: 5/5" in err


def test_an_empty_file_gives_no_lines(align, tmp_path):
    (tmp_path / "empty").write_bytes(b"")
    assert align(tmp_path / "empty") == []
    assert align(tmp_path / "empty", "--output", tmp_path / "out") == []
    assert (tmp_path / "out").read_bytes() == b""


def test_two_thousand_words_and_one_long_word(align, bitext):
    bitext.write_text(f"{'cat ' * 2000} ||| {'Katze ' * 2000}\n{'x' * 5000} ||| cat\n", encoding="utf-8")
    lines = align(bitext)
    check(lines, bitext)
    assert lines[0]
    assert lines[1] == "0-0"


BAD_FILES = [
    (b"cat ||| \n", "line 1: the target side is empty"),
    (b"a ||| b\n ||| b\n", "line 2: the source side is empty"),
    (b"a ||| b\n\n", "line 2: 0 separators"),
    (b"a ||| b ||| c\n", "line 1: 2 separators"),
    (b"a ||| b\nc\0 ||| d\n", "line 2 contains a NUL character (U+0000) at position 2"),
    ("für ||| for\n".encode("latin-1"), "line 1: byte 2 (0xFC) is not UTF-8"),
    ("a ||| b\n".encode("utf-16"), "is UTF-16"),
]


@pytest.mark.parametrize(("content", "message"), BAD_FILES)
def test_bad_files_are_refused(refuse, xlm_roberta, tmp_path, monkeypatch, content, message):
    path = tmp_path / "pairs"
    path.write_bytes(content)
    text = refuse("align", path, "--encoder", xlm_roberta)
    assert str(path) in text
    assert message in text
    feed(monkeypatch, content)
    assert f"standard input{text.split(str(path))[1]}" in refuse("align", "-", "--encoder", xlm_roberta)


BAD_OPTIONS = [
    (("--layer", "9"), "layers 0 to 3, not 9"),
    (("--layer", "-1"), "layer must be a whole number from 0 to 1000, not -1"),
    (("--layer", "one"), "--layer"),
    (("--epsilon", "0"), "epsilon must be a number above 0, not "),
    (("--epsilon", "-1"), "epsilon must be a number above 0, not "),
    (("--epsilon", "nan"), "epsilon must be a number above 0, not "),
    (("--epsilon", "inf"), "epsilon must be a number above 0, not "),
    (("--epsilon", "small"), "--epsilon"),
    (("--penalty", "nan"), "penalty must be a number above 0, not "),
    (("--mass", "0"), "mass must be a number above 0 and at most 1, not "),
    (("--mass", "nan"), "mass must be a number above 0 and at most 1, not "),
    (("--threshold", "2"), "threshold must be a number from 0 to 1, not "),
    (("--threshold", "nan"), "threshold must be a number from 0 to 1, not "),
    (("--solver", "magic"), "--solver"),
    (("--links", ""), "--links"),
    (("--unit", "letter"), "--unit"),
    (("--cost", "x"), "--cost"),
    (("--masses", "x"), "--masses"),
    (("--source-lang", "Klingon"), "“Klingon” is not a language code"),
    (("--target-lang", "../de"), "is not a language code"),
    (("--encoder", "no/such"), "no/such"),
    (("--encoder", "no such folder"), "neither a folder here nor a hub name"),
    (("--encoder", "a\0b"), "neither a folder here nor a hub name"),
    (("--encoder", str(ROOT / "tests")), "config.json"),
    (("--nonsense",), "--nonsense"),
    (("--output",), "--output"),
    (("--output", "a\0b"), "cannot be written"),
    (("another",), "another"),
]


@pytest.mark.parametrize(("options", "message"), BAD_OPTIONS, ids=lambda value: " ".join(value) if isinstance(value, tuple) else "")
def test_bad_options_are_refused(refuse, xlm_roberta, bitext, options, message):
    assert message in refuse("align", bitext, "--encoder", xlm_roberta, *options)


def test_bad_commands_and_files_are_refused(refuse, tmp_path, xlm_roberta):
    assert "COMMAND" in refuse()
    assert "'conjure'" in refuse("conjure")
    assert "--magic" in refuse("--magic", "align", "x")
    assert "FILE" in refuse("align")
    assert "GOLD" in refuse("score", "x")
    for path in (tmp_path / "absent", tmp_path, "a\0b"):
        assert f"{shown(path, 400)} cannot be read" in refuse("align", path, "--encoder", xlm_roberta)
        assert f"{shown(path, 400)} cannot be read" in refuse("score", path, path)


@pytest.mark.parametrize("command", [(), ("align",), ("score",), ("pretrain",)])
def test_help(command, capsys):
    with pytest.raises(SystemExit) as stop:
        main([*command, "--help"])
    assert stop.value.code == 0
    out, err = capsys.readouterr()
    assert out.startswith(f"usage: {' '.join(('python -m otcore', *command))} ")
    assert err == ""
    for name in ("align", "score", "pretrain") if not command else ():
        assert f"\n    {name} " in out


def test_version(capsys):
    with pytest.raises(SystemExit, match="0"):
        main(["--version"])
    assert re.fullmatch(r"\d+\.\d+\.\d+\n", capsys.readouterr().out)


@pytest.fixture
def files(tmp_path):
    """Two pairs; 4 links predicted, 3 sure, 5 possible, of the predicted 2 sure and 3 possible."""
    predicted, gold, shifted = (tmp_path / name for name in ("predicted", "gold", "gold1"))
    predicted.write_text("0-0 1-1 2-0\n0-1\n")
    gold.write_text("0-0 1-1 1p2 \n0?1 1-0\n")
    shifted.write_text("1-1 2-2 2p3\n1?2 2-1\n")
    return predicted, gold, shifted


EXPECTED = {"aer": 0.285714, "precision": 0.75, "recall": 0.666667, "f1": 0.705882, "predicted": 4, "sure": 3, "possible": 5, "pairs": 2}


def test_score_as_json(files, capsys, monkeypatch):
    predicted, gold, shifted = map(str, files)
    for arguments in ([predicted, gold], [predicted, shifted, "--gold-base", "1"], ["-", gold, "--gold-base", "0"]):
        feed(monkeypatch, files[0].read_bytes())
        assert main(["score", *arguments, "--json"]) == 0
        found = json.loads(capsys.readouterr().out)
        assert list(found) == ["aer", "precision", "recall", "f1", "predicted", "sure", "possible", "pairs"]
        assert found == EXPECTED


def test_score_as_text(files, capsys):
    assert main(["score", str(files[0]), str(files[1])]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split() for line in lines[:4]] == [["AER", "0.2857"], ["Precision", "0.7500"], ["Recall", "0.6667"], ["F1", "0.7059"]]
    assert lines[4] == "4 links predicted, 3 sure and 5 possible in 2 pairs"


def test_score_of_gold_itself_is_perfect(files, capsys):
    files[0].write_text("0-0 1-1\n1-0\n")
    assert main(["score", str(files[0]), str(files[1]), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["aer"], found["precision"], found["recall"], found["f1"]) == (0, 1, 1, 1)


def test_score_refuses(files, refuse):
    predicted, gold, shifted = files
    assert f"{gold}, line 1: link 0-0 has an index below 1" in refuse("score", predicted, gold, "--gold-base", "1")
    assert "--gold-base" in refuse("score", predicted, gold, "--gold-base", "2")
    shifted.write_text("0-0\n")
    assert f"{predicted} has 2 lines and {shifted} has 1" in refuse("score", predicted, shifted)
    for bad in ("0-0 x", "0-0 1–1", "9" * 5000 + "-1", "0-0\0"):
        shifted.write_text(f"0-0\n{bad}\n")
        assert f"{shifted}, line 2" in refuse("score", predicted, shifted)
        assert f"{shifted}, line 2" in refuse("score", shifted, gold)


def test_align_and_score_in_processes_of_their_own(bitext, tmp_path, align):
    """The exact commands, through a pipe, from another folder's files; the bundled default needs no network."""
    links = tmp_path / "links"
    links.write_text("".join(f"{line}\n" for line in align(bitext)))
    command = [sys.executable, "-m", "otcore", "score", "-", str(links), "--json"]
    environment = os.environ | {"PYTHONIOENCODING": "ascii"}
    with links.open("rb") as file:
        done = subprocess.run(command, cwd=ROOT, stdin=file, capture_output=True, env=environment, check=False)
    assert (done.returncode, done.stderr) == (0, b"")
    assert json.loads(done.stdout)["precision"] == 1
    done = subprocess.run([*command[:4], "absent“é", "x"], cwd=ROOT, capture_output=True, env=environment, check=False)
    assert (done.returncode, done.stdout) == (2, b"")
    assert done.stderr.startswith(b"otcore: absent")
    assert len(done.stderr.splitlines()) == 1


def test_align_in_a_process_of_its_own(bitext, xlm_roberta, align):
    lines = align(bitext, "--source-lang", "en", "--target-lang", "de")
    command = [sys.executable, "-m", "otcore", "align", "-", "--encoder", str(xlm_roberta), "--source-lang", "en", "--target-lang", "de"]
    done = subprocess.run(command, cwd=ROOT, input=BITEXT.encode(), capture_output=True, check=False)
    assert done.returncode == 0
    assert done.stdout.decode().split("\n")[:-1] == lines
    assert done.stderr.decode().startswith("pairs aligned: 5/5")
    assert len(done.stderr.splitlines()) == 1


def test_a_reader_that_leaves_is_no_error(files):
    """As `score … | head -0`: nothing on standard error, exit code 0."""
    command = [sys.executable, "-m", "otcore", "score", str(files[0]), str(files[1])]
    reading, writing = os.pipe()
    os.close(reading)
    with contextlib.closing(os.fdopen(writing, "wb")) as pipe:
        done = subprocess.run(command, cwd=ROOT, stdout=pipe, stderr=subprocess.PIPE, check=False)
    assert (done.returncode, done.stderr) == (0, b"")
