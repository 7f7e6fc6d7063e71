"""People's own sentence pairs on the Fine-tune page: given in any format, checked before anything starts, trained on as chosen."""

import re
import time
from dataclasses import replace
from pathlib import Path

import pytest
import streamlit as st
from cases import zipped
from pages import fine, finished, go
from streamlit.testing.v1 import AppTest
from training_runs import stand_in, write_pairs

import dashboard.pages.registry  # noqa: F401  declares the choices of every page
from dashboard import background
from dashboard.pages.finetune import own_pairs, trainings
from dashboard.pages.finetune.own_pairs import Corpus
from dashboard.state.choices import KNOWN
from otcore.base.errors import InputError
from otcore.base.progress import Stopped, Teller
from otcore.corpora import uploads
from otcore.corpora.pair_files import PairFile, read_pairs
from otcore.runs.store import create_run, list_runs, open_run

APP = Path(__file__).resolve().parents[1] / "streamlit_app.py"
PATIENCE = 240


@pytest.fixture(autouse=True)
def queue(tmp_path, monkeypatch, encoder, jobs):
    """Runs and jobs of this test's own, over a tiny encoder."""
    monkeypatch.setenv("OTCORE_RUNS", str(tmp_path / "runs"))
    monkeypatch.setattr(background, "encoder", lambda name: encoder)
    monkeypatch.setattr(trainings, "command", stand_in)
    st.cache_data.clear()
    yield
    for folder in reversed(trainings.queued()):
        trainings.cancel(open_run(folder))
    deadline = time.monotonic() + PATIENCE
    while trainings.queued():
        assert time.monotonic() < deadline
        time.sleep(0.05)


@pytest.fixture
def rows(german) -> list[str]:
    """72 sound pairs and four flagged ones, as lines of TSV."""
    lines = Path(german).read_text(encoding="utf-8").splitlines()
    return [*lines, lines[0], "das Auto\t", "London 2012\tLondon 2012", f"die Katze {'sehr ' * 90}\tthe cat {'very ' * 90}"]


def content(lines) -> bytes:
    return "".join(f"{line}\n" for line in lines).encode()


def opened(**url: str) -> AppTest:
    app = AppTest.from_file(str(APP), default_timeout=PATIENCE)
    go(app, "finetune")
    app.query_params.update({"ft_languages": "de", "ft_data": "own", "ft_steps": "5"} | url)
    return fine(app.run())


def given(app: AppTest, *files: tuple[str, bytes]) -> AppTest:
    """The page after a file was given and checked."""
    app.file_uploader(key="upload_de").set_value([(name, data, "text/plain") for name, data in files])
    return finished(app.run())


def said(app: AppTest) -> str:
    return "\n".join(entry.value for group in (app.info, app.warning, app.error, app.markdown) for entry in group).replace("\\", "")


def test_nothing_starts_before_a_file_is_given():
    app = opened()
    assert app.button(key="start_run").disabled
    assert "Give sentence pairs for German" in said(app)
    assert "de" in app.file_uploader(key="upload_de").allowed_type or ".de" in app.file_uploader(key="upload_de").allowed_type
    assert not app.error


def test_a_file_is_checked_reported_and_trained_on_without_what_was_flagged(rows):
    app = given(opened(), ("mine.tsv", content(rows)))
    assert "4 of 76 pairs are flagged (5.3%); 72 are left without them." in said(app)
    assert "repeats an earlier pair" in said(app)
    assert not app.button(key="start_run").disabled
    tables = [frame.value for frame in app.dataframe]
    assert any("London 2012" in set(table.get("English", ())) for table in tables)
    fine(app.button(key="start_run").click().run())
    (run,) = list_runs()
    (file,) = run.settings.files
    pairs = read_pairs(file)
    assert (file.language, len(pairs)) == ("de", 72)
    assert pairs[0].target.text.startswith("the ")


