"""What a teacher sees of the student's text, what is imitated, and the stage itself on a made-up pair of languages."""

import importlib.util
import json

import numpy as np
import pytest
import torch
from checkpoints import TEXT, make_mbert, make_xlm_roberta
from hypothesis import given
from hypothesis import strategies as st
from safetensors.torch import load_file
from test_pretraining import sentences, tiny, write_corpus
from tokenizers import Tokenizer
from transformers import AutoModel, AutoTokenizer, XLMRobertaModel

from otcore.base.errors import InputError
from otcore.cli import main
from otcore.encoders import load_encoder
from otcore.pretraining.corpus import LanguageText
from otcore.pretraining.distilling import DistillingObjective, Teacher, imitation, mutual_imitation, sentence_vectors
from otcore.pretraining.lessons import Lessons, bags_of, short_run
from otcore.pretraining.model import encoder_config, new_encoder
from otcore.pretraining.pipeline import pretrain
from otcore.pretraining.recipe import SIZES, ContrastiveSettings, DistillingSettings, Presentation, Recipe, TeacherRecipe
from otcore.pretraining.store import LinkedText, Ragged, encode_pairs
from otcore.pretraining.taught import Places, encode_taught, load_taught, overlaps, save_taught, taught_text
from otcore.pretraining.training import Plan, Run, run_stage
from otcore.pretraining.vocabulary import BOS, EOS, PAD, train_vocabulary, word_beginnings

needs_eflomal = pytest.mark.skipif(importlib.util.find_spec("eflomal") is None, reason="eflomal, an optional extra, is not installed")
SMALL = DistillingSettings(tokens=256, word_tokens=256, pairs=8, evaluated=8)
texts = st.lists(st.text("aeé e\u0301ïﬁﬀ½…ßقطةَ\u064b狗房子。ガ\u3099 \u200d -.A1", min_size=1, max_size=30), min_size=1, max_size=4)


@pytest.fixture(scope="module")
def student() -> Tokenizer:
    return train_vocabulary(iter([*TEXT, *(part for row in sentences(0, 100) for part in row)]), 600)


@pytest.fixture(scope="module")
def start(tmp_path_factory):
    return make_xlm_roberta(tmp_path_factory.mktemp("teacher") / "start", positions=130)


@pytest.fixture(scope="module")
def teacher(start) -> Tokenizer:
    return Tokenizer.from_file(str(start / "tokenizer.json"))


def text(count: int = 60) -> LanguageText:
    return LanguageText("de", [(row[0], row[1]) for row in sentences(0, count)], np.zeros(count, bool), 10)


def taught(student: Tokenizer, teacher: Tokenizer):
    pairs = encode_pairs(text(), student)
    links = Ragged.of([[0, 0, 1, 1]] * len(pairs))
    return taught_text(LinkedText(pairs, links), encode_taught(text(), 50, student, teacher))


@given(texts)
def test_spans_cover_every_subword_and_are_those_that_share_its_characters(student, teacher, some):
    encoded = [[one.encode(line, add_special_tokens=False) for line in some] for one in (student, teacher)]
    kept = [pair for pair in zip(*encoded, strict=True) if all(len(side) for side in pair)]
    if not kept:
        return
    own, theirs = zip(*kept, strict=True)
    spans = overlaps(Places.of(list(own)), Places.of(list(theirs)))
    for row, (a, b) in enumerate(kept):
        found = spans[row].reshape(-1, 2)
        assert len(found) == len(a)
        (begin, end), (starts, ends) = (np.maximum.accumulate(np.array(side.offsets), axis=0).T for side in (a, b))
        for piece, (first, last) in enumerate(found):
            assert 0 <= first < last <= len(b)
            sharing = np.flatnonzero((starts < end[piece]) & (ends > begin[piece]))
            if len(sharing):
                assert [*range(first, last)] == sharing.tolist()
            else:
                gaps = np.maximum(starts - end[piece], begin[piece] - ends)
                assert last == first + 1
                assert gaps[first] == gaps.min()


def test_spans_in_letters():
    own = Places(Ragged.of([[5, 6, 7], [8]]), np.array([[0, 2], [2, 4], [5, 6], [0, 3]]))
    theirs = Places(Ragged.of([[1, 2], [3, 4]]), np.array([[0, 3], [3, 4], [0, 1], [1, 3]]))
    spans = overlaps(own, theirs)
    assert spans[0].reshape(-1, 2).tolist() == [[0, 1], [0, 2], [1, 2]]  # the last lies on none: the nearest
    assert spans[1].reshape(-1, 2).tolist() == [[0, 2]]


