"""What an earlier edition left behind still works: its run folders, its uploads, its page addresses, its commands.

`tests/earlier` was made by that edition (commit 5ccf4da) and is not to be made anew. Everything is tried from outside, through the command
line and the pages, so that the modules in between may move. {FOLDER} stands for the place where a test puts a copy.
"""

import json
import os
import re
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from pages import fine, finished, go
from streamlit.testing.v1 import AppTest

import otcore
from otcore.alignment.settings import AlignSettings
from otcore.base.choices import build
from otcore.cli import main
from otcore.encoders.tokens import Reading, Row, WordTokeniser
from otcore.evaluation import measuring

EARLIER = Path(__file__).resolve().parent / "earlier"
APP = Path(otcore.__file__).resolve().parents[1] / "streamlit_app.py"
ADDRESSES, COMMANDS, UPLOADS, RESUMED = (
    json.loads((EARLIER / f"{name}.json").read_text(encoding="utf-8")) for name in ("addresses", "commands", "uploads", "resumed")
)
MARKUP = ["corpus", "inputs/de.txt", "inputs/en.txt", "--language", "de"]  # has `<b>` and `&amp;` in it, which were no fault then
# What was done then where nothing was said; now the sentences' own order counts too, and a compound keeps its parts.
THEN = {"unit": "word", "solver": "entropic", "links": "mutual"}
# the newest first, as `runs` lists them
PAST_RUNS = ("word-ot-de-1", "linear-de-1", "contrastive-ot killed", "contrastive-ot-stopped")


def put_in_place(folder: Path) -> Path:
    """A copy of what was left behind, at home in that folder."""
    for name in ("encoder", "inputs"):
        shutil.copytree(EARLIER / name, folder / name)
    shutil.copytree(EARLIER / "past_runs", folder / "runs")
    shutil.copytree(EARLIER / "uploads", folder / "runs" / ".uploads")
    for path in (folder / "runs").rglob("*.json"):
        text = path.read_text(encoding="utf-8")
        if "{FOLDER}" in text:
            path.write_text(text.replace("{FOLDER}", str(folder)), encoding="utf-8")
    for age, name in enumerate(PAST_RUNS):  # a checkout gives all files the same time or any
        os.utime(folder / "runs" / name / "settings.json", (2_000_000_000 - age, 2_000_000_000 - age))
    return folder


def environment(folder: Path) -> dict[str, str]:
    """Variables under which that folder is where runs, notes, encoders and open files are; the width is that of `--help`."""
    places = {"RUNS": "runs", "NOTES": "notes.sqlite", "ENCODERS": "encoder", "CORPORA": "inputs"}
    return {f"OTCORE_{name}": str(folder / place) for name, place in places.items()} | {"HF_HUB_OFFLINE": "1", "COLUMNS": "120"}


def filled(value, folder: Path):
    """The same with the folder in place of {FOLDER}, however deep."""
    if isinstance(value, dict):
        return {filled(key, folder): filled(one, folder) for key, one in value.items()}
    if isinstance(value, list):
        return [filled(one, folder) for one in value]
    return value.replace("{FOLDER}", str(folder)) if isinstance(value, str) else value


def told(text: str, folder: Path) -> str:
    """An output without what differs between two calls: the folder, times, and the width of columns that a path stands in."""
    text = text.replace(str(folder), "{FOLDER}")
    text = re.sub(r"(?m)^.* s left\n", "", text)  # of what takes long, a line now and then
    text = re.sub(r"(: \d+/\d+)? in (\d+\.\d|#) s", " in # s", text)  # how finely steps are counted may change too
    text = re.sub(r'"(seconds|prepared)": [\d.e-]+', r'"\1": 0', text)
    return re.sub(r"(?<=\S) {2,}", "  ", text)


def options_in(help: str) -> set[str]:
    return set(re.findall(r"--[a-z][a-z-]+", help))


def parsed(output: str):
    """What JSON says, whatever the order of its names; other output as it is."""
    return json.loads(output) if output.startswith('{"') else output


