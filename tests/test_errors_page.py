"""The Errors page as a person uses it, without a browser, over tiny encoders and a dozen sentences."""

import io
import json
import re
import zipfile
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest
from pages import fine, finished, go
from streamlit.testing.v1 import AppTest

from dashboard.background import visitors, work
from dashboard.background.jobs import Jobs
from dashboard.pages.errors import clicks, figures, notes_panel, pictures, report
from dashboard.pages.errors.choices import BY, CHOICES, FILTERS, ErrorsView, Filters
from dashboard.pages.errors.filtering import link_mask, remaining
from otcore.alignment.settings import AlignSettings
from otcore.analysis import sources
from otcore.analysis.analyse import analyse, cause_counts, draw, encode_pairs
from otcore.analysis.bins import AER, DIMENSIONS, TAG, Rate
from otcore.analysis.classes import CAUSES, OUTCOMES, RULES
from otcore.analysis.sources import FileFormat, keep
from otcore.base.errors import InputError
from otcore.corpora.collection import load_collection
from otcore.encoders import load_encoder
from otcore.notes.store import Correction, Note, NoteStore

APP = Path(__file__).resolve().parents[1] / "streamlit_app.py"
HOSTILE = '<img src=x onerror=alert(1)> "q" =1+1 `code` $x$ |'


@pytest.fixture(scope="module")
def few():
    """The collection with a dozen test sentences."""
    whole = load_collection()
    return replace(whole, entries=tuple(entry for entry in whole.entries if entry.split == "test")[:12])


@pytest.fixture(scope="module")
def studied(few, folders):
    """(corpus, analysis) of German and Japanese under both encoders."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sources, "load_collection", lambda: few)
        corpus = sources.bundled(("de", "ja"), "test")
    drawn = []
    for name in folders:
        encoder = load_encoder(name)
        drawn.append(draw(name, encoder, encode_pairs(encoder, corpus.pairs, None), AlignSettings()))
    return corpus, analyse(corpus.pairs, drawn)


@pytest.fixture
def store(monkeypatch, tmp_path):
    monkeypatch.setenv("OTCORE_NOTES", str(tmp_path / "notes.sqlite"))
    monkeypatch.setenv("OTCORE_RUNS", str(tmp_path / "runs"))
    return NoteStore(tmp_path / "notes.sqlite")


@pytest.fixture(scope="module")
def server():
    """Jobs and what is kept of them, one for the module: its texts are not the whole collection's."""
    return Jobs()


@pytest.fixture
def page(monkeypatch, few, folders, store, server):
    """Opens the page on two tiny encoders; further parts of the address may be given."""
    monkeypatch.setattr(sources, "load_collection", lambda: few)
    monkeypatch.setattr(work, "jobs", lambda: server)
    monkeypatch.setenv("OTCORE_ENCODERS", ",".join(folders))

    def opened(**url) -> AppTest:
        app = AppTest.from_file(str(APP), default_timeout=300)
        go(app, "errors")
        app.query_params.update({"encoder_ea": folders[0], "encoder_eb": folders[1], "er_part": "pairs"} | url)
        app.run()
        return finished(app)

    return opened


def count(app: AppTest) -> str:
    return next(element.value for element in app.markdown if "remain." in element.value)


def pairs_left(app: AppTest) -> int:
    return int(re.match(r"\*\*(\d+) of", count(app))[1])


def listed(app: AppTest):
    return next(frame.value for frame in app.dataframe if "main cause" in frame.value.columns)


def view(**changes) -> ErrorsView:
    return replace(ErrorsView(), **changes)


def test_opening_shows_a_finished_analysis(page):
    app = page(er_part="overview")
    assert not app.error
    assert count(app).startswith("**12 of 12 pairs**")
    charts = app.get("plotly_chart")
    titles = [json.loads(chart.proto.spec)["layout"]["title"]["text"] for chart in charts]
    assert titles == [
        "Wrong links by cause",
        "Share of links wrong, by cause and language",
        "Sentence pairs by AER",
        "B: links wrong, by word frequency",
    ]
    assert all(len(chart.proto.alt) > 30 for chart in charts)
    assert not app.dataframe, "each part of the page stands alone"
    shown = next(element.proto.body for element in app.get("html") if "judged links" in element.proto.body)
    values = {name: int(value.replace(",", "")) for name, value in re.findall(r"<dt>([\w ]+)</dt><dd class=\"value\">([\d,]+)</dd>", shown)}
    assert values["judged links"] == values["hit"] + values["missed"] + values["false"], "the number counts what it says"


