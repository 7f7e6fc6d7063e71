"""The lexicon beside an encoder: what it adds to sentence vectors and what it leaves alone, its file, and how it is made."""

import json
import shutil
from dataclasses import replace
from importlib.util import find_spec

import numpy as np
import pytest
from checkpoints import make_xlm_roberta
from hypothesis import example, given
from hypothesis import strategies as st
from safetensors.numpy import save_file
from test_pretraining import tiny, write_corpus
from tokenizers import Tokenizer

from otcore.alignment.aligner import align_pair
from otcore.alignment.settings import AlignSettings
from otcore.base.errors import InputError
from otcore.cli import main
from otcore.corpora.types import Sentence, SentencePair
from otcore.encoders import load_encoder
from otcore.encoders.lexicon import LEXICON, Lexicon, key, load_lexicon, save_lexicon, summed
from otcore.encoders.vectors import WordVectors
from otcore.finetuning.run import export
from otcore.pretraining.lexicon import add_lexicon, sums
from otcore.pretraining.lexicon_links import ToldWords, first_table, told_words
from otcore.pretraining.lexicon_text import Rows, WordPairs, counted, lexicon_words, read_words
from otcore.pretraining.pipeline import pretrain
from otcore.pretraining.recipe import LexiconRecipe, Recipe
from otcore.pretraining.store import Ragged
from otcore.pretraining.training import Run
from otcore.retrieval.index import encode_sentences
from otcore.retrieval.precision import sentence_vectors
from otcore.retrieval.sentences import Sentences

needs_links = pytest.mark.skipif(find_spec("eflomal") is None, reason="the optional package eflomal is not installed")
SOME = [("The", "cat", "sleeps", "."), ("a", "dog"), ("…",)]
PIECES, KNOWN = ("▁the", "▁do", "g", "."), ("cat", "sleeps")


def lexicon(share: float = 0.5) -> Lexicon:
    table = np.random.default_rng(0).normal(size=(len(PIECES) + len(KNOWN), 6)).astype(np.float32)
    return Lexicon.of(PIECES, KNOWN, table, share)


def sentence(words: tuple[str, ...], pieces: tuple[str, ...], owners: list[int]) -> WordVectors:
    return WordVectors(words, pieces, np.array(owners), np.zeros((len(pieces), 2), np.float32))


def sums_of(made: Lexicon, encoded: list[WordVectors]) -> np.ndarray:
    return summed(made.meanings([(one.words, one.pieces, one.piece_words) for one in encoded]))


@given(st.text(max_size=20))
@example("İ")
def test_a_key_is_its_own_key_whatever_stands_around_it_or_is_capital(word):
    assert key(key(word)) == key(word) == key(f"«{key(word)}!»")


LATIN = (("Cat,", "cat"), ("(CAT)", "cat"), ("l’eau", "l’eau"), ("…", ""), ("_x_", "x"), ("3.5%", "3.5"), ("ＡＢＣ", "abc"))
MARKS = (("का", "का"), ("नहीं।", "नहीं"), ("«की»", "की"), ("كتابٌ،", "كتابٌ"), ("cafe\u0301", "café"), ("\u0301", ""))


@pytest.mark.parametrize(("word", "wanted"), LATIN + MARKS)
def test_keys(word, wanted):
    assert key(word) == wanted


@given(st.integers(1, 6), st.integers(0, 2**16), st.floats(1e-6, 1e6))
def test_four_bits_are_off_by_half_a_step_at_most(rows, seed, scale):
    table = (np.random.default_rng(seed).normal(size=(rows, 6)) * scale).astype(np.float32)
    made = Lexicon.of(["x"] * rows, [], table, 1.0)
    assert made.packed.shape == (rows, 3)
    assert (np.abs(made.vectors(range(rows)) - table) <= made.scales[:, None] * 0.501).all()
    np.testing.assert_allclose(np.abs(made.vectors(range(rows))).max(1), np.abs(table).max(1), rtol=1e-5)


def test_a_word_has_its_own_vector_else_those_of_its_subwords():
    made, unknown = lexicon(), sentence(("?",), ("▁?",), [0])
    found = sums_of(made, [sentence(("Cat", "dog."), ("▁ca", "t", "▁do", "g", "."), [0, 0, 1, 1, 1]), unknown])
    wanted = made.vectors([4, 1, 2, 3]).sum(0)
    np.testing.assert_allclose(found[0], wanted / np.linalg.norm(wanted), rtol=1e-5)
    assert not found[1].any()