def opened(page: str, address: dict[str, str]) -> AppTest:
    """A page of a new session at an address; the one place that knows how pages are called."""
    app = AppTest.from_file(str(APP), default_timeout=120)
    go(app, page)
    app.query_params.update(address)
    return fine(app.run())


def written(app: AppTest) -> dict[str, str]:
    """The address that the page wrote back."""
    return {key: value[-1] if isinstance(value, list) else value for key, value in app.query_params.items()}


@pytest.fixture(scope="module")
def left_behind(tmp_path_factory) -> Iterator[Path]:
    """One copy for all tests that only look."""
    folder = put_in_place(tmp_path_factory.mktemp("earlier"))
    with pytest.MonkeyPatch.context() as patch:
        for name, value in environment(folder).items():
            patch.setenv(name, value)
        yield folder


@pytest.fixture
def own_copy(tmp_path, monkeypatch) -> Path:
    """A copy for a test that changes it."""
    for name, value in environment(tmp_path).items():
        monkeypatch.setenv(name, value)
    return put_in_place(tmp_path)


@pytest.fixture(autouse=True)
def _signals() -> Iterator[None]:
    """`finetune` takes signals over; they are given back."""
    handlers = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    yield
    for number, handler in handlers.items():
        signal.signal(number, handler)


@pytest.mark.parametrize("address", ADDRESSES, ids=lambda one: f"{one['page']}?{'&'.join(one['query'])[:60]}")
def test_an_address_means_what_it_meant(left_behind, address):
    address = filled(address, left_behind)
    app = opened(address["page"], address["query"])
    assert {key: app.session_state[key] for key in address["values"]} == address["values"]
    assert written(app) == address["canonical"]


@pytest.mark.parametrize("upload", UPLOADS, ids=lambda one: f"{one['kind']} {one['page']}")
def test_an_upload_is_found_by_its_address(left_behind, upload):
    upload = filled(upload, left_behind)
    then = {f"{name}_ea": value for name, value in THEN.items()} if upload["page"] == "errors" else {}
    app = opened(upload["page"], upload["query"] | then)
    finished(app)
    assert not app.error, app.error[0].value
    assert written(app) == upload["canonical"] | then
    shown = " ".join(str(getattr(element, "value", "")) for element in app.main)
    assert all(text in shown for text in upload["shown"]), shown


def as_then(arguments: list[str]) -> list[str]:
    """A command that aligns, with what it left to the defaults said."""
    if "--help" in arguments or not {"align", "errors"}.intersection(arguments[:1]):
        return arguments
    return arguments + [text for name, value in THEN.items() if f"--{name}" not in arguments for text in (f"--{name}", value)]


def in_words(command: list[str], answer):
    """An answer, and of a comparison in words its numbers apart: changes have a digit more by now."""
    if command[0] != "compare" or isinstance(answer, dict):
        return answer, []
    number = re.compile(r"[+−-]?\d+\.\d{2,}")
    return number.sub("#", answer), [float(one.replace("−", "-")) for one in number.findall(answer)]


@pytest.fixture
def cut_as_then(monkeypatch):
    """Sentences longer than the encoder takes at once were cut: now they are read in windows, which changes their figures only."""

    def read(tokeniser, words):
        tokens = tokeniser.row(words)
        inside = np.flatnonzero(np.array(tokens.words) >= 0)
        pieces = [tokens.ids[place] for place in inside]
        return Reading(pieces, np.array(tokens.words)[inside], [Row(tokens.ids, inside, np.arange(len(inside)))], tokens.cut)

    monkeypatch.setattr(WordTokeniser, "read", read)


@pytest.fixture
def compared_as_then(monkeypatch):
    """`compare` has no option for how pairs are aligned."""
    monkeypatch.setattr(measuring, "AlignSettings", lambda **values: build(AlignSettings, THEN | values))


