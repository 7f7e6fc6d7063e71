"""The Transfer tab of the Compare page as a person uses it, without a browser, over tiny encoders and a few sentences."""

import csv
import io
import json
import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest
from pages import fine, finished, go
from streamlit.testing.v1 import AppTest

import dashboard.pages.compare.transfer  # noqa: F401  torch and Transformers are loaded before the clock of a page's run starts
from dashboard.kit import waiting
from dashboard.kit.open_folder import open_files
from dashboard.pages.compare import cache as cached
from dashboard.pages.compare import figures, tables
from dashboard.pages.compare import task_files as store
from otcore.base.errors import InputError
from otcore.base.progress import Stopped
from otcore.corpora.collection import load_collection
from otcore.evaluation.transfer import pair_retrieval
from otcore.evaluation.transfer.results import ALL, SEEN, UNSEEN, Fit, Score, Transfer
from otcore.evaluation.transfer.settings import TransferSettings
from otcore.evaluation.transfer.tasks import TASKS, topics

APP = Path(__file__).resolve().parents[1] / "streamlit_app.py"


@pytest.fixture(scope="module")
def few():
    """The collection with two dozen gold sentences and every 25th training sentence, of the topics that these have."""
    whole = load_collection()
    topics_there = dict(list(whole.topics.items())[::25])
    known = [entry for entry in whole.entries if entry.topic in set(topics_there.values())]
    entries = (*[one for one in known if one.split == "dev"][:8], *[one for one in known if one.split == "test"][:16])
    return replace(whole, entries=entries, topics=topics_there, training={code: texts[::25] for code, texts in whole.training.items()})


@pytest.fixture
def page(monkeypatch, folders, few, tmp_path):
    """Opens the tab on two tiny encoders; further parts of the address may be given."""
    monkeypatch.setenv("OTCORE_ENCODERS", ",".join(folders))
    monkeypatch.setenv("OTCORE_RUNS", str(tmp_path / "runs"))
    monkeypatch.setattr(topics, "load_collection", lambda: few)
    monkeypatch.setattr(pair_retrieval, "load_collection", lambda: few)

    def opened(wait=True, **url) -> AppTest:
        app = AppTest.from_file(str(APP), default_timeout=300)
        go(app, "compare")
        app.query_params.update({"cmp_part": "transfer", "compared": ",".join(folders), "tr_over": "de,ja", "tr_budget": "quick"} | url)
        app.run()
        return finished(app) if wait else fine(app)

    return opened


def spec(app: AppTest) -> dict:
    return json.loads(app.get("plotly_chart")[0].proto.spec)


def captions(app: AppTest) -> str:
    return " ".join(element.value for element in app.caption)


def test_opening_shows_verdicts_figure_table_and_the_paper_without_a_click(page, folders):
    app = page(tr_budget="usual")
    assert not app.error, app.error[0].value
    assert "3 seeds" in next(element.value for element in app.markdown if "accuracy" in element.value)
    assert spec(app)["layout"]["title"]["text"] == "Accuracy, by language"
    table = app.dataframe[0].value
    assert list(table["language"]) == ["English", "German", "Japanese", "mean of all"]
    assert list(table.columns) == ["language", *folders, "change", "chance"]
    assert table[folders[0]].str.contains(" ± ").all()
    assert any("XNLI seen" in frame.value.columns for frame in app.dataframe), "the paper's table stands beside"
    assert "chance" in captions(app)
    assert [button.proto.label for button in app.get("download_button")] == ["Scores (CSV)", "JSON"]
    assert len(app.get("plotly_chart")[0].proto.alt) > 60


@pytest.mark.parametrize("task", ["words", "sentences"])
def test_tasks_on_the_collection_that_train_nothing_have_no_seeds(page, task):
    app = page(tr_task=task)
    assert list(app.dataframe[0].value["language"]) == ["German", "Japanese", "mean of all"]
    assert "Nothing is trained" in captions(app)
    assert not app.dataframe[0].value.astype(str).apply(lambda column: column.str.contains("±")).any(axis=None)


def test_measure_and_aligned_languages_change_what_is_shown_and_the_address(page):
    app = page(tr_measure="f1", tr_seen="de")
    assert spec(app)["layout"]["title"]["text"] == "Macro F1, by language"
    assert list(app.dataframe[0].value["language"])[-3:] == ["mean of seen", "mean of unseen", "mean of all"]
    fine(app.multiselect(key="tr_seen").set_value([]).run())
    assert list(app.dataframe[0].value["language"])[-1] == "mean of all"
    assert "tr_seen" not in app.query_params


