"""What the Align page tells people in words; which language a text is in; the film; links drawn by hand; files that come back aligned."""

import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_align_figures import made, result

import dashboard.pages.registry  # noqa: F401  declares the choices of every page
from dashboard.kit.components.links import Extras, data_of, frames_of
from dashboard.kit.marks import Mark
from dashboard.kit.word_view import view_of
from dashboard.pages.align import batch_files, gold, reading
from otcore.alignment.aligner import align_at, align_pair, align_vectors
from otcore.alignment.rules import make_rule
from otcore.alignment.settings import AlignSettings
from otcore.base.errors import InputError
from otcore.base.progress import Teller
from otcore.corpora.checking.doubt import doubt
from otcore.corpora.collection import load_collection
from otcore.corpora.pharaoh import parse_links
from otcore.corpora.types import Links, Sentence, SentencePair
from otcore.encoders.context import leave_one_out
from otcore.notes.store import NoteStore
from otcore.text.languages import LANGUAGES, OTHERS, code_of, language
from otcore.transport.solvers import dials, make_solver

POLISH, KOREAN, GERMAN = (
    "Moja ciotka nie wyłącza ekspresu do kawy.",
    "우리 이모는 커피 머신을 끄지 않는다.",
    "Meine Tante schläft heute lange.",
)


def test_names_and_codes_of_languages():
    assert [code_of(text) for text in ("ko", " Korean ", "한국어", "GERMAN", "pt-BR", "yue")] == ["ko", "ko", "ko", "de", "pt-br", "yue"]
    with pytest.raises(InputError, match="“Klingon!” is no language known here"):
        code_of("Klingon!")
    assert not OTHERS.keys() & LANGUAGES.keys()
    assert (language("fa-AF").name, language("fa-AF").code, language("fa-AF").direction) == ("Persian", "fa-af", "rtl")


@pytest.mark.parametrize(
    ("text", "code", "likely"),
    [(KOREAN, "ja", "ko"), (POLISH, "cs", "pl"), (GERMAN, "hi", "de"), ("die Katze", "hi", ""), ("Леля ми спи вкъщи, а ти?", "ru", "bg")],
)
def test_a_text_in_another_language_is_doubted(text, code, likely):
    found = doubt(text, code)
    assert found is not None
    assert found.code == likely
    assert language(code).name in found.sentence


@pytest.mark.parametrize(
    ("text", "code"), [(KOREAN, "ko"), (POLISH, "pl"), ("OK", "ja"), ("3.14 😀", "hi"), ("Müller und 北京", "de"), ("猫", "zh")]
)
def test_what_may_well_be_right_is_not_doubted(text, code):
    assert doubt(text, code) is None


def test_no_gold_sentence_is_doubted():
    collection = load_collection()
    texts = [(sentence.text, code) for code, side in collection.gold.items() for sentence in list(side.values())[::8]]
    assert [one for one in texts if doubt(*one)] == []


def test_lines_show_absolute_confidence():
    strong, weak = (
        made(["a", "b"], ["x", "y"], AlignSettings(masses="uniform", solver=make_solver("entropic", epsilon=e))) for e in (0.01, 2)
    )
    widths = [data_of(view, Mark(), name="", faint=False)["lines"][0]["width"] for view in (strong, weak)]
    opacities = [data_of(view, Mark(), name="", faint=False)["lines"][0]["opacity"] for view in (strong, weak)]
    assert widths[0] > 8
    assert widths[1] < 6, "the strongest line of a pair is no thicker than its confidence"
    assert opacities[0] > 0.9
    assert opacities[1] < 0.75
    pale = data_of(strong, Mark(), name="", faint=False, extras=Extras(guess=True))["lines"][0]["opacity"]
    assert pale < 0.5 * opacities[0]


def test_the_film_is_what_each_strength_gives_alone():
    found = result(["the", "cat", "sat"], ["die", "Katze", "saß"], AlignSettings(masses="uniform"))
    stops = (0.02, 0.1, 0.8)
    for solver, dial in (*((name, "epsilon") for name in ("entropic", "debiased", "unbalanced", "fused")), ("fused", "alpha")):
        at = replace(found.settings, solver=make_solver(solver, epsilon=0.1))
        start = align_vectors(found.pair, found.source, found.target, 3, at)
        for value, one in zip(stops, align_at(start, dial, stops), strict=True):
            alone = align_vectors(found.pair, found.source, found.target, 3, replace(at, solver=replace(at.solver, **{dial: value})))
            np.testing.assert_allclose(one.plan.plan, alone.plan.plan, atol=1e-6)
            assert one.alignment == alone.alignment
            assert one.plan.epsilon == alone.plan.epsilon


DIAL = dials()["alpha"]


