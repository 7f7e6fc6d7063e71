"""Results that come with the project: what pages open on is there, is what would be computed now, and is refused where anything that it is
made of has changed."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from training_runs import made_run

from dashboard.pages.align.choices import AlignView
from dashboard.pages.compare.choices import CompareView, TransferView
from dashboard.pages.errors.choices import ErrorsView
from dashboard.pages.learn.cache import PLAIN
from dashboard.pages.learn.lessons import LESSONS
from dashboard.pages.search.choices import SearchView
from dashboard.pages.space.choices import SpaceView
from dashboard.state import System
from dashboard.state.choices import opening_of
from otcore import cli
from otcore.alignment.aligner import align_at, align_pair
from otcore.alignment.settings import PLAIN as plain
from otcore.alignment.settings import AlignSettings
from otcore.analysis.analyse import draw, encode_pairs
from otcore.analysis.sources import bundled as bundled_pairs
from otcore.base.choices import build
from otcore.base.errors import InputError
from otcore.corpora.collection import DATA, load_collection
from otcore.encoders import load_encoder, shape_of
from otcore.encoders.sources import bundled as editions
from otcore.evaluation.comparison import compare
from otcore.evaluation.transfer.running import transfer
from otcore.evaluation.transfer.sources import Sources
from otcore.evaluation.transfer.tasks import read_task
from otcore.evaluation.types import CompareSettings
from otcore.results import making, store
from otcore.results.kind import KINDS
from otcore.results.kinds import comparisons
from otcore.results.kinds.links import LinksOf
from otcore.results.kinds.pictures import PictureOf
from otcore.results.kinds.sentences import SentenceVectors
from otcore.results.kinds.transfers import TransferOf
from otcore.retrieval.index import encode_sentences, query_vectors
from otcore.retrieval.sentences import bundled_sentences
from otcore.runs import example
from otcore.runs.course import course, snapshot_steps
from otcore.runs.example import EXAMPLES, example_runs, find_or_example
from otcore.space.measures import neighbourhoods
from otcore.space.points import encode_cloud

MOST = 22e6  # bytes of all that is stored: three films of runs take eight of them
GERMAN = LinksOf(("de",), "test", AlignSettings())


def test_what_every_page_opens_on_is_stored():
    compared, transferred, errors = CompareView(), TransferView(), ErrorsView()
    assert KINDS["comparisons"].find(compared.encoders, compared.settings) is not None
    settings = TransferOf(transferred.task, transferred.codes, transferred.settings, transferred.seeds)
    assert KINDS["transfers"].find(transferred.encoders, settings) is not None
    for system in errors.systems:
        assert KINDS["links"].find((system.encoder,), LinksOf(errors.over, errors.split, system.settings)) is not None
    for name in SearchView().encoders:
        assert KINDS["sentences"].find((name,), None) is not None
    for kind in ("pictures", "openings"):
        assert all(KINDS[kind].find(names, settings) is not None for names, settings in KINDS[kind].wanted())
    assert sum(path.stat().st_size for path in store.FOLDER.rglob("*") if path.is_file()) <= MOST


def test_the_space_page_opens_on_a_picture_that_is_measured_as_now():
    view = SpaceView()
    names, layers = zip(*view.systems, strict=True)
    cloud, projection, measures = KINDS["pictures"].find(names, PictureOf(view.points, layers, view.projection))
    encoder = load_encoder(names[1])
    now = encode_cloud(load_collection(), view.points, [(encoder, encoder.default_layer)])
    assert (now.points.texts, now.points.sentence) == (cloud.points.texts, cloud.points.sentence)
    measured, stored = neighbourhoods(now.points, now.states[0].vectors), measures[1]
    assert stored.retrieval == pytest.approx(measured.retrieval, abs=1e-3)
    assert stored.mixing.mean() == pytest.approx(measured.mixing.mean(), abs=1e-3)
    assert stored.lengths == pytest.approx(measured.lengths, abs=1e-3)
    assert (stored.nearest == measured.nearest).mean() > 0.99
    assert [places.shape for places in projection.coordinates] == [(len(now.points), 2)] * 2


def test_the_align_page_opens_on_a_pair_that_is_aligned_as_now():
    view, (names, settings) = AlignView(**opening_of("Align")), KINDS["openings"].wanted()[0]
    assert (view.sentence, view.source, view.target) == (settings.sentence, settings.source, settings.target)
    assert (view.first.encoder, view.first.settings) == (*names, settings.settings)
    stored, encoder = KINDS["openings"].find(names, settings), load_encoder(names[0])
    now = align_pair(encoder, load_collection().pair(settings.sentence, settings.source, settings.target), settings.settings)
    assert stored.found.alignment.pairs == now.alignment.pairs
    confidences = [[link.confidence for link in one.alignment.links] for one in (stored.found, now)]
    assert confidences[0] == pytest.approx(confidences[1], abs=1e-5)
    assert stored.found.plan.plan == pytest.approx(now.plan.plan, abs=1e-6)
    assert stored.found.source.unknown == now.source.unknown
    for one, other in zip(stored.film, align_at(now, "epsilon", settings.stops), strict=True):
        assert one.alignment.pairs == other.alignment.pairs
        assert one.plan.epsilon == pytest.approx(other.plan.epsilon)
    assert len(stored.layers) == encoder.layers + 1


def test_the_first_lesson_shows_a_pair_that_is_aligned_as_now():
    lesson, (names, settings) = LESSONS["earth"], KINDS["openings"].wanted()[1]
    (words,) = lesson.draw(lesson.view(), None).words
    system = build(System, PLAIN | dict(words.choices))
    assert (words.choices["sentence"], words.choices["target"]) == (settings.sentence, settings.target)
    assert (system.encoder, system.settings) == (*names, settings.settings)
    stored, pair = KINDS["openings"].find(names, settings), load_collection().pair(settings.sentence, "en", settings.target)
    now = align_pair(load_encoder(names[0]), pair, settings.settings)
    assert stored.found.alignment.pairs == now.alignment.pairs
    assert stored.found.plan.plan == pytest.approx(now.plan.plan, abs=1e-6)
    assert stored.film == ()


def test_a_comparison_is_found_under_the_reading_it_was_made_with_only(monkeypatch):
    """Its settings do not say how links are read: that is the default's matter, and another default makes other figures."""
    asked = ("base", "aligned"), CompareSettings()
    assert KINDS["comparisons"].find(*asked) is not None
    monkeypatch.setattr(comparisons, "AlignSettings", lambda: plain)
    assert KINDS["comparisons"].find(*asked) is None