def test_each_part_of_the_page_shows_what_it_is_named_after(page):
    app = page()
    charts = [json.loads(chart.proto.spec) for chart in app.get("plotly_chart")]
    assert [chart["layout"]["title"]["text"] for chart in charts] == ["A: transported mass", "B: transported mass"]
    frame = listed(app)
    assert list(frame["AER B"]) == sorted(frame["AER B"], reverse=True)
    fine(app.segmented_control(key="er_parts_pairs").set_value("changed").run())
    assert any("Most improved" in element.value for element in app.markdown)
    fine(app.segmented_control(key="er_parts_changed").set_value("report").run())
    labels = [button.proto.label for button in app.get("download_button")]
    assert {"HTML report", "Markdown report", "Remaining links as CSV"} <= set(labels)
    assert any("when" in frame.value.columns and len(frame.value) == len(RULES) for frame in app.dataframe), "the rules are on the page"


def test_filters_combine_live_in_the_address_and_say_what_remains(page):
    app = page()
    everything = pairs_left(app)
    fine(app.multiselect(key="er_outcomes").set_value(["missed"]).run())
    missed = count(app)
    fine(app.multiselect(key="er_causes").set_value(["punctuation"]).run())
    assert pairs_left(app) <= everything
    assert count(app) != missed
    assert app.query_params["er_causes"] in ("punctuation", ["punctuation"])
    again = page(er_outcomes="missed", er_causes="punctuation")
    assert count(again) == count(app)
    fine(app.button(key="er_clear").click().run())
    assert pairs_left(app) == everything
    assert "er_causes" not in app.query_params


def test_every_filter_is_drawn_from_its_declaration(page):
    app = page(er_over="de,ja")
    drawn = {element.key for kind in ("multiselect", "selectbox", "text_input") for element in getattr(app, kind)}
    assert set(map(CHOICES.key, CHOICES.at(FILTERS))) <= drawn


def test_a_search_a_bin_and_an_impossible_filter(page):
    app = page(er_find="^(my|we)\\b", er_bins="length:2,nonsense:9,frequency:77")
    assert 0 < pairs_left(app) < 12
    assert any("sentence length" in button.label for button in app.button)
    app = page(er_find="zzzz")
    assert pairs_left(app) == 0
    assert "take one away" in app.info[0].value


@pytest.mark.parametrize("pattern", ["(", "[a"])
def test_a_bad_search_is_told_in_a_sentence(page, pattern):
    app = page(er_find=pattern)
    assert "regular expression" in app.error[0].value
    assert app.text_input(key="er_find").value == pattern


def test_a_bad_address_falls_back_field_by_field(page):
    app = page(er_over="xx", er_causes="nonsense", er_sort="up", er_pair="de:nobody", er_mark="99-99", er_side="C", er_kept="gone")
    assert count(app).startswith("**12 of 12 pairs**")
    assert not app.error


def test_next_and_previous_walk_the_list_and_have_keys(page):
    app = page()
    order = list(listed(app)["pair"])
    assert {button.key: button.proto.shortcut for button in app.button if button.key in ("er_next", "er_previous")} == {
        "er_next": "n",
        "er_previous": "p",
    }
    fine(app.button(key="er_next").click().run())
    assert app.query_params["er_pair"] in (order[1], [order[1]])
    fine(app.button(key="er_previous").click().run())
    fine(app.button(key="er_previous").click().run())
    assert app.query_params["er_pair"] in (order[-1], [order[-1]])


