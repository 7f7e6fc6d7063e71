"""The Space page as a person uses it, without a browser, over tiny encoders and few sentences."""

import base64
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
from dashboard.pages.space import cards, controls, export, lasso
from dashboard.pages.space.drawing import plain
from dashboard.pages.space.picture import Picture
from otcore.corpora.collection import load_collection
from otcore.encoders import load_encoder
from otcore.runs.example import example_runs
from otcore.space.measures import neighbourhoods
from otcore.space.own_vectors import keep_vectors
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


def pictures(app: AppTest) -> list:
    return [element for element in app.get("bidi_component") if element.key == "space_canvas"]


def given(app: AppTest, name: str = "space_canvas") -> dict:
    """What a component was given."""
    component = next(element for element in app.get("bidi_component") if element.key == name)
    return json.loads(component.proto.json or component.proto.mixed.json)


def cloud(app: AppTest) -> dict:
    return given(app, "space_canvas_cloud")


def places(pane: dict) -> np.ndarray:
    return np.frombuffer(base64.b64decode(pane["xy"]), np.float32)


def marked(app: AppTest) -> list[int]:
    return sorted({*given(app)["picked"], *given(app)["found"]})


def pick(app: AppTest, points: list[int]) -> AppTest:
    """As the component tells of a click."""
    app.session_state["sp_pick"] = lasso.written(points)
    return fine(app.run())


def html(app: AppTest) -> str:
    return "\n".join(element.proto.body for element in app.get("html"))


def text(app: AppTest, name: str) -> str:
    value = app.query_params[name]
    return value[-1] if isinstance(value, list) else value


def test_opening_shows_two_panes_over_the_same_points_with_numbers(page):
    app = page()
    assert not app.error
    found = cloud(app)
    assert found["names"] == ["English", "Arabic", "Japanese"]
    assert [pane["title"].split(":")[0] for pane in found["panes"]] == ["before", "after"]
    for pane in found["panes"]:
        assert len(places(pane)) == 2 * found["count"] == 2 * len(found["texts"])
        assert 0 <= places(pane).min() < places(pane).max() <= 1
    assert found["legend"]["byGroup"]
    assert "trustworthiness" in html(app)
    assert "language mixing" in html(app)
    assert "→" in html(app)
    assert len(given(app)["spoken"]) > 100
    assert len(app.get("download_button")) == 2


def test_a_click_sends_the_points_no_second_time(page):
    app = page()
    before = cloud(app)
    assert marked(pick(app, [3, 5])) == [3, 5]
    assert cloud(app) == before
    assert "xy" not in json.dumps(given(app))


def test_the_address_restores_the_view(page):
    app = page(sp_mode="one", sp_colour="rank", sp_lines="all", sp_find="the", sp_dims="3", sp_metric="euclidean", sp_classes="function")
    again = page(**{key: text(app, key) for key in app.query_params})
    assert (cloud(again), given(again)) == (cloud(app), given(app))
    assert cloud(app)["stride"] == 3
    assert given(app)["classes"] == [1]
    assert html(again) == html(app)


def test_a_bad_address_falls_back_field_by_field(page):
    app = page(sp_langs="xx", sp_dims="7", sp_method="magic", sp_pick="<script>", sp_seed="x", sp_colour="loud", sp_src="moon")
    assert list(app.multiselect(key="sp_langs").value) == ["en", "de", "ar", "ja"]
    assert cloud(app)["count"]
    assert not app.error


@pytest.mark.parametrize("colour", ["language", "class", "sentence", "tag", "gold", "null", "rank", "frequency"])
def test_every_colouring_draws_every_point_and_says_what_it_means(page, colour):
    app = page(sp_colour=colour)
    found = cloud(app)
    for pane in found["panes"]:
        colours = np.frombuffer(base64.b64decode(pane["colour"]), np.uint8)
        assert len(colours) == found["count"]
        assert colours.max() < len(found["palette"])
    legend = found["legend"]
    assert bool(legend["scale"]) == (colour == "frequency")
    if colour == "rank":
        assert "nearest (1)" in dict(map(tuple, legend["entries"]))


def test_words_have_classes_and_only_some_can_be_shown(page):
    app = page(sp_langs="en,de")
    found = cloud(app)
    kinds = dict(zip(found["texts"], np.frombuffer(base64.b64decode(found["kind"]), np.uint8).tolist(), strict=True))
    assert (kinds["."], kinds["the"], kinds["coffee"]) == (3, 1, 0)
    fine(app.multiselect(key="sp_classes").select("content").run())
    assert given(app)["classes"] == [0]


def test_a_part_of_a_word_marks_and_is_listed_with_neighbours_before_and_after(page):
    app = page(sp_find="OFFE")
    texts = cloud(app)["texts"]
    assert [texts[one] for one in marked(app)].count("coffee")
    assert all("offe" in texts[one].casefold() for one in marked(app))
    cards = html(app)
    assert "<dt>before</dt>" in cards
    assert "<dt>after</dt>" in cards
    assert "<mark>" in cards
    assert "1 − cos" in cards
    assert any("selected" in element.value for element in app.markdown)
    fine(app.button(key="clear_selection").click().run())
    assert app.text_input(key="sp_find").value == ""
    assert marked(app) == []


def test_a_bad_or_endless_pattern_is_told_and_the_picture_stays(page):
    app = page(sp_find="(", sp_regex="1")
    assert "is not a regular expression" in app.error[0].value
    assert cloud(app)["count"]
    fine(app.text_input(key="sp_find").set_value("nowhere-at-all").run())
    assert "No point plotted" in app.info[0].value


def test_points_picked_on_the_picture_go_into_the_address(page):
    app = pick(page(), [1, 4])
    assert text(app, "sp_pick") == "1.4"
    assert marked(app) == [1, 4]


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
    assert not pictures(app)


