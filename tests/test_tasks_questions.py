"""Questions: windows over contexts of any length, pieces and characters of the original text, a head that learns where the answer is."""

import itertools
import json

import pytest
import torch
from checkpoints import ARCHITECTURES

from otcore.encoders import load_encoder
from otcore.evaluation.transfer.inputs import Joiner, Joint, Reader
from otcore.evaluation.transfer.running import transfer
from otcore.evaluation.transfer.settings import TransferSettings
from otcore.evaluation.transfer.sources import Sources
from otcore.evaluation.transfer.squad_files import Question
from otcore.evaluation.transfer.tasks import read_task
from otcore.evaluation.transfer.windows import NOWHERE, Window, answer_pieces, answer_text, best_spans, make_windows

CONTEXT = "The café — “Zürich”, ２０２１ — sleeps on\tthe red chair; 猫は赤い椅子 で寝て，القِطّة تنام."
NOUNS = ("chair", "cat", "Katze", "Stuhl", "chat", "chaise", "auf", "dem", "dort", "sur")  # one piece each, or nearly


@pytest.fixture(scope="module", params=list(ARCHITECTURES))
def any_encoder(request, tmp_path_factory):
    return load_encoder(str(ARCHITECTURES[request.param](tmp_path_factory.mktemp(request.param))))


@pytest.mark.parametrize("answer", ["café", "Zürich", "２０２１", "sleeps on\tthe red chair", "猫は赤い椅子", "القِطّة", "The", "تنام"])
def test_an_answer_comes_back_as_it_stands_in_the_text(any_encoder, answer):
    pieces = Joiner(any_encoder).pieces([CONTEXT])[0]
    start = CONTEXT.index(answer)
    first, last = answer_pieces(pieces.offsets, start, start + len(answer))
    text = answer_text(CONTEXT, pieces.offsets, first, last)
    assert text in CONTEXT
    assert answer in text  # a piece may reach beyond the answer, where a tokeniser takes a whole run as one
    assert pieces.offsets[first][1] > start >= pieces.offsets[first][0]


def test_windows_cover_a_long_context_and_hold_the_answer(any_encoder):
    context = " ".join(f"the cat sleeps on chair {number} ." for number in range(30))
    start = context.index("chair 17")
    question = Question("q", "where does the cat sleep ?" * 9, context, (("chair 17", start),), 0)
    joiner = Joiner(any_encoder)
    windows = make_windows(joiner, [question], TransferSettings(length=48, stride=12), any_encoder.max_pieces)
    assert len(windows) > 1
    assert all(len(window.joint.ids) <= min(48, any_encoder.max_pieces) for window in windows)
    covered = {place for window in windows for left, right in window.offsets for place in range(left, right)}
    assert covered >= {place for place, letter in enumerate(context) if letter != " "}
    found = [window for window in windows if window.gold != NOWHERE]
    assert found
    for window in found:
        begin = window.joint.second[0]
        first, last = (place - begin for place in window.gold)
        assert answer_text(context, window.offsets, first, last).replace(" ", "") == "chair17"
        assert len(window.offsets) == window.joint.second[1] - begin
    neighbours = itertools.pairwise(windows)
    assert all(len(set(one.offsets) & set(other.offsets)) >= 12 for one, other in neighbours)


def test_the_best_span_is_the_best_of_all_that_are_allowed():
    torch.manual_seed(0)
    scores = torch.randn(1, 12, 2)
    window = Window(0, Joint(tuple(range(12)), (1, 3), (4, 11), 4), ((0, 1),) * 7)
    for longest in (1, 3, 30):
        every = {
            (i, j): float(scores[0, 4 + i, 0] + scores[0, 4 + j, 1]) for i in range(7) for j in range(i, min(i + longest, 7))
        }  # fmt: skip
        score, first, last = best_spans(scores, [window], longest)[0]
        assert (first, last) == max(every, key=every.get)
        assert score == pytest.approx(every[first, last])


def test_joint_inputs_give_every_architecture_vectors_and_a_copy_is_trained(any_encoder):
    joiner, before = Joiner(any_encoder), {name: value.clone() for name, value in any_encoder.model.state_dict().items()}
    first, second = joiner.pieces(["the cat <s> [SEP] sleeps", ""])
    joint = joiner.join(first.ids, second.ids)
    assert len(joint.ids) == len(first) + len(second) + joiner.overhead()
    assert joint.ids[joint.first[0] : joint.first[1]] == first.ids
    assert joint.ids[joint.second[0] : joint.second[1]] == second.ids
    assert not set(first.ids) & {any_encoder.tokenizer.sep_token_id, any_encoder.tokenizer.cls_token_id}
    reader = Reader(any_encoder, TransferSettings(), trained=True)
    hidden, mask = reader([joint, joiner.join(first.ids)])
    assert hidden.shape == (*mask.shape, any_encoder.dimension)
    hidden[0].square().mean().backward()
    assert any(parameter.grad is not None and parameter.grad.abs().max() > 0 for parameter in reader.trained)
    with torch.no_grad():
        for parameter in reader.trained:
            parameter.add_(1)
    assert all(torch.equal(value, before[name]) for name, value in any_encoder.model.state_dict().items())
    assert not any(parameter.requires_grad and parameter.grad is not None for parameter in any_encoder.model.parameters())


def make_questions(path, first: int, count: int) -> str:
    """The answer is the noun after “red”."""
    paragraphs = []
    for number in range(first, first + count):
        noun, other = NOUNS[number % 10], NOUNS[(number // 10 + 3) % 10]
        context = f"the {other} sleeps on the red {noun} ."
        answer = {"text": f"red {noun}", "answer_start": context.index(f"red {noun}")}
        paragraphs.append({"context": context, "qas": [{"id": str(number), "question": "what is red ?", "answers": [answer]}]})
    path.write_text(json.dumps({"data": [{"paragraphs": [one]} for one in paragraphs]}), encoding="utf-8")
    return str(path)


@pytest.mark.parametrize("train", ["head", "encoder"])
def test_answers_are_learnt(tmp_path, encoder, train):
    files = make_questions(tmp_path / "train.json", 0, 60), make_questions(tmp_path / "test.json", 50, 20)
    task = read_task("xquad", Sources((files[0],), tests={"en": files[1]}))
    settings = TransferSettings(train, epochs=12, patience=12, batch=8, head_rate=1e-2, encoder_rate=1e-3, hidden=32, length=60)
    found = transfer(task, [encoder], settings, [0])
    chance = found.guess("en", "f1")
    assert 0 < chance < 0.5
    assert found.average(encoder.name, "en", "f1").mean > 0.65 > chance + 0.15