def test_an_address_without_another_language_means_english_alone(page):
    app = page(tr_over="")
    assert app.multiselect(key="tr_over").value == []
    assert list(app.dataframe[0].value["language"]) == ["English", "mean of all"]
    assert app.query_params["tr_over"] in ("", [""])


def test_a_bad_address_falls_back_field_by_field(page):
    app = page(tr_task="chess", tr_budget="endless", tr_measure="luck", tr_seen="xx", tr_train="nobody")
    assert app.selectbox(key="tr_task").value == "topics"
    assert spec(app)["layout"]["title"]["text"] == "Accuracy, by language"


def test_a_task_on_files_asks_for_them_and_waits_to_be_started(page, tmp_path, monkeypatch):
    app = page(tr_task="xnli")
    assert "give them above" in app.info[0].value
    assert not app.error
    lines = "".join(f"the cat {k} sleeps\tit sleeps {k}\t{('entailment', 'neutral', 'contradiction')[k % 3]}\n" for k in range(24)).encode()
    id = store.keep_files("xnli", {"train": [("train.en.tsv", lines)], "tests": [("test.de.tsv", lines), ("test.sw.tsv", lines)]})
    app = page(tr_task="xnli", tr_files=id, tr_train="head")
    assert not app.error
    assert not app.get("plotly_chart")
    app = finished(app.button(key="tr_start").click().run())
    assert not app.error
    table = next(frame.value for frame in app.dataframe if "F1, in %" in frame.value.columns)
    assert {"all", "German", "Swahili"} <= set(table.columns)
    published = table[table["F1, in %"] == "published: WordOT"].iloc[0]
    assert (published["all"], published["German"], published["Swahili"]) == (67.8, 73.7, 49.8)


def test_words_take_files_of_pairs_and_of_links(page):
    app = page(tr_task="words")
    assert [one.proto.label for one in app.get("file_uploader")] == ["Test files", "Gold links"]
    pairs, links = "die Katze schläft ||| the cat sleeps\nein Stuhl ||| a chair\n", "0-0 1-1 2-2\n0-0 1-1\n"
    given = {"tests": [("pairs.sw.txt", pairs.encode())], "links": [("gold.sw.txt", links.encode())]}
    app = page(tr_task="words", tr_files=store.keep_files("words", given))
    assert not app.error
    assert list(app.dataframe[0].value["language"]) == ["Swahili", "mean of all"]
    assert not any("too long" in element.value for element in app.info)
    long = {"tests": [("pairs.sw.txt", f"{'x' * 3_000} schläft ||| cat sleeps\n".encode())], "links": [("gold.sw.txt", b"0-0 1-1\n")]}
    app = page(tr_task="words", tr_files=store.keep_files("words", long))
    assert any("1 of 2 sentences is too long to be read whole" in element.value for element in app.info)
    with pytest.raises(InputError, match="Gold links are missing"):
        store.keep_files("words", {"tests": given["tests"]})


def test_files_of_another_task_and_files_that_are_gone_are_told(page):
    id = store.keep_files("topics", {"train": [("a.en.tsv", b"x\ty\n")], "tests": [("a.de.tsv", b"x\ty\n")]})
    for files in (id, "0123456789abcdef0123"):
        assert "another task;" in page(tr_task="xnli", tr_files=files).error[0].value


def test_no_encoder_is_told_in_a_sentence(page):
    app = page()
    fine(app.multiselect(key="compared").set_value([]).run())
    assert "Choose one encoder" in app.error[0].value


def test_a_long_task_shows_how_far_it_is_and_can_be_cancelled(page, monkeypatch, jobs):
    gate, plain = threading.Event(), cached.transfer
    monkeypatch.setattr(waiting, "AT_ONCE", 0.01)

    def slow(*arguments, tell):
        while not gate.wait(0.01):
            if tell.stop():
                raise Stopped
        return plain(*arguments, tell=tell)

    monkeypatch.setattr(cached, "transfer", slow)
    app = page(wait=False)
    fine(app.button(key="cancel_transfer").click().run())
    for _ in range(100):
        if app.info:
            break
        time.sleep(0.05)
        fine(app.run())
    assert "cancelled" in app.info[0].value
    gate.set()
    assert finished(app.button(key="restart_transfer").click().run()).get("plotly_chart")


@pytest.fixture
def made() -> Transfer:
    """Two encoders, two seeds, three languages; the second is better by 0.1 in German and 0.2 in Swahili, in both seeds."""
    base = {"en": 0.6, "de": 0.5, "sw": 0.4}
    gain = {"en": 0.0, "de": 0.1, "sw": 0.2}
    scores = tuple(
        Score(name, seed, code, "f1", value + 0.02 * seed + (gain[code] if name == "b" else 0))
        for name in ("a<", "b")
        for seed in (0, 1)
        for code, value in base.items()
    )
    fits = tuple(Fit(name, seed, 0.7, 3, 1.0, 0.5) for name in ("a<", "b") for seed in (0, 1))
    chance = {code: {"f1": 0.2} for code in base}
    return Transfer(
        "xnli", ("f1",), ("a<", "b"), tuple(base), (0, 1), ("de",), scores, fits, chance, TransferSettings().settled(TASKS["xnli"].own), 9.0
    )