def test_two_cosines_are_weighed_by_the_share(xlm_roberta):
    plain, made = load_encoder(str(xlm_roberta)), lexicon(0.8)
    encoded = plain.encode(SOME, plain.layers)
    own, static = plain.sentences(encoded, plain.layers), sums_of(made, encoded)
    both = made.beside(own, made.meanings([(one.words, one.pieces, one.piece_words) for one in encoded]))
    told = static.any(1)
    assert told[:2].all()
    np.testing.assert_allclose((both @ both.T)[:2, :2], ((own @ own.T + 0.64 * static @ static.T) / 1.64)[:2, :2], atol=1e-5)
    np.testing.assert_allclose(np.linalg.norm(both, axis=1), 1, rtol=1e-6)


@pytest.fixture
def folder(xlm_roberta, tmp_path):
    """An encoder with a lexicon for the subwords of its tokeniser."""
    found = shutil.copytree(xlm_roberta, tmp_path / "encoder")
    tokenizer = Tokenizer.from_file(str(found / "tokenizer.json"))
    pieces = [tokenizer.id_to_token(row) for row in range(tokenizer.get_vocab_size())]
    table = np.random.default_rng(1).normal(size=(len(pieces) + len(KNOWN), 8)).astype(np.float32)
    save_lexicon(found, Lexicon.of(pieces, KNOWN, table, 0.5))
    return found


def test_an_encoder_reads_it_for_sentences_at_its_last_layer_alone(xlm_roberta, folder):
    plain, with_it = load_encoder(str(xlm_roberta)), load_encoder(str(folder))
    assert with_it.sentence_dimension == plain.dimension + 8 == plain.sentence_dimension + 8
    vectors = sentence_vectors(with_it, SOME)
    assert vectors.shape == (3, with_it.sentence_dimension)
    assert vectors.dtype == np.float32
    ours = vectors[:, : plain.dimension]
    np.testing.assert_allclose(ours / np.linalg.norm(ours, axis=1, keepdims=True), sentence_vectors(plain, SOME), atol=1e-5)
    np.testing.assert_array_equal(sentence_vectors(with_it, SOME, layer=1), sentence_vectors(plain, SOME, layer=1))
    assert with_it.encode([]) == []
    for a, b in zip(with_it.encode(SOME), plain.encode(SOME), strict=True):
        np.testing.assert_array_equal(a.subwords, b.subwords)


def test_a_language_without_sentences_has_vectors_of_the_same_width(folder):
    encoder = load_encoder(str(folder))
    assert encode_sentences(encoder, Sentences("de", (), ())).shape == (0, encoder.sentence_dimension)


def test_it_travels_with_a_fine_tuned_encoder(folder, tmp_path):
    encoder = load_encoder(str(folder))
    export(encoder, tmp_path / "out")
    again = load_lexicon(tmp_path / "out")
    assert (again.pieces, again.words, again.share) == (encoder.lexicon.pieces, encoder.lexicon.words, 0.5)
    np.testing.assert_array_equal(again.packed, encoder.lexicon.packed)
    np.testing.assert_allclose(sentence_vectors(load_encoder(str(tmp_path / "out")), SOME), sentence_vectors(encoder, SOME), atol=2e-3)


def test_a_file_that_is_no_lexicon_is_named(tmp_path):
    assert load_lexicon(tmp_path) is None
    (tmp_path / LEXICON).write_bytes(b"no lexicon")
    with pytest.raises(InputError, match="cannot be read"):
        load_lexicon(tmp_path)
    save_file({"pieces": np.zeros(0, np.uint8)}, tmp_path / LEXICON)
    with pytest.raises(InputError, match="cannot be read"):
        load_lexicon(tmp_path)
    good = lexicon()
    for odd in (
        Lexicon(good.pieces, (*good.words, "more"), good.packed, good.scales, 0.5),
        Lexicon(good.pieces, good.words, good.packed.astype(np.float32), good.scales, 0.5),
        Lexicon(good.pieces, good.words, good.packed, good.scales * np.nan, 0.5),
        Lexicon(good.pieces, good.words, good.packed, good.scales, float("inf")),
    ):
        save_lexicon(tmp_path, odd)
        with pytest.raises(InputError, match="does not have one vector a word"):
            load_lexicon(tmp_path)


def test_sums_are_unit_and_of_the_rows_that_are_named():
    import torch

    table = torch.eye(3) * torch.tensor([3.0, 4.0, 1.0])
    np.testing.assert_allclose(sums(table, Ragged.of([[0, 1], [2]])).numpy(), [[0.6, 0.8, 0], [0, 0, 1]], atol=1e-6)