def test_the_teacher_sees_the_same_pairs_in_its_own_subwords(student, teacher, tmp_path):
    shown, pairs = text(), encode_pairs(text(), student)
    seen = encode_taught(shown, 50, student, teacher)
    assert seen.rows.tolist() == list(range(50))
    for row in (0, 49):
        assert seen.english.ids[row].tolist() == teacher.encode(shown.pairs[row][0], add_special_tokens=False).ids
        assert len(seen.other.spans[row]) == 2 * len(pairs.other[row])
    save_taught(tmp_path / "taught.npz", seen)
    again = taught_text(LinkedText(pairs, Ragged.of([[0, 0]] * 40)), load_taught(tmp_path / "taught.npz"))
    assert len(again.linked.pairs) == len(again.linked.links) == len(again.other.ids) == 40
    assert again.linked.pairs.held_out == 10
    assert np.array_equal(again.english.spans[39], seen.english.spans[39])


def test_pairs_that_the_teacher_cannot_read_are_left_out_and_the_others_keep_their_numbers(student, teacher):
    long, empty = "q" * 90 + " " + "ü" * 40, ("the cat", "")
    pairs = [("the cat", "die Katze"), empty, ("the chair", "der Stuhl"), (long, "der Stuhl"), ("the red chair", "der rote Stuhl")]
    shown = LanguageText("de", pairs, np.zeros(len(pairs), bool), 0)
    kept, seen = encode_pairs(shown, student), encode_taught(shown, 9, student, teacher)
    assert {*seen.rows.tolist()} <= {*range(len(kept))}
    for number, row in enumerate(seen.rows):
        assert len(seen.english.spans[number]) == 2 * len(kept.english[int(row)])
    assert len(encode_taught(shown, 1, student, teacher).rows) == 1


def test_pooled_vectors_are_means_over_the_spans():
    spans = Ragged.of([[0, 1], [0, 2, 1, 3], [2, 4]])
    states = torch.randn(2 * 6, 5, generator=torch.Generator().manual_seed(0))
    bags = bags_of(spans, np.array([1, 2]), 6)  # two rows of six, a special token first
    wanted = [states[1:3].mean(0), states[2:4].mean(0), states[6 + 3 : 6 + 5].mean(0)]
    assert torch.allclose(bags.means(states, 3), torch.stack(wanted))
    assert torch.allclose(bags.means(states[:6], 2), torch.stack(wanted[:2]))


def test_means_of_sentences_leave_the_special_tokens_out():
    ids, states = torch.tensor([[BOS, 7, 8, EOS], [BOS, 9, EOS, PAD]]), torch.randn(2, 4, 3)
    wanted = torch.stack([states[0, 1:3].mean(0), states[1, 1]])
    assert torch.allclose(sentence_vectors(states, ids), torch.nn.functional.normalize(wanted, dim=-1), atol=1e-6)


def test_imitation_is_0_for_equal_similarities_and_more_for_others():
    scores = torch.rand(4, 6, generator=torch.Generator().manual_seed(1))
    for divergence in (imitation, mutual_imitation):
        assert float(divergence(scores, scores, (0.05, 0.05))) == pytest.approx(0, abs=1e-6)
        assert float(divergence(scores, scores * 0.4, (0.05, 0.02))) == pytest.approx(0, abs=1e-4)
        assert divergence(scores, scores.flip(1), (0.05, 0.05)) > 1
    wanted, own = ((scores[0] / 0.05).softmax(-1), (scores[1] / 0.1).softmax(-1))
    by_hand = float((wanted * (wanted / own).log()).sum())
    assert float(imitation(scores[:1], scores[1:2], (0.05, 0.1))) == pytest.approx(by_hand, rel=1e-4)


def test_short_texts_are_whole_words_or_runs_of_subwords_and_part_nothing_of_the_teachers():
    marked = np.array([False, True])
    spaced, unspaced = np.array([1, 0, 1, 0, 0, 1, 1]), np.zeros(9, int)
    apart = np.stack([np.arange(9), np.arange(9) + 1], axis=1)
    tied = apart.copy()
    tied[2:4] = 2, 4  # two subwords on the same two of the teacher's
    rng = np.random.default_rng(0)
    for _ in range(50):
        begin, end = short_run(spaced, apart[:7], marked, rng)
        assert begin < end
        assert begin in (0, 2, 5, 6)
        assert end in (2, 5, 6, 7)
        begin, end = short_run(unspaced, tied, marked, rng)
        assert 2 <= end - begin <= 7
        assert 3 not in (begin, end)
    assert short_run(np.zeros(1, int), apart[:1], marked, rng) == (0, 1)


