"""The Align page as a person uses it, without a browser: every control, every URL, every kind of text."""

import json
from pathlib import Path

import pytest
from pages import fine, finished
from streamlit.testing.v1 import AppTest

import dashboard.pages.align.view  # noqa: F401  torch and Transformers are loaded before the clock of a page's run starts
from dashboard.kit import exports
from dashboard.kit.components import links
from dashboard.state.choices import KNOWN
from otcore.alignment.rules import RULES
from otcore.base.errors import InputError
from otcore.base.vectors import POOLINGS, UNITS
from otcore.encoders.sources import hub
from otcore.text.languages import LANGUAGES
from otcore.transport.costs import COSTS
from otcore.transport.masses import MASSES
from otcore.transport.solvers import SOLVERS

APP = Path(__file__).resolve().parents[1] / "streamlit_app.py"
TEN_WORDS = "one two three four five six seven eight nine ten "


def opened(**url: str) -> AppTest:
    app = AppTest.from_file(str(APP), default_timeout=300)
    app.query_params.update(url)
    return fine(app.run())


def own(first: str, second: str, **url: str) -> AppTest:
    return opened(sentence="own", text1=first, text2=second, **url)


def sentences(app: AppTest, key: str = "sentences_a") -> dict:
    """What the sentence component was given."""
    component = next(element for element in app.get("bidi_component") if element.key == key)
    return json.loads(component.proto.json or component.proto.mixed.json)


def words(app: AppTest) -> tuple[list[str], list[str]]:
    data = sentences(app)
    return tuple([word["text"] for word in data[side]["words"]] for side in ("source", "target"))


def figures(app: AppTest) -> list[dict]:
    return [json.loads(element.proto.spec) for element in app.get("plotly_chart")]


def page_html(app: AppTest) -> str:
    return "\n".join(element.proto.body for element in app.get("html"))


def url(app: AppTest) -> dict[str, str]:
    return {key: value[-1] if isinstance(value, list) else value for key, value in app.query_params.items()}


@pytest.fixture(scope="module")
def first_run():
    return opened()


@pytest.fixture(scope="module")
def all_defaults():
    """What an address means that leaves everything out but says something: another view than a first visit's."""
    return opened(sentence="g001")


def test_the_lexicon_is_offered_and_told_where_the_encoder_has_one():
    costs = opened(sentence="g001", view="cost")
    assert any("has a share of 20% in each cell" in caption.value for caption in costs.caption)
    without = fine(costs.slider(key="lexicon").set_value(0.0).run())
    assert url(without)["lexicon"] == "0.0"
    assert not any("lexicon" in caption.value for caption in without.caption)
    base = opened(sentence="g001", view="cost", encoder="base")
    assert not any(slider.key == "lexicon" for slider in base.slider)
    assert not any("lexicon" in caption.value for caption in base.caption)


def test_first_run_is_a_finished_example(first_run):
    source, target = words(first_run)
    assert (source[0], target[0]) == ("She", "Sie")
    assert sentences(first_run)["lines"]
    plan, sweep = figures(first_run)
    assert plan["layout"]["title"]["text"] == "Transported mass between words"
    assert "AER" in sweep["layout"]["title"]["text"]
    assert all(name in page_html(first_run) for name in ("transport cost", "marginal error", "iterations", "AER"))
    table = first_run.dataframe[0].value
    assert {"source", "target", "confidence", "gold"} <= set(table.columns)
    assert not [*first_run.error, *first_run.warning]
    assert url(first_run) == {}, "the view of a first visit has a plain address"


def test_a_first_visit_is_one_view_and_an_address_of_old_means_another(all_defaults):
    assert words(all_defaults)[0][0] == "My"
    assert url(all_defaults) == {"sentence": "g001"}, "an empty address means the first example"
    assert words(opened(epsilon="0.2"))[0][0] == "My", "addresses made before there was an example left g001 out"
    app = fine(opened().button(key="step▶").click().run())
    assert url(app) == {"sentence": "g129"}
    fine(app.button(key="step◀").click().run())
    assert url(app) == {}
    nonsense = opened(sentence="g999", layer="abc")
    assert (url(nonsense), words(nonsense)[0][0]) == ({}, "She"), "of which nothing is understood, so it is no address"


def test_charts_have_words_for_screen_readers(first_run):
    for chart in first_run.get("plotly_chart"):
        assert len(chart.proto.alt) > 40


def test_all_files_are_offered(first_run):
    assert [button.proto.label for button in first_run.get("download_button")] == ["Pharaoh", "CSV", "JSON"]


