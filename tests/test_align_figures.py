"""What the Align page makes of a result, as pure functions: component data, figures, tables, files, escaping."""

import csv
import html
import io
import json
from dataclasses import replace

import numpy as np
import pytest

import dashboard.pages.registry  # noqa: F401  declares the choices of every page
from dashboard.kit import exports, markup
from dashboard.kit.components.links import data_of
from dashboard.kit.figures.plan import heatmap
from dashboard.kit.marks import Mark
from dashboard.kit.theme import STATUS
from dashboard.kit.word_view import DRAWN_WORDS, view_of
from dashboard.pages.align import tables
from dashboard.pages.align.figures import curve
from dashboard.state import choices
from dashboard.state.choices import KNOWN
from otcore.alignment.aligner import align_vectors
from otcore.alignment.settings import AlignSettings
from otcore.corpora.pharaoh import parse_links
from otcore.corpora.types import Links, Sentence, SentencePair
from otcore.encoders.vectors import WordVectors
from otcore.transport.solvers import make_solver

SETTINGS = AlignSettings(unit="word", masses="uniform")
GOLD = Links(frozenset({(0, 0), (2, 1)}), frozenset({(1, 1)}))


def vectors(words, dimensions, seed):
    noise = np.random.default_rng(seed).normal(0, 0.05, (len(words), dimensions))
    points = (np.eye(len(words), dimensions) + noise).astype(np.float32)
    return WordVectors(tuple(words), tuple(words), np.arange(len(words)), points)


def result(source, target, settings=SETTINGS, gold=None, languages=("en", "de")):
    """Word i of the source lies near word i of the target."""
    sides = [Sentence(code, " ".join(words), tuple(words)) for code, words in zip(languages, (source, target), strict=True)]
    dimensions = max(len(source), len(target))
    return align_vectors(SentencePair(*sides, gold), vectors(source, dimensions, 0), vectors(target, dimensions, 1), 3, settings)


def made(*arguments, with_gold=True, **options):
    return view_of(result(*arguments, **options), with_gold=with_gold)


@pytest.fixture(scope="module")
def plain():
    return made(["the", "cat", "the", "mat"], ["die", "Katze", "die", "Matte"])


@pytest.fixture(scope="module")
def judged():
    return made(["a", "b", "c"], ["x", "y"], gold=GOLD)


def trace(figure, name):
    return next(trace for trace in figure.data if trace.name == name)


def test_repeated_words_keep_cells_of_their_own(plain):
    figure = heatmap(plain, "plan", Mark())
    cells = figure.data[0]
    assert np.shape(cells.z) == (4, 4)
    np.testing.assert_allclose(cells.z, plain.result.plan.plan)
    assert list(figure.layout.yaxis.ticktext) == ["the", "cat", "the", "mat"]
    assert list(figure.layout.yaxis.tickvals) == [0, 1, 2, 3]
    assert list(figure.layout.xaxis3.ticktext) == ["die", "Katze", "die", "Matte"]


@pytest.mark.parametrize("kind", ["plan", "cost", "similarity"])
def test_each_kind_shows_its_own_numbers(plain, kind):
    values = {"plan": plain.result.plan.plan, "cost": plain.result.plan.problem.cost, "similarity": plain.result.similarity}[kind]
    np.testing.assert_allclose(heatmap(plain, kind, Mark()).data[0].z, values)


def test_click_layer_names_every_cell_by_its_words(plain):
    layer = trace(heatmap(plain, "plan", Mark(), stamp=7), "cells")
    assert list(map(tuple, layer.customdata)) == [(i, j, 7) for i in range(4) for j in range(4)]
    assert [(y, x) for x, y in zip(layer.x, layer.y, strict=True)] == [(i, j) for i in range(4) for j in range(4)]
    assert "cat → Katze" in layer.text[5]
    assert heatmap(plain, "plan", Mark()).data[0].hoverinfo == "skip", "else the click is the heatmap's and is lost"