def test_lessons_hold_the_same_texts_for_both_and_depend_on_the_step_alone(student, teacher):
    lessons = Lessons([taught(student, teacher)], word_beginnings(student), SMALL, 0)
    lesson, again = lessons.batch(3), lessons.batch(3)
    assert torch.equal(lesson.short, again.short)
    assert torch.equal(lesson.teacher, again.teacher)
    for own, theirs in ((lesson.pairs.ids, lesson.teacher), (lesson.short, lesson.short_teacher)):
        for a, b in zip(own.tolist(), theirs.tolist(), strict=True):
            bare = [one.decode(ids).replace(" ", "") for one, ids in ((student, a), (teacher, b))]
            assert bare[0] == bare[1]
    assert len(lesson.bags[0].starts) == len(lesson.pairs.left) + 1
    assert len(lessons.held_out()) == 1


def test_a_short_distillation_lowers_the_divergence_of_held_out_text(student, teacher, start, tmp_path):
    some, vocabulary = taught(student, teacher), student.get_vocab_size()
    encoder = new_encoder(encoder_config(vocabulary, 1, 64), np.random.default_rng(0).standard_normal((vocabulary, 64), np.float32), 0)
    frozen = load_encoder(str(start))
    before = {name: value.clone() for name, value in frozen.model.state_dict().items()}
    lessons = Lessons([some], word_beginnings(student), SMALL, 0)
    objective = DistillingObjective(encoder, Teacher(frozen, torch.device("cpu")), lessons, [some], SMALL)
    first = objective.evaluate()
    (tmp_path / "work").mkdir()
    run_stage(encoder, objective, Plan("distilled", 60, 1e-3, 5), Run(tmp_path, tmp_path, tiny(), lambda line: None))
    last = objective.evaluate()
    for name in ("KL soft", "KL soft pair"):
        assert last[name] < first[name]
    assert all(torch.equal(value, before[name]) for name, value in frozen.model.state_dict().items()), "the teacher stays"
    assert not frozen.model.training


@pytest.fixture(scope="module")
def corpus(tmp_path_factory):
    return write_corpus(tmp_path_factory.mktemp("toy") / "corpora")


@pytest.fixture(scope="module")
def run(corpus, start, tmp_path_factory):
    pytest.importorskip("eflomal")
    out = tmp_path_factory.mktemp("run") / "out"
    made = pretrain(corpus, out, tiny(teacher=str(start), distilled_steps=6, distilling=SMALL), lambda line: None)
    assert [*made] == ["base", "aligned", "tuned"]
    return out


def weights(out):
    return load_file(out / "aligned" / "model.safetensors")


def same(left, right) -> bool:
    return left.keys() == right.keys() and all(torch.equal(left[name], right[name]) for name in left)


def test_the_stage_is_the_last_of_aligned(run):
    entries = [json.loads(line) for line in (run / "log.jsonl").read_text(encoding="utf-8").splitlines()]
    stages = [entry["stage"] for entry in entries if "stage" in entry]
    assert [*dict.fromkeys(stages)] == ["masked", "aligned", "sharpened", "distilled"]
    held_out = [entry["held_out"] for entry in entries if entry.get("stage") == "distilled" and "held_out" in entry]
    assert {"KL soft", "KL soft pair", "KL relation", "KL short", "P@1", "F1"} == {*held_out[-1]}
    assert AutoModel.from_pretrained(run / "aligned").config.alignment_layer in (0, 1)


def test_going_on_from_an_edition_alone_and_after_a_kill_ends_alike(run, corpus, start, tmp_path):
    recipe = tiny(start=str(run / "aligned"), teacher=str(start), distilled_steps=6, distilling=SMALL)
    assert pretrain(corpus, tmp_path / "whole", recipe, lambda line: None) == {"aligned": tmp_path / "whole" / "aligned"}

    def killed(line: str) -> None:
        if line.startswith("distilled 5/6"):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        pretrain(corpus, tmp_path / "parts", recipe, killed)
    pretrain(corpus, tmp_path / "parts", recipe, lambda line: None)
    assert same(weights(tmp_path / "whole"), weights(tmp_path / "parts"))
    assert not same(weights(tmp_path / "whole"), weights(run))
    assert not (tmp_path / "whole" / "base").exists()
    vocabularies = [AutoTokenizer.from_pretrained(out / "aligned").get_vocab() for out in (run, tmp_path / "whole")]
    assert vocabularies[0] == vocabularies[1]


