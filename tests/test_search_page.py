"""The Search page as a person uses it, without a browser, over tiny encoders and a small part of the collection."""

import csv
import html as html_module
import io
import re
import threading
import time
from dataclasses import replace
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from pages import fine, finished, go
from streamlit.testing.v1 import AppTest

import dashboard.pages.search.view  # noqa: F401  torch and Transformers are loaded before the clock of a page's run starts
from dashboard import background
from dashboard.kit import waiting
from dashboard.pages.search import cache as cached
from dashboard.pages.search import results, tables
from dashboard.pages.search.choices import CHOICES, SearchView, others
from otcore.base.progress import Stopped
from otcore.corpora.collection import load_collection
from otcore.retrieval.index import Hit
from otcore.retrieval.sentences import keep_sentences

APP = Path(__file__).resolve().parents[1] / "streamlit_app.py"


@pytest.fixture(scope="module")
def few():
    """The collection with twenty gold sentences, thirty training sentences, and the queries that they answer."""
    whole = load_collection()
    entries = whole.entries[:20]
    gold = {code: {entry.id: whole.gold[code][entry.id] for entry in entries} for code in whole.languages}
    topics = dict(list(whole.topics.items())[:30])
    known = {*topics, *(entry.id for entry in entries)}
    queries = [replace(query, relevant=tuple(id for id in query.relevant if id in known)) for query in whole.queries]
    training = {code: texts[:30] for code, texts in whole.training.items()}
    return replace(
        whole, entries=entries, gold=gold, topics=topics, training=training, queries=tuple(one for one in queries if one.relevant)
    )


@pytest.fixture
def page(monkeypatch, folders, few, tmp_path):
    """Opens the page on two tiny encoders; further parts of the address may be given."""
    monkeypatch.setenv("OTCORE_ENCODERS", ",".join(folders))
    monkeypatch.setenv("OTCORE_RUNS", str(tmp_path / "runs"))
    monkeypatch.setattr(cached, "collection", lambda: few)
    monkeypatch.setattr(background, "collection", lambda: few)

    def opened(wait=True, **url) -> AppTest:
        app = AppTest.from_file(str(APP), default_timeout=300)
        go(app, "search")
        app.query_params.update({"se_a": folders[0], "se_b": folders[1]} | url)
        app.run()
        return finished(app) if wait else fine(app)

    return opened


def html(app: AppTest) -> str:
    return "\n".join(element.proto.body for element in app.get("html"))


def found(app: AppTest) -> str:
    return next(element.proto.body for element in app.get("html") if "class='found'" in element.proto.body)


def headings(app: AppTest) -> list[str]:
    return re.findall(r"<h4>(.*?)</h4>", found(app))


def test_the_first_view_asks_a_written_query():
    texts = {query.texts["en"] for query in load_collection().queries}
    assert CHOICES.declared["query"].default in texts


def test_opening_shows_results_of_every_other_language_under_both_encoders(page, few, folders):
    app = page()
    assert not app.error
    names = headings(app)
    assert names[0] == "All languages together"
    assert len(names) == len(few.languages)
    assert "English" not in names
    assert found(app).count("<li ") == 2 * 3 * len(names)
    texts = few.texts("en")
    glosses = re.findall(r"<p class='gloss' lang='en'>(.*?)</p>", found(app))
    assert len(glosses) == found(app).count("<li ")
    assert {html_module.unescape(one) for one in glosses} <= {*texts.values()}
    assert "before&lt;b&gt;" in found(app)
    assert "before<b>" not in found(app)
    assert "relevant" in html(app)
    table = app.dataframe[0].value
    assert list(table["encoder"]) == [*folders, "chance"]
    assert ((table[["MRR", "P@1", "recall@10"]] >= 0) & (table[["MRR", "P@1", "recall@10"]] <= 1)).all(axis=None)
    assert [button.proto.label for button in app.get("download_button")] == ["Results (CSV)"]


def test_the_address_restores_the_view(page):
    app = page(se_query="le chat dort", se_from="fr", se_in="ar,ja", se_top="2", se_order="together")
    assert headings(app) == ["All languages together"]
    again = page(**{key: value if isinstance(value, str) else value[-1] for key, value in app.query_params.items()})
    assert found(again) == found(app)
    assert "nobody has marked any" in " ".join(caption.value for caption in app.caption)


def test_a_bad_address_falls_back_field_by_field(page, few):
    app = page(se_from="xx", se_in="qq", se_top="999", se_order="sideways", se_text="stolen", se_query="y" * 1000)
    assert app.text_input(key="se_query").value == CHOICES.declared["query"].default
    assert len(headings(app)) == len(few.languages)


def test_a_written_query_is_picked_from_the_list_and_follows_the_language(page, few):
    app = page(se_in="de,ja")
    box = next(box for box in app.selectbox if (box.key or "").startswith("se_written"))
    wanted = few.queries[2]
    app = finished(box.select(wanted.id).run())
    assert app.text_input(key="se_query").value == wanted.texts["en"]
    app = finished(app.selectbox(key="se_from").select("ar").run())
    assert app.text_input(key="se_query").value == wanted.texts["ar"]
    box = next(box for box in app.selectbox if (box.key or "").startswith("se_written"))
    assert box.value == wanted.id
    app = finished(app.text_input(key="se_query").set_value("شيء آخر").run())
    box = next(box for box in app.selectbox if (box.key or "").startswith("se_written"))
    assert box.value is None


