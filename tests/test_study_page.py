"""The Study tab as a person uses it, without a browser, over tables written by hand."""

import json
import shutil
from pathlib import Path

import pytest
from pages import fine, go
from streamlit.testing.v1 import AppTest

from dashboard.pages.compare import study_tables
from dashboard.pages.compare.study_figures import Shown, change_figure, change_rows
from otcore.evaluation.study.table import DESCRIPTION, EXAMPLES, TABLE, Cell, cells, keep, open_table

APP = Path(__file__).resolve().parents[1] / "streamlit_app.py"
ROWS = {"untuned": "untuned", "word-ot": "WordOT", "l2": "L2 <b>"}
XNLI = {
    "name": "xnli",
    "label": "XNLI, a sample",
    "better": "higher",
    "trained": True,
    "measures": {"accuracy": "accuracy", "f1": "macro F1"},
    "of": {},
}
LINKS = {"name": "links", "label": "AER, test part", "better": "lower", "trained": False, "measures": {"aer": "AER"}, "of": {}}


@pytest.fixture
def folder(tmp_path, monkeypatch) -> Path:
    """A study of three rows and three seeds, of which the last row has one seed only, in a folder of studies."""
    monkeypatch.setenv("OTCORE_STUDIES", str(tmp_path))
    made = tmp_path / "mine"
    (made / "locks").mkdir(parents=True)
    told = {"plan": "paper", "label": "Mine", "about": "One of mine.", "encoder": "e5-small", "weights": "0"}
    tuning = {"languages": ["de"], "steps": 9, "pairs": 400, "files": []}
    described = told | {"tuning": tuning, "parts": [LINKS, XNLI], "rows": ROWS, "seeds": [0, 1, 2]}
    (made / "study.json").write_text(json.dumps(described))
    for row, gain, seeds in (("untuned", 0.0, 3), ("word-ot", 0.02, 3), ("l2", -0.05, 1)):
        for seed in range(seeds):
            level = 0.6 + 0.01 * seed + gain * (1 + seed / 10)
            scores = {code: {"accuracy": level - less, "f1": level - less - 0.01} for code, less in (("en", 0), ("de", 0.05), ("ru", 0.1))}
            chance = {code: {"accuracy": 0.34, "f1": 0.33} for code in scores}
            keep(made, Cell(row, seed, "xnli", scores, chance, 12.5))
            if row != "untuned" or seed == 0:
                keep(made, Cell(row, seed, "links", {"de": {"aer": 0.3 - gain}, "ru": {"aer": 0.4 - gain}}))
    return made


def opened(**url) -> AppTest:
    app = AppTest.from_file(str(APP), default_timeout=300)
    go(app, "compare")
    app.query_params.update({"cmp_part": "study"} | url)
    return fine(app.run())


def lines(app: AppTest) -> str:
    """What is written, without the marks that keep it from being markup."""
    return "\n".join(element.value for element in app.markdown).replace("\\", "")


def test_the_table_has_means_changes_verdicts_chance_and_what_was_published(folder):
    app = opened(st_part="xnli")
    assert "WordOT: accuracy 0.560 → 0.582 over all languages, +0.022 [+0.017, +0.027] over 3 seeds: better." in lines(app)
    assert any("L2 \\<b\\>" in element.value for element in app.markdown)
    assert "one seed so far" in lines(app)
    grid = app.dataframe[0].value.set_index("row")
    assert list(grid.index) == ["untuned", "WordOT", "L2 <b>", "chance"]
    assert grid.loc["WordOT", "verdict"] == "better"
    assert grid.loc["L2 <b>", "seeds"] == "1 of 3"
    assert grid.loc["chance", "mean of all"] == "0.340"
    assert any("published, F1 in %" in frame.value.columns for frame in app.dataframe)
    # 3 rows x 3 seeds of XNLI, links of the untuned encoder once
    told = next(iter(app.get("progress")))
    assert "12 of 16 cells; not running" in told.proto.text
    assert all(len(chart.proto.alt) > 40 for chart in app.get("plotly_chart"))


def test_parts_languages_and_measures_are_chosen_and_stand_in_the_address(folder):
    app = opened(st_over="seen", st_part="xnli", st_measure="f1")
    assert "WordOT: macro F1" in lines(app)
    assert "over languages seen in tuning and English" in lines(app)
    app = opened(study="mine")
    assert "WordOT: AER 0.350 → 0.330 over all languages, −0.020, the same for every seed: better" in lines(app)
    app.selectbox(key="st_part").set_value("xnli")
    app.run()
    assert app.query_params["st_part"] in ("xnli", ["xnli"])
    assert "accuracy" in lines(app)


def test_a_table_that_fills_is_seen_filling(folder):
    app = opened(st_part="xnli")
    keep(folder, Cell("l2", 1, "xnli", {code: {"accuracy": 0.5, "f1": 0.4} for code in ("en", "de", "ru")}))
    app.run()
    assert app.dataframe[0].value.set_index("row").loc["L2 <b>", "seeds"] == "2 of 3"


def test_files_hold_every_figure(folder):
    table = open_table(folder)
    rows = study_tables.cells_csv(folder).splitlines()
    assert len(rows) == 1 + sum(len(figures) for one in cells(folder) for figures in one.scores.values())
    assert json.loads(study_tables.as_json(table, folder))["study"]["rows"] == ROWS
    shown = Shown("xnli", "accuracy", "all")
    assert [row[0] for row in change_rows(table, shown)] == ["WordOT", "L2 <b>"]
    figure = change_figure(table, shown)
    assert "<b>" not in json.dumps(figure.to_plotly_json()["data"][0]["y"])
    assert figure.layout.xaxis.tickangle == 0, "turned numbers push the axis's title into the legend on a phone"


def test_one_seed_has_no_interval_and_is_not_called_several(tmp_path, monkeypatch):
    first = shutil.copytree(EXAMPLES / "paper", tmp_path / "first")
    cells_of_all = (first / TABLE).read_text(encoding="utf-8").splitlines(keepends=True)
    (first / TABLE).write_text("".join(line for line in cells_of_all if json.loads(line)["seed"] == 0), encoding="utf-8")
    described = json.loads((first / DESCRIPTION).read_text(encoding="utf-8")) | {"seeds": [0]}
    (first / DESCRIPTION).write_text(json.dumps(described), encoding="utf-8")
    shown = Shown("xnli", "accuracy", "all")
    (dots,) = [one for one in change_figure(open_table(first), shown).data if one.name]
    assert dots.name == "change, one seed"
    assert set(dots.customdata) == {"one seed"}
    monkeypatch.setenv("OTCORE_STUDIES", str(tmp_path))
    app = opened(study="first")
    assert any(element.value.replace("\\", "").endswith("; seed 0.") for element in app.caption)


def test_without_a_study_the_page_says_how_one_begins_and_damage_is_a_sentence(tmp_path, monkeypatch, folder):
    (folder / "table.jsonl").write_text("{")
    assert "cannot be read" in opened(study="mine").error[0].value
    monkeypatch.setenv("OTCORE_STUDIES", str(tmp_path / "none"))
    monkeypatch.setattr("otcore.evaluation.study.table.EXAMPLES", tmp_path / "none")
    app = opened()
    assert any("python -m otcore study --plan paper --data DIR" in one.value for one in app.code)