def test_plain_transport_is_the_same_in_the_engine_and_in_the_lessons():
    assert build(AlignSettings, PLAIN) == plain


def test_other_settings_and_other_encoders_have_none(xlm_roberta):
    assert KINDS["comparisons"].find(("base", "tuned", "aligned"), CompareSettings(seed=1)) is None
    assert KINDS["links"].find(("aligned",), replace(GERMAN, settings=AlignSettings(layer=1))) is None
    assert KINDS["sentences"].find((str(xlm_roberta),), None) is None
    assert KINDS["sentences"].find(("run:nothing",), None) is None


@pytest.fixture
def copied(tmp_path, monkeypatch) -> Path:
    """A copy of the default edition and of the sentences, which the keys are then made of."""
    shutil.copytree(editions.BUNDLED / "aligned", tmp_path / "aligned")
    shutil.copytree(DATA, tmp_path / "sentences")
    monkeypatch.setattr(editions, "BUNDLED", tmp_path)
    monkeypatch.setattr(store, "DATA", tmp_path / "sentences")
    return tmp_path


def flip(path: Path, place: int) -> None:
    """Changes one bit of a file, and neither its length nor when it says it was written."""
    content, written = bytearray(path.read_bytes()), path.stat()
    content[place] ^= 1
    path.write_bytes(content)
    assert path.stat().st_size == written.st_size


@pytest.mark.parametrize("file", ["aligned/model.safetensors", "aligned/config.json", "aligned/tokenizer.json", "sentences/gold/de.tsv"])
def test_one_bit_of_the_checkpoint_or_the_data_changed_and_what_is_stored_is_refused(copied, file):
    assert KINDS["links"].find(("aligned",), GERMAN) is not None, "a copy is the same"
    flip(copied / file, -100)
    assert KINDS["links"].find(("aligned",), GERMAN) is None