def test_right_to_left_text_and_markup_in_a_query_stay_text(page):
    app = page(se_query="<script>alert(1)</script> القطط", se_from="ar", se_in="en,de")
    assert "<script>" not in html(app)
    assert "&lt;script&gt;" in html(app)
    assert 'dir="rtl"' in html(app)


def test_an_empty_query_is_told_in_a_sentence(page):
    app = page(se_query=" ")
    assert not app.error
    assert "Type what you are looking for above" in app.info[0].value
    assert not app.get("download_button")


def test_own_text_is_searched_and_what_is_not_there_is_told(page, tmp_path):
    files = [("de", "a.txt", b"Der Hund bellt.\n\nDas <b>Haus</b> ist rot.\n"), ("pt", "b.txt", "O cão late.\n".encode())]
    id = keep_sentences(files)
    app = page(se_text="own", se_files=id, se_query="the dog", se_top="5")
    assert headings(app) == ["All languages together", "German", "Portuguese"]
    assert "gloss' lang" not in found(app)
    assert "line 3" in found(app)
    assert "&lt;b&gt;Haus" in found(app)
    assert not app.dataframe
    assert "the dog" in parse_qs(urlsplit(hrefs(found(app))[0]).query)["text1"]
    assert not any("too long" in element.value for element in app.info)
    long = keep_sentences([("de", "c.txt", f"Der {'x' * 3_000} bellt.\nDie Sonne.\n".encode())])
    told = " ".join(element.value for element in page(se_text="own", se_files=long).info).replace("\\", "")
    assert "1 of 2 sentences is too long to be read whole: of 1 word only the beginning is read" in told
    app = page(se_text="own", se_files="0123456789abcdef0123")
    assert "not on this machine" in app.error[0].value
    app = page(se_text="own")
    assert not app.error
    assert "Paste or upload a text above" in app.info[0].value
    app.text_area(key="se_pasted").set_value("Der Hund bellt.\nDie Sonne scheint.")
    app.selectbox(key="se_own_code").set_value("de")
    app = finished(app.button(key="se_add").click().run())
    assert headings(app) == ["German"]
    assert "Hund" in found(app)


def test_a_long_index_shows_the_first_sentences_early_and_can_be_cancelled(page, monkeypatch, jobs):
    gate, plain = threading.Event(), cached.encode_sentences
    monkeypatch.setattr(waiting, "AT_ONCE", 0.01)
    monkeypatch.setattr(cached, "_HEAD", 5)

    def slow(encoder, sentences, tell):
        while len(sentences) > 5 and not gate.wait(0.01):
            if tell.stop():
                raise Stopped
        return plain(encoder, sentences, tell)

    monkeypatch.setattr(cached, "encode_sentences", slow)
    app = page(wait=False, se_in="de,ja")
    for _ in range(200):
        if app.get("download_button"):
            break
        time.sleep(0.05)
        fine(app.run())
    assert "first 10 sentences" in app.info[0].value
    assert headings(app) == ["All languages together", "German", "Japanese"]
    assert not app.dataframe, "scores are told of whole texts only"
    fine(app.button(key="cancel_index").click().run())
    for _ in range(100):
        if any("cancelled" in element.value for element in app.info):
            break
        time.sleep(0.05)
        fine(app.run())
    gate.set()
    app = finished(app.button(key="restart_index").click().run())
    assert app.dataframe


def test_links_to_align_hold_the_query_and_the_translation(few):
    view = SearchView("a cat & more", "en", first="base", second="base", languages=("de",))
    gold, training = few.entries[0].id, next(iter(few.topics))
    for id, text in ((gold, few.gold["de"][gold].text), (training, few.training["de"][0])):
        links = results.align_links(view, few, Hit("de", id, text, 1, 0.5, 0.1), "base")
        first, second = (parse_qs(urlsplit(address).query) for _, _, address in links)
        assert (first["text1"], first["text2"], first["source"], first["target"]) == (["a cat & more"], [text], ["en"], ["de"])
        if id == gold:
            assert second["sentence"] == [gold]
        else:
            assert second["text1"] == [few.training["en"][0]]
    assert results.align_links(view, few, Hit("pt", "1", "olá", 1, 0.5, 0.1), "base") == []
    long = Hit("de", training, "x" * 2_000, 1, 0.5, 0.1)
    assert [label for label, _, _ in results.align_links(replace(view, text="own"), few, long, "base")] == []


def test_the_file_holds_every_result_and_no_formula():
    view = SearchView("=1+1", "en", languages=("de",))
    hits = {"de": (Hit("de", "g001", "=HYPERLINK(1)", 1, 0.5, 0.1), Hit("de", "g002", "zwei", 2, 0.4, 0.1))}
    rows = list(csv.DictReader(io.StringIO(tables.results_csv(view, [hits, hits], frozenset({"g002"})))))
    assert len(rows) == 4
    assert rows[0]["text"] == "'=HYPERLINK(1)"
    assert rows[0]["query"] == "'=1+1"
    assert [row["relevant"] for row in rows] == ["0", "1", "0", "1"]


def test_the_query_s_own_language_is_searched_only_where_it_is_the_only_one():
    assert others(("en", "de"), "en") == ("de",)
    assert others(("en",), "en") == ("en",)


def hrefs(body: str) -> list[str]:
    return [link.replace("&amp;", "&") for link in re.findall(r"href='(.*?)'", body)]