def test_the_rules_speak_of_a_marked_link(page, studied):
    corpus, analysis = studied
    table = analysis.systems[1].table
    row = int((table.outcome == 1).nonzero()[0][0])
    key, mark = corpus.keys[table.pair[row]], f"{table.source[row]}-{table.target[row]}"
    app = page(er_pair=key, er_mark=mark)
    rule = next(rule for rule in RULES if rule.key == CAUSES[table.cause[row]])
    assert any(f"missed, **{rule.name}**" in element.value for element in app.markdown)


def test_one_system_alone(page):
    app = page(er_two="0")
    assert not [element for element in app.markdown if "Most improved" in element.value]
    assert len(app.get("plotly_chart")) == 1
    assert "of A remain" in count(app)
    assert "What B changed" not in app.segmented_control(key="er_parts_pairs").options


def test_a_note_is_written_found_filtered_and_deleted(page, store):
    app = page(er_pair="de:g002")
    app.text_input(key="notes_author").set_value("Ann").run()
    next(box for box in app.text_area if box.label == "Comment").set_value(HOSTILE)
    next(box for box in app.selectbox if box.label == "Tag").set_value("ambiguous")
    fine(next(button for button in app.button if button.label == "Save note").click().run())
    (note,) = store.notes("bundled")
    assert (note.pair, note.author, note.tag, note.comment) == ("de:g002", "Ann", "ambiguous", HOSTILE)
    again = page(er_pair="de:g002", er_note="ambiguous")
    assert pairs_left(again) == 1
    shown = [element.proto.body for element in again.get("html") if "note-tag" in element.proto.body]
    assert "&lt;img src=x" in shown[0]
    assert "<img" not in shown[0]
    fine(again.button(key=f"delete_{note.uid}").click().run())
    assert store.notes("bundled") == []


def test_what_another_wrote_is_read_and_not_taken_away(page, store, monkeypatch):
    theirs, mine = (store.add(Note("bundled", "de:g002", who, "idiom"), who) for who in ("another", "me"))
    for place, who in enumerate(("another", "me")):
        store.correct(Correction("bundled", "de:g002", place, 0, "none", who), who)
    monkeypatch.setattr(visitors, "owner", lambda: "me")
    app = page(er_pair="de:g002")
    buttons = {button.key: button.disabled for button in app.button}
    assert buttons[f"delete_{theirs.uid}"]
    assert buttons["withdraw_de:g002_0_0"]
    with pytest.raises(InputError, match="This note belongs to another visitor"):  # as a browser that draws the button for itself may ask
        notes_panel._delete(store, theirs.uid)
    app = fine(page(er_pair="de:g002").button(key=f"delete_{mine.uid}").click().run())
    assert store.notes("bundled") == [theirs]
    fine(app.button(key="withdraw_de:g002_1_0").click().run())
    assert [one.author for one in store.corrections("bundled")] == ["another"]
    app = page(er_pair="de:g002")
    app.text_input(key="notes_author").set_value("Me").run()
    fine(next(button for button in app.button if button.label == "Save correction").click().run())
    assert "belongs to another visitor" in app.error[0].value
    assert [one.author for one in store.corrections("bundled")] == ["another"]


def test_a_note_without_a_name_is_told_and_kept_nowhere(page, store):
    app = page(er_pair="de:g002")
    next(box for box in app.text_area if box.label == "Comment").set_value("hello")
    fine(next(button for button in app.button if button.label == "Save note").click().run())
    assert "name" in app.error[0].value
    assert store.notes("bundled") == []


def test_corrected_gold_changes_the_counts_and_not_the_original(page, store, few):
    before = page()
    gold = few.links["de"]["g002"]
    for i, j in sorted(gold.possible):
        store.correct(Correction("bundled", "de:g002", i, j, "none", "Ann"))
    assert count(page()) == count(before)
    after = page(er_fixed="1")
    assert count(after) != count(before)
    assert few.links["de"]["g002"] is gold


