"""Readers of the tasks' files, good and bad, and what decides a task: languages, settings, tasks by name."""

import json

import pytest

from otcore.base.errors import InputError
from otcore.evaluation.transfer.labelled_files import Labelled, read_labelled
from otcore.evaluation.transfer.settings import TransferSettings
from otcore.evaluation.transfer.sources import Sources, apart, language_files
from otcore.evaluation.transfer.squad_files import read_questions
from otcore.evaluation.transfer.tasks import TASKS, read_task

NLI = "a cat\tan animal\tentailment\na cat\ta dog\tcontradiction\na dog\tit sleeps\tneutral\n"
ENTRY = {"id": "q1", "question": "who?", "answers": [{"text": "cat", "answer_start": 4}]}


def squad(*entries, context="the cat sat"):
    return {"data": [{"paragraphs": [{"context": context, "qas": list(entries)}]}]}


def write(path, content) -> str:
    path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return str(path)


def refused(action) -> str:
    with pytest.raises(InputError) as caught:
        action()
    text = str(caught.value)
    assert text.endswith(".")
    assert "\n" not in text
    return text


def test_languages_of_files():
    given = [("de", "any/file.json"), "data/xquad.zh.json", "test-ar.tsv", "hi.devtest", "x/tatoeba.tr-en.tr::x/tatoeba.tr-en.en"]
    assert language_files(given) == {
        "de": "any/file.json", "zh": "data/xquad.zh.json", "ar": "test-ar.tsv", "hi": "hi.devtest",
        "tr": "x/tatoeba.tr-en.tr::x/tatoeba.tr-en.en",
    }  # fmt: skip
    assert "does not tell its language" in refused(lambda: language_files(["questions.json"]))
    assert "Two files are for de" in refused(lambda: language_files(["test-de.tsv", ("de", "other.tsv")]))


def test_labelled_lines(tmp_path):
    plain = read_labelled(write(tmp_path / "a.tsv", NLI), 2)
    assert plain[1] == Labelled(("a cat", "a dog"), "contradiction")
    headed = "language\tgold_label\tsentence1\tsentence2\nde\tneutral\teins\tzwei\nfr\tneutral\tun\tdeux\nde\t-\tdrei\tvier\n"
    found = read_labelled(write(tmp_path / "b.tsv", headed), 2, "de")
    assert found == [Labelled(("eins", "zwei"), "neutral")]
    assert read_labelled(write(tmp_path / "d.tsv", "it\x08rains\tweather\n"), 1)[0].texts == ("it rains",)  # XNLI's Chinese has such
    assert read_labelled(write(tmp_path / "c.tsv", "it rains\tweather\n"), 1) == [Labelled(("it rains",), "weather")]


@pytest.mark.parametrize(
    ("content", "told"),
    [("a\tb\n", "line 1: 2 tab"), ("a\tb\tneutral\n\tb\tneutral\n", "line 2"), ("", "no example"), ("a\tb\tmaybe\n", "“maybe” is none of")],
)
def test_bad_labelled_lines(tmp_path, content, told):
    bad, good = write(tmp_path / "test-de.tsv", content), write(tmp_path / "train.tsv", NLI)
    text = refused(lambda: read_task("xnli", Sources((good,), tests={"de": bad})))
    assert told in text
    assert "test-de.tsv" in text


def test_labelled_lines_that_are_not_text(tmp_path):
    (tmp_path / "x.tsv").write_bytes(b"good\ta\nb\xff\tb\n")
    assert "line 2: byte 2" in refused(lambda: read_labelled(str(tmp_path / "x.tsv"), 1))
    assert "cannot be read" in refused(lambda: read_labelled(str(tmp_path), 1))


def test_questions(tmp_path):
    shifted = ENTRY | {"id": "q2", "answers": [{"text": "cat", "answer_start": 5}, {"text": "the cat", "answer_start": 0}]}
    found = read_questions(write(tmp_path / "a.json", squad(ENTRY, shifted)))
    assert found[0].answers == (("cat", 4),)
    assert found[1].answers == (("cat", 4), ("the cat", 0))  # the nearest place where it stands
    composed = read_questions(write(tmp_path / "b.json", squad(ENTRY, context="the cat e\u0301")))
    assert composed[0].context.endswith("e\u0301")  # as it is: answers are places in it


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("{", "not JSON"),
        ("[]", "“data”"),
        ({"data": [{}]}, "“paragraphs”"),
        ({"data": []}, "no questions"),
        (squad(ENTRY, context=" "), "“context”"),
        (squad(ENTRY | {"question": 3}), "“question”"),
        (squad(ENTRY | {"answers": []}), "has no answer"),
        (squad(ENTRY | {"answers": [{"text": "cat"}]}), "answer_start"),
        (squad(ENTRY | {"answers": [{"text": "dog", "answer_start": 1}]}), "does not stand in its context"),
    ],
)
def test_bad_questions(tmp_path, content, told):
    text = refused(lambda: read_questions(write(tmp_path / "xquad.de.json", content)))
    assert told in text
    assert "xquad.de.json" in text
    assert "cannot be read" in refused(lambda: read_questions(str(tmp_path / "absent.json")))