def test_what_was_noticed_of_a_file_stands_beside_the_report(german):
    lines = Path(german).read_text(encoding="utf-8").splitlines()
    text = ["source\ttarget", *lines, "drei\tthree\tcolumns", "zwei\x0bWorte und mehr\ttwo words and more"]
    app = given(opened(ft_clean="0"), ("my <b>file</b>.tsv.zip", zipped(**{"mine.tsv": "\n".join(text).encode()})))
    told = said(app)
    assert "line 1 holds names of columns (source, target) and is passed over" in told
    assert "1 control character (U+000B) in line 75" in told
    assert "more or fewer parts than most lines have (line 73)" in told
    assert "/tmp" not in told
    fine(app.button(key="start_run").click().run())
    (run,) = list_runs()
    assert len(read_pairs(run.settings.files[0])) == 73, "what is no pair never stays"


@pytest.mark.parametrize("names", [("news.de", "news.en"), ("news.deu", "news.eng")])
def test_an_archive_of_both_sides_is_read(german, names):
    rows = [line.split("\t") for line in Path(german).read_text(encoding="utf-8").splitlines()]
    sides = ("".join(f"{row[place]}\n" for row in rows).encode() for place in (0, 1))
    archive = zipped(**dict(zip(names, sides, strict=True)), README=b"from OPUS", LICENSE=b"free")
    plain = own_pairs.store("de", [("mine.tsv", Path(german).read_bytes())])
    assert own_pairs.store("de", [("de-en.txt.zip", archive)]) == plain
    with pytest.raises(InputError, match=r"holds 4 files .* and not one whose name ends in \.fr"):
        own_pairs.store("fr", [("de-en.txt.zip", archive)])


@pytest.mark.parametrize("name", ["a.csv", "a.csv.xz", "a.zst", "a.deu", "a.bz2"])
def test_every_ending_can_be_given(name):
    assert name.rpartition(".")[2] in own_pairs.endings("de")


def test_flagged_pairs_can_stay_but_empty_ones_never_do(rows):
    app = given(opened(ft_clean="0"), ("mine.tsv", content(rows)))
    fine(app.button(key="start_run").click().run())
    (run,) = list_runs()
    assert len(read_pairs(run.settings.files[0])) == 75


def test_a_given_file_stays_and_is_part_of_the_address(rows):
    app = given(opened(), ("mine.tsv", content(rows)))
    written = app.query_params["ft_own"]
    written = written if isinstance(written, str) else written[0]
    assert written.startswith("de:")
    other = opened(ft_own=written)
    assert "72 are left" in said(other)
    assert not len(other.file_uploader)
    fine(other.button(key="other_de").click().run())
    assert len(other.file_uploader) == 1
    gone = opened(ft_own="de:" + "0" * 20)
    assert "not on this machine" in said(gone)
    assert gone.button(key="start_run").disabled


def test_sides_that_are_exchanged_are_seen_and_swapped():
    from otcore.corpora.collection import load_collection

    pairs = load_collection().pairs("de", "en")[:40]
    app = given(opened(), ("mine.tsv", content(f"{pair.target.text}\t{pair.source.text}" for pair in pairs)))
    assert "swap them" in app.warning[0].value.replace("\\", "")
    fine(app.button(key="swap_de").click().run())
    given_again = fine(app.run())
    assert "Nothing stands against training on these 40 pairs." in said(given_again)
    fine(app.button(key="start_run").click().run())
    (run,) = list_runs()
    assert read_pairs(run.settings.files[0])[0].source.text == pairs[0].source.text


def test_a_file_that_cannot_be_read_is_told_by_its_own_name():
    app = opened()
    app.file_uploader(key="upload_de").set_value([("mine.tmx", b"no XML", "text/xml")])
    fine(app.run())
    assert app.error[0].value.replace("\\", "").startswith("mine.tmx, line 1: this is not well-formed XML")
    assert app.button(key="start_run").disabled