@pytest.mark.slow
def test_every_language_opens():
    for code in LANGUAGES:
        app = opened(target=code)
        assert sentences(app)["target"]["lang"] == code
        assert sentences(app)["target"]["dir"] == LANGUAGES[code].direction


@pytest.mark.parametrize(("source", "target"), [("ar", "ja"), ("tr", "zh")])
def test_two_languages_neither_english(source, target):
    app = opened(source=source, target=target)
    assert any("chained through English" in caption.value for caption in app.caption)
    assert "AER" in page_html(app)


def test_a_language_with_itself_has_no_gold():
    app = opened(source="de", target="de")
    assert "AER" not in page_html(app)
    assert "gold" not in app.dataframe[0].value.columns
    assert {line["status"] for line in sentences(app)["lines"]} <= {"link", "faint"}


def test_changing_language_and_sentence_changes_words_and_address():
    app = opened(mark="1-1")
    fine(app.selectbox(key="target").select("fr").run())
    assert url(app) == {"target": "fr"}, "a mark on the old words is gone"
    assert sentences(app)["target"]["lang"] == "fr"
    before = words(app)
    fine(app.selectbox(key="sentence").select("g007").run())
    assert words(app) != before
    assert url(app) == {"target": "fr", "sentence": "g007"}


def test_buttons_walk_through_the_collection():
    app = opened(target="es", mark="0-0")
    fine(app.button(key="step▶").click().run())
    assert url(app)["sentence"] == "g002"
    fine(app.button(key="step◀").click().run())
    assert "sentence" not in url(app)
    assert "mark" not in url(app)
    fine(app.button(key="stepRandom").click().run())
    assert url(app)["sentence"] != "g001"


def test_swap_turns_the_pair_round(first_run):
    app = fine(opened().button(key="swap").click().run())
    assert words(app) == words(first_run)[::-1]


def test_tags_narrow_the_list_and_impossible_ones_are_let_go():
    app = opened(tags="idiom")
    assert len(app.selectbox(key="sentence").options) < 100
    assert words(app)[0][0] != "My"
    app = opened(tags="idiom,no-such-tag")
    assert url(app) == {}
    assert "tags" in app.info[0].value


@pytest.mark.parametrize(
    ("field", "choices"),
    [("solver", SOLVERS), ("links", RULES), ("cost", COSTS), ("masses", MASSES), ("pooling", POOLINGS), ("unit", UNITS)],
)
def test_every_choice_of_a_control_works(field, choices):
    app = opened(target="fr", unit="subword" if field == "unit" else "word")
    for choice in choices:
        fine(app.selectbox(key=field).select(choice).run())
        assert url(app).get(field, KNOWN[field].default) == choice
        assert sentences(app)["lines"]
        assert not app.error


def test_layers_change_the_plan():
    app = opened(sentence="g002")
    masses = []
    for layer in (0, 2):
        fine(app.selectbox(key="layer").select(layer).run())
        masses.append(figures(app)[0]["data"][0]["z"])
    assert masses[0] != masses[1]
    assert url(app) == {"sentence": "g002", "layer": "2"}


def test_epsilon_sharpens_the_plan():
    app = opened(sentence="g002")
    numbers = []
    for epsilon in (0.02, 1.0):
        fine(app.select_slider(key="epsilon").set_value(epsilon).run())
        numbers.append(app.dataframe[0].value["confidence"].max())
    assert numbers[0] > numbers[1]
    assert url(app) == {"sentence": "g002", "epsilon": "1.0"}
    fine(app.toggle(key="relative").set_value(False).run())
    assert url(app) == {"sentence": "g002", "epsilon": "1.0", "relative": "0"}


def test_unbalanced_and_partial_have_their_own_sliders():
    app = opened(solver="unbalanced")
    fine(app.slider(key="penalty").set_value(0.05).run())
    fine(app.selectbox(key="solver").select("partial").run())
    fine(app.slider(key="mass").set_value(0.5).run())
    assert url(app) == {"solver": "partial", "penalty": "0.05", "mass": "0.5"}
    fine(app.selectbox(key="links").select("threshold").run())
    fine(app.select_slider(key="threshold").set_value(0.2).run())
    assert url(app)["threshold"] == "0.2"


