"""The lexicon of a run's text: what it says of words, that it stands beside words alone, and how a run keeps it."""

import dataclasses

import numpy as np
import pytest
from checkpoints import make_xlm_roberta
from hypothesis import given
from hypothesis import strategies as st

from otcore.base.errors import InputError
from otcore.corpora.types import Sentence, SentencePair
from otcore.encoders import load_encoder
from otcore.encoders.lexicon import LEXICON, Lexicon, save_lexicon
from otcore.finetuning import data
from otcore.finetuning.data import Preparation, read_corpus
from otcore.finetuning.lexicon import LinkCounts
from otcore.finetuning.run import carry_out, finetune
from otcore.objectives import OBJECTIVES
from otcore.runs.store import create_run

STRONG = OBJECTIVES["contrastive-strong"]()


def pair(code: str, words: str, english: str) -> SentencePair:
    sides = (Sentence(language, text, tuple(text.split())) for language, text in ((code, words), ("en", english)))
    return SentencePair(*sides, id=f"{code} {words}")


def lexicon_of(*told: tuple[SentencePair, list[tuple[int, int]]]) -> Lexicon:
    counts = LinkCounts()
    counts.add(told)
    return counts.lexicon()


def cosines(made: Lexicon, *words: str) -> np.ndarray:
    (vectors,) = made.meanings([(words, words, np.arange(len(words)))])
    unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True).clip(1e-12)
    return unit @ unit.T


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), min_size=40, max_size=300))
def test_likeness_is_that_of_how_often_words_are_linked_to_english_ones(links):
    """The exact cosines are those of rows of counts, an English word's row being itself."""
    found = lexicon_of(*((pair("de", f"wort{i}", f"word{j}"), [(0, 0)]) for i, j in links))
    counts = np.zeros((12, 6))
    for i, j in links:
        counts[i, j] += 1
    counts[6:] = np.eye(6)
    counts *= np.concatenate([counts[:6].sum(1), counts[:6].sum(0)])[:, None] >= 2
    exact = counts / np.linalg.norm(counts, axis=1, keepdims=True).clip(1e-12)
    difference = cosines(found, *(f"wort{i}" for i in range(6)), *(f"word{j}" for j in range(6))) - exact @ exact.T
    assert np.abs(difference).max() < 0.35, "some 1/√256, five times and more"
    assert np.abs(difference).mean() < 0.08


def test_punctuation_is_told_apart_and_a_word_of_two_languages_has_what_it_means_in_both():
    told = [(pair("zh", "，", ","), [(0, 0)])] * 2 + [(pair("zh", "。", "."), [(0, 0)])] * 2
    told += [(pair("fr", "sale", "dirty"), [(0, 0)])] * 3 + [(pair("de", "Verkauf", "sale"), [(0, 0)])] * 3
    found = cosines(lexicon_of(*told), ",", "，", "。", ".", "sale", "dirty", "Verkauf")
    assert found[0, 1] == pytest.approx(1), "the wide comma is a comma"
    assert found[2, 3] > 0.95
    assert abs(found[0, 3]) < 0.3
    assert 0.5 < found[4, 5] < 0.9 > found[4, 6] > 0.5


def test_words_seen_once_and_words_never_linked_are_left_to_the_encoder():
    told = [(pair("de", "ein Haus", "a house"), [(1, 1)])] * 2 + [(pair("de", "Baum", "tree"), [(0, 0)])]
    assert set(lexicon_of(*told).words) == {"haus", "house"}
    assert not lexicon_of().words


def test_it_stands_beside_words_alone(tmp_path):
    folder = make_xlm_roberta(tmp_path)
    plain = load_encoder(str(folder))
    save_lexicon(folder, lexicon_of(*[(pair("de", "Haus", "house"), [(0, 0)])] * 2))
    named = load_encoder(str(folder))
    assert named.has_lexicon
    assert named.sentence_dimension == plain.sentence_dimension
    words = [("the", "house"), ("das", "Haus")]
    of_plain, of_named = (encoder.encode(words, encoder.layers) for encoder in (plain, named))
    np.testing.assert_array_equal(plain.sentences(of_plain, plain.layers), named.sentences(of_named, named.layers))
    house, haus = (one.points(share=1.0)[1] for one in of_named)
    assert house @ haus == pytest.approx(np.linalg.norm(house) * np.linalg.norm(haus), rel=0.05)


@pytest.mark.parametrize("kind", ["contrastive-strong", "word-ot"])
def test_a_run_keeps_the_words_of_its_text_and_is_read_with_them(settings, kind):
    wanted = dataclasses.replace(settings, objective=OBJECTIVES[kind](), lexicon=True)
    run = finetune(wanted)
    tuned = load_encoder(str(run.folder / "encoder"))
    corpus = read_corpus(wanted)
    assert tuned.has_lexicon
    known = {word.casefold() for one in corpus.training["de"] for side in (one.source, one.target) for word in side.words}
    assert set(tuned.lexicon.words) <= known
    assert len(tuned.lexicon.words) > 10
    assert not load_encoder(wanted.encoder).has_lexicon, "what it started from is as it was"
    again = finetune(dataclasses.replace(wanted, encoder=str(run.folder / "encoder")))
    assert load_encoder(str(again.folder / "encoder")).lexicon.words, "a later run's takes the place of an earlier one's"


def test_a_run_gone_on_with_has_the_same_lexicon(settings):
    wanted = dataclasses.replace(settings, objective=STRONG, lexicon=True)
    whole, asked = finetune(wanted), iter([False] * 3)
    cut = carry_out(create_run(wanted), stop=lambda: next(asked, True))
    assert cut.state == "cancelled"
    one, other = (load_encoder(str(run.folder / "encoder")).lexicon for run in (whole, carry_out(cut)))
    assert one.words == other.words
    np.testing.assert_array_equal(one.packed, other.packed)


def test_it_is_made_of_all_pairs_that_a_statistical_aligner_read(settings, monkeypatch):
    monkeypatch.setattr(data, "word_links", lambda sources, targets, seed: [[(0, 0)] for _ in sources])
    encoder = load_encoder(settings.encoder)

    def words(**changes) -> set[str]:
        wanted = dataclasses.replace(settings, objective=STRONG, lexicon=True, word_pairs="eflomal", **changes)
        preparation = Preparation(wanted, encoder, 2, read_corpus(wanted))
        assert all(len(pairs) == (wanted.pairs or 65) for pairs in preparation.pairs().values())
        return set(preparation.lexicon().words)

    assert words(pairs=4) == words() == {"die", "the"}


def test_what_cannot_have_one_says_so(settings, tmp_path):
    with pytest.raises(InputError, match="leaves the encoder as it is"):
        dataclasses.replace(settings, objective=OBJECTIVES["linear"](), lexicon=True)
    folder = make_xlm_roberta(tmp_path)
    table = np.eye(2, dtype=np.float32)
    save_lexicon(folder, Lexicon.of(("a",), ("b",), table, 0.5))
    assert (folder / LEXICON).is_file()
    with pytest.raises(InputError, match="has a lexicon for sentences already"):
        finetune(dataclasses.replace(settings, encoder=str(folder), lexicon=True))