def test_subwords_report_the_word_they_belong_to():
    pair = result(["un", "likely"], ["kaum"]).pair
    source = WordVectors(("un", "likely"), ("un", "like", "ly"), np.array([0, 1, 1]), np.eye(3, dtype=np.float32))
    target = WordVectors(("kaum",), ("kaum",), np.array([0]), np.ones((1, 3), np.float32))
    view = view_of(align_vectors(pair, source, target, 0, replace(SETTINGS, unit="subword")), with_gold=False)
    figure = heatmap(view, "plan", Mark(1))
    assert [place[0] for place in trace(figure, "cells").customdata] == [0, 1, 1]
    assert list(figure.layout.yaxis.ticktext) == ["un", "like", "ly"]
    assert (figure.layout.shapes[0].y0, figure.layout.shapes[0].y1) == (0.5, 2.5), "all pieces of the marked word"
    assert view.mass.shape == (2, 1)
    np.testing.assert_allclose(view.mass.sum(), 1)


def test_a_summed_plan_is_shown_and_read_between_words():
    """The plan is solved between pieces; matrix, masses, links and confidences are those of its sums."""
    pair = result(["un", "likely"], ["kaum", "ja"]).pair
    source = WordVectors(("un", "likely"), ("un", "like", "ly"), np.array([0, 1, 1]), np.eye(3, dtype=np.float32))
    target = WordVectors(("kaum", "ja"), ("kaum", "ja"), np.array([0, 1]), np.array([[0, 1, 0.9], [1, 0, 0]], np.float32))
    view = view_of(align_vectors(pair, source, target, 0, replace(SETTINGS, unit="summed")), with_gold=False)
    assert view.result.plan.plan.shape == (3, 2)
    figure = heatmap(view, "plan", Mark(1))
    assert np.shape(figure.data[0].z) == (2, 2)
    np.testing.assert_allclose(figure.data[0].z, [view.result.plan.plan[0], view.result.plan.plan[1:].sum(0)])
    assert list(figure.layout.yaxis.ticktext) == ["un", "likely"]
    assert [list(place)[:2] for place in trace(figure, "cells").customdata] == [[0, 0], [0, 1], [1, 0], [1, 1]]
    assert view.result.alignment.pairs == {(0, 1), (1, 0)}
    confident = {(link.source, link.target): link.confidence for link in view.result.alignment.links}
    assert confident[1, 0] == pytest.approx(view.share(1, 0))
    bars = [bar for bar in figure.data if bar.type == "bar"]
    assert [len(bar.y) for bar in bars] == [2, 2, 2, 2]


def test_marked_words_are_framed(plain):
    assert not heatmap(plain, "plan", Mark()).layout.shapes
    row, column = heatmap(plain, "plan", Mark(1, 2)).layout.shapes
    assert (row.y0, row.y1, row.x0, row.x1) == (0.5, 1.5, -0.5, 3.5)
    assert (column.x0, column.x1, column.y0, column.y1) == (1.5, 2.5, -0.5, 3.5)
    assert not heatmap(plain, "plan", Mark(99, 10**6)).layout.shapes


def test_margins_show_asked_and_moved_mass(plain):
    bars = [trace for trace in heatmap(plain, "plan", Mark()).data if trace.type == "bar"]
    assert sorted(bar.name for bar in bars) == ["asked mass", "asked mass", "moved mass", "moved mass"]
    for bar in bars:
        np.testing.assert_allclose(sum(bar.x if bar.orientation == "h" else bar.y), 1, atol=1e-6)


def test_gold_statuses_have_a_shape_and_a_colour_each(judged):
    assert {(row.source, row.target): row.status for row in judged.rows if row.source is not None and row.target is not None} == {
        (0, 0): "hit", (1, 1): "possible", (2, 1): "missed",
    }  # fmt: skip
    figure = heatmap(judged, "plan", Mark())
    for status, place in (("hit", (0, 0)), ("possible", (1, 1)), ("missed", (2, 1))):
        marks = trace(figure, status)
        assert (marks.y[0], marks.x[0]) == place
        assert (marks.marker.color, marks.marker.symbol) == STATUS[status][:2]
    assert len({look[:1] for look in STATUS.values()}) == len({look[1] for look in STATUS.values()}) == len(STATUS)


def test_figures_that_are_compared_share_a_scale(plain):
    assert [heatmap(plain, "cost", Mark(), top=top).data[0].zmax for top in (None, 3.0)] == [None, 3.0]
    assert heatmap(plain, "plan", Mark(), top=0.5).data[0].zmin == 0