def test_a_threshold_starts_at_the_rules_own_and_is_left_to_it():
    app = opened(links="threshold")
    shown = app.select_slider(key="threshold")
    assert (shown.value, shown.options.count("0.5"), url(app)) == (None, 1, {"links": "threshold"})
    fine(shown.set_value(0.2).run())
    fine(app.selectbox(key="links").select("softmax").run())
    assert app.select_slider(key="threshold").value is None
    assert app.select_slider(key="threshold").options[0] == "0.001"
    assert url(app) == {"links": "softmax"}


def test_views_of_the_matrix():
    app = opened()
    for view, title in (("cost", "Ground cost"), ("similarity", "Cosine similarity")):
        fine(app.button_group(key="view").set_value(view).run())
        assert figures(app)[0]["layout"]["title"]["text"].startswith(title)


def test_gold_overlay_off_leaves_plain_links():
    app = fine(opened().toggle(key="gold").set_value(False).run())
    assert {line["status"] for line in sentences(app)["lines"]} <= {"link", "faint"}
    assert "AER" not in page_html(app)
    assert "gold" not in app.dataframe[0].value.columns


def test_the_weight_of_structure_is_a_dial_like_the_strength():
    """Its slider changes the plan, the film may go over it, and so may the sweep; argmax against transport is one click."""
    app = opened(sentence="g001", solver="fused", film="alpha", sweep="alpha", epsilon="0.1", relative="1")
    film = sentences(app)["film"]
    assert film["sign"] == "α"
    frames = json.loads(film["frames"])
    assert [frame["value"] for frame in frames][:2] == ["0.0", "0.02"]
    assert frames[film["now"]]["shown"] == "α 0.07"
    plan, sweep = figures(app)
    assert sweep["data"][0]["x"][-1] == 1
    moved = figures(fine(app.slider(key="alpha").set_value(0.4).run()))[0]
    assert moved["data"][0]["z"] != plan["data"][0]["z"]
    plain = figures(fine(app.slider(key="alpha").set_value(0.0).run()))[0]
    assert plain["data"][0]["z"] == figures(opened(sentence="g001", solver="entropic", epsilon="0.1", relative="1"))[0]["data"][0]["z"]
    app = fine(app.button(key="against").click().run())
    told = url(app)
    assert (told["compare"], told["links"], told["unit"]) == ("1", "argmax", "subword")
    assert not {"links_b", "unit_b", "solver_b"} & told.keys(), "the default beside it"
    assert told.get("encoder_b", "aligned") == "aligned"
    counted = next(one.value for one in app.markdown if "Links of A and B" in one.value)
    assert "only A has" in counted
    assert "only B has" in counted


@pytest.mark.parametrize("solver", ["entropic", "exact"])
def test_sweeps(solver):
    app = opened(solver=solver)
    layers = len(app.selectbox(key="layer").options) - 1
    assert len(figures(app)[1]["data"][0]["x"]) == layers
    fine(app.button_group(key="sweep").set_value("epsilon").run())
    if solver == "exact":
        assert "no ε" in app.info[0].value
    else:
        assert figures(app)[1]["layout"]["xaxis"]["type"] == "log"


def test_side_by_side():
    app = opened(compare="1", encoder_b="aligned", solver_b="exact", links_b="argmax", target="tr")
    assert [heading.value[0] for heading in app.subheader if heading.value[1:2] == ":"] == ["A", "B"]
    assert sentences(app, "sentences_b")["source"] == sentences(app)["source"] or sentences(app, "sentences_b")["lines"]
    assert set(app.dataframe[0].value["in"]) <= {"A and B", "only A", "only B"}
    assert len(app.get("download_button")) == 6
    plans, sweeps = figures(app)[:2], figures(app)[2:]
    assert plans[0]["data"][0]["zmax"] == plans[1]["data"][0]["zmax"], "two plans are compared on one scale"
    assert [sweep["layout"]["title"]["text"][:3] for sweep in sweeps] == ["A: ", "B: "]
    fine(app.selectbox(key="solver_b").select("unbalanced").run())
    assert url(app)["solver_b"] == "unbalanced"


def test_an_address_restores_the_view():
    address = {
        "source": "ja", "target": "ar", "sentence": "g004", "solver": "unbalanced", "epsilon": "0.2", "penalty": "0.7", "unit": "subword",
        "links": "threshold", "threshold": "0.3", "view": "cost", "sweep": "epsilon", "mark": "1-2", "layer": "1", "gold": "0",
    }  # fmt: skip
    app = opened(**address)
    assert url(app) == address
    data = sentences(app)
    assert data["source"]["words"][1]["marked"]
    assert data["target"]["words"][2]["marked"]
    assert app.selectbox(key="layer").value == 1
    assert len(figures(app)[0]["layout"]["shapes"]) == 2


