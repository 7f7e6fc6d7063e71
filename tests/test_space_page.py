"""The Space page as a person uses it, without a browser, over tiny encoders and few sentences."""

import json
import threading
import time
from pathlib import Path
from urllib.parse import parse_qs

import numpy as np
import pytest
from pages import fine, finished, go
from streamlit.testing.v1 import AppTest
from training_runs import made_run

import dashboard.pages.space.view  # noqa: F401  torch and Transformers are loaded before the clock of a page's run starts
from dashboard.kit import waiting
from dashboard.pages.space import cache as cached
from dashboard.pages.space import cards, controls, export, figures, lasso
from dashboard.pages.space.drawing import plain
from dashboard.pages.space.picture import Picture
from otcore.corpora.collection import load_collection
from otcore.encoders import load_encoder
from otcore.runs.example import example_run
from otcore.space.measures import neighbourhoods
from otcore.space.points import encode_cloud
from otcore.space.projection import project
from otcore.space.settings import PointChoice, ProjectionSettings

APP = Path(__file__).resolve().parents[1] / "streamlit_app.py"


@pytest.fixture
def page(monkeypatch, folders, tmp_path):
    """Opens the page on two tiny encoders; further parts of the address may be given."""
    monkeypatch.setenv("OTCORE_ENCODERS", ",".join(folders))
    monkeypatch.setenv("OTCORE_RUNS", str(tmp_path / "runs"))
    monkeypatch.setattr("dashboard.pages.space.cache.warm_projection", lambda: None)

    def opened(wait=True, **url) -> AppTest:
        app = AppTest.from_file(str(APP), default_timeout=300)
        go(app, "space")
        app.query_params.update({"sp_a": folders[0], "sp_b": folders[1], "sp_count": "5", "sp_langs": "en,ar,ja"} | url)
        app.run()
        return finished(app) if wait else fine(app)

    return opened


def chart(app: AppTest) -> dict:
    return json.loads(app.get("plotly_chart")[0].proto.spec)


def languages(app: AppTest) -> list[dict]:
    """The traces that hold the points."""
    return [trace for trace in chart(app)["data"] if trace.get("customdata")]


def html(app: AppTest) -> str:
    return "\n".join(element.proto.body for element in app.get("html"))


def text(app: AppTest, name: str) -> str:
    value = app.query_params[name]
    return value[-1] if isinstance(value, list) else value


def test_opening_shows_two_panes_with_the_same_axes_and_numbers(page):
    app = page()
    assert not app.error
    layout = chart(app)["layout"]
    assert layout["xaxis"]["range"] == layout["xaxis2"]["range"]
    assert layout["xaxis2"]["matches"] == "x"
    assert layout["yaxis2"]["matches"] == "y"
    shapes = {trace["name"]: trace["marker"]["symbol"] for trace in languages(app)}
    assert set(shapes) == {"English", "Arabic", "Japanese"}
    assert len(set(shapes.values())) == 3
    assert "trustworthiness" in html(app)
    assert "language mixing" in html(app)
    assert "→" in html(app)
    assert len(app.get("plotly_chart")[0].proto.alt) > 100
    assert len(app.get("download_button")) == 2


def test_the_address_restores_the_view(page):
    app = page(sp_mode="one", sp_colour="rank", sp_lines="all", sp_find="the", sp_dims="3", sp_metric="euclidean", sp_unit="word")
    again = page(**{key: text(app, key) for key in app.query_params})
    assert chart(again) == chart(app)
    assert {trace["type"] for trace in chart(app)["data"]} == {"scatter3d"}
    assert html(again) == html(app)


def test_a_bad_address_falls_back_field_by_field(page):
    app = page(sp_langs="xx", sp_dims="7", sp_method="magic", sp_pick="<script>", sp_seed="x", sp_colour="loud")
    assert list(app.multiselect(key="sp_langs").value) == ["en", "de", "ar", "ja"]
    assert languages(app)
    assert not app.error


@pytest.mark.parametrize("colour", ["language", "sentence", "tag", "gold", "null", "rank", "frequency"])
def test_every_colouring_draws_every_point_and_says_what_it_means(page, colour):
    app = page(sp_colour=colour)
    counts = [len(trace["customdata"]) for trace in languages(app)]
    assert counts[:3] == counts[3:]
    named = {trace["name"] for trace in chart(app)["data"] if trace.get("showlegend", True)}
    assert {"English", "Arabic", "Japanese"} <= named
    if colour == "rank":
        assert "nearest (1)" in named


