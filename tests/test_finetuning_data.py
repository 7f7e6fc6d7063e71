"""What a run is trained on: nothing of what is held out, every pair once an epoch, points that are the encoder's own vectors."""

import dataclasses
import re

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import settings as settings_of_hypothesis
from hypothesis import strategies as st

from otcore.alignment import statistical
from otcore.alignment.aligner import align_many
from otcore.alignment.settings import PLAIN, AlignSettings
from otcore.alignment.statistical import joined
from otcore.base.errors import InputError
from otcore.corpora.pair_files import PairFile, read_pairs
from otcore.finetuning import data
from otcore.finetuning.batches import choose
from otcore.finetuning.data import Preparation, read_corpus
from otcore.finetuning.run import finetune
from otcore.objectives import OBJECTIVES
from otcore.runs.course import course
from otcore.runs.settings import FinetuneSettings


def test_held_out_pairs_share_no_sentence_with_training(settings, german):
    corpus = read_corpus(settings)
    assert len(corpus.held_out["de"]) == 7
    for side in ("source", "target"):
        held_out, training = ({getattr(pair, side).words for pair in part["de"]} for part in (corpus.held_out, corpus.training))
        assert held_out
        assert not held_out & training
    other = read_corpus(dataclasses.replace(settings, seed=1))
    assert [pair.id for pair in corpus.held_out["de"]] != [pair.id for pair in other.held_out["de"]]


def test_many_languages_share_what_is_held_out(tmp_path):
    """A look at all held-out pairs of eleven languages took a large encoder minutes."""
    for code in ("de", "fr", "es", "cs"):
        lines = (f"{code} Wort{number} steht hier ||| {code} word{number} stands here\n" for number in range(900))
        (tmp_path / f"{code}.txt").write_text("".join(lines), encoding="utf-8")

    def held_out(*codes: str) -> list[int]:
        files = tuple(PairFile(code, str(tmp_path / f"{code}.txt")) for code in codes)
        corpus = read_corpus(FinetuneSettings(codes, files=files, steps=1, held_out=0.49))
        return [len(pairs) for pairs in corpus.held_out.values()]

    assert held_out("de") == [441]
    assert held_out("de", "fr", "es", "cs") == [375] * 4


def test_the_bundled_collection_holds_out_its_gold_sentences():
    corpus = read_corpus(FinetuneSettings(("de", "zh"), steps=1))
    assert corpus.gold
    for code in ("de", "zh"):
        assert all(pair.gold is not None for pair in corpus.held_out[code])
        held_out = {pair.source.text for pair in corpus.held_out[code]} | {pair.target.text for pair in corpus.held_out[code]}
        assert not held_out & {side.text for pair in corpus.training[code] for side in (pair.source, pair.target)}


def test_an_epoch_has_every_pair_once_and_processes_share_it():
    pairs = list(range(12))
    epoch = [pair for number in range(3) for pair in choose(pairs, 4, number, seed=0)]
    assert sorted(epoch) == pairs
    assert epoch != [pair for number in range(3, 6) for pair in choose(pairs, 4, number, seed=0)]
    assert choose(pairs, 4, 7, seed=0) == choose(pairs, 4, 7, seed=0)
    halves = [choose(pairs, 2, 1, 0, (rank, 2)) for rank in (0, 1)]
    assert halves[0] + halves[1] == choose(pairs, 4, 1, 0)
    assert len(choose(pairs, 50, 0, 0)) == 12


@settings_of_hypothesis(max_examples=200)
@given(st.integers(1, 20), st.integers(1, 8), st.integers(1, 9), st.integers(0, 30))
def test_every_process_has_pairs_and_together_they_have_the_batch(count, size, processes, number):
    pairs = list(range(count))
    shares = [choose(pairs, size, number, 0, (rank, processes)) for rank in range(processes)]
    assert all(shares), "a step without pairs has no loss"
    assert {pair for share in shares for pair in share} == set(choose(pairs, size * processes, number, 0))
    assert sum(map(len, shares)) == max(min(size * processes, count), processes)