BAD = {
    "source": "xx", "target": "de\0", "sentence": "g999", "solver": "magic", "epsilon": "nan", "penalty": "-3", "mass": "9",
    "unit": "word\n", "links": "", "threshold": "2", "view": "<b>", "sweep": "x", "mark": "9e9-²", "layer": "1.5", "gold": "yes",
    "compare": "2", "encoder": " ", "text1": "x" * 20_001, "tags": "," * 600, "nonsense": "1",
}  # fmt: skip


def test_bad_fields_fall_back_one_by_one(all_defaults):
    app = opened(**BAD, cost="dot")
    assert url(app) == {"cost": "dot"}
    assert words(app) == words(all_defaults)


@pytest.mark.parametrize(
    ("mark", "pressed"),
    [
        ("99999-99999", []),
        ("-", []),
        ("0-", [("source", 0)]),
        ("-0", [("target", 0)]),
        ("00-00", [("source", 0), ("target", 0)]),
        ("99-0", [("target", 0)]),
    ],
)
def test_of_a_mark_what_points_nowhere_is_not_drawn(mark, pressed, all_defaults):
    app = opened(mark=mark)
    data, plain = sentences(app), sentences(all_defaults)
    sides = ("source", "target")
    assert [(side, place) for side in sides for place, word in enumerate(data[side]["words"]) if word["marked"]] == pressed
    assert len(figures(app)[0]["layout"].get("shapes", ())) == len(pressed), "what is marked is framed in the matrix"
    assert words(app) == words(all_defaults)
    assert [line | {"marked": False} for line in data["lines"]] == plain["lines"]
    assert len(app.dataframe[0].value) == len(all_defaults.dataframe[0].value)
    assert url(app) == {"mark": mark}


@pytest.mark.parametrize("layer", ["77", "1000", "-1"])
def test_a_layer_the_encoder_does_not_have(layer):
    assert "layer" not in url(opened(layer=layer))


@pytest.mark.parametrize("name", ["no-such-org/no-such-model", "/etc/passwd", "../..", "~", "a b c", "<script>", "x\0y", "é" * 200])
def test_an_encoder_that_cannot_be_had_gives_a_warning_and_the_default(name, all_defaults):
    app = opened(encoder=name)
    assert "Shown instead" in app.warning[0].value
    assert words(app) == words(all_defaults)
    assert sentences(app)["lines"] == sentences(all_defaults)["lines"]


def test_an_encoder_out_of_reach_is_asked_for_once_in_a_while(monkeypatch):
    asked = []

    def facts(name):
        asked.append(name)
        raise InputError(f"{name} is out of reach.")

    monkeypatch.setattr(hub, "ask", facts)
    app = opened(encoder="some-org/asleep")
    fine(app.toggle(key="gold").set_value(False).run())
    assert asked == ["some-org/asleep"]
    assert "is out of reach" in app.info[0].value.replace("\\", "")
    assert "Shown instead" in app.warning[0].value


def test_headings_name_what_sets_two_systems_apart():
    app = opened(compare="1", encoder_b="aligned", cost_b="dot")
    headings = [heading.value for heading in app.subheader if heading.value[1:2] == ":"]
    assert ["dot" in heading for heading in headings] == [False, True]
    assert "uniform" not in headings[0]


def test_own_text_has_no_gold_to_lay_over():
    assert own("a word", "ein Wort").toggle(key="gold").disabled


def test_a_folder_typed_as_encoder_is_refused_unless_listed(xlm_roberta, monkeypatch):
    app = opened(encoder=str(xlm_roberta))
    assert "may not be opened by this app" in app.warning[0].value
    monkeypatch.setenv("OTCORE_ENCODERS", str(xlm_roberta))
    app = opened(encoder=str(xlm_roberta))
    assert not any("Shown instead" in warning.value for warning in app.warning)
    assert app.selectbox(key="layer").options[-1] == "3 (last)"


@pytest.mark.parametrize(
    ("first", "second", "message"),
    [
        ("\ufeff\u200b", "ein Wort", "first text is empty"),
    ],
)
def test_texts_that_cannot_be_used_get_a_sentence(first, second, message):
    app = own(first, second)
    assert message in app.error[0].value
    assert not app.get("plotly_chart")


