"""Studies over a tiny encoder: the grid fills, goes on where it ended, is shared between processes, and is read with honest intervals."""

import json
import shutil
from dataclasses import replace

import numpy as np
import pytest
from filelock import FileLock
from scipy import stats

from otcore.base.errors import InputError
from otcore.base.progress import Stopped
from otcore.cli import main
from otcore.corpora.collection import load_collection
from otcore.evaluation.study import part as parts
from otcore.evaluation.study.part import LinksPart, TaskPart
from otcore.evaluation.study.plan import PLANS, UNTUNED, Study
from otcore.evaluation.study.running import work
from otcore.evaluation.study.table import TRAINING, Cell, Table, at_work, begin, cells, keep, open_table, studies
from otcore.evaluation.study.verdicts import as_text, sentences
from otcore.evaluation.transfer.settings import TransferSettings
from otcore.evaluation.transfer.sources import Sources
from otcore.results import making

TUNING = {"languages": ("de",), "steps": 2, "pairs": 8, "batch": 4, "evaluate_every": 0, "snapshot_every": 0, "checkpoint_every": 1}


@pytest.fixture
def study(xlm_roberta, monkeypatch) -> Study:
    """Two objectives, one of them a map, two seeds, links and topics, of a dozen sentences."""
    whole = load_collection()
    few = replace(whole, entries=tuple(entry for entry in whole.entries if entry.split == "test")[:12])
    monkeypatch.setattr(parts, "load_collection", lambda: few)
    topics = TaskPart(
        "topics", TransferSettings(epochs=1, train_examples=40, dev_examples=20, test_examples=8), Sources(languages=("en", "de", "ja"))
    )
    found = (LinksPart("links", "AER", ("de", "ja")), topics)
    return Study("tiny", "Tiny", "A tiny one.", str(xlm_roberta), TUNING, found, (UNTUNED, "word-ot", "linear"), (0, 1))


def plain(folder) -> dict:
    """The figures of a table by their places; seconds differ from run to run."""
    return {one.place: (one.scores, one.chance, one.state) for one in cells(folder)}


def test_the_grid_fills_once_and_has_one_line_a_cell(study, tmp_path, monkeypatch):
    told = []
    assert work(tmp_path / "a", study, done=told.append)
    table = open_table(tmp_path / "a")
    lines = (tmp_path / "a" / "table.jsonl").read_text().splitlines()
    assert len(lines) == len({one.place for one in told}) == len(told)
    # untuned links once for both seeds, all else for each; and four trainings
    assert table.finished == table.wanted == 1 + 2 + 2 * 2 * 2
    assert set(table.trainings) == {(row, seed) for row in ("word-ot", "linear") for seed in (0, 1)}
    assert {code for one in told if one.part != TRAINING for code in one.scores} == {"en", "de", "ja"}
    assert all(0 <= value <= 1 for one in told for figures in one.scores.values() for value in figures.values())
    assert table.average("word-ot", "links", "all", "aer").seeds == 2
    assert not list((tmp_path / "a" / "runs").rglob("model.safetensors")), "weights go once they are measured"

    monkeypatch.setattr(making, "EXAMPLES", tmp_path / "examples")
    making.keep_study(tmp_path / "a")
    kept = open_table(tmp_path / "examples" / "a")
    assert (kept.finished, kept.print()) == (table.finished, table.print())

    before = (tmp_path / "a" / "table.jsonl").read_bytes()
    assert work(tmp_path / "a", study, done=lambda cell: pytest.fail(f"{cell.place} was made again"))
    assert (tmp_path / "a" / "table.jsonl").read_bytes() == before


def test_one_that_was_ended_goes_on_and_has_the_same_figures(study, tmp_path):
    study = replace(study, seeds=(0,))
    work(tmp_path / "whole", study)
    wanted, begun = plain(tmp_path / "whole"), 0
    for _ in range(len(wanted)):  # a kill after every single cell

        def end(cell):
            raise Stopped

        try:
            work(tmp_path / "parts", study, done=end)
            break
        except Stopped:
            begun += 1
            assert len(cells(tmp_path / "parts")) == begun
    assert work(tmp_path / "parts", study)
    assert plain(tmp_path / "parts") == wanted


