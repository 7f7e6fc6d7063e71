"""`python -m otcore errors`: its counts are those of `score` and of the engine, and bad input is one sentence."""

import json

import pytest
from checkpoints import make_mbert, make_xlm_roberta

from otcore.alignment.settings import AlignSettings
from otcore.analysis.analyse import analyse, draw, encode_pairs, summary
from otcore.analysis.classes import CAUSES, OUTCOMES
from otcore.analysis.sources import FileFormat, bundled, from_files, keep, kept
from otcore.base.errors import InputError
from otcore.cli import main
from otcore.encoders import load_encoder

PAIRS = "the cat sat ||| die Katze saß\nno , thanks ||| nein , danke\nin 1889 it rained ||| 1889 regnete es\n"
GOLD = "1-1 2-2 3-3\n1-1 2-2 3p3\n1p1 2-1 3-3 4-2\n"


@pytest.fixture(scope="module")
def encoders(tmp_path_factory):
    folder = tmp_path_factory.mktemp("encoders")
    return str(make_xlm_roberta(folder / "one")), str(make_mbert(folder / "two"))


@pytest.fixture
def files(tmp_path):
    pairs, gold = tmp_path / "pairs.txt", tmp_path / "gold.txt"
    pairs.write_text(PAIRS, encoding="utf-8")
    gold.write_text(GOLD, encoding="utf-8")
    return str(pairs), str(gold)


def run(capsys, *arguments) -> tuple[int, str, str]:
    code = main(["errors", *arguments])
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def test_json_has_the_counts_of_the_engine_and_of_score(capsys, files, encoders, tmp_path):
    code, out, _ = run(capsys, *files, "--gold-base", "1", "--a", encoders[0], "--b", encoders[1], "--json")
    found = json.loads(out)
    assert code == 0
    pairs = from_files(*files, FileFormat(gold_base=1)).pairs
    drawn = []
    for name in encoders:
        encoder = load_encoder(name)
        drawn.append(draw(name, encoder, encode_pairs(encoder, pairs, None), AlignSettings()))
    assert found == json.loads(json.dumps(summary(analyse(pairs, drawn))))

    predicted = tmp_path / "predicted.txt"
    assert main(["align", files[0], "--encoder", encoders[0], "--output", str(predicted)]) == 0
    assert main(["score", str(predicted), files[1], "--gold-base", "1", "--json"]) == 0
    scores = json.loads(capsys.readouterr().out)
    first = found["systems"][0]
    assert {key: first[key] for key in scores} == scores
    assert sum(first["outcomes"].values()) == first["links"]
    assert set(first["causes"]) == set(CAUSES)
    assert sum(first["causes"][cause][outcome] for cause in CAUSES for outcome in OUTCOMES) == first["links"]
    assert sum(found["changes"]["links"].values()) >= max(one["links"] for one in found["systems"])


def test_text_for_people(capsys, files, encoders):
    code, out, _ = run(capsys, *files, "--gold-base", "1", "--a", encoders[0])
    assert code == 0
    assert "AER" in out
    assert "null linked" in out
    assert "A → B" not in out
    code, out, _ = run(capsys, *files, "--gold-base", "1", "--a", encoders[0], "--b", encoders[1])
    assert "McNemar" in out


def test_the_rule_book_can_be_read(capsys):
    code, out, _ = run(capsys, "--rules")
    assert code == 0
    assert out.count("\n    ") == len(CAUSES) - 1


@pytest.mark.parametrize(
    ("more", "told"),
    [
        (("--gold-base", "0"), "out of range"), (("--source-lang", "not a code"), "language code"), (("--a", "no/such"), "no/such"),
        (("--layer", "99"), "layer"), (("--epsilon", "-1"), "psilon"),
    ],
)  # fmt: skip
def test_bad_input_is_one_sentence(capsys, files, more, told):
    code, out, err = run(capsys, *files, *(("--gold-base", "1") if more[0] != "--gold-base" else ()), *more)
    assert (code, out) == (2, "")
    assert told in err
    assert "Traceback" not in err


def test_missing_files_are_told(capsys, files):
    assert "FILE and GOLD" in run(capsys)[2]
    assert "nowhere" in run(capsys, files[0], "nowhere")[2]


def test_kept_files_come_back_and_their_errors_name_the_persons_own_files(monkeypatch, tmp_path):
    monkeypatch.setenv("OTCORE_RUNS", str(tmp_path))
    shape = FileFormat(gold_base=1)
    id = keep([("pairs.txt", PAIRS.encode()), ("../gold<b>.txt", GOLD.encode())], shape)
    assert keep([("other.txt", PAIRS.encode()), ("name.txt", GOLD.encode())], shape) == id, "the same content is kept once"
    corpus = kept(id)
    assert [pair.source.words[0] for pair in corpus.pairs] == ["the", "no", "in"]
    assert corpus.keys == ("1", "2", "3")
    with pytest.raises(InputError, match=r"^gold.txt has 1 lines"):
        keep([("pairs.txt", PAIRS.encode()), ("gold.txt", b"1-1\n")], shape)
    with pytest.raises(InputError, match="2 are needed"):
        keep([("pairs.txt", PAIRS.encode())], shape)


@pytest.mark.parametrize(
    ("kind", "contents"),
    [("tsv", [b"a b\tc d\n", b"0-0\n"]), ("parallel", [b"a b\n", b"c d\n", b"0-0 1?1\n"]), ("bitext", [b"a b ||| c d\n", b"0-0\n"])],
)
def test_every_format_is_read(monkeypatch, tmp_path, kind, contents):
    monkeypatch.setenv("OTCORE_RUNS", str(tmp_path))
    corpus = kept(keep([(f"f{k}.txt", content) for k, content in enumerate(contents)], FileFormat(kind, "en", "fr")))
    assert [(pair.source.words, pair.target.words) for pair in corpus.pairs] == [(("a", "b"), ("c", "d"))]
    assert (0, 0) in corpus.pairs[0].gold.sure


def test_the_bundled_collection_has_a_key_for_every_pair():
    corpus = bundled(("de", "ja"), "test")
    assert len(set(corpus.keys)) == len(corpus.pairs) == 200
    assert corpus.keys[0].startswith("de:")
    with pytest.raises(InputError, match="at least one language"):
        bundled(())