@pytest.mark.usefixtures("cut_as_then", "compared_as_then")
@pytest.mark.parametrize("command", COMMANDS, ids=lambda one: " ".join(one["arguments"])[:80])
def test_a_command_answers_as_it_did(left_behind, command, capsys, monkeypatch):
    command = filled(command, left_behind)
    monkeypatch.chdir(left_behind)
    try:
        code = main(as_then(command["arguments"]))
    except SystemExit as end:  # --help and --version
        code = end.code
    captured = capsys.readouterr()
    out, err = told(captured.out, left_behind), told(captured.err, left_behind)
    assert code == command["code"], err
    if code:  # the words may be better ones, but it is one sentence still
        assert out == told(command["stdout"], left_behind)
        assert re.fullmatch(r"otcore: [^\n]+\n", err)
    elif "--help" in command["arguments"]:
        assert options_in(command["stdout"]) <= options_in(captured.out)
    elif command["arguments"] == MARKUP:
        assert "1 pair, 16.7%: markup, entities or placeholders" in out
    else:
        found = parsed(out)
        if isinstance(found, dict):
            found.pop("notes", None)
        words, numbers = in_words(command["arguments"], found)
        earlier, before = in_words(command["arguments"], parsed(told(command["stdout"], left_behind)))
        assert words == earlier
        assert numbers == pytest.approx(before, abs=0.0051)
        assert re.sub(r"(?m)^otcore: .*\n", "", err) == told(command["stderr"], left_behind), "more may be told of what was given"
    for path, text in command.get("written", {}).items():
        assert Path(path).read_text(encoding="utf-8") == text


def test_runs_are_listed_as_they_ended(left_behind, capsys):
    assert main(["runs", "--json"]) == 0
    rows = {row["name"]: row for row in json.loads(capsys.readouterr().out)}
    assert tuple(rows) == PAST_RUNS
    assert [rows[name]["state"] for name in PAST_RUNS] == ["finished", "finished", "interrupted", "cancelled"]
    assert rows["word-ot-de-1"]["after"]["aer"] is not None


@pytest.mark.parametrize("name", [name for name in PAST_RUNS if "killed" not in name])
def test_a_run_is_an_encoder_on_the_pages_too(left_behind, name):
    app = opened("align", {"encoder": f"run:{name}"})
    assert not app.error, app.error[0].value
    assert app.session_state["encoder"] == f"run:{name}"


@pytest.mark.parametrize("name", PAST_RUNS)
def test_the_page_of_a_run_opens(left_behind, name):
    app = opened("finetune", {"run": name})
    assert not app.error, app.error[0].value
    assert app.session_state["run"] == name
    assert app.get("plotly_chart"), "its curves are drawn"


@pytest.mark.parametrize("name", [name for name in PAST_RUNS if "contrastive" in name])
def test_an_interrupted_run_goes_on_to_the_end_it_would_have_had(own_copy, capsys, name):
    assert main(["finetune", "--resume", str(own_copy / "runs" / name)]) == 0, capsys.readouterr().err
    assert main(["runs", "--json"]) == 0
    row = next(row for row in json.loads(capsys.readouterr().out) if row["name"] == name)
    assert (row["state"], row["step"], row["steps"]) == ("finished", 40, 40)
    # not to the last digit: processors add up in different orders
    assert row["after"] == pytest.approx(RESUMED[name], abs=0.1)
    assert main(["align", str(own_copy / "inputs" / "pairs.txt"), "--encoder", f"run:{name}"]) == 0
    assert capsys.readouterr().out.count("\n") == 6


def test_a_finished_run_can_be_the_start_of_another(own_copy, capsys):
    arguments = ["--languages", "de", "--encoder", "run:word-ot-de-1", "--pairs", str(own_copy / "inputs" / "training.tsv")]
    assert main(["finetune", *arguments, "--steps", "2", "--batch", "4", "--layer", "2"]) == 0, capsys.readouterr().err
    assert (own_copy / "runs" / "word-ot-de-2" / "encoder" / "config.json").is_file()