def test_one_language_alone_is_a_sensible_picture(page):
    app = page(sp_langs="ja", sp_mode="one")
    assert cloud(app)["names"] == ["Japanese"]
    assert "–" in html(app)


@pytest.mark.slow
def test_umap_two_states_and_the_note_on_distances(page):
    app = page(sp_method="umap", sp_neighbours="6")
    assert "UMAP" in cloud(app)["panes"][0]["axes"]
    assert any("mean nothing" in caption.value for caption in app.sidebar.caption)


def test_a_long_fit_shows_how_far_it_is_can_be_cancelled_and_blocks_no_other_page(page, monkeypatch, jobs):
    gate = threading.Event()
    monkeypatch.setattr(waiting, "AT_ONCE", 0.01)
    plain = cached.project

    def slow(states, settings, *, same_space, tell=None, known=()):
        while tell and not gate.wait(0.01):
            tell(0.5, "laying out")
        return plain(states, settings, same_space=same_space, tell=tell, known=known)

    monkeypatch.setattr(cached, "project", slow)
    app = page(wait=False, sp_seed="7")
    fine(app.run())
    assert not pictures(app)
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
    assert cloud(app)["count"]


def test_pca_stands_there_until_umap_is_ready(page, monkeypatch, jobs):
    gate, plain = threading.Event(), cached.project
    monkeypatch.setattr(waiting, "AT_ONCE", 0.01)

    def slow(states, settings, *, same_space, tell=None, known=()):
        while settings.method.slow and not gate.wait(0.01):
            tell(0.5, "laying out")
        return plain(states, settings, same_space=same_space, tell=tell, known=known)

    monkeypatch.setattr(cached, "project", slow)
    app = page(wait=False, sp_method="umap", sp_neighbours="6")
    for _ in range(200):
        if pictures(app):
            break
        time.sleep(0.05)
        fine(app.run())
    assert "PC 1" in cloud(app)["panes"][0]["axes"]
    assert any("until UMAP is there" in caption.value for caption in app.caption)
    gate.set()
    assert "UMAP" in cloud(finished(app.run()))["panes"][0]["axes"]


def test_own_text_is_plotted_and_its_absence_is_a_hint(page):
    app = page(wait=False, sp_src="text")
    assert not app.error
    assert "Paste or upload" in app.info[0].value
    app.text_area(key="sp_pasted").set_value("Der Hund bellt laut.\nDas <b>Haus</b> ist rot.")
    app.selectbox(key="sp_own_code").set_value("de")
    app = finished(app.button(key="sp_add").click().run())
    found = cloud(app)
    assert {"Hund", "bellt", "Haus"} <= {*found["texts"]}
    assert found["names"] == ["German"]
    assert found["about"][0] == "line 1"


def test_own_vectors_are_plotted_before_and_after(page, tmp_path):
    assert "Upload your vectors" in page(wait=False, sp_src="vectors").info[0].value
    x = np.random.default_rng(0).normal(size=(40, 6)).astype(np.float32)
    for name, values in (("one.npy", x), ("two.npy", x[::-1])):
        np.save(tmp_path / name, values)
    table = "text,language,id\n" + "".join(f"word {k},{'en' if k % 2 else 'de'},{k // 2}\n" for k in range(40))
    files = [(name, (tmp_path / name).read_bytes()) for name in ("one.npy", "two.npy")]
    key = keep_vectors(files, ("table.csv", table.encode()))
    app = page(sp_src="vectors", sp_vectors=key)
    found = cloud(app)
    assert [pane["title"] for pane in found["panes"]] == ["before: one.npy", "after: two.npy"]
    assert found["names"] == ["German", "English"]
    assert found["texts"][:2] == ["word 0", "word 2"]
    assert len(base64.b64decode(found["links"])) == 20 * 2 * 4


def test_a_film_gives_all_frames_and_tells_the_measures_of_where_it_rests(page, tmp_path):
    run = made_run(tmp_path / "runs" / "learns")
    app = page(sp_mode="film", run=run.name)
    found = cloud(app)
    assert found["film"]
    assert found["steps"] == [0, 20, 40]
    assert len(found["panes"]) == 3
    assert given(app)["frame"] == 2
    last = html(app)
    assert "held-out AER" in last
    app.session_state["sp_step"] = 0
    app = finished(app.run())
    assert text(app, "sp_step") == "0"
    assert cloud(app) == found
    assert given(app)["frame"] == 0
    assert html(app) != last
    assert ">0.300<" in html(app)
    titles = [json.loads(one.proto.spec)["layout"]["title"]["text"] for one in app.get("plotly_chart")]
    assert titles == ["Measures along the run"]


def test_a_film_opens_on_the_example_where_there_is_no_run(page):
    app = page(sp_mode="film")
    assert app.selectbox(key="run").value == example_runs()[0].name
    assert app.selectbox(key="run").options == [f"{one.name} (example)" for one in example_runs()]
    assert len(cloud(app)["steps"]) >= 10
    assert "held-out AER" in html(app)


def test_a_film_without_any_run_says_where_runs_come_from(page, monkeypatch):
    monkeypatch.setattr(controls, "example_runs", lambda: ())
    app = page(sp_mode="film")
    assert not app.error
    assert all("Fine-tune" in one.value.replace("\\", "") for one in app.info)


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


@pytest.mark.parametrize("text", ["z", "kept0123456789ab", "zAAAA", "z!!!", "1..2", "-1", "zeJztwTEBAAAAwqD1T20ND6AAAAAAAA", "٣"])
def test_a_damaged_selection_selects_nothing_or_little(text):
    assert isinstance(lasso.read(text, 100), list)
