"""Whole comparisons over tiny encoders: every figure is there, verdicts are right, files hold everything; seeds, published figures."""

import json
from dataclasses import replace

import numpy as np
import pytest

from otcore.alignment.aligner import align_many
from otcore.alignment.scores import score
from otcore.alignment.settings import AlignSettings
from otcore.base.choices import labels_of
from otcore.base.errors import InputError
from otcore.base.progress import Stopped
from otcore.cli import main
from otcore.corpora.collection import load_collection
from otcore.encoders import load_encoder
from otcore.evaluation import measures
from otcore.evaluation.bootstrap import Difference, difference
from otcore.evaluation.comparison import compare
from otcore.evaluation.measures import MEASURES
from otcore.evaluation.published import ERRORS, XNLI
from otcore.evaluation.seeds import seed_groups, spreads
from otcore.evaluation.types import MEAN, Change, CompareSettings, Evaluation
from otcore.evaluation.verdicts import sentence, signed, verdict


class Renamed:
    """An encoder under another name."""

    def __init__(self, encoder, name):
        self._encoder, self.name = encoder, name

    def __getattr__(self, attribute):
        return getattr(self._encoder, attribute)


@pytest.fixture(scope="module")
def settings():
    return CompareSettings(("de", "ja"), draws=100, pairs=12)


@pytest.fixture(scope="module")
def evaluation(xlm_roberta, mbert, settings):
    first, second = load_encoder(str(xlm_roberta)), load_encoder(str(mbert))
    return compare([Renamed(first, "a"), Renamed(first, "twin"), Renamed(second, "b")], settings)


def test_every_measure_is_taken_for_every_language_and_the_mean(evaluation):
    assert evaluation.measures == tuple(MEASURES)
    for name in ("a", "twin", "b"):
        for key in MEASURES:
            values = [evaluation.estimate(name, code, key).value for code in ("de", "ja")]
            mean = evaluation.estimate(name, MEAN, key)
            assert mean.value == pytest.approx(np.mean(values))
    for one in evaluation.estimates:
        if one.measure not in ("hubness", "cka"):  # skewed and small: 12 sentences of a random encoder
            assert one.low <= one.value <= one.high, one


def test_a_system_against_itself_is_within_noise(evaluation):
    for code in ("de", "ja", MEAN):
        for key in MEASURES:
            change = evaluation.change("twin", code, key)
            assert (change.value, change.low, change.high, change.p, change.verdict) == (0, 0, 0, 1, "within noise")


@pytest.mark.parametrize(
    ("value", "low", "high", "better", "told"),
    [
        (0.2, 0.1, 0.3, "higher", "better"),
        (0.2, 0.1, 0.3, "lower", "worse"),
        (0.2, 0.1, 0.3, "", "higher"),
        (-0.2, -0.3, -0.1, "higher", "worse"),
        (-0.2, -0.3, -0.1, "lower", "better"),
        (-0.2, -0.3, -0.1, "", "lower"),
        (0.2, -0.1, 0.5, "higher", "within noise"),
        (0.2, 0.0, 0.5, "higher", "within noise"),
        (-0.2, -0.5, 0.0, "lower", "within noise"),
        (0.2, np.nan, np.nan, "higher", "within noise"),
        (np.nan, np.nan, np.nan, "higher", "within noise"),
    ],
)
def test_verdicts_know_which_way_is_better(value, low, high, better, told):
    assert verdict(Difference(value, low, high, 1.0), better) == told


def test_changes_carry_the_verdict_of_their_own_interval(evaluation):
    """Two encoders of random weights and of different sizes do differ in something."""
    told = {}
    for change in evaluation.changes:
        away = change.low > 0 or change.high < 0
        assert (change.verdict == "within noise") == (not away), change
        told.setdefault(change.after, set()).add(change.verdict)
    assert told["twin"] == {"within noise"}
    assert told["b"] & {"better", "worse", "higher", "lower"}


def test_without_an_interval_nothing_is_beyond_noise():
    """A figure that hardly any draw has a value for: once “better” with p = 1."""
    before = np.concatenate([[0.2], np.full(100, np.nan)])
    after = np.concatenate([[0.5], np.full(100, np.nan)])
    after[1:4], before[1:4] = 0.5, 0.2  # three draws of a hundred tell nothing either: p cannot be below 0.5
    for found in (difference(before, after), difference(np.where(np.arange(101) == 0, before, np.nan), after)):
        assert np.isnan([found.low, found.high]).all()
        assert found.p >= 0.5
        assert found.within_noise
        assert verdict(found, "higher") == "within noise"
    text = sentence(Change("a", "b", "de", "words", 0.3, found.low, found.high, found.p, "within noise"), 1)
    assert "nan" not in text
    assert "within noise" in text


