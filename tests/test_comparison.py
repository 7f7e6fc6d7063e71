"""Whole comparisons over tiny encoders: every figure is there, verdicts are right, files hold everything; seeds, published figures."""

import json
from dataclasses import replace

import numpy as np
import pytest

from otcore.alignment.aligner import align_many
from otcore.alignment.scores import score
from otcore.alignment.settings import AlignSettings
from otcore.base.errors import InputError
from otcore.base.progress import Stopped
from otcore.cli import main
from otcore.corpora.collection import load_collection
from otcore.encoders import load_encoder
from otcore.evaluation import MEAN, MEASURES, CompareSettings, Evaluation, compare
from otcore.evaluation.published import PUBLISHED, PUBLISHED_ERRORS, XNLI_BY_LANGUAGE
from otcore.evaluation.seeds import seed_groups, spreads
from otcore.evaluation.verdicts import sentence


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


def test_verdicts_know_which_way_is_better(evaluation):
    for change in evaluation.changes:
        if change.verdict == "within noise":
            assert change.low <= 0 <= change.high
        elif MEASURES[change.measure].better:
            good = (change.value < 0) == (MEASURES[change.measure].better == "lower")
            assert change.verdict == ("better" if good else "worse")
        else:
            assert change.verdict == ("higher" if change.value > 0 else "lower")


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
    assert sentence(falls, 3) == "AER falls by 0.12 [0.09, 0.15] over the mean of 3 languages, an improvement."
    rises = replace(change, measure="sentences", language="de", value=0.1, low=0.05, high=0.2, verdict="better")
    assert sentence(rises, 3) == "Sentence retrieval rises by 0.10 [0.05, 0.20] for German, an improvement."
    noise = replace(change, value=-0.004, low=-0.03, high=0.02, verdict="within noise")
    assert sentence(noise, 2) == "AER changes by 0.00 [−0.03, +0.02] over the mean of 2 languages: within noise."


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
    means = {row.system: row for row in PUBLISHED}
    for system, scores in XNLI_BY_LANGUAGE.items():
        seen = [scores[code] for code in ("en", "bg", "de", "el", "es", "fr")]
        assert np.mean(seen) == pytest.approx(means[system].xnli_seen, abs=0.06)
        assert np.mean(list(scores.values())) == pytest.approx(means[system].xnli_all, abs=0.06)
    assert min(error.by_language["fr"] for error in PUBLISHED_ERRORS) == 4.1


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