@pytest.mark.parametrize(("source", "reading"), [("mutual", PLAIN), ("transport", AlignSettings())])
def test_word_pairs_of_the_encoder_are_the_links_that_are_shown_of_it(settings, encoder, source, reading):
    wanted = dataclasses.replace(settings, objective=OBJECTIVES["contrastive-strong"](), word_pairs=source)
    corpus = read_corpus(wanted)
    shown = align_many(encoder, corpus.training["de"], dataclasses.replace(reading, layer=2))
    assert Preparation(wanted, encoder, 2, corpus).links("de") == [tuple(sorted(one.pairs)) for one in shown]


_SOME_LINKS = st.sets(st.tuples(st.integers(0, 4), st.integers(0, 4)))


@given(_SOME_LINKS, _SOME_LINKS)
def test_joined_links_are_what_both_have_and_what_one_has_where_the_other_is_silent(one, other):
    found = joined(one, other)
    assert found == joined(other, one)
    assert one & other <= found <= one | other
    for these, those in ((one, other), (other, one)):
        gainsaid = {(i, j) for i, j in these - those if any(i == k or j == m for k, m in those)}
        assert found & these == these - gainsaid


def test_joined_word_pairs_are_those_of_the_encoder_and_of_the_statistical_aligner(settings, encoder):
    pytest.importorskip("eflomal")
    corpus = read_corpus(settings)
    links = {}
    for source in ("transport", "eflomal", "joined"):
        wanted = dataclasses.replace(settings, objective=OBJECTIVES["contrastive-strong"](), word_pairs=source)
        links[source] = [set(found) for found in Preparation(wanted, encoder, 2, corpus).links("de")]
    assert links["joined"] not in (links["transport"], links["eflomal"])
    for own, other, found in zip(*links.values(), strict=True):
        assert own & other <= found
        assert all(i != k and j != m for i, j in found - own for k, m in own), "added only where the encoder is silent"


def test_a_statistical_aligner_learns_from_more_pairs_than_are_trained_on(settings, encoder, monkeypatch):
    seen = []

    def word_links(sources, targets, seed):
        seen.append((sources, targets))
        return [[(0, 0)] for _ in sources]

    monkeypatch.setattr(data, "word_links", word_links)
    few = dataclasses.replace(settings, objective=OBJECTIVES["contrastive-strong"](), word_pairs="eflomal", pairs=5)
    whole = read_corpus(dataclasses.replace(few, pairs=None))
    corpus = read_corpus(few)
    assert corpus.training["de"] == whole.training["de"][:5]
    assert Preparation(few, encoder, 2, corpus).links("de") == [((0, 0),)] * 5
    Preparation(few, encoder, 2, whole).links("de")
    assert seen[0] == seen[1], "all pairs of the file but what is held out"
    assert len(seen[0][0]) == len(whole.training["de"]) > 5


def test_a_package_that_is_lacking_is_told_before_the_encoder_reads_minutes_of_text(settings, encoder, monkeypatch):
    monkeypatch.setattr(statistical.importlib.util, "find_spec", lambda name: None)
    monkeypatch.setattr(data, "align_many", lambda *_: pytest.fail("read in vain"))
    wanted = dataclasses.replace(settings, objective=OBJECTIVES["contrastive-strong"](), word_pairs="joined")
    with pytest.raises(InputError, match="pip install eflomal"):
        Preparation(wanted, encoder, 2, read_corpus(wanted)).links("de")