def test_frames_hold_masses_lines_and_words():
    views = [made(["a", "b"], ["x", "y"]) for _ in range(2)]
    text = frames_of([(0.1, views[0], "now"), (0.2, views[1], "then")], DIAL, Mark())
    film = data_of(views[0], Mark(), name="", extras=Extras(film=text, now=1, dial=DIAL))["film"]
    frames = json.loads(film["frames"])
    assert [frame["shown"] for frame in frames] == ["α 0.1", "α 0.2"]
    assert (film["now"], [frame["told"] for frame in frames]) == (1, ["now", "then"])
    assert sum(frames[0]["mass"]) == pytest.approx(1000, abs=4)
    assert frames[0]["shape"] == [2, 2]
    assert frames[0]["lines"] == data_of(views[0], Mark(), name="")["lines"]


def test_why_a_word_is_unlinked(bundled):
    pair = load_collection().pair("g001", "en", "de")
    plain = AlignSettings(unit="word", solver=make_solver("entropic", epsilon=0.1, relative=True), links=make_rule("mutual"))
    view = view_of(align_pair(bundled, pair, plain), with_gold=True)
    told = reading.why_unlinked(view)
    # of “coffee” and “machine” one alone can have “Kaffeemaschine”
    first, other = ((7, "coffee"), (8, "machine"))[:: 1 if view.mass[7, 4] < view.mass[8, 4] else -1]
    share = view.mass[first[0], 4] / view.mass[first[0]].sum()
    assert f"“{first[1]}” is unlinked though {share:.0%} of it goes to “Kaffeemaschine”: more of “Kaffeemaschine” (" in told
    assert f") comes from “{other[1]}”." in told
    assert told.endswith("a word has one link at most.")
    assert reading.why_unlinked(made(["a"], ["x"])) == ""


def test_how_sure_a_pair_is(bundled):
    pairs = load_collection().pairs("en", "de")[:3]
    mixed = replace(pairs[0], target=pairs[2].target, gold=None)
    right, wrong = (view_of(align_pair(bundled, pair, AlignSettings()), with_gold=False) for pair in (pairs[0], mixed))
    assert reading.how_sure(right, [])[1] in ("sure", "fairly sure")
    value, word, reason = reading.how_sure(wrong, [])
    assert (word, float(value) < right.sureness) == ("unsure", True)
    assert "not translations of each other" in reason
    assert reading.how_sure(right, ["ko"])[1] == "a guess"
    assert "never trained on Korean" in reading.how_sure(right, ["ko"])[2]


def test_what_to_see_fits_the_languages_shown():
    collection = load_collection()
    note = next(entry.note for entry in collection.entries if entry.id == "g001")
    german, hindi = (reading.what_to_see(collection.pair("g001", "en", code), note) for code in ("de", "hi"))
    assert "“coffee machine” → “Kaffeemaschine”, words that become one" in german
    assert any("“the” without a partner" in one for one in hindi)
    assert not any("Kaffee" in one or "split" in one for one in hindi)
    assert reading.what_to_see(collection.pair("g002", "en", "fr"), "'bank' as riverside; compare g003; three 'the'")[-1] == "compare g003"
    assert reading.what_to_see(collection.pair("g002", "fr", "fr"), "one; compare g003") == ["compare g003"]


LINKS = st.sets(st.tuples(st.integers(0, 2), st.integers(0, 3)), max_size=8)


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    return NoteStore(tmp_path_factory.mktemp("notes") / "notes.sqlite")


@settings(max_examples=12)
@given(LINKS, LINKS, LINKS, st.sampled_from(["", "g001"]), st.sampled_from([("en", "de"), ("de", "en"), ("de", "fr")]))
def test_links_drawn_by_hand_come_back_as_drawn(store, sure, possible, base, id, codes):
    words = (("a", "b", "c"), ("w", "x", "y", "z"))
    sides = [Sentence(code, " ".join(side), side) for code, side in zip(codes, words, strict=True)]
    pair = SentencePair(*sides, Links(frozenset(base)) if id else None, id)
    wanted = Links(frozenset(sure), frozenset(possible))
    gold.save(store, pair, wanted, "Ada")
    assert (gold.judged(store, pair).gold or Links()) == wanted


def test_a_correction_has_its_place_on_the_errors_page(tmp_path):
    store = NoteStore(tmp_path / "notes.sqlite")
    pair = load_collection().pair("g001", "de", "en")
    links = Links(pair.gold.sure - {(0, 0)}, pair.gold.possible - {(0, 0)})
    assert gold.save(store, pair, links, "Ada") == (1, 0)
    (one,) = store.corrections("bundled")
    assert (one.pair, one.source, one.target, one.status) == ("de:g001", 0, 0, "none")
    with pytest.raises(InputError, match="no author"):
        gold.save(store, pair, Links(), " ")


