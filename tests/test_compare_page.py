"""The Compare page as a person uses it, without a browser, over tiny encoders and a dozen sentences."""

import json
import threading
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from pages import fine, finished, go
from streamlit.testing.v1 import AppTest

from dashboard.pages.compare import figures, report, tables
from otcore.corpora.collection import load_collection
from otcore.encoders import load_encoder
from otcore.evaluation import comparison
from otcore.evaluation.types import MEAN, CompareSettings

APP = Path(__file__).resolve().parents[1] / "streamlit_app.py"


@pytest.fixture(scope="module")
def few():
    """The collection with a dozen test sentences."""
    whole = load_collection()
    return replace(whole, entries=tuple(entry for entry in whole.entries if entry.split == "test")[:12])


@pytest.fixture
def page(monkeypatch, few, folders):
    """Opens the page on two tiny encoders; further parts of the address may be given."""
    monkeypatch.setattr(comparison, "load_collection", lambda: few)
    monkeypatch.setenv("OTCORE_ENCODERS", ",".join(folders))

    def opened(wait=True, **url) -> AppTest:
        app = AppTest.from_file(str(APP), default_timeout=300)
        go(app, "compare")
        app.query_params.update({"compared": ",".join(folders), "over": "de,ja"} | url)
        app.run()
        return finished(app) if wait else fine(app)

    return opened


@pytest.fixture(scope="module")
def evaluation(few, folders):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(comparison, "load_collection", lambda: few)
        return comparison.compare([load_encoder(name) for name in folders], CompareSettings(("de", "ja"), draws=100))


def charts(app: AppTest) -> list[dict]:
    return [json.loads(element.proto.spec) for element in app.get("plotly_chart")]


def titles(app: AppTest) -> list[str]:
    return [chart["layout"]["title"]["text"] for chart in charts(app)]


def test_opening_shows_verdicts_figures_table_and_files_without_a_click(page):
    app = page()
    assert not app.error
    verdicts = next(element.value for element in app.markdown if "AER" in element.value)
    assert "over the mean of 2 languages" in verdicts
    assert [title for title in titles(app) if "by language" in title] == [
        "AER, by language",
        "Word retrieval, by language",
        "Sentence retrieval, by language",
        "Cost of true over shuffled pairs, by language",
        "Language separability, by language",
    ]
    assert not [title for title in titles(app) if "AER of" in title], "maps of the layers are drawn when they are opened"
    table = app.dataframe[0].value
    assert len(table) == 5 * 3
    assert {"before", "after", "change", "95% interval", "p", "verdict"} <= set(table.columns)
    assert [button.proto.label for button in app.get("download_button")] == ["CSV", "JSON", "HTML report"]
    assert all(len(chart.proto.alt) > 40 for chart in app.get("plotly_chart"))
    assert any("XNLI seen" in frame.value.columns for frame in app.dataframe), "the paper's table stands beside"


def test_the_maps_of_the_layers_open(page):
    app = page()
    app.session_state["cmp_layers"] = True
    assert sum("AER of" in title or title == "Change of AER" for title in titles(fine(app.run()))) == 3


def test_choices_change_the_page_and_the_address(page):
    app = page(shown="hubness,cka")
    assert [title for title in titles(app) if "by language" in title] == ["Hubness, by language", "Likeness to English (CKA), by language"]
    fine(app.multiselect(key="shown").set_value(["f1"]).run())
    assert app.query_params["shown"] in ("f1", ["f1"])
    assert "F1, by language" in titles(app)
    app = finished(app.selectbox(key="at").select(1).run())
    assert app.query_params["at"] in ("1", ["1"])
    assert any("words at layer 1, sentences at layer 1" in caption.value.replace("\\", "") for caption in app.caption)


def test_a_lexicon_that_links_are_read_with_is_told(page):
    captions = [caption.value.replace("\\", "") for caption in page(compared="base,aligned", over="de", shown="aer").caption]
    assert any(
        "base: words at layer 2, sentences" in one and "aligned: words at layer 4, their links with its lexicon" in one for one in captions
    )


def test_of_three_encoders_one_is_chosen_that_stands_beside_the_first(page, folders, bundled):
    app = page(compared=",".join([*folders, "base"]), over="de", shown="aer", after="nobody")
    assert app.button_group(key="after").options == [folders[1], "base"]
    assert app.button_group(key="after").value == folders[1]
    app.session_state["cmp_layers"] = True
    assert "Before: AER of" in titles(fine(app.run()))[-3]
    app = fine(app.button_group(key="after").set_value("base").run())
    assert titles(app)[-2] == "After: AER of base"
    assert app.query_params["after"] in ("base", ["base"])


def test_a_bad_address_falls_back_field_by_field(page):
    app = page(over="xx,en", shown="nonsense", at="99", after="nobody")
    assert list(app.multiselect(key="over").value) == ["de", "fr", "es"]
    assert "AER, by language" in titles(app)


@pytest.mark.parametrize(("key", "value", "message"), [("compared", 1, "two encoders"), ("over", 0, "language"), ("shown", 0, "figure")])
def test_an_empty_choice_is_told_in_a_sentence(page, key, value, message):
    app = page()
    box = app.multiselect(key=key)
    fine(box.set_value(list(box.value)[:value]).run())
    assert message in app.error[0].value
    assert not app.get("plotly_chart")


def test_an_encoder_that_cannot_be_had_is_told_in_a_sentence(page, folders):
    app = page(compared=f"{folders[0]},run:gone")
    assert "gone" in app.error[0].value