@pytest.mark.parametrize(("first", "sign"), [("a\0b", "U+0000"), ("two\x0blines", "U+000B"), ("bell \x07", "U+0007")])
def test_a_control_character_is_told_and_stands_in_nobodys_way(first, sign):
    app = own(first, "ein Wort")
    assert not app.error
    told = " ".join(entry.value for entry in app.info).replace("\\", "")
    assert f"The first text contains a control character ({sign})" in told
    assert app.get("plotly_chart")


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("word", "Wort"),
        (".", "…"),
        ("😀 👩‍👩‍👧 🇩🇪", "🎉"),
        ("abc שלום 12 \u202egnp.exe", "مرحبا hello ١٢"),
        ("<script>alert(1)</script><b>x</b>", "<img src=x onerror=alert(1)> &amp;"),
        ("**b** `c` $x^2$ :red[a] [l](javascript:alert(1)) :smile:", "# title\n- list\n| a | b |"),
        ("x" * 3_000, "y"),
        ("é e\u0301 ﬁ Å", "\u0301"),
        ("the the the the", "the the"),
        ("=1+1 @cmd", "\\frac{1}{2} %s {0} {{x}}"),
    ],
)
def test_texts_of_every_kind_are_aligned_and_stay_text(first, second):
    app = own(first, second)
    assert not app.error
    assert all(words(app))
    assert all(side["words"] for side in (sentences(app)["source"], sentences(app)["target"]))
    assert "<script" not in page_html(app)
    assert "<img" not in page_html(app)
    assert "<script" not in json.dumps(figures(app))


@pytest.mark.slow
@pytest.mark.parametrize("unit", UNITS)
def test_two_thousand_words(unit):
    app = own(TEN_WORDS * 200, "eins zwei drei vier fünf " * 400, unit=unit)
    assert not app.warning, "all of them are read, in windows"
    assert "first 120 words" in app.info[0].value
    assert len(words(app)[0]) == 120
    assert len(app.dataframe[0].value) >= 2_000
    assert "text1" not in url(app), "an address must not outgrow what servers take"
    assert any("too long for the address" in caption.value for caption in app.caption)


def test_own_text_is_typed_over_the_pair_that_is_shown():
    app = opened(target="fr", sentence="g009")
    before = words(app)
    assert app.text_area(key="text1").value.startswith("The comet could")
    fine(app.text_area(key="text1").input("A cat sleeps .").run())
    assert words(app)[0] == ["A", "cat", "sleeps", "."]
    assert words(app)[1] == before[1]
    assert (url(app)["sentence"], url(app)["text1"]) == ("own", "A cat sleeps .")
    fine(app.toggle(key="presplit").set_value(True).run())
    fine(app.text_area(key="text1").input("A cat's nap.").run())
    assert words(app)[0] == ["A", "cat's", "nap."]
    fine(app.button(key="back").click().run())
    assert words(app) == before
    fine(app.button(key="own").click().run())
    assert [app.text_area(key=key).value for key in ("text1", "text2")] == ["", ""]
    assert "Write or paste a sentence in English and one in French" in app.info[0].value
    assert not app.error, "nothing is wrong yet"


def test_any_language_by_name_or_code():
    app = opened()
    fine(app.selectbox(key="target").select("ko").run())
    assert url(app)["sentence"] == "own"
    assert "Write or paste a sentence in Korean above" in app.info[0].value
    assert app.text_area(key="text1").value.startswith("She put"), "the other side stays"
    fine(app.text_area(key="text2").input("약 두 알을 여덟 시간마다 먹어야 한다.").run())
    assert any("not trained on Korean" in warning.value for warning in app.warning)
    assert any("no word counts for Korean" in caption.value for caption in app.caption)
    assert all(line["opacity"] <= 0.45 for line in sentences(app)["lines"])
    assert any(word["unknown"] for word in sentences(app)["target"]["words"])
    assert "a guess" in page_html(app)
    other = own("ōme pahtli", "zwei Tabletten", source="nah")
    assert url(other)["source"] == "nah", "a code of no list"
    assert any("not trained on nah" in warning.value for warning in other.warning)


@pytest.mark.parametrize(
    ("code", "text", "looks"),
    [("ja", "우리 이모는 커피 머신을 끄지 않는다.", "Korean"), ("cs", "Moja ciotka nie wyłącza ekspresu do kawy.", "Polish")],
)
def test_a_wrong_language_is_asked_about(code, text, looks):
    app = own("My aunt does not turn off the coffee machine.", text, target=code)
    assert any(f"This looks like {looks}" in warning.value for warning in app.warning)
    assert all(line["opacity"] <= 0.45 for line in sentences(app)["lines"]), "no thick lines before that is answered"
    fine(app.button(key="keep_target").click().run())
    assert not any("looks like" in warning.value for warning in app.warning)
    assert max(line["opacity"] for line in sentences(app)["lines"]) > 0.45