def test_own_files_under_an_unknown_language(page):
    id = keep([("p", b"a b ||| c d\nb <b>x</b> ||| d e\n"), ("g", b"1-1 2-2\n1-1\n")], FileFormat("bitext", "sw", "en", gold_base=1))
    app = page(er_data="own", er_files=id)
    assert count(app).startswith("**2 of 2 pairs**")
    assert not app.error
    long = keep([("p", b"a " + b"b" * 3_000 + b" ||| c d\n"), ("g", b"0-0\n")], FileFormat("bitext", "sw", "en"))
    told = "1 of 2 sentences is too long to be read whole: of 1 word only the beginning is read"
    assert any(told in element.value.replace("\\", "") for element in page(er_data="own", er_files=long).info)
    app = page(er_data="own", er_files="00000000000000000000")
    assert "give them again" in app.error[0].value
    app = page(er_data="own")
    assert "Analyse these files" in app.error[0].value
    fine(app.button(key="er_take").click().run())
    assert any("is missing" in error.value for error in app.error)


def test_kept_pairs_make_the_report(page):
    app = page(er_pair="de:g003")
    fine(app.button(key="er_keep").click().run())
    assert app.query_params["er_kept"] in ("de:g003", ["de:g003"])
    fine(app.segmented_control(key="er_parts_pairs").set_value("report").run())
    assert any("holds 1 pairs: those kept" in caption.value for caption in app.caption)


def test_a_pair_remains_only_with_a_link_that_passes_all_filters(studied):
    _, analysis = studied
    table = analysis.systems[1].table
    filters = Filters(outcomes=("missed",), causes=("punctuation", "function-word"), languages=("en-ja",), bins=("distance:0",))
    left = remaining(analysis, view(filters=filters), None, None)
    expected = {
        int(table.pair[row])
        for row in range(len(table))
        if OUTCOMES[table.outcome[row]] == "missed"
        and CAUSES[table.cause[row]] in filters.causes
        and table.distance[row] < 0.05
        and analysis.pairs[table.pair[row]].target.language == "ja"
    }
    assert set(left.pairs) == expected
    assert left.links == sum(left.rows)
    assert remaining(analysis, view(), [False] * len(analysis.pairs), None).pairs == ()
    assert link_mask(analysis, 1, Filters()).all()


@pytest.mark.parametrize("sort", ["aer", "improved", "harmed", "errors", "class", "order"])
def test_every_order_holds_every_pair(studied, sort):
    _, analysis = studied
    left = remaining(analysis, view(sort=sort), None, None)
    assert sorted(left.pairs) == list(range(len(analysis.pairs)))
    change = [float(analysis.systems[1].aer[p] - analysis.systems[0].aer[p]) for p in left.pairs]
    if sort == "improved":
        assert change == sorted(change)
    if sort == "harmed":
        assert change == sorted(change, reverse=True)


def test_a_click_sets_filters_and_the_same_click_takes_them_away(monkeypatch):
    state = {"er_side": "B", "er_causes": [], "er_outcomes": [], "er_bins": ["length:2"], "er_pair": "x", "er_mark": ""}
    point = ["er_causes=rare", "er_outcomes=missed", "er_side=A", 3]
    monkeypatch.setattr(clicks.state, "get", state.__getitem__)
    monkeypatch.setattr(clicks.state, "put", lambda **values: state.update(values))
    monkeypatch.setattr(clicks.state, "new_stamp", lambda: None)
    monkeypatch.setattr(clicks.state, "picked_point", lambda key: point)
    clicks.take_bar("chart")
    assert (state["er_causes"], state["er_outcomes"], state["er_side"], state["er_pair"]) == (["rare"], ["missed"], "A", "")
    clicks.take_bar("chart")
    assert (state["er_causes"], state["er_outcomes"], state["er_side"]) == ([], [], "A")
    point[:] = ["er_bins=length:4", "er_side=A", 4]
    clicks.take_bar("chart")
    assert state["er_bins"] == ["length:4"], "one bin of a dimension at a time"
    clicks.take_bar("chart")
    assert state["er_bins"] == []


