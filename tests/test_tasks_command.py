"""`python -m otcore transfer`: the JSON of the engine, a table for people, and one sentence for what is wrong."""

import json

import pytest
from test_tasks_questions import make_questions

from otcore.base.choices import labels_of
from otcore.cli import main
from otcore.encoders import load_encoder
from otcore.evaluation.transfer import tasks
from otcore.evaluation.transfer.running import transfer
from otcore.evaluation.transfer.settings import TransferSettings
from otcore.evaluation.transfer.sources import Sources
from otcore.evaluation.transfer.tasks import TASKS, read_task

NLI = "a cat\tan animal\tentailment\na cat\ta chair\tcontradiction\na cat\tit sleeps\tneutral\n"
QUICK = ("--epochs", "2", "--batch", "8", "--hidden", "8", "--length", "48")


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    folder = tmp_path_factory.mktemp("nli")
    (folder / "train.tsv").write_text(NLI + NLI.replace("cat", "dog") + NLI.replace("cat", "bird"), encoding="utf-8")
    for code in ("de", "fr"):
        (folder / f"test-{code}.tsv").write_text(NLI, encoding="utf-8")
    return folder


def run(capsys, *arguments) -> tuple[int, str, str]:
    code = main(["transfer", *map(str, arguments)])
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def test_json_is_the_engines_result(capsys, files, xlm_roberta, mbert, tmp_path):
    train, tests = files / "train.tsv", [files / "test-de.tsv", f"fr={files / 'test-fr.tsv'}"]
    code, out, error = run(
        capsys, "xnli", "--train", train, "--test", *tests, "--encoder", xlm_roberta, "--compare", mbert, "--seeds", 2, "--seen", "de",
        "--fit", "head", *QUICK, "--json", "--out", tmp_path / "result.json",
    )  # fmt: skip
    assert code == 0
    found = json.loads(out)
    assert json.loads((tmp_path / "result.json").read_text(encoding="utf-8")) == found
    task = read_task("xnli", Sources((str(train),), tests={"de": str(tests[0]), "fr": str(files / "test-fr.tsv")}))
    settings = TransferSettings("head", epochs=2, batch=8, hidden=8, length=48)
    wanted = transfer(task, [load_encoder(str(path)) for path in (xlm_roberta, mbert)], settings, [0, 1], ["de"]).as_dict()
    for key in ("scores", "averages", "changes", "chance", "groups", "settings"):
        assert found[key] == json.loads(json.dumps(wanted[key]))
    assert found["groups"] == {"seen": ["de"], "unseen": ["fr"], "all": ["de", "fr"]}
    assert found["averages"][str(mbert)]["accuracy"]["all"]["seeds"] == 2
    assert all(0 <= score["value"] <= 1 for score in found["scores"])
    assert "100%" in error  # progress, off the standard output


def test_a_table_for_people(capsys, tmp_path, xlm_roberta, mbert):
    train, test = make_questions(tmp_path / "train.json", 0, 10), make_questions(tmp_path / "xquad.de.json", 20, 4)
    code, out, _ = run(
        capsys, "xquad", "--train", train, "--test", test, "--encoder", xlm_roberta, "--compare", mbert, "--seeds", 2, *QUICK,
        "--fit", "head",
    )  # fmt: skip
    assert code == 0
    for text in ("F1, %", "exact match, %", "de German", "mean, all", "change", "chance", "±", "English dev"):
        assert text in out
    assert "seen" not in out


def test_tasks_without_training(capsys, encoder):
    code, out, _ = run(capsys, "words", "--languages", "de", "--test-examples", 10, "--encoder", encoder.name, "--json")
    assert code == 0
    found = json.loads(out)
    assert found["training"][0]["dev"] is None
    assert 0 <= found["averages"][encoder.name]["p@1"]["de"]["mean"] <= 1


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("nli",), "invalid choice"),
        (("xnli", "--test", "de=x.tsv"), "--train"),
        (("xnli", "--train", "absent.tsv", "--test", "de=x.tsv"), "absent.tsv"),
        (("search", "--seeds", "0"), "--seeds"),
        (("search", "--languages", "xx"), "has no xx"),
        (("search", "--top", "0"), "top"),
        (("search", "--encoder", "base", "--compare", "base"), "twice"),
        (("search", "--encoder", "no/such/folder/here"), "no/such"),
        (("sentences", "--test", "file.txt"), "CODE=FILE"),
        (("sentences", "--test", "en=file.txt"), "--english"),
        (("words", "--test", "de=file.txt"), "CODE=PAIRS::LINKS"),
        (("xquad", "--train", "file.json"), "--test CODE=FILE"),
    ],
)
def test_what_is_wrong_is_one_sentence(capsys, arguments, told):
    code, out, error = run(capsys, *arguments)
    assert code == 2
    assert out == ""
    assert told in error
    assert error.startswith("otcore: ")
    assert error.count("\n") == 1


def test_a_layer_the_encoder_lacks(capsys, encoder):
    code, _, error = run(capsys, "search", "--encoder", encoder.name, "--layer", 99)
    assert code == 2
    assert "layers 0 to 3" in error


def test_a_task_is_one_file(capsys, tmp_path, monkeypatch, encoder):
    """What a module of the registry declares is offered by the command and its help, and runs."""
    (tmp_path / "coin.py").write_text(
        "from otcore.evaluation.transfer.task import Outcome, Task\n"
        "class Coin(Task):\n"
        "    name, label, rank, about = 'coin', 'tossing a coin', 99, 'Heads?'\n"
        "    measures = {'heads': 'heads'}\n"
        "    formats = 'No files at all.'\n"
        "    languages = ('de',)\n"
        "    @classmethod\n"
        "    def read(cls, sources):\n"
        "        return cls()\n"
        "    def chance(self, settings):\n"
        "        return {'de': {'heads': 0.5}}\n"
        "    def prepare(self, encoder, settings, tell):\n"
        "        return lambda seed, told: Outcome({'de': {'heads': 0.75}})\n"
        "TASK = Coin\n",
        encoding="utf-8",
    )
    monkeypatch.setattr(tasks, "__path__", [*tasks.__path__, str(tmp_path)])
    TASKS.reload()
    try:
        with pytest.raises(SystemExit):
            main(["transfer", "--help"])
        shown = " ".join(capsys.readouterr().out.split())
        assert "coin tossing a coin. No files at all." in shown
        code, out, _ = run(capsys, "coin", "--encoder", encoder.name)
        assert code == 0
        for text in ("tossing a coin, nothing is trained", "heads, %", "75.0", "50.0"):
            assert text in out
        assert labels_of(TASKS)["coin"] == "tossing a coin", "a page offers it by its label"
    finally:
        monkeypatch.undo()
        TASKS.reload()
    assert run(capsys, "coin")[0] == 2