def test_dev_apart_shares_no_group():
    examples = [(number // 3, number) for number in range(60)]
    train, dev = apart(examples, lambda one: one[0], 0.25)
    assert sorted(train + dev) == examples
    assert len({one[0] for one in dev}) == 5
    assert not {one[0] for one in train} & {one[0] for one in dev}
    assert apart(examples, lambda one: one[0], 0.25) == (train, dev)
    refused(lambda: apart(examples, lambda one: 0, 0.25))


@pytest.mark.parametrize(
    ("name", "sources", "told"),
    [
        ("nli", Sources(), "must be one of"),
        ("xnli", Sources(tests={"de": "x"}), "English training data"),
        ("xquad", Sources(("x",)), "Test files"),
        ("sentences", Sources(("x",), tests={"de": "x"}), "Nothing is trained"),
        ("search", Sources(tests={"de": "x"}), "leave out the test files"),
        ("search", Sources(languages=("xx",)), "has no xx"),
        ("topics", Sources(tests={"de": "x"}), "both training and test"),
        ("sentences", Sources(tests={"en": "x"}), "English side"),
        ("words", Sources(tests={"de": "x"}), "no file of links"),
        ("words", Sources(links={"de": "x"}), "no file of pairs"),
    ],
)
def test_sources_that_do_not_fit(name, sources, told):
    text = refused(lambda: read_task(name, sources))
    assert told in text
    assert "--" not in text, "the engine knows no command line; each surface says where files are given"
    assert "CODE=" not in text


@pytest.mark.parametrize(
    "given",
    [
        {"epochs": 0}, {"batch": 1.5}, {"head_rate": 0}, {"warmup": 1}, {"dropout": -0.1}, {"train": "all"}, {"length": 8},
        {"top_layers": 1, "embeddings": True}, {"test_examples": True},
    ],
)  # fmt: skip
def test_settings_out_of_range(given):
    refused(lambda: TransferSettings(**given))


def test_settings_are_settled_by_the_task():
    for name in TASKS:
        own = TASKS[name].own
        settled = TransferSettings(batch=7).settled(own)
        assert settled.batch == 7
        assert settled == settled.settled(own)
        assert not TASKS[name].trained or None not in (settled.train, settled.epochs, settled.patience, settled.length)
    assert TransferSettings(train="head").settled(TASKS["xnli"].own).train == "head"
    assert tuple(TASKS) == ("xnli", "xquad", "topics", "search", "sentences", "words")


@pytest.mark.parametrize("other", ["nonsense", ""])
def test_a_label_that_was_not_learnt(tmp_path, other):
    train = write(tmp_path / "train.tsv", "one\ta\ntwo\tb\nthree\ta\n")
    test = write(tmp_path / "test-de.tsv", f"eins\t{other}\n")
    assert "label" in refused(lambda: read_task("topics", Sources((train,), (train,), {"de": test})))


@pytest.mark.benchmarks
def test_the_real_files(benchmarks):
    folder = benchmarks / "benchmarks"
    train = tuple(str(folder / "nli_en" / name) for name in ("snli_dev.tsv", "snli_test.tsv"))
    tests = {code: str(folder / "xnli" / f"test-{code}.tsv") for code in ("en", "de", "es", "fr", "ru", "tr", "ar", "hi", "zh")}
    nli = read_task("xnli", Sources(train, (str(folder / "xnli" / "dev-en.tsv"),), tests))
    assert len(nli.train) == 9840 + 9824
    assert len(nli.dev) == 2490
    assert {len(examples) for examples in nli.tests.values()} == {5010}
    assert all(abs(one["accuracy"] - 1 / 3) < 1e-3 for one in nli.chance(TransferSettings()).values())
    tests = {code: str(folder / "xquad" / f"xquad.{code}.json") for code in ("en", "de", "es", "ro", "ru", "tr", "ar", "hi", "zh")}
    questions = read_task("xquad", Sources((str(folder / "tydiqa_en" / "tydiqa.goldp.en.train.json"),), tests=tests))
    assert {len(some) for some in questions.tests.values()} == {1190}
    assert len(questions.train) + len(questions.dev) == 3696
    files = {code: str(folder / "flores" / f"{code}.devtest") for code in ("de", "zh")}
    flores = read_task("sentences", Sources(tests=files, english=str(folder / "flores" / "en.devtest")))
    assert {len(pairs) for pairs in flores.pairs.values()} == {1012}