def test_angle_brackets_and_long_words_in_figures():
    figure = heatmap(made(["<b>x</b>", "w" * 40], ["<script>", "a&b"]), "plan", Mark())
    ticks = [*figure.layout.yaxis.ticktext, *figure.layout.xaxis3.ticktext]
    assert ticks == ["&lt;b&gt;x&lt;/b&gt;", "w" * 17 + "…", "&lt;script&gt;", "a&amp;b"]
    assert "&lt;script&gt;" in trace(figure, "cells").text[0]
    assert "<script" not in figure.to_json()


def test_japanese_labels_run_from_top_to_bottom():
    figure = heatmap(made(["a", "b"], ["コーヒー", "<"], languages=("en", "ja")), "plan", Mark())
    assert list(figure.layout.xaxis3.ticktext) == ["コ<br>｜<br>ヒ<br>｜", "&lt;"]
    assert figure.layout.xaxis3.tickangle == 0


def test_long_sentences_are_drawn_in_part_and_listed_in_full():
    words = [f"w{k}" for k in range(DRAWN_WORDS + 40)]
    view = made(words, words)
    figure = heatmap(view, "plan", Mark())
    assert np.shape(figure.data[0].z) == (DRAWN_WORDS, DRAWN_WORDS)
    assert not any(trace.name == "cells" for trace in figure.data)
    assert len(figure.layout.xaxis3.ticktext) <= 40
    assert figure.layout.height < 2_000
    data = data_of(view, Mark(), name="x")
    assert len(data["source"]["words"]) == DRAWN_WORDS
    assert all(line["source"] < DRAWN_WORDS and line["target"] < DRAWN_WORDS for line in data["lines"])
    assert len(tables.links_table(view, Mark())[0]) >= len(words)


def test_component_data(judged):
    data = data_of(judged, Mark(), name="links")
    json.dumps(data)
    assert [word["text"] for word in data["source"]["words"]] == ["a", "b", "c"]
    assert [word["null"] for word in data["source"]["words"]] == [False, False, True]
    assert data["source"]["dir"] == "ltr"
    solid = {(line["source"], line["target"]): line for line in data["lines"] if line["status"] != "faint"}
    assert {place: line["status"] for place, line in solid.items()} == {(0, 0): "hit", (1, 1): "possible", (2, 1): "missed"}
    assert "confidence" in solid[0, 0]["hover"]
    assert data["source"]["words"][0]["hover"].startswith("a\n")
    widths = sorted((judged.mass[place], line["width"]) for place, line in solid.items())
    assert [width for _, width in widths] == sorted(width for _, width in widths), "more mass, wider line"


@pytest.mark.parametrize(
    ("mark", "pressed", "partners", "lines"),
    [
        (Mark(), [], [], []),
        (Mark(0, None), [("source", 0)], [("target", 0)], [(0, 0)]),
        (Mark(None, 1), [("target", 1)], [("source", 1)], [(1, 1), (2, 1)]),
        (Mark(1, 1), [("source", 1), ("target", 1)], [("source", 1), ("target", 1)], [(1, 1)]),
        (Mark(50, 50), [], [], []),
    ],
)
def test_component_marks(judged, mark, pressed, partners, lines):
    data = data_of(judged, mark, name="links")
    having = lambda flag: [(side, k) for side in ("source", "target") for k, word in enumerate(data[side]["words"]) if word[flag]]  # noqa: E731
    assert having("marked") == pressed
    assert having("partner") == partners
    assert sorted((line["source"], line["target"]) for line in data["lines"] if line["marked"]) == lines


def test_right_to_left_chips():
    data = data_of(made(["a"], ["قطة"], languages=("en", "ar")), Mark(), name="links")
    assert (data["target"]["dir"], data["target"]["lang"]) == ("rtl", "ar")


def test_a_plan_that_goes_everywhere_is_no_grey_cloud():
    words = [f"w{k}" for k in range(30)]
    settings = replace(SETTINGS, solver=replace(SETTINGS.solver, epsilon=10.0))
    assert len(data_of(made(words, words, settings), Mark(), name="x")["lines"]) < 60


def test_links_table_puts_marked_rows_first(judged):
    table, places = tables.links_table(judged, Mark(None, 1))
    assert list(table["marked"]) == ["➤", "➤", "", ""]
    assert places == [(1, 1), (2, 1), (0, 0), (2, None)]
    assert list(table["gold"]) == ["◆ possible", "○ missed", "● hit", "○ null"]
    assert list(table["target"])[-1] == "∅"