def test_the_table_begins_with_the_mean_of_what_a_row_is_part_of():
    told = ToldWords(["a", "b", "c"], np.eye(3, dtype=np.float32), np.array([1.0, 3.0, 2.0]))
    table = first_table(Ragged.of([[0], [0, 1], [2]]), told, 4)
    np.testing.assert_allclose(table, [[1 / 4, 3 / 4 / 2, 0], [0, 1 / 2, 0], [0, 0, 1], [0, 0, 0]])


@needs_links
def test_a_word_means_what_the_english_words_that_it_is_linked_to_do(tmp_path):
    words = {"cat": "Katze", "dog": "Hund", "house": "Haus", "tree": "Baum", "river": "Fluss", "stone": "Stein"}
    rng = np.random.default_rng(0)
    english = [list(rng.permutation(list(words))[:3]) for _ in range(200)]
    text = WordPairs("de", english, [[words[word] + "," for word in row] for row in english], np.arange(200) < 150)
    run, vectors = Run(tmp_path, tmp_path, LexiconRecipe(), lambda line: None), np.eye(6, dtype=np.float32)
    run.work.mkdir()
    told = told_words(run, [text], list(words), vectors, counted([text]))
    assert told.words[:6] == list(words)
    np.testing.assert_array_equal(told.vectors[:6], vectors)
    for english, german in words.items():
        found = told.vectors[told.words.index(german.lower())]
        assert found.argmax() == list(words).index(english)
        assert found.max() > 0.8
    assert told.times[6:].sum() == 3 * 150, "uncut sentences are no words"


@pytest.fixture(scope="module")
def corpus(tmp_path_factory):
    return write_corpus(tmp_path_factory.mktemp("lexicon") / "corpora")


@pytest.fixture(scope="module")
def start(tmp_path_factory):
    return make_xlm_roberta(tmp_path_factory.mktemp("lexicon") / "start", positions=130)


def small(start, **changes: object) -> LexiconRecipe:
    sizes = {"pairs": 100, "texts": 60, "words": 12, "english_words": 12, "taught": 30, "dimension": 8, "steps": 12}
    return LexiconRecipe(
        str(start), **sizes | {"pairs_a_step": 32, "texts_a_step": 32, "words_a_step": 16, "checkpoint_every": 3} | changes
    )


def test_words_are_the_frequent_ones_of_several_subwords_and_other_text_falls_back_to_those(corpus, start):
    tokenizer = Tokenizer.from_file(str(start / "tokenizer.json"))
    texts = [read_words(corpus / f"en-{code}.tsv.gz", code, small(start)) for code in ("de", "zh")]
    counts = counted(texts)
    assert list(counts) == ["en", "de", "zh"]
    words = lexicon_words(counts, tokenizer, small(start))
    assert len(words) == len(set(words)) <= 36
    assert all(len(tokenizer.encode(word, add_special_tokens=False).ids) > 1 for word in words)
    rows = Rows(tokenizer, words)
    first = tokenizer.get_vocab_size()
    assert rows.of([[words[0].upper() + "!", words[1]]])[0].tolist() == [first, first + 1]
    assert rows.of([["qqq"]])[0].tolist() == tokenizer.encode("qqq", add_special_tokens=False).ids


@needs_links
def test_sentences_come_nearer_to_what_the_teacher_says_of_them(corpus, start, tmp_path):
    rises = []
    for seed in range(6):  # one run may rise by less than another machine's rounding moves it
        made = add_lexicon(corpus, tmp_path / str(seed), start, small(start, steps=60, seed=seed), lambda line: None)
        entries = [json.loads(line) for line in (tmp_path / str(seed) / "log.jsonl").read_text().splitlines()]
        cosines = [entry["held_out"]["cosine"] for entry in entries if "held_out" in entry]
        rises.append(cosines[-1] - cosines[0])
    assert np.mean(rises) > 0.02, rises
    assert load_encoder(str(made)).sentence_dimension == load_encoder(str(start)).dimension + 8


@needs_links
def test_after_a_kill_it_goes_on_to_the_same(corpus, start, tmp_path):
    def killed(line: str) -> None:
        if line.startswith("lexicon 5/12"):
            raise KeyboardInterrupt

    whole = add_lexicon(corpus, tmp_path / "whole", start, small(start), lambda line: None)
    with pytest.raises(KeyboardInterrupt):
        add_lexicon(corpus, tmp_path / "parts", start, small(start), killed)
    told = []
    parts = add_lexicon(corpus, tmp_path / "parts", start, small(start), told.append)
    assert not any("reads" in line for line in told), "the teacher is not asked again"
    assert (whole / LEXICON).read_bytes() == (parts / LEXICON).read_bytes()
    assert add_lexicon(corpus, tmp_path / "whole", start, small(start), told.append) == whole
    with pytest.raises(InputError, match="holds a run with other"):
        add_lexicon(corpus, tmp_path / "parts", start, small(start, steps=13), lambda line: None)