def test_what_another_process_works_on_is_left_to_it(study, tmp_path):
    study = replace(study, seeds=(0,))
    begin(tmp_path, study)
    with FileLock(tmp_path / "locks" / "word-ot-0"):
        assert at_work(tmp_path) == ["word-ot-0"]
        assert not work(tmp_path, study), "others are at work"
        assert {one.row for one in cells(tmp_path)} == {UNTUNED, "linear"}
    assert at_work(tmp_path) == []
    assert work(tmp_path, study)
    assert {one.row for one in cells(tmp_path)} == {UNTUNED, "linear", "word-ot"}


def test_a_folder_keeps_to_one_study_and_may_grow(study, tmp_path, mbert):
    begin(tmp_path, replace(study, rows=(UNTUNED,), seeds=(0,)))
    begin(tmp_path, replace(study, rows=("l2",), seeds=(0, 1)))
    table = open_table(tmp_path)
    assert list(table.rows) == [UNTUNED, "l2"]
    assert table.seeds == [0, 1]
    for other in (replace(study, tuning=TUNING | {"steps": 3}), replace(study, encoder=str(mbert)), replace(study, parts=study.parts[:1])):
        with pytest.raises(InputError, match="another study"):
            begin(tmp_path, other)


def test_a_training_that_went_wrong_is_told_and_not_waited_for(study, tmp_path):
    study = replace(study, rows=(UNTUNED, "word-ot"), seeds=(0,))
    begin(tmp_path, study)
    keep(tmp_path, Cell("word-ot", 0, TRAINING, state="stopped", notes=("the vectors collapsed",)))
    assert work(tmp_path, study)
    table = open_table(tmp_path)
    assert table.finished == table.wanted == 2
    assert table.change("word-ot", "links", "all", "aer") is None
    assert table.trainings["word-ot", 0].notes == ("the vectors collapsed",)


def made(values: dict[tuple[str, int], float], *, trained: bool = True, better: str = "higher") -> Table:
    """A table of one part over de (seen) and ru, all figures alike but for a tenth less in ru."""
    part = {"name": "xnli", "label": "XNLI", "better": better, "trained": trained, "measures": {"accuracy": "accuracy"}, "of": {}}
    rows = {row: row for row, _ in values}
    described = {"label": "L", "about": "", "encoder": "e", "tuning": {"languages": ["de"]}, "parts": [part], "rows": rows}
    described["seeds"] = sorted({seed for _, seed in values})
    lines = [Cell(row, seed, "xnli", {"de": {"accuracy": one}, "ru": {"accuracy": one - 0.1}}) for (row, seed), one in values.items()]
    return Table(described, lines)


def test_changes_are_paired_by_seed_with_students_interval():
    random = np.random.default_rng(3)
    before, after = random.uniform(0.4, 0.6, 4), random.uniform(0.5, 0.7, 4)
    table = made({(row, seed): one[seed] for row, one in ((UNTUNED, before), ("l2", after)) for seed in range(4)})
    found, wanted = table.change("l2", "xnli", "de", "accuracy"), stats.ttest_rel(after, before)
    assert found.value == pytest.approx((after - before).mean())
    assert (found.low, found.high) == pytest.approx(tuple(wanted.confidence_interval(0.95)))
    assert found.p == pytest.approx(wanted.pvalue)
    assert table.groups("xnli") == {"seen": ("de",), "unseen": ("ru",), "all": ("de", "ru")}
    assert table.average("l2", "xnli", "all", "accuracy").mean == pytest.approx(after.mean() - 0.05)


def test_verdicts_follow_the_interval_and_the_measure():
    far = {(UNTUNED, 0): 0.5, (UNTUNED, 1): 0.52, (UNTUNED, 2): 0.51, ("l2", 0): 0.6, ("l2", 1): 0.62, ("l2", 2): 0.611}
    [(sign, text)] = sentences(made(far), "xnli", "accuracy")
    assert sign == "✓"
    assert text.endswith("over 3 seeds: better.")
    [(sign, text)] = sentences(made(far, better="lower"), "xnli", "accuracy")
    assert sign == "✗"
    assert text.endswith("worse.")
    [(sign, text)] = sentences(made(far | {("l2", 0): 0.3}), "xnli", "accuracy")
    assert sign == "○"
    assert text.endswith("within noise.")
    [(sign, text)] = sentences(made({(UNTUNED, 0): 0.5, ("l2", 0): 0.6}), "xnli", "accuracy")
    assert sign == "◆"
    assert "one seed" in text
    # only the seeds that both have are compared: half a row is not held against a whole one
    half = made({(UNTUNED, 0): 0.5, (UNTUNED, 1): 0.9, ("l2", 0): 0.6})
    assert half.change("l2", "xnli", "de", "accuracy").value == pytest.approx(0.1)
    # what is not trained on is the same encoder for every seed
    alone = made({(UNTUNED, 0): 0.5, ("l2", 0): 0.6, ("l2", 1): 0.7}, trained=False)
    assert alone.change("l2", "xnli", "de", "accuracy").value == pytest.approx(0.15)