def test_a_long_comparison_shows_how_far_it_is_and_can_be_cancelled(page, monkeypatch, folders, jobs):
    from dashboard.kit import waiting
    from dashboard.pages.compare import cache

    monkeypatch.setattr(waiting, "AT_ONCE", 0.01)
    gate = slowed(monkeypatch, cache)
    app = page(wait=False, over="fr")
    fine(app.run())
    assert not app.get("plotly_chart")
    fine(app.button(key="cancel_comparison").click().run())
    for _ in range(100):
        if app.info:
            break
        time.sleep(0.1)
        fine(app.run())
    assert "cancelled" in app.info[0].value
    gate.set()
    app = finished(app.button(key="restart_comparison").click().run())
    assert "AER, by language" in titles(app)


def test_who_cancels_cancels_for_himself(page, monkeypatch, jobs):
    from dashboard.background import work
    from dashboard.kit import waiting
    from dashboard.pages.compare import cache

    monkeypatch.setattr(waiting, "AT_ONCE", 0.01)
    gate = slowed(monkeypatch, cache)

    def drawn_for(who, draw) -> AppTest:
        monkeypatch.setattr(work, "visitor", lambda: who)
        return fine(draw())

    ann, bob = (drawn_for(who, lambda: page(wait=False, over="fr")) for who in ("ann", "bob"))
    drawn_for("ann", ann.button(key="cancel_comparison").click().run)
    assert "cancelled" in ann.info[0].value
    assert any(button.key == "cancel_comparison" for button in drawn_for("bob", bob.run).button), "it goes on for him"
    gate.set()
    monkeypatch.setattr(work, "visitor", lambda: "bob")
    assert "AER, by language" in titles(finished(bob))
    assert "AER, by language" in titles(drawn_for("ann", ann.run)), "what is there is shown"


def slowed(monkeypatch, cache) -> threading.Event:
    """Comparisons stand half way until the event is set."""
    gate, plain = threading.Event(), cache.compare

    def slow(encoders, settings, progress, stop):
        progress(3, 10, "half way")
        while not gate.wait(0.01):
            if stop():
                raise comparison.Stopped
        return plain(encoders, settings, progress=progress, stop=stop)

    monkeypatch.setattr(cache, "compare", slow)
    return gate


def test_dots_hold_what_was_measured_and_lines_join_before_and_after(evaluation):
    figure = figures.dots(evaluation, "sentences")
    line, before, after, chance = figure.data
    for trace, name in ((before, evaluation.names[0]), (after, evaluation.names[1])):
        expected = [evaluation.estimate(name, code, "sentences") for code in ("de", "ja", MEAN)]
        assert list(trace.x) == [one.value for one in expected]
        np.testing.assert_allclose(np.array(trace.x) - trace.error_x.arrayminus, [one.low for one in expected])
        np.testing.assert_allclose(np.array(trace.x) + trace.error_x.array, [one.high for one in expected])
    assert (before.marker.symbol, before.marker.color) != (after.marker.symbol, after.marker.color)
    assert [line.x[0], line.x[1], line.x[2]] == [before.x[0], after.x[0], None]
    assert chance.x[0] == pytest.approx(1 / 12)
    assert list(figure.layout.yaxis.ticktext) == ["German", "Japanese", "mean"]
    assert "higher is better" in figure.layout.xaxis.title.text


def test_heatmaps_share_a_scale_and_the_change_is_their_difference(evaluation):
    drawn = {name: (figure.data[0], spoken) for name, figure, spoken in figures.layer_figures(evaluation, evaluation.names[1])}
    (before, told), (after, _), (change, _) = (drawn[name] for name in ("before", "after", "change"))
    assert before.zmax == after.zmax == max(one.aer for one in evaluation.layers)
    np.testing.assert_allclose(np.array(change.z), np.array(after.z) - np.array(before.z))
    assert change.zmin == -change.zmax
    assert told.endswith(f"lowest at layer {int(np.argmin(before.z[-1]))}.")


def test_the_report_is_one_file_and_escapes_names(evaluation):
    renamed = replace_names(evaluation, {evaluation.names[1]: '<script>alert("x")</script>'})
    text = report.html_report(renamed, ("aer", "words"), renamed.names[1])
    body = text[text.rindex("</head>") :]
    assert "<script>alert" not in body
    assert "&lt;script&gt;alert" in body
    assert "src=" not in text[: text.index("<style>")]
    assert 'src="http' not in body
    assert "Word retrieval" in body
    assert "LargeWordOT" in body
    assert len(text) > 1_000_000, "the drawing library is inside"


def test_files_hold_every_figure(evaluation):
    lines = tables.evaluation_csv(evaluation).splitlines()
    assert len(lines) == 1 + 2 * 3 * len(evaluation.measures)
    assert lines[0].startswith("encoder,language,measure,value,low,high,chance,change_value")
    errors = tables.published_tables(evaluation)["AER"]
    assert errors.iloc[0]["German"] == pytest.approx(100 * evaluation.estimate(evaluation.names[0], "de", "aer").value, abs=0.06)
    assert errors.iloc[-1]["French"] == 4.1


def replace_names(evaluation, names):
    text = evaluation.to_json()
    for old, new in names.items():
        text = text.replace(json.dumps(old, ensure_ascii=False), json.dumps(new))
    return type(evaluation).from_json(text)