def test_a_file_under_another_key_or_damaged_is_refused(tmp_path, monkeypatch):
    mine, other = (store.key_of("links", (name,), GERMAN) for name in ("aligned", "base"))
    path = store.path_of("links", mine)
    monkeypatch.setattr(store, "FOLDER", tmp_path)
    store.path_of("links", mine).parent.mkdir()
    shutil.copy(path, store.path_of("links", other))
    assert store.find("links", other) is None, "it was made of something else"
    shutil.copy(path, store.path_of("links", mine))
    assert store.find("links", mine) is not None
    flip(store.path_of("links", mine), -10)
    assert store.find("links", mine) is None
    store.path_of("links", mine).write_bytes(b"nothing of the kind")
    assert store.find("links", mine) is None


def test_stored_sentence_vectors_are_those_computed_now(bundled):
    stored, collection = KINDS["sentences"].find(("aligned",), None), load_collection()
    assert stored.layer == bundled.sentence_layer
    for code in ("en", "ja"):
        (texts,) = bundled_sentences(collection, (code,))
        fresh = encode_sentences(bundled, replace(texts, ids=texts.ids[150:170], texts=texts.texts[150:170]))
        kept = stored.sentences[code]
        assert kept.shape == (len(texts), bundled.sentence_dimension)
        cosines = fresh @ np.concatenate([kept[150:170], fresh]).T
        assert np.abs(cosines[:, :20] - cosines[:, 20:]).max() < 3e-3
    asked = query_vectors(bundled, [query.texts["de"] for query in collection.queries[:5]], "de")
    assert np.abs(stored.queries["de"][:5] - asked).max() < 3e-3


def test_stored_links_are_those_drawn_now(bundled):
    stored, pairs = KINDS["links"].find(("aligned",), GERMAN), bundled_pairs(("de",), "test").pairs
    assert len(stored.alignments) == len(pairs)
    fresh = draw("aligned", bundled, encode_pairs(bundled, pairs[:12], None), AlignSettings())
    assert (stored.name, stored.layer, stored.pieces[:12], stored.unknown[:12]) == ("aligned", fresh.layer, fresh.pieces, fresh.unknown)
    same = [ours.pairs == theirs.pairs for ours, theirs in zip(stored.alignments, fresh.alignments, strict=False)]
    assert sum(same) >= 11, "another machine's rounding may move a link, not many"


@pytest.mark.slow
def test_a_stored_comparison_is_the_one_made_now(bundled):
    stored = KINDS["comparisons"].find(("base", "aligned"), CompareSettings())
    fresh = compare([bundled], CompareSettings(("de",), sweep=False))
    for one in fresh.estimates:
        if one.language == "de":
            kept = stored.estimate("aligned", "de", one.measure)
            assert [kept.value, kept.low, kept.high] == pytest.approx([one.value, one.low, one.high], abs=0.005), one.measure


@pytest.mark.slow
def test_a_stored_transfer_is_the_one_made_now(bundled):
    view = TransferView()
    stored = KINDS["transfers"].find(view.encoders, TransferOf(view.task, view.codes, view.settings, view.seeds))
    fresh = transfer(read_task(view.task, Sources(languages=view.codes)), [bundled], view.settings, (0,))
    assert (stored.languages, stored.measures, stored.chance) == (fresh.languages, fresh.measures, fresh.chance)
    kept = {(one.language, one.measure): one.value for one in stored.scores if (one.encoder, one.seed) == ("aligned", 0)}
    assert {(one.language, one.measure): one.value for one in fresh.scores} == pytest.approx(kept, abs=0.03)


def test_cosines_are_kept_in_eight_bits():
    rows = np.random.default_rng(0).normal(size=(300, 512)).astype(np.float32)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    kind = KINDS["sentences"]
    kept = kind.unpack(kind.pack(SentenceVectors(4, {"de": rows[:200]}, {"de": rows[200:]})), None)
    assert kept.layer == 4
    off = np.abs(kept.queries["de"] @ kept.sentences["de"].T - rows[200:] @ rows[:200].T)
    assert off.max() <= 0.003
    assert off.mean() <= 0.0005