@needs_links
def test_a_run_with_a_teacher_gives_aligned_its_lexicon(corpus, start, tmp_path):
    recipe = tiny(start=None, lexicon=small(start))
    editions = pretrain(corpus, tmp_path, recipe, lambda line: None)
    assert [(folder / LEXICON).exists() for folder in (editions["aligned"], editions["base"])] == [True, False]
    assert Recipe.taught(80, 0, None, "y").lexicon.teacher == "y"
    assert Recipe.for_minutes(80).lexicon is None


def test_options_that_exclude_each_other(corpus, start, tmp_path, capsys):
    for options in (["--lexicon"], ["--lexicon", "--start", str(start), "--distil"], ["--lexicon", "--start", str(start), "--teacher"]):
        assert main(["pretrain", "--corpora", str(corpus), "--out", str(tmp_path), *options]) == 2
        assert "makes a lexicon for the edition of --start" in capsys.readouterr().err


def test_a_folder_that_is_no_edition_is_named(corpus, tmp_path, capsys):
    (tmp_path / "empty").mkdir()
    given = ["--corpora", str(corpus), "--out", str(tmp_path / "out"), "--start", str(tmp_path / "empty"), "--lexicon"]
    assert main(["pretrain", *given]) == 2
    assert "has no config.json; give the folder of an edition" in capsys.readouterr().err


@needs_links
def test_the_command(corpus, start, tmp_path, capsys):
    given = ["--corpora", str(corpus), "--out", str(tmp_path / "out"), "--start", str(start), "--lexicon", str(start), "--minutes", "1"]
    assert main(["pretrain", *given]) == 0
    assert "aligned:" in capsys.readouterr().err
    assert load_lexicon(tmp_path / "out" / "aligned").share == LexiconRecipe().share


def cosine(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    return (x / np.linalg.norm(x, axis=1, keepdims=True)) @ (y / np.linalg.norm(y, axis=1, keepdims=True)).T


@given(st.floats(0, 1), st.sampled_from(["word", "subword", "summed"]), st.integers(0, 2**16))
def test_the_cosine_of_two_points_is_the_weighted_mean_of_two_cosines_and_no_length_changes(share, unit, seed):
    rng = np.random.default_rng(seed)
    owners, vectors, meanings = np.array([0, 0, 1, 2]), rng.normal(size=(4, 3)), rng.normal(size=(3, 6))
    found = WordVectors(("a b", "c", "d"), ("a", "b", "c", "d"), owners, vectors.astype(np.float32), meanings=meanings)
    points, own = found.points(unit, "mean", share), found.vectors(unit)
    meant = meanings[found.groups(unit)]
    wanted = (1 - share) * cosine(own, own) + share * cosine(meant, meant)
    np.testing.assert_allclose(cosine(points, points), wanted, atol=1e-5)
    np.testing.assert_allclose(np.linalg.norm(points, axis=1), np.linalg.norm(own, axis=1), rtol=1e-5)


def test_a_word_of_unknown_meaning_is_where_its_vector_is():
    vectors = np.eye(2, 3, dtype=np.float32) * 5
    found = WordVectors(("a", "?"), ("a", "?"), np.arange(2), vectors, meanings=np.array([[0, 2.0], [0, 0]], np.float32))
    points = found.points(share=0.36)
    np.testing.assert_allclose(points, [[4, 0, 0, 0, 3], [0, 5, 0, 0, 0]], atol=1e-6)
    np.testing.assert_array_equal(found.points(share=0.0), vectors)
    np.testing.assert_array_equal(replace(found, meanings=None).points(share=0.36), vectors)


def test_links_are_read_with_it_unless_its_share_is_nothing(xlm_roberta, folder):
    pair = SentencePair(*(Sentence(code, " ".join(words), words) for code, words in zip(("en", "de"), SOME[:2], strict=True)))
    plain, with_it = load_encoder(str(xlm_roberta)), load_encoder(str(folder))
    costs = {
        (name, share): align_pair(encoder, pair, AlignSettings(lexicon=share)).plan.problem.cost
        for name, encoder in (("plain", plain), ("with it", with_it))
        for share in (0.0, 0.2)
    }
    np.testing.assert_array_equal(costs["plain", 0.2], costs["plain", 0.0])
    np.testing.assert_array_equal(costs["with it", 0.0], costs["plain", 0.0])
    assert np.abs(costs["with it", 0.2] - costs["plain", 0.0]).max() > 0.01
    with pytest.raises(InputError, match="lexicon must be a number from 0 to 1"):
        AlignSettings(lexicon=1.5)