def test_what_there_is_of_one_that_is_not_finished_can_be_kept(study, tmp_path, monkeypatch):
    monkeypatch.setattr(making, "EXAMPLES", tmp_path / "examples")
    begin(tmp_path / "a", study)
    figures = {"de": {"aer": 0.3}, "ja": {"aer": 0.5}}
    keep(tmp_path / "a", Cell(UNTUNED, 0, "links", figures))
    with pytest.raises(InputError, match="has nothing to compare yet"):
        making.keep_study(tmp_path / "a")
    keep(tmp_path / "a", Cell("word-ot", 0, "links", figures))
    making.keep_study(tmp_path / "a")
    kept = open_table(tmp_path / "examples" / "a")
    assert (list(kept.rows), kept.finished) == ([UNTUNED, "word-ot"], 2)
    shutil.copytree(tmp_path / "examples" / "a", tmp_path / "b")
    begin(tmp_path / "b", study)  # it can be gone on with
    assert set(open_table(tmp_path / "b").rows) == set(study.rows)


def test_damage_is_one_sentence(study, tmp_path):
    with pytest.raises(InputError, match="is not a study"):
        open_table(tmp_path)
    begin(tmp_path, study)
    with pytest.raises(InputError, match="has nothing to compare yet"):
        making.keep_study(tmp_path)
    (tmp_path / "table.jsonl").write_text('{"row": "l2"}\n')
    with pytest.raises(InputError, match="cannot be read"):
        open_table(tmp_path)
    (tmp_path / "study.json").write_text("[]")
    with pytest.raises(InputError, match="cannot be read"):
        open_table(tmp_path)


def test_the_command_works_shows_and_refuses(study, tmp_path, monkeypatch, capsys):
    class Tiny(type(PLANS["small"])):
        def parts(self, data):
            return study.parts

        def tuning(self, data):
            return TUNING

    monkeypatch.setenv("OTCORE_STUDIES", str(tmp_path))
    monkeypatch.setattr(type(PLANS["small"]), "parts", Tiny.parts)
    monkeypatch.setattr(type(PLANS["small"]), "tuning", Tiny.tuning)
    options = ["study", "--plan", "small", "--encoder", study.encoder, "--rows", "untuned,l2", "--seeds", "1", "--steps", "1"]
    assert main(options) == 0
    told = capsys.readouterr().out
    assert "4 of 4 cells" in told
    assert "one seed so far" in told
    assert next(iter(studies())) == "small"
    assert main(["study", "--plan", "small", "--show", "--json"]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert shown["study"]["tuning"]["steps"] == 1
    assert len(shown["cells"]) == 5
    assert as_text(open_table(tmp_path / "small")).startswith("Bundled tasks: 4 of 4 cells")
    for wrong, why in (
        (["--rows", "word-to"], "A row of a study is untuned or one of"),
        (["--seeds", "0"], "whole number from 1"),
        (["--plan", "paper"], "needs a folder of data"),
        (["--plan", "paper", "--data", str(tmp_path)], "There is no"),
        (["--plan", "nli"], "needs a folder of data"),
        (["--plan", "nli", "--data", str(tmp_path)], "There is no"),
        (["--steps", "9", "--seeds", "1", "--encoder", study.encoder], "another study"),
    ):
        assert main(["study", "--plan", "small", *wrong]) == 2
        assert why in capsys.readouterr().err


def test_the_plan_of_more_english_is_the_papers_xnli_from_more_examples(benchmarks):
    paper, more = (PLANS[name].study(benchmarks) for name in ("paper", "nli"))
    (part,), (other,) = more.parts, [part for part in paper.parts if part.name == "xnli"]
    one, few = part.told(), other.told()
    assert (one["settings"].pop("train_examples"), few["settings"].pop("train_examples")) == (None, 6_000)
    assert one == few
    assert (more.tuning, more.encoder) == (paper.tuning, paper.encoder)
    assert more.rows[0] == UNTUNED
    assert set(more.rows) < set(paper.rows)