def test_a_measure_is_one_file(tmp_path, monkeypatch, encoder):
    """What a module of the registry declares is computed, compared, and told of by its own label."""
    (tmp_path / "length.py").write_text(
        "import numpy as np\n"
        "from otcore.evaluation.measure import Measure\n"
        "from otcore.evaluation.samples import Rates, first_rate\n"
        "def _words(made):\n"
        "    return Rates(np.array([[len(x), 1] for x, _ in made.words]), first_rate)\n"
        "MEASURE = Measure(name='length', label='words a sentence', rank=99, unit='words', better='', reading='How long.',\n"
        "                  compute=_words, alone=True, chance=lambda pairs: 7.0)\n",
        encoding="utf-8",
    )
    monkeypatch.setattr(measures, "__path__", [*measures.__path__, str(tmp_path)])
    MEASURES.reload()
    try:
        pairs = {"de": load_collection().pairs("de", "en", "dev")[:5]}
        found = compare([Renamed(encoder, "a"), Renamed(encoder, "b")], CompareSettings(("de",), draws=100), pairs)
        assert found.measures[-1] == "length"
        estimate = found.estimate("a", MEAN, "length")
        assert estimate.value == pytest.approx(np.mean([len(encoder.encode([pair.source.words])[0].pooled()) for pair in pairs["de"]]))
        assert estimate.chance == 7
        assert sentence(found.change("b", MEAN, "length"), 1).startswith("Words a sentence changes")
        assert any(row["measure"] == "length" for row in found.rows())
        assert any(one.measure == "length" for one in found.scores)
        assert labels_of(MEASURES)["length"] == "words a sentence", "a page offers it by its label"
    finally:
        monkeypatch.undo()
        MEASURES.reload()
    assert "length" not in MEASURES


def test_error_rates_are_those_of_the_aligner_at_every_layer(evaluation, xlm_roberta, settings):
    encoder = load_encoder(str(xlm_roberta))
    pairs = load_collection().pairs("de", "en", "test")[: settings.pairs]
    for layer in (0, encoder.default_layer):
        links = [found.pairs for found in align_many(encoder, pairs, AlignSettings(layer=layer))]
        expected = score(links, [pair.gold for pair in pairs]).aer
        found = next(one.aer for one in evaluation.layers if (one.encoder, one.language, one.layer) == ("a", "de", layer))
        assert found == pytest.approx(expected)
    assert evaluation.estimate("a", "de", "aer").value == pytest.approx(expected)
    layers = {one.layer for one in evaluation.layers if one.encoder == "b" and one.language == MEAN}
    assert layers == set(range(4))


def test_json_and_table_hold_everything(evaluation):
    assert Evaluation.from_json(evaluation.to_json()) == evaluation
    assert "NaN" not in evaluation.to_json()
    rows = evaluation.rows()
    assert len(rows) == 3 * 3 * len(MEASURES)
    assert rows[0]["change_value"] is None
    assert {row["verdict"] for row in rows if row["encoder"] == "twin"} == {"within noise"}
    scores = next(one for one in evaluation.scores if (one.encoder, one.language, one.measure) == ("a", "de", "aer"))
    assert len(scores.scores) == len(evaluation.sentences["de"]) == 12
    with pytest.raises(InputError, match="damaged"):
        Evaluation.from_json(json.dumps({"settings": {}}))


def test_own_pairs_without_gold_leave_out_what_needs_it(encoder, settings):
    pairs = {"de": [replace(pair, gold=None) for pair in load_collection().pairs("de", "en", "dev")[:6]]}
    steps = []
    found = compare([encoder], CompareSettings(("de",), draws=100), pairs, progress=lambda *step: steps.append(step))
    assert set(found.measures) == {key for key, measure in MEASURES.items() if not measure.gold}
    assert found.own_text
    assert not [*found.layers, *found.changes]
    assert [done for done, _, _ in steps] == list(range(1, steps[0][1] + 1)), "steps come one by one up to their number"


def test_a_comparison_stops_when_asked(encoder, settings):
    with pytest.raises(Stopped):
        compare([encoder], settings, stop=lambda: True)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"languages": ()}, "at least one language"),
        ({"languages": ("en",)}, "other side"),
        ({"languages": ("de", "de")}, "twice"),
        ({"split": "train"}, "test, dev"),
        ({"draws": 5}, "from 100 up"),
        ({"layer": True}, "whole number"),
    ],
)
def test_settings_name_what_is_wrong(change, message):
    with pytest.raises(InputError, match=message):
        CompareSettings(**change)