def test_a_search_marks_in_both_panes_and_lists_with_neighbours_before_and_after(page):
    app = page(sp_find="the")
    marked = [trace["selectedpoints"] for trace in languages(app)]
    assert marked[0] == marked[3]
    assert marked[0]
    assert marked[1] == marked[4] == []
    cards = html(app)
    assert "<dt>before</dt>" in cards
    assert "<dt>after</dt>" in cards
    assert "<mark>" in cards
    assert "1 − cos" in cards
    assert sum("selected" in element.value for element in app.subheader) == 1
    fine(app.button(key="clear_selection").click().run())
    assert app.text_input(key="sp_find").value == ""
    assert "selectedpoints" not in languages(app)[0] or languages(app)[0]["selectedpoints"] is None


def test_a_bad_or_endless_pattern_is_told_and_the_picture_stays(page):
    app = page(sp_find="(", sp_regex="1")
    assert "is not a regular expression" in app.error[0].value
    assert languages(app)
    fine(app.text_input(key="sp_find").set_value("nowhere-at-all").run())
    assert "No point plotted" in app.info[0].value


def test_points_taken_on_the_picture_are_selected_and_go_into_the_address(page):
    app = page()
    numbers = languages(app)[1]["customdata"][:3]
    app.session_state["space_picture"] = {"selection": {"points": [{"customdata": one} for one in numbers], "point_indices": []}}
    assert lasso.taken(numbers) == ".".join(str(one % figures.POINTS) for one in numbers)
    app.session_state["sp_pick"] = lasso.taken(numbers)
    fine(app.run())
    assert text(app, "sp_pick") == lasso.taken(numbers)
    assert [len(trace["selectedpoints"]) for trace in languages(app)] == [0, 3, 0, 0, 3, 0]


def test_a_selected_word_opens_in_align_with_the_pair_marked(page):
    app = page(sp_find="my")
    address = html(app).split("href='")[1].split("'")[0].replace("&amp;", "&")
    assert address.startswith("./?")
    query = {key: value[0] for key, value in parse_qs(address[3:]).items()}
    assert query["source"] == "en"
    align = AppTest.from_file(str(APP), default_timeout=300)
    align.query_params.update(query)
    fine(align.run())
    assert align.session_state["mark"] == query["mark"]
    assert align.session_state["sentence"] == query["sentence"]


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ({"sp_method": "umap", "sp_langs": "en", "sp_count": "1", "sp_neighbours": "60"}, "lower the neighbours"),
        ({"sp_unit": "sentence", "sp_langs": "en", "sp_count": "1"}, "two points or more"),
        ({"sp_unit": "sentence", "sp_langs": "en", "sp_count": "2"}, "needs more than 2 points"),
        ({"sp_b": "run:gone"}, "gone"),
    ],
)
def test_what_cannot_be_drawn_is_told_in_a_sentence(page, url, message):
    app = page(**url)
    assert any(message in element.value.replace("\\", "") for element in (*app.error, *app.warning))
    assert not app.get("plotly_chart")


def test_one_language_alone_is_a_sensible_picture(page):
    app = page(sp_langs="ja", sp_mode="one")
    assert len(languages(app)) == 1
    assert "–" in html(app)


@pytest.mark.slow
def test_umap_two_states_and_the_note_on_distances(page):
    app = page(sp_method="umap", sp_neighbours="6")
    assert "UMAP" in chart(app)["layout"]["title"]["text"]
    assert any("mean nothing" in caption.value for caption in app.sidebar.caption)


def test_a_long_fit_shows_how_far_it_is_can_be_cancelled_and_blocks_no_other_page(page, monkeypatch, jobs):
    gate = threading.Event()
    monkeypatch.setattr(waiting, "AT_ONCE", 0.01)
    plain = cached.project

    def slow(states, settings, *, same_space, tell):
        while not gate.wait(0.01):
            tell(0.5, "laying out")
        return plain(states, settings, same_space=same_space, tell=tell)

    monkeypatch.setattr(cached, "project", slow)
    app = page(wait=False, sp_seed="7")
    fine(app.run())
    assert not app.get("plotly_chart")
    other = AppTest.from_file(str(APP), default_timeout=120)
    assert fine(other.run()).get("plotly_chart"), "Align answers meanwhile"
    fine(app.button(key="cancel_picture").click().run())
    for _ in range(100):
        if app.info:
            break
        time.sleep(0.1)
        fine(app.run())
    assert "cancelled" in app.info[0].value
    gate.set()
    app = finished(app.button(key="restart_picture").click().run())
    assert languages(app)