def test_the_command_makes_what_is_missing_and_removes_what_does_not_fit(tmp_path, monkeypatch, capsys):
    kind = KINDS["links"]
    monkeypatch.setattr(store, "FOLDER", tmp_path)
    monkeypatch.setattr(making, "KINDS", {"links": kind})
    monkeypatch.setattr(type(kind), "wanted", lambda self: [(("base",), LinksOf(("de",), "dev", AlignSettings(layer=1)))])
    (tmp_path / "links").mkdir()
    (tmp_path / "links" / "stale.safetensors").write_bytes(b"")
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "kept.safetensors").write_bytes(b"")
    assert cli.main(["precompute", "--json"]) == 0
    (made,) = json.loads(capsys.readouterr().out)
    assert (made["kind"], made["encoders"], made["made"]) == ("links", ["base"], True)
    assert {path.parent.name for path in tmp_path.glob("*/*")} == {"links", "other"}
    assert not (tmp_path / "links" / "stale.safetensors").exists()
    assert len(kind.find(("base",), LinksOf(("de",), "dev", AlignSettings(layer=1))).alignments) == 60
    assert cli.main(["precompute", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)[0]["made"] is False


def test_the_layers_of_an_edition_are_told_without_loading_it(bundled, xlm_roberta):
    assert (shape_of("aligned").layers, shape_of("aligned").default_layer) == (bundled.layers, bundled.default_layer)
    assert load_encoder("base").default_layer == shape_of("base").default_layer
    assert shape_of(str(xlm_roberta)) is None


def test_the_example_is_a_finished_run_of_transport_that_gained():
    run = example_runs()[0]
    assert (run.state, run.settings.languages) == ("finished", ("de", "fr", "es"))
    assert hasattr(run.settings.objective, "epsilon")
    assert run.result["after"]["aer"] < run.result["before"]["aer"]
    assert len(snapshot_steps(run.folder)) >= 10
    found = course(run.log())
    assert len(found.held_out) >= 5
    assert found.held_out[-1][1] == run.step
    assert not run.usable
    assert run.folder == EXAMPLES / "example"


def test_a_run_of_ones_own_goes_before_the_example_of_its_name(runs):
    name = example_runs()[0].name
    assert find_or_example(name).folder == EXAMPLES / name
    made_run(runs / name)
    assert find_or_example(name).folder == runs / name
    with pytest.raises(InputError, match="There is no run nobody"):
        find_or_example("nobody")


def test_an_example_is_made_of_a_finished_run_without_its_weights(runs, tmp_path, monkeypatch):
    monkeypatch.setattr(example, "EXAMPLES", tmp_path)
    run = made_run(runs / "example")
    told = making.keep_example(run.folder)
    files = {str(path.relative_to(tmp_path / "example")) for path in (tmp_path / "example").rglob("*") if path.is_file()}
    assert files == {"settings.json", "state.json", "result.json", "log.jsonl", "snapshots/probes.json"} | {
        f"snapshots/{step:07d}.safetensors" for step in (0, 20, 40)
    }
    assert told["bytes"] == sum((tmp_path / "example" / name).stat().st_size for name in files)
    with pytest.raises(InputError, match="finished"):
        making.keep_example(made_run(state="cancelled").folder)


def test_an_example_that_is_damaged_is_left_out(tmp_path, monkeypatch):
    monkeypatch.setattr(example, "EXAMPLES", tmp_path / "none")
    assert example_runs.__wrapped__() == ()
    monkeypatch.setattr(example, "EXAMPLES", shutil.copytree(EXAMPLES, tmp_path / "runs"))
    (tmp_path / "runs" / "e5-word-ot" / "settings.json").write_text("{")
    assert [run.name for run in example_runs.__wrapped__()] == ["example", "e5-contrastive-ot"]


def test_runs_of_a_real_encoder_come_along():
    found = {run.settings.objective.label: run for run in example_runs() if run.settings.encoder == "e5-small"}
    assert set(found) == {"Contrastive transport", "WordOT"}
    for run in found.values():
        assert run.state == "finished"
        assert len(snapshot_steps(run.folder)) >= 5
        assert course(run.log()).held_out[-1][1] == run.step
        assert not run.usable
    assert found["Contrastive transport"].result["after"]["aer"] < found["Contrastive transport"].result["before"]["aer"]