def test_german_under_hindi_becomes_german_by_one_press():
    app = own("My aunt sleeps.", "Meine Tante schläft.", target="hi")
    fine(app.button(key="take_target").click().run())
    assert url(app).get("target", "de") == "de"
    assert not app.warning


def test_nothing_is_better_without_gold():
    app = own("a word", "ein Wort")
    assert not any("Lower AER" in caption.value for caption in app.caption)
    assert any("Lower AER" in caption.value for caption in opened().caption)


def test_context_beside_the_plan():
    app = opened(beside="source", sentence="g121", mark="2-")
    plan, moved, _ = figures(app)
    assert moved["layout"]["title"]["text"] == "English: what moves each word's vector"
    assert moved["layout"]["yaxis"]["ticktext"] == words(app)[0]
    assert len(moved["layout"]["shapes"]) == 1
    assert any(caption.value.startswith("“must” moves most, by ") for caption in app.caption)
    assert len(plan["data"][0]["z"]) > 0
    assert "one word has no context" in own("one", "eins", beside="target").info[0].value


def test_corrections_of_gold_are_judged_by_where_that_is_asked(tmp_path, monkeypatch, jobs):
    monkeypatch.setenv("OTCORE_NOTES", str(tmp_path / "notes.sqlite"))
    app = opened(draw="1", hand="=0-4 1-5")
    assert sentences(app)["hand"] == [[0, 4, True], [1, 5, True]]
    fine(app.button(key="hand_save").click().run())
    assert "no author" in app.error[0].value
    fine(app.text_input(key="notes_author").input("Ada").run())
    fine(app.button(key="hand_save").click().run())
    assert "links differ" in app.success[0].value
    assert app.toggle(key="corrected").value
    assert {line["status"] for line in sentences(app)["lines"]} >= {"false"}
    before = page_html(app)
    fine(app.toggle(key="corrected").set_value(False).run())
    assert page_html(app) != before


def test_what_is_saved_by_hand_is_what_stood_there_at_the_click(tmp_path, monkeypatch, jobs):
    """A name, or a link, and the press of the button may come before the page has been drawn with it."""
    monkeypatch.setenv("OTCORE_NOTES", str(tmp_path / "notes.sqlite"))
    app = own("a red cat", "eine rote Katze", draw="1", hand="=0-0")
    app.text_input(key="notes_author").input("Ada")
    app.session_state["hand"] = "=0-0 1-1 2-2"
    fine(app.button(key="hand_save").click().run())
    assert "Saved: 3 links" in app.success[0].value


def test_a_file_is_aligned_and_given_back(runs, jobs):
    app = opened(source="de", target="en", sentence="g002")
    app.file_uploader(key="batch_pairs").set_value([("mine.txt", b"das alte Haus ||| the old house\n", "text/plain")])
    fine(app.run())
    fine(app.button(key="batch_go").click().run())
    finished(app)
    assert any(text.value.startswith("**1 pair aligned**") for text in app.markdown)
    labels = [button.proto.label for button in app.get("download_button")]
    assert {"Links (Pharaoh)", "Pairs, links and scores (TSV)"} <= {*labels}
    app.file_uploader(key="batch_pairs").set_value([("bad.txt", b"one side only\n", "text/plain")])
    fine(app.run())
    fine(app.button(key="batch_go").click().run())
    assert "bad.txt, line 1" in app.error[0].value.replace("\\", "")


def test_a_moved_slider_draws_no_film_anew_and_no_file_is_made_before_it_is_asked_for(monkeypatch, jobs):
    """What thirty people at once cost the server."""
    made = []
    for place, name in ((links, "frames_of"), (exports, "as_json"), (exports, "csv")):
        plain = getattr(place, name)
        monkeypatch.setattr(place, name, lambda *given, name=name, plain=plain, **more: made.append(name) or plain(*given, **more))
    app = opened()
    assert made == ["frames_of"]
    for epsilon in (0.02, 0.2):
        fine(app.select_slider(key="epsilon").set_value(epsilon).run())
        assert json.loads(sentences(app)["film"]["frames"])[sentences(app)["film"]["now"]]["value"] == str(epsilon)
    assert made == ["frames_of"]
    fine(app.button(key="step▶").click().run())
    assert made == ["frames_of"] * 2