def test_a_film_moves_by_its_slider_and_tells_the_measures_of_that_moment(page, tmp_path):
    run = made_run(tmp_path / "runs" / "learns")
    app = page(sp_mode="film", run=run.name)
    assert app.select_slider(key="sp_step").value == 40
    last, end = html(app), chart(app)
    assert "held-out AER" in last
    app = finished(app.select_slider(key="sp_step").set_value(0).run())
    assert text(app, "sp_step") == "0"
    assert chart(app)["layout"]["xaxis"]["range"] == end["layout"]["xaxis"]["range"]
    assert html(app) != last
    assert ">0.300<" in html(app)
    titles = [json.loads(one.proto.spec)["layout"]["title"]["text"] for one in app.get("plotly_chart")]
    assert titles[1] == "Measures along the run"
    fine(app.button(key="film_button").click().run())
    assert app.session_state["sp_play"]
    assert app.session_state["sp_step"] == 0, "it starts with the first moment"


def test_a_film_opens_on_the_example_where_there_is_no_run(page):
    app = page(sp_mode="film")
    assert app.selectbox(key="run").value == example_run().name
    assert app.selectbox(key="run").options == [f"{example_run().name} (comes with the project)"]
    assert len(app.select_slider(key="sp_step").options) >= 10
    assert "held-out AER" in html(app)
    assert chart(app)["data"]


def test_a_film_without_any_run_says_where_runs_come_from(page, monkeypatch):
    monkeypatch.setattr(controls, "example_run", lambda: None)
    app = page(sp_mode="film")
    assert "Fine-tune" in app.info[0].value


@pytest.fixture(scope="module")
def picture(folders):
    """A picture as the page's job makes it."""
    collection = load_collection()
    ids = tuple(entry.id for entry in collection.entries[:5])
    cloud = encode_cloud(collection, PointChoice(("en", "ar", "ja"), ids=ids), [(load_encoder(name), 2) for name in folders])
    states = [state.vectors for state in cloud.states]
    measures = tuple(neighbourhoods(cloud.points, vectors) for vectors in states)
    return Picture("key", cloud, project(states, ProjectionSettings()), measures)


def test_files_hold_every_point_and_no_formula(picture):
    table = export.coordinates(picture, [0, 2])
    assert len(table) == 2 * len(picture.cloud.points)
    assert table["selected"].sum() == 4
    np.testing.assert_allclose(table["x"][: len(picture.cloud.points)], picture.projection.coordinates[0][:, 0])
    spoiled = table.assign(text=["=1+1"] * len(table))
    from dashboard.kit.exports import csv

    assert "'=1+1" in csv(spoiled)
    assert ",=1" not in csv(spoiled)


def test_the_html_file_stands_alone_and_escapes_text(picture):
    import plotly.graph_objects as go

    page = export.html_page(go.Figure(), picture, [("<i>", "1", "2")], "<b>read</b>")
    body = page[page.rindex("</head>") :]
    assert "<i>" not in body
    assert "<b>read" not in body
    assert 'src="http' not in body
    assert len(page) > 1_000_000, "the drawing library is inside"


def test_hostile_words_stay_text_in_cards_and_figures(picture):
    from dataclasses import replace

    texts = ("<img src=x onerror=alert(1)>", *picture.cloud.points.texts[1:])
    hostile = replace(picture, cloud=replace(picture.cloud, points=replace(picture.cloud.points, texts=texts)))
    told = cards.cards(hostile, [0], {"before": 0}, "aligned")
    assert "<img" not in told
    assert "&lt;img" in told
    assert "<" not in plain(texts[0])


@pytest.mark.parametrize("points", [[], [0], [5, 70, 3], list(range(0, 2000, 3)), list(range(20_000))])
def test_a_selection_is_the_same_after_a_trip_through_the_address(points):
    written = lasso.written(points)
    assert lasso.read(written, 20_000) == sorted(points)
    assert len(written) <= 4500
    assert lasso.read(written, 4) == [one for one in sorted(points) if one < 4]


@pytest.mark.parametrize("text", ["z", "zAAAA", "z!!!", "1..2", "-1", "zeJztwTEBAAAAwqD1T20ND6AAAAAAAA", "٣"])
def test_a_damaged_selection_selects_nothing_or_little(text):
    assert isinstance(lasso.read(text, 100), list)