@pytest.mark.parametrize(("kind", "pooling"), [("word-ot", "last"), ("contrastive-ot", "mean"), ("sub-ot", None)])
@pytest.mark.parametrize("masses", ["uniform", "norm", "inverse-frequency"])
def test_clouds_are_the_encoders_own_vectors(settings, encoder, kind, pooling, masses):
    from otcore.encoders.trunk import Trunk
    from otcore.finetuning.batches import encode_sides, make_clouds

    wanted = dataclasses.replace(settings, objective=OBJECTIVES[kind](masses=masses))
    corpus = read_corpus(wanted)
    pairs = Preparation(wanted, encoder, 2, corpus).pairs()["de"][:5]
    trunk = Trunk(encoder, 2)
    assert trunk.short
    encoded = encode_sides([side for pair in pairs for side in (pair.source, pair.target)], trunk, 1, torch.device("cpu"))
    clouds = make_clouds(pairs, encoded, None, masses)
    for row, pair in enumerate(corpus.training["de"][:5]):
        vectors = encoder.encode([pair.source.words], 2)[0]
        expected = vectors.subwords if pooling is None else vectors.pooled(pooling)
        np.testing.assert_allclose(clouds.source[row, : len(expected)].detach(), expected, atol=1e-5)
        assert clouds.source_live[row].sum() == len(expected)
        types = vectors.piece_words if pooling is None else range(len(expected))
        assert len(types) == (clouds.source_types[row] >= 0).sum()
    torch.testing.assert_close(clouds.source_mass.sum(1), torch.ones(5))
    torch.testing.assert_close(clouds.target_mass.sum(1), torch.ones(5))


def written(tmp_path, lines, name="de.tsv"):
    (tmp_path / name).write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return (PairFile("de", str(tmp_path / name)),)


def test_pairs_left_out_for_their_length_are_counted(settings, tmp_path):
    lines = [f"Das Haus {k} ist alt.\tHouse {k} is old." for k in range(40)] + ["Wort " * 90 + f"{k}\tlong" for k in range(3)]
    corpus = read_corpus(dataclasses.replace(settings, files=written(tmp_path, lines)))
    assert corpus.notes == ("3 of 43 pairs of de have more than 80 words on a side and are left out.",)
    shorter = dataclasses.replace(settings, files=written(tmp_path, lines), longest=500)
    assert read_corpus(shorter).notes == ()
    assert read_corpus(settings).notes == ()


def test_the_region_of_a_memory_is_the_one_that_was_named(settings, tmp_path):
    tuv = "<tuv xml:lang='{}'><seg>{}</seg></tuv>"
    units = [[("zh-CN", f"今天 {k} 天气"), ("zh-TW", f"今天 {k} 天氣"), ("en", f"weather {k} today")] for k in range(3)]
    body = "".join("<tu>" + "".join(tuv.format(*segment) for segment in unit) + "</tu>" for unit in units)
    memory = tmp_path / "memory.tmx"
    memory.write_text(f"<tmx version='1.4'><header/><body>{body}</body></tmx>", encoding="utf-8")
    for named, sign in (("zh-CN", "气"), ("zh-TW", "氣"), ("zh", "气")):
        file = PairFile(named, str(memory))
        assert file.language == "zh"
        assert all(sign in pair.source.text for pair in read_pairs(file))
        made = dataclasses.replace(settings, languages=(named,), files=(file,))
        assert made.languages == ("zh",)
        assert FinetuneSettings.from_json(made.to_json()) == made, "a run that is resumed reads the same"


@pytest.mark.parametrize(
    ("pair", "told"),
    [
        ("{english}\t{german}", "The sides of de look exchanged: German comes first and English second in a pair; swap them."),
        ("{german}\t{german} .", "The English side of de looks like German; check that the right file was given."),
    ],
)
def test_sides_in_another_language_are_told_before_training(settings, tmp_path, pair, told):
    lines = [
        pair.format(english=f"The old house number {k} is on the street.", german=f"Das alte Haus Nummer {k} steht an der Straße.")
        for k in range(40)
    ]
    assert read_corpus(dataclasses.replace(settings, files=written(tmp_path, lines))).notes == (told,)


def test_sentences_longer_than_a_training_row_are_counted_and_kept_in_the_log(settings, tmp_path):
    short = [f"die Katze {k} schläft\tthe cat {k} sleeps" for k in range(40)]
    files = written(tmp_path, [*short, "Katze " * 75 + "\t" + "cat " * 20])
    run = finetune(dataclasses.replace(settings, files=files, steps=1, held_out=0.02), tmp_path / "run")
    notes = course(run.log()).notes
    assert len(notes) == 1
    assert re.fullmatch(r"1 of \d+ training sentences of de and English have more than the 64 subwords .* the last \d+ words .*", notes[0])