@needs_eflomal
def test_the_teacher_can_be_made_first_and_is_not_made_again(run, corpus, start, tmp_path):
    how = ContrastiveSettings(tokens=256, word_tokens=256, pairs=8)
    first = TeacherRecipe(str(start), layer=2, steps=2, evaluated=8, presentation=Presentation(held_out=10), contrastive=how)
    recipe = tiny(start=str(run / "aligned"), teacher=first, distilled_steps=2, distilling=SMALL)
    pretrain(corpus, tmp_path, recipe, lambda line: None)
    assert load_encoder(str(tmp_path / "teacher")).layers == 3
    told = []
    pretrain(corpus, tmp_path, recipe, told.append)
    assert not any("teacher" in line for line in told)


def test_a_folder_with_another_distillation_is_refused(run, corpus, start):
    for change in ({"teacher": "e5-small"}, {"distilled_steps": 7}, {"start": str(run / "base")}, {"distilling": DistillingSettings()}):
        recipe = tiny(**{"teacher": str(start), "distilled_steps": 6, "distilling": SMALL} | change)
        with pytest.raises(InputError, match="holds a run with other"):
            pretrain(corpus, run, recipe, lambda line: None)


def test_what_cannot_be_had_is_refused_in_a_sentence(run, corpus, start, tmp_path, capsys):
    def refused(out, *options: object) -> str:
        assert main(["pretrain", "--corpora", str(corpus), "--out", str(out), "--minutes", "1", *map(str, options)]) == 2
        return capsys.readouterr().err

    assert "name it in one of them" in refused(tmp_path, "--distil", start, "--teacher", start)
    assert "goes on from an edition to --distil or --lexicon" in refused(tmp_path, "--start", run / "aligned")
    assert "keeps its own" in refused(tmp_path, "--start", run / "aligned", "--distil", start, "--size", "large")
    assert "has no config.json; give the folder" in refused(tmp_path / "a", "--start", tmp_path, "--distil", start)
    odd = make_mbert(tmp_path / "odd")
    assert "no encoder that `pretrain` made" in refused(tmp_path / "b", "--start", odd, "--distil", start)
    assert "choose another encoder as the teacher" in refused(tmp_path / "c", "--start", run / "aligned", "--distil", odd)


def test_help_names_the_options(capsys):
    with pytest.raises(SystemExit):
        main(["pretrain", "--help"])
    out = capsys.readouterr().out
    assert all(option in out for option in ("--distil [NAME|DIR]", "--start DIR", "--lexicon [NAME|DIR]", "--size {small,large}"))


def test_minutes_are_shared_with_the_teacher_and_its_student():
    plain, named, first = Recipe.for_minutes(80), Recipe.taught(80, 0, "x"), Recipe.taught(80, 0, None, "y")
    assert plain.distilled_steps == 0
    assert named.aligned_steps == round(plain.aligned_steps * 0.85 / 2)
    assert (plain.lexicon, named.lexicon.teacher, first.lexicon.teacher) == (None, "x", "y")
    assert first.aligned_steps < named.aligned_steps
    assert (first.teacher.encoder, named.teacher, plain.teacher) == ("y", "x", None)
    assert named.vocabulary == plain.vocabulary == 29_000
    assert Recipe.going_on(80, 0, "x", "edition").distilled_steps > named.distilled_steps
    large = Recipe.for_minutes(80, size="large")
    assert (large.layers, large.hidden, large.vocabulary) == (6, 384, 32_000)
    assert large.masked_steps < plain.masked_steps


@pytest.mark.parametrize("size", SIZES.values(), ids=[*SIZES])
def test_editions_of_each_size_fit_into_their_limit(size):
    with torch.device("meta"):
        encoder = XLMRobertaModel(encoder_config(size.vocabulary, size.layers, size.hidden))
    numbers = sum(parameter.numel() for parameter in encoder.parameters())
    assert size.most_bytes * 0.8 < 2 * numbers < size.most_bytes - 2_500_000, "in half precision, and room for the tokenizer"