def test_encoders_and_layers_are_checked_before_any_work(encoder):
    with pytest.raises(InputError, match="each once"):
        compare([encoder, encoder], CompareSettings())
    with pytest.raises(InputError, match="has layers 0 to 3"):
        compare([encoder], CompareSettings(layer=9))
    with pytest.raises(InputError, match="two or more"):
        compare([encoder], CompareSettings(("pt",)), {"pt": []})


def test_sentences_in_plain_words(evaluation):
    change = evaluation.change("b", MEAN, "aer")
    falls = replace(change, value=-0.12, low=-0.15, high=-0.09, verdict="better")
    assert sentence(falls, 3) == "AER falls by 0.120 [0.090, 0.150] over the mean of 3 languages, an improvement."
    rises = replace(change, measure="sentences", language="de", value=0.1, low=0.05, high=0.2, verdict="better")
    assert sentence(rises, 3) == "Sentence retrieval rises by 0.100 [0.050, 0.200] for German, an improvement."
    noise = replace(change, value=-0.004, low=-0.03, high=0.02, verdict="within noise")
    assert sentence(noise, 2) == "AER changes by −0.004 [−0.030, +0.020] over the mean of 2 languages: within noise."
    little = replace(change, value=-0.0051, low=-0.0098, high=-0.0003, verdict="better")
    assert sentence(little, 3) == "AER falls by 0.005 [0.0003, 0.010] over the mean of 3 languages, an improvement.", "no end reads as 0"
    assert [signed(value) for value in (0.0, 1e-17, -0.0004, 0.00002)] == ["0.000", "0.000", "−0.0004", "+0.00002"]


# --- seeds and published figures ------------------------------------------------------------------------------------------------


def test_runs_that_differ_by_seed_are_one_group(tmp_path, monkeypatch, evaluation):
    monkeypatch.setenv("OTCORE_RUNS", str(tmp_path))
    for name, steps, seed in (("a", 5, 0), ("twin", 5, 1), ("b", 5, 2), ("other", 6, 0)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "settings.json").write_text(json.dumps({"steps": steps, "seed": seed}))
    groups = seed_groups(["base", "run:a", "run:other", "run:twin", "run:gone", "run:b"])
    assert list(groups.values()) == [("run:a", "run:twin", "run:b")]
    found = spreads(evaluation, {"group": ("twin", "b")})
    one = next(spread for spread in found if (spread.language, spread.measure) == (MEAN, "aer"))
    values = [evaluation.estimate(name, MEAN, "aer").value for name in ("twin", "b")]
    assert (one.runs, one.mean, one.low, one.high) == pytest.approx((2, np.mean(values), min(values), max(values)))
    assert one.deviation == pytest.approx(np.std(values, ddof=1))
    assert not one.agree, "the twin changes nothing"
    assert replace(one, agree=True) != one


def test_published_means_are_those_of_the_published_languages():
    """The paper's means over the languages seen (en bg de el es fr) and over all follow from its own per-language figures."""
    told = {system: scores for system, scores in XNLI.items() if "en" in scores}
    assert len(told) == 3
    for scores in told.values():
        seen = [scores[code] for code in ("en", "bg", "de", "el", "es", "fr")]
        assert np.mean(seen) == pytest.approx(scores["seen"], abs=0.06)
        assert np.mean([score for code, score in scores.items() if len(code) == 2]) == pytest.approx(scores["all"], abs=0.06)
    assert min(errors["fr"] for errors in ERRORS.values()) == 4.1


def test_the_command_compares_pair_files_and_writes_both_kinds_of_file(tmp_path, xlm_roberta, mbert, capsys):
    (tmp_path / "pairs.tsv").write_text(
        "die Katze schläft\tthe cat sleeps\nder rote Stuhl\tthe red chair\nich gehe\tI walk\n", encoding="utf-8"
    )
    arguments = ["compare", str(xlm_roberta), str(mbert), "--pairs", f"de={tmp_path / 'pairs.tsv'}"]
    assert main([*arguments, "--out", str(tmp_path / "found.json")]) == 0
    shown = capsys.readouterr().out
    assert "over the one language" in shown
    found = Evaluation.from_json((tmp_path / "found.json").read_text(encoding="utf-8"))
    assert found.own_text
    assert len(found.sentences["de"]) == 3
    assert main([*arguments, "--out", str(tmp_path / "found.txt")]) == 2
    assert main(["compare", str(mbert), "--pairs", "de"]) == 2
    assert "CODE=FILE" in capsys.readouterr().err