def test_the_figure_holds_means_spread_and_chance(made):
    figure = figures.transfer_dots(made, "f1", "macro F1")
    line, first, second, chance = figure.data
    assert list(first.x) == pytest.approx([0.61, 0.51, 0.41, 0.56, 0.41, 0.51])
    assert list(second.x) == pytest.approx([0.61, 0.61, 0.61, 0.61, 0.61, 0.61])
    assert list(first.error_x.array) == pytest.approx([0.01] * 6)
    assert list(first.error_x.arrayminus) == pytest.approx([0.01] * 6)
    assert list(line.x)[:3] == [first.x[0], second.x[0], None]
    assert list(chance.x) == pytest.approx([0.2] * 6)
    assert first.marker.symbol != second.marker.symbol
    assert first.name == "a&lt;"
    assert list(figure.layout.yaxis.ticktext) == ["English", "German", "Swahili", "mean of seen", "mean of unseen", "mean of all"]
    assert set(made.groups) == {SEEN, UNSEEN, ALL}


def test_verdicts_say_whether_seeds_agree(made):
    ((sign, text),) = tables.verdicts(made, "f1", "macro F1")
    assert sign == "✓"
    assert "0.510 → 0.610" in text
    assert "higher in 2 of 3 languages" in text
    assert "all in one direction" in text
    torn = replace(
        made, scores=tuple(replace(one, value=one.value - 0.3) if (one.encoder, one.seed) == ("b", 1) else one for one in made.scores)
    )
    ((sign, text),) = tables.verdicts(torn, "f1", "macro F1")
    assert sign == "○"
    assert "within noise" in text


def test_tables_hold_what_was_measured(made):
    table = tables.results_table(made, "f1").set_index("language")
    assert table.loc["Swahili", "a<"] == "0.410 ± 0.014"
    assert table.loc["Swahili", "change"].startswith("+0.20")
    assert (table["chance"] == "0.200").all()
    paper = tables.published_table(made).set_index("F1, in %")
    assert paper.loc["b", "seen"] == 61.0
    assert paper.loc["published: mBERT, before", "Swahili"] == 51.0
    rows = list(csv.DictReader(io.StringIO(tables.scores_csv(made))))
    assert len(rows) == len(made.scores)
    assert json.loads(json.dumps(made.as_dict()))["averages"]["b"]["f1"]["all"]["mean"] == pytest.approx(0.61)


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({}, "English training data is missing"),
        ({"train": [("a.tsv", b"x")]}, "Test files are missing"),
        ({"train": [("a.tsv", b"x")], "tests": [("numbers.tsv", b"x")]}, "does not tell its language"),
        ({"train": [("a.tsv", b"x")], "tests": [("a.de.tsv", b"x"), ("b.de.tsv", b"y")]}, "Two files are for de"),
    ],
)
def test_files_that_cannot_be_kept_are_told(runs, files, message):
    with pytest.raises(InputError, match=message):
        store.keep_files("xnli", files)


def test_kept_files_come_back_uploaded_or_opened(runs, tmp_path):
    there = tmp_path / "open"
    (there / "deep").mkdir(parents=True)
    (there / "deep" / "test.fr.tsv").write_text("x")
    (there / ".hidden").write_text("x")
    assert open_files(there, depth=2) == ["deep/test.fr.tsv"]
    assert open_files(there) == []
    assert open_files(None) == []
    files = {
        "train": [("../../train.en.tsv", b"x")],
        "tests": [("test.de.tsv", b"y"), ("deep/test.fr.tsv", there / "deep" / "test.fr.tsv")],
    }
    id = store.keep_files("xnli", files)
    found = store.kept_sources(id)
    assert [Path(path).read_bytes() for path in found.train] == [b"x"]
    assert all(Path(path).is_relative_to(runs) for path in found.train)
    assert set(found.tests) == {"de", "fr"}
    assert Path(found.tests["fr"]) == there / "deep" / "test.fr.tsv"
    assert store.is_kept(id, "xnli")
    assert not store.is_kept(id, "xquad")
    assert not store.is_kept("", "xnli")
    assert store.kept_names(id) == {"train": ["train.en.tsv"], "tests": ["test.de.tsv", "test.fr.tsv"]}