def test_what_another_has_corrected_stays_and_is_counted(tmp_path):
    store = NoteStore(tmp_path / "notes.sqlite")
    pair = load_collection().pair("g001", "en", "de")
    gone = sorted(pair.gold.sure)[:2]

    def without(*links):
        return Links(pair.gold.sure - {*links}, pair.gold.possible - {*links})

    assert gold.save(store, pair, without(gone[0]), "Ada", "ada", {"ada"}.__contains__) == (1, 0)
    assert gold.save(store, pair, without(gone[1]), "Bo", "bo", {"bo"}.__contains__) == (1, 1)
    assert gold.judged(store, pair).gold == without(*gone), "Ada's stays, Bo's is there"
    assert gold.save(store, pair, without(), "Bo", "bo", {"bo"}.__contains__) == (0, 1)
    assert gold.judged(store, pair).gold == without(gone[0])
    assert gold.save(store, pair, without(), "Ada", "ada", {"ada"}.__contains__) == (0, 0)
    assert gold.judged(store, pair).gold == pair.gold


def test_context_is_what_changes_when_a_word_is_left_out(bundled):
    words = ("She", "sat", "on", "the", "bank", "of", "the", "river")
    moved = leave_one_out(bundled, words, 4, "en")
    assert np.isnan(np.diag(moved)).all()
    left = [word for k, word in enumerate(words) if k != 7]
    whole, without = (found.pooled() for found in bundled.encode([words, left], 4))
    cosine = whole[4] @ without[4] / np.linalg.norm(whole[4]) / np.linalg.norm(without[4])
    assert moved[4, 7] == pytest.approx(1 - cosine, abs=1e-5)
    assert leave_one_out(bundled, ("word",), 4, "en").shape == (1, 1)


def test_unknown_words_are_found(bundled):
    found = bundled.encode([("the", "커피", "cat")])[0]
    assert found.unknown == {1}
    extras = Extras(unknown=(frozenset({1}), frozenset()))
    words = data_of(made(["a", "b"], ["x", "y"]), Mark(), name="", extras=extras)["source"]["words"]
    assert [word["unknown"] for word in words] == [False, True]
    assert "vocabulary" in words[1]["spoken"]


def system(name: str = "aligned"):
    from dashboard.state import System

    return System(encoder=name)


def test_a_file_comes_back_with_links_and_scores(runs, bundled):
    lines = "das alte Haus ||| the old house\nwir schlafen ||| =we sleep\n"
    shape = batch_files.Shape("de", "en", True, 0, True)
    key = batch_files.keep([("mine.txt", lines.encode())], ("gold.pharaoh", b"0-0 1-1 2-2\n0-0 1-1\n"), shape)
    told = []
    batch = batch_files.align_kept(key, system(), Teller(lambda done, total, note: told.append(note)))
    assert [len(parse_links(line).sure) for line in batch.pharaoh.splitlines()] == [len(one.links) for one in batch.alignments]
    head, *rows = (line.split("\t") for line in batch.table.splitlines())
    assert head == ["source", "target", "links", "mean_confidence", "linked_words", "aer"]
    assert rows[0][:2] == ["das alte Haus", "the old house"]
    assert rows[1][1].startswith("'=we"), "no spreadsheet takes text for a formula"
    assert batch.total.pairs == 2
    assert float(rows[0][5]) == pytest.approx(batch.scores[0].aer, abs=1e-3)
    assert told[-1] == "2 of 2 pairs"


def test_other_shapes_of_files_and_languages(runs, bundled):
    shape = batch_files.Shape("pl", "en", False, 0, False)
    two = batch_files.keep([("x.en", b"The cat sleeps.\n"), ("x.pl", "Kot śpi.\n".encode())], None, shape)
    tsv = batch_files.keep([("x.tsv", "Kot śpi.\tThe cat sleeps.\n".encode())], None, shape)
    tables = [batch_files.align_kept(key, system(), Teller()).table for key in (two, tsv)]
    assert tables[0] == tables[1]
    assert tables[0].splitlines()[1].startswith("Kot śpi .\tThe cat sleeps .\t")


@pytest.mark.parametrize(
    ("files", "message"),
    [([], "Give one file"), ([("a.txt", b"one side\n")], r"a\.txt, line 1: 0 separators"), ([("a.txt", b"")], "no sentence pairs")],
)
def test_files_that_cannot_be_aligned_get_a_sentence(runs, files, message):
    with pytest.raises(InputError, match=message):
        batch_files.keep(files, None, batch_files.Shape("de", "en", True, 0, False))