def test_every_format_gives_the_same_corpus(tmp_path, german):
    lines = Path(german).read_text(encoding="utf-8").splitlines()
    left, right = zip(*(line.split("\t") for line in lines), strict=True)
    units = "".join(
        f'<tu><tuv xml:lang="en-US"><seg>{b}</seg></tuv><tuv xml:lang="de-DE"><seg>{a}</seg></tuv></tu>'
        for a, b in zip(left, right, strict=True)
    )
    found = [
        own_pairs.store("de", [("a.tsv", content(lines))]),
        own_pairs.store("de", [("a.txt", content(line.replace("\t", " ||| ") for line in lines))]),
        own_pairs.store("de", [("x.en-de.de", content(left)), ("x.en-de.en", content(right))]),
        own_pairs.store("de", [("english-side.txt", content(right)), ("other.txt", content(left))]),
        own_pairs.store("de", [("a.tmx", f"<tmx><body>{units}</body></tmx>".encode())]),
    ]
    assert len({str(corpus) for corpus in found}) == 1
    for files in ([("a.de", b"x\n"), ("b.de", b"y\n")], [("a.en", b"x\n"), ("b.en", b"y\n")], [("a.tsv", b"x")] * 3):
        with pytest.raises(InputError, match="Give one file, or two"):
            own_pairs.store("de", files)
    with pytest.raises(InputError, match=r"^b\.de has 1 lines and b\.en has 2"):
        own_pairs.store("de", [("b.de", b"x\n"), ("b.en", b"y\nz\n")])


def test_a_language_that_is_not_bundled_can_be_trained_on_own_pairs():
    app = opened(ft_languages="pt,de", ft_data="bundled")
    assert "The bundled translations have no pt" in said(app)
    assert app.button(key="start_run").disabled
    app = opened(ft_languages="pt")
    lines = [f"a casa número {k} é muito bonita e antiga\thouse number {k} is very pretty and old" for k in range(30)]
    app.file_uploader(key="upload_pt").set_value([("mine.tsv", content(lines), "text/plain")])
    finished(app.run())
    fine(app.button(key="start_run").click().run())
    (run,) = list_runs()
    assert (run.settings.languages, run.settings.files[0].language) == (("pt",), "pt")
    app = opened(ft_languages="pt")
    fine(app.multiselect(key="ft_languages").set_value(["Portuguese"]).run())
    assert "is not a language code" in said(app)


def test_a_corpus_is_written_and_read_back_and_nothing_else_is():
    corpus = Corpus("de", "0123456789abcdef0123")
    assert Corpus.parse(str(corpus)) == corpus
    turned = replace(corpus, exchanged=True)
    assert Corpus.parse(str(turned)) == turned != corpus
    for text in ("de:../../etc/passwd", "de:0123", "de", "", "de:" + "g" * 20, str(corpus) + "x"):
        with pytest.raises(ValueError, match=f"^{re.escape(text)}$"):
            Corpus.parse(text)
    assert KNOWN["ft_own"].kind.read(f"{corpus},fr:{'a' * 20}:r") == [str(corpus), f"fr:{'a' * 20}:r"]


def test_what_nobody_uses_is_forgotten_after_a_week(german, monkeypatch, settings):
    lines = Path(german).read_text(encoding="utf-8").splitlines()
    used, unused = (own_pairs.store("de", [("a.tsv", content(lines[start:]))]) for start in (0, 1))
    for corpus in (used, unused):
        own_pairs.check(corpus, Teller())
    create_run(replace(settings, files=(PairFile("de", str(used.training_path(clean=True))),)))
    later = time.time() + 8 * 86_400
    monkeypatch.setattr(uploads.time, "time", lambda: later)
    own_pairs.store("de", [("a.tsv", content(lines[2:]))])
    assert used.folder.is_dir()
    assert not unused.folder.exists()
    assert used.training_path(clean=True).is_file()
    assert not unused.training_path(clean=True).is_file()
    with pytest.raises(InputError, match="not on this machine"):
        own_pairs.check(unused, Teller())
    with pytest.raises(Stopped):
        own_pairs.check(used, Teller(stop=lambda: True))


def test_pairs_written_for_a_run_are_those_that_were_given(tmp_path):
    path = Path(write_pairs(tmp_path / "de.tsv"))
    corpus = own_pairs.store("de", [("a.tsv", path.read_bytes())])
    report = own_pairs.check(corpus, Teller())
    assert not report.flagged
    assert corpus.training_path(clean=True).read_bytes() == corpus.training_path(clean=False).read_bytes() == path.read_bytes()
