"""Encoders, outputs, long text and training pairs as the field has them: what must not be destroyed, left behind or kept quiet about."""

import os
from pathlib import Path

import pytest
from cases import Answer, Case, run

INPUTS = Path(os.environ.get("OTCORE_BENCHMARKS", "/nowhere")) / "cases"
PAIR = b"the old house ||| das alte Haus\n"
LONG = b"the old house " * 24 + b"||| " + b"das alte Haus " * 24 + b"\n"  # more than its 16 places
QUICK = "--encoder base --steps 1 --evaluate-every 0 --out {out}/run"
FEW = ("only the beginning is read",)


def _aligned(answer: Answer) -> bool:
    """One line of links."""
    return len(answer.lines) == 1 and "-" in answer.lines[0]


def _whole(answer: Answer) -> bool:
    """A pair has 700 words a side, the last of which are linked."""
    return "699-699" in answer.lines[0].split()


def encoder(name: str, code: int = 0, **more) -> Case:
    return Case(name, "align - --encoder {in}/model", code, stdin=PAIR, **more)


CASES = [
    encoder("enc-arch-bert", holds=_aligned),
    encoder("enc-nopad", holds=_aligned),
    encoder("enc-nopad-bytelevel", holds=_aligned),
    encoder("enc-arch-ibert", holds=_aligned),
    encoder("enc-arch-perceiver", 2, err=("perceiver model",)),
    encoder("enc-lfs-pointer", 2, err=("Git LFS pointer",)),
    encoder("enc-nan-weights", 2, err=("not finite",)),
    encoder("enc-remote-code", 2, err=("code of its own, which is never run",)),
    Case(
        "enc-pos-short",
        "align - --encoder {in}/model",
        stdin=LONG,
        holds=_aligned,
    ),
    Case("txt-long-sentence", "align {in}/pairs.txt", holds=_whole, never=("left out",)),
    Case("txt-long-token", "align {in}/pairs.txt", err=FEW, holds=lambda answer: {"0-0", "2-2"} <= set(answer.lines[0].split())),
    Case("ft-long", "finetune --languages de --pairs {in}/de.tsv " + QUICK, err=("48 of 96 pairs of de have more than 80 words",)),
    Case("ft-swapped", "finetune --languages de --pairs {in}/de.tsv " + QUICK, err=("look exchanged",)),
    Case("ft-few", "finetune --languages de --pairs {in}/de.tsv " + QUICK, 2, err=("two are needed",)),
    Case("ft-empty-side", "finetune --languages de --pairs {in}/de.tsv " + QUICK, 2, err=("line 49: the target side is empty",)),
]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_inputs_of_the_field(case, tmp_path):
    if not (INPUTS / case.name).is_dir():
        pytest.skip("OTCORE_BENCHMARKS names no folder with cases")
    case.check(INPUTS, tmp_path)


@pytest.mark.parametrize("encoding", ["cp1252", "ascii"])
@pytest.mark.parametrize("command", ["align --help", "errors --rules"])
def test_output_that_is_not_utf_8(encoding, command, tmp_path):
    case = Case("out-encoding", command, process=True, environment={"PYTHONIOENCODING": encoding, "PYTHONUTF8": "0"})
    case.check(tmp_path, tmp_path)


@pytest.mark.parametrize(
    ("letters", "code", "told"),
    [
        (40_000, 0, "2 of 2 sentences are too long to be read whole: of 2 words only the beginning is read."),
        (5_000_000, 2, "divide it into sentences."),
    ],
)
def test_a_word_of_so_many_letters_ends_in_a_sentence(letters, code, told, tmp_path):
    (tmp_path / "pairs.txt").write_text(f"see {'x' * letters} now ||| siehe {'x' * letters} jetzt\n")
    answer = run(["align", str(tmp_path / "pairs.txt")], tmp_path)
    assert answer.code == code
    assert told in answer.err


@pytest.mark.parametrize(
    "arguments",
    [
        ["transfer", "topics", "--seeds", "9" * 30],
        ["transfer", "topics", "--seeds", "9" * 5000],
        ["transfer", "topics", "--hidden", "9" * 15],
        ["finetune", "--languages", "de", "--steps", "9" * 400],
        ["finetune", "--languages", "de", "--minutes", "1e999"],
        ["finetune", "--languages", "de", "--minutes", "nan"],
        ["finetune", "--languages", "de", "--steps", "1", "--out", "a" * 300],
        ["finetune", "--languages", "de", "--steps", "1", "--out", "a\0b"],
        ["finetune", "--languages", "de", "--steps", "1", "--pairs", "~nobody here/x"],
        ["align", "-", "--epsilon", "nan"],
        ["align", "-", "--encoder", "~nobody here/x"],
        ["align", "-", "--encoder", "n" * 5000],
        ["align", "no\nsuch\nfile"],
        ["align", "x" * 5000],
        ["align", "\udcff"],
        ["runs", "--remove", "\ud800"],
        ["encoders", "x" * 5000],
    ],
    ids=lambda arguments: " ".join(arguments)[:50].encode("unicode_escape").decode(),
)
def test_numbers_and_names_beyond_all_measure_are_one_sentence(arguments, tmp_path, monkeypatch):
    monkeypatch.setenv("OTCORE_RUNS", str(tmp_path))
    answer = run(arguments, tmp_path, PAIR)
    assert answer.code == 2
    assert answer.err.startswith("otcore: ")
    assert answer.err.count("\n") == 1
    assert len(answer.err) < 500
    assert list(tmp_path.iterdir()) == []