def test_difference_table_keeps_each_link_s_own_gold_status():
    first = made(["a", "b"], ["x", "y"], gold=Links(frozenset({(0, 0), (1, 1)})))
    nothing = replace(first.result, alignment=replace(first.result.alignment, links=()))
    table = tables.difference_table(first, view_of(nothing, with_gold=True))
    assert list(table["in"]) == ["only A", "only A"]
    assert list(table["gold"]) == ["● hit", "● hit"]
    assert table["confidence B"].isna().all()


def test_pharaoh_file_reads_back(judged):
    text = exports.pharaoh(judged)
    assert text.endswith("\n")
    assert parse_links(text.strip(), where="test").sure == judged.result.alignment.pairs


def test_csv_cells_are_never_formulas():
    table, _ = tables.links_table(made(["=1+1", "@x", "-2"], ["+3", "a,b", 'q"']), Mark())
    rows = list(csv.reader(io.StringIO(exports.csv(table))))
    cells = {cell for row in rows[1:] for cell in row[1:3]}
    assert cells >= {"'=1+1", "'@x", "'-2", "'+3", "a,b", 'q"'}
    assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r")) for cell in cells)


@pytest.mark.parametrize("solver", ["exact", "entropic", "debiased", "unbalanced", "partial"])
def test_json_is_complete(judged, solver):
    settings = replace(SETTINGS, solver=make_solver(solver))
    view = made(["a", "<b>", "c"], ["x", "y"], settings, gold=GOLD)
    content = json.loads(exports.as_json(view, "aligned"), parse_constant=lambda name: pytest.fail(f"{name} is not JSON"))
    assert content["source"]["words"] == ["a", "<b>", "c"]
    assert np.shape(content["plan"]) == np.shape(content["cost"]) == (3, 2)
    assert content["solver"]["kind"] == solver
    assert {(link["source"], link["target"]) for link in content["links"]} == view.result.alignment.pairs
    assert content["scores"]["sure"] == 2
    assert len(content["source_mass"]) == 3
    assert {"encoder", "layer", "unit", "epsilon", "converged", "marginal_error", "source_null"} <= set(content)


def test_sweep_marks_the_current_setting():
    figure = curve([0, 1, 2], {"AER": [0.5, 0.2, 0.3], "cost": [1.0, 2.0, 3.0]}, 1, title="t", x_title="layer")
    assert [trace.name for trace in figure.data] == ["AER", "cost", "now: 1"]
    assert list(figure.data[-1].x) == [1, 1]
    assert figure.layout.yaxis2.title.text == "cost"
    assert figure.data[0].line.dash != figure.data[1].line.dash, "told apart without colour"


@pytest.mark.parametrize("text", ["**b**", "[l](http://x)", ":red[a]", "$x$", "<b>", "# h", "1. a", "| a |", "a\n\nb", "`c`", "~~s~~"])
def test_markdown_is_escaped(text):
    escaped = markup.escape_markdown(text)
    assert escaped.replace("\\", "") == text.replace("\n", " ")
    assert all(escaped[place - 1] == "\\" for place, sign in enumerate(escaped) if sign in "*[](){}<>#$`~|:_!+-.&")


def test_html_is_escaped():
    hostile = "<script>x</script>\"'&"
    for piece in (
        markup.numbers([(hostile, hostile, hostile)]),
        markup.isolated(hostile, "ar"),
        markup.legend([(hostile, "red", "solid", hostile)], boxed=hostile),
    ):
        assert hostile not in piece
        assert "<script" not in piece
        assert hostile in html.unescape(piece)


def test_every_default_survives_its_own_check():
    for key, one in KNOWN.items():
        if one.default in ("", [], None) or key.startswith("encoder"):
            continue
        held = choices.start_of(one)
        assert choices.read(one, choices.written(one, held)) == held, key


def test_a_message_tells_a_files_name_and_not_where_it_lies(tmp_path):
    (tmp_path / "run-1").mkdir()
    told = markup.told(
        f"The run in {tmp_path}/run-1 cannot be read; {tmp_path}/run-1/weights is missing, half/half and https://a.b/c/d stay."
    )
    plain = told.replace("\\", "")
    assert plain == "The run in run-1 cannot be read; weights is missing, half/half and https://a.b/c/d stay."
    assert markup.told("/no/such/place/here *b*") == markup.escape_markdown("/no/such/place/here *b*"), (
        "what is not of this machine is user text"
    )