def test_bars_hold_the_counts_and_what_a_click_means(studied):
    _, analysis = studied
    counts = [cause_counts(one.table) for one in analysis.systems]
    figure = figures.causes(counts, ["A<b>", "B"], 1, ("rare",), stamp=5)
    total = sum(sum(bar.x) for bar in figure.data)
    assert total == sum(int((one.table.outcome != 0).sum()) for one in analysis.systems)
    assert figure.data[3].customdata[0][1:] == ("er_outcomes=false", "er_side=B", 5) or list(figure.data[3].customdata[0])[1:] == [
        "er_outcomes=false",
        "er_side=B",
        5,
    ]
    assert any(label.startswith("➤") for label in figure.layout.yaxis.ticktext)
    assert "<b>" not in "".join(figure.data[0].hovertext).replace("<br>", "")
    rates = figures.rate_bars([Rate("1", 10, 2, 3), Rate("<i>", 0, 0, 0)], "length", ("t", "x"), "A")
    assert [bar.y[0] for bar in rates.data] == [20, 30]
    assert rates.layout.xaxis.ticktext[1] == "&lt;i&gt;"


def test_reports_hold_the_pairs_the_notes_and_the_figures_and_no_markup_of_people(studied):
    corpus, analysis = studied
    notes = [Note("bundled", corpus.keys[0], HOSTILE, HOSTILE, HOSTILE, 0, 0), Note("bundled", corpus.keys[0], "Bo", "", "pair")]
    page = report.html_report(analysis, corpus, (0, 13), notes)
    body = page[page.rindex("</head>") :]
    assert "<img" not in body
    assert "&lt;img src=x" in body
    assert 'src="http' not in body
    assert body.count("<svg") == 4
    assert "plotly" in page
    assert "McNemar" in body
    with zipfile.ZipFile(io.BytesIO(report.markdown_report(analysis, corpus, (0, 13), notes))) as archive:
        text = archive.read("errors.md").decode()
        shown = re.findall(r"\]\((.*?)\)", text)
        assert [*archive.namelist()] == ["errors.md", *shown], "every picture lies beside the text that shows it"
        assert len(shown) == 5
        for path in shown:
            ElementTree.fromstring(archive.read(path))
    assert "<img" not in text.replace("\\<img", "")
    assert "base64" not in text


def test_systems_differ_by_more_than_a_shade_and_keep_their_order_after_a_click(studied):
    _, analysis = studied
    counts, names = [cause_counts(one.table) for one in analysis.systems], ["A", "B"]
    first, second = (figures.causes(counts, names, side) for side in (0, 1))
    assert first.layout.yaxis.ticktext == second.layout.yaxis.ticktext
    assert [bar.x for bar in first.data] == [bar.x for bar in second.data]
    outlines = [[bar.marker.line.width for bar in figure.data] for figure in (first, second)]
    assert outlines == [[2, 2, 0, 0]] * 2, "A's bars are outlines, B's are not, whichever the filters are about"
    assert {bar.marker.opacity for bar in (*first.data, *second.data)} == {None}
    assert [bar.name[0] for bar in second.data] == ["○", "✕", "➤", "➤"]


def test_links_as_csv_are_all_there_and_no_formulas(studied):
    corpus, analysis = studied
    rows = analysis.systems[1].table.pair >= 0
    lines = report.links_csv(analysis, corpus, 1, rows).splitlines()
    assert len(lines) == 1 + len(analysis.systems[1].table)
    assert not any(cell.startswith(("=", "+", "@")) for line in lines for cell in line.split(","))


def test_a_picture_escapes_words_and_turns_arabic_around(folders, store):
    id = keep([("p", "نعم ||| <b> ja\n".encode()), ("g", b"0-1\n")], FileFormat("bitext", "ar", "de"))
    encoder = load_encoder(folders[0])
    pairs = sources.kept(id).pairs
    drawn = pictures.pair_svg(analyse(pairs, [draw("A", encoder, encode_pairs(encoder, pairs, None), AlignSettings())]), 0, 0)
    assert "&lt;b&gt;" in drawn
    (arabic,) = re.findall(r"<text[^>]*>نعم<", drawn)
    assert 'text-anchor="start"' in arabic  # of a right-to-left text the start is at its right
    assert 'direction="rtl"' in arabic


def test_errors_are_shown_by_every_dimension_but_the_figure_s_own():
    assert set(BY) == {*DIMENSIONS, TAG} - {AER}
