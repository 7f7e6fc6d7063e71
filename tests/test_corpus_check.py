"""The check of a corpus: each fault is found where it was put, what is sound is left alone, and the command says what to do."""

import itertools
import json
import random
from dataclasses import replace

import pytest

from otcore.base.errors import InputError
from otcore.base.progress import Stopped, Teller
from otcore.cli import main
from otcore.corpora.checking.check import check_pairs
from otcore.corpora.checking.forms import has_markup, is_broken
from otcore.corpora.checking.identify import doubts, identify
from otcore.corpora.checking.report import KINDS, without_flagged
from otcore.corpora.checking.scripts import accepted_scripts, script_of
from otcore.corpora.checking.texts import TextPair, read_texts, write_texts
from otcore.corpora.collection import load_collection
from otcore.corpora.pair_files import PairFile, read_pairs
from otcore.text.languages import LANGUAGES

OTHERS = [code for code in LANGUAGES if code != "en"]


def sound(code: str, count: int | None = None) -> list[TextPair]:
    """Gold sentences of the collection, none of them twice."""
    pairs = load_collection().pairs(code, "en")[:count]
    return [TextPair(pair.source.text, pair.target.text, line) for line, pair in enumerate(pairs, 1)]


def numbered(pairs) -> list[TextPair]:
    return [replace(pair, line=line) for line, pair in enumerate(pairs, 1)]


def faults(pairs, languages=("de", "en"), **options) -> dict[int, tuple[str, ...]]:
    return dict(check_pairs(pairs, languages, **options).flagged)


@pytest.mark.parametrize("code", OTHERS)
def test_sound_text_is_left_alone(code):
    report = check_pairs(sound(code), (code, "en"))
    assert report.pairs == 160
    assert set(report.flagged) <= ({index for index, pair in enumerate(sound(code)) if "Lima" in pair.source} if code == "ro" else set())
    assert [next(iter(side)) for side in report.seen] == [code, "en"]
    assert not report.exchanged


def test_each_fault_is_found_where_it_is():
    good = sound("de", 30)
    first = good[0]
    bad = [
        (TextPair("", first.target, 0), ("empty",)),
        (first, ("repeated",)),
        (TextPair(first.source.upper().replace(" ", "  ") + "!!", first.target.rstrip(".") + " …", 0), ("alike",)),
        (TextPair("Rotterdam 2019", "Rotterdam, 2019", 0), ("untranslated",)),
        (
            TextPair("Das ist kurz.", "This one goes on and on, as if three sentences stood on one line of it.", 0),
            ("ratio",),
        ),
        (TextPair("Das ||| Haus ist alt und groß.", "", 0, ("columns",)), ("empty", "columns")),
        (TextPair('zweite Zeile ist auch da"', '"The first line is there too', 0, ("quotes",)), ("quotes",)),
        (TextPair("Klicken Sie auf <b>Weiter</b>, um fortzufahren.", "Click <b>Next</b> if you want to continue.", 0), ("markup",)),
        (TextPair("MÃ¼ller zahlt zehn Taler fÃ¼r den alten Hund.", "Miller pays ten coins for the old dog he saw.", 0), ("broken",)),
        (TextPair("Это предложение написано по-русски.", "This sentence is written in Russian.", 0), ("script",)),
        (TextPair("The weather will be fine in the afternoon.", "The weather will be nice in the afternoon.", 0), ("language",)),
        (TextPair(" ".join(f"Wort{k}" for k in range(90)), " ".join(f"word{k}" for k in range(90)), 0), ("long",)),
    ]
    found = faults(numbered(good + [pair for pair, _ in bad]))
    assert {index - len(good): kinds for index, kinds in found.items()} == {place: kinds for place, (_, kinds) in enumerate(bad)}
    assert sorted({kind for kinds in found.values() for kind in kinds}) == sorted(KINDS)


def test_order_does_not_matter_but_for_what_repeats():
    pairs = [*sound("fr", 40), TextPair("Le chat dort.", "x" * 300, 0), TextPair("", "nothing", 0)]
    report = check_pairs(pairs, ("fr", "en"))
    shuffled = random.Random(0).sample(pairs, len(pairs))
    again = check_pairs(shuffled, ("fr", "en"))
    assert again.ratio == pytest.approx(report.ratio)
    assert {entry.kind: entry.count for entry in again.findings} == {entry.kind: entry.count for entry in report.findings}
    assert {shuffled[index] for index in again.flagged} == {pairs[index] for index in report.flagged}


def test_lengths_are_judged_against_the_file_itself():
    """Chinese has a third of English's characters; that is no fault of a Chinese file."""
    assert check_pairs(sound("zh"), ("zh", "en")).ratio > 2
    assert check_pairs(sound("de"), ("de", "en")).ratio == pytest.approx(1, abs=0.25)
    pairs = sound("de", 40)
    stretched = [TextPair(pair.source, pair.target * 4, pair.line) for pair in pairs]
    assert "ratio" not in {kind for kinds in faults(stretched).values() for kind in kinds}
    one = check_pairs([*pairs, stretched[5]], ("de", "en"))
    assert "ratio" in one.flagged[len(pairs)]
    assert one.finding("ratio").count == 1


def test_leaving_out_what_is_flagged_leaves_nothing_to_flag():
    good = sound("es", 30)
    pairs = [*good, *good[:7], TextPair("", "", 38), TextPair("igual", "igual", 39)]
    report = check_pairs(pairs, ("es", "en"))
    assert without_flagged(pairs, report) == good
    assert report.kept == 30
    assert not check_pairs(good, ("es", "en")).flagged
    assert len(without_flagged(pairs, report, ["untranslated"])) == 37, "empty pairs always go"
    assert without_flagged(pairs, report, []) == [pair for pair in pairs if pair.source]
    with pytest.raises(InputError, match="no fault magic"):
        without_flagged(pairs, report, ["magic"])


def test_exchanged_sides_and_wrong_languages_are_said_in_the_verdict():
    swapped = [TextPair(pair.target, pair.source, pair.line) for pair in sound("de", 40)]
    report = check_pairs(swapped, ("de", "en"))
    assert report.exchanged
    assert "German first" in report.verdict[0]
    assert "swap" in report.verdict[0]
    report = check_pairs(sound("es", 40), ("de", "en"))
    assert not report.exchanged
    assert "do not look like German" in report.verdict[0]
    assert next(iter(report.seen[0])) == "es"
    shifted = sound("de", 80)
    shifted = [TextPair(a.source, b.target * (1 + 3 * (k % 2)), k) for k, (a, b) in enumerate(itertools.pairwise(shifted), 1)]
    assert any("shifted" in sentence for sentence in check_pairs(shifted, ("de", "en")).verdict)
    assert check_pairs([], ("de", "en")).verdict[0].startswith("The file has no pairs")


def test_a_language_that_is_not_bundled_is_judged_by_its_script_alone():
    pairs = [TextPair(f"Το σπίτι αριθμός {k} είναι κόκκινο.", f"House number {k} is red.", k) for k in range(1, 21)]
    pairs += [TextPair("This is not Greek at all.", "It is English.", 21)]
    report = check_pairs(pairs, ("el", "en"))
    assert set(report.flagged) == {20}
    assert report.finding("script").detail == "expected Greek for Greek and Latin for English"
    assert report.seen[0] == {}


def test_a_longer_file_has_a_sample_identified(monkeypatch):
    good = sound("de")
    pairs = [*good, *(TextPair(pair.target, pair.target + " Yes.", 0) for pair in good)]
    report = check_pairs(pairs, ("de", "en"), sample=64)
    assert report.sample == 64
    assert report.finding("language").looked == 64
    assert report.finding("language").share == pytest.approx(0.5, abs=0.05)
    assert "of a sample of 64" in report.finding("language").detail


def test_progress_only_rises_and_the_check_can_be_ended():
    told = []
    check_pairs(sound("de"), ("de", "en"), teller=Teller(lambda done, total, note: told.append(done)))
    assert told == sorted(told)
    assert told[-1] == 1000
    with pytest.raises(Stopped):
        check_pairs(sound("de"), ("de", "en"), teller=Teller(stop=lambda: len(told) > 0))


def test_languages_of_the_gold_sentences_are_told_as_well_as_is_claimed():
    judged = right = 0
    for code, sentences in load_collection().gold.items():
        found = [guess for guess in identify([sentence.text for sentence in sentences.values()]) if guess]
        judged, right = judged + len(found), right + found.count(code)
    assert (right, judged) == (1896, 1897)
    assert identify(["", "ok", "1234 5678 91011", "Ωραία μέρα σήμερα"]) == [None] * 4
    assert doubts(["The weather is fine today.", "Das Wetter ist heute schön.", "OK"], "de") == ["en", None, None]


@pytest.mark.parametrize(
    ("text", "script"),
    [
        ("plain text", "Latn"), ("обычный текст", "Cyrl"), ("نص عادي", "Arab"), ("साधारण पाठ", "Deva"), ("普通的文字", "Hani"),
        ("普通の文字です", "Jpan"), ("カタカナ", "Jpan"), ("보통 글", "Hang"), ("在 Windows 上安装并运行 Python", "Hani"),
        ("12 + 30 = 42 !", None), ("", None),
    ],
)  # fmt: skip
def test_scripts(text, script):
    assert script_of(text)[0] == script


def test_every_bundled_language_is_written_in_a_script_it_accepts():
    for code, sentences in load_collection().gold.items():
        assert {script_of(sentence.text)[0] for sentence in sentences.values()} <= set(accepted_scripts(code))
    assert accepted_scripts("he") == ("Hebr",)
    assert accepted_scripts("el") == ("Grek",)
    assert accepted_scripts("qaa") == (), "of a language nobody knows nothing is expected"


def test_texts_of_every_format_are_read_alike(tmp_path):
    rows = [("die Katze", "the cat"), ("", "nothing"), ("der Hund", "")]
    (tmp_path / "a.tsv").write_text("".join(f"x\t{b}\t{a}\n" for a, b in rows))
    (tmp_path / "a.txt").write_text("die Katze ||| the cat\n ||| nothing\nder Hund\n")
    (tmp_path / "a.de").write_text("".join(a + "\n" for a, _ in rows))
    (tmp_path / "a.en").write_text("".join(b + "\n" for _, b in rows))
    units = "".join(f'<tu><tuv lang="de"><seg>{a}</seg></tuv><tuv lang="en"><seg>{b}</seg></tuv></tu>' for a, b in rows)
    (tmp_path / "a.tmx").write_text(f"<tmx><body>{units}</body></tmx>")
    codes = ("de", "en")
    found = [
        read_texts(tmp_path / "a.tsv", codes, columns=(3, 2)), read_texts(tmp_path / "a.txt", codes),
        read_texts(tmp_path / "a.de", codes, target_path=tmp_path / "a.en"), read_texts(tmp_path / "a.tmx", codes),
    ]  # fmt: skip
    for pairs in found:
        assert [(pair.source, pair.target) for pair in pairs] == rows
    (tmp_path / "b.en").write_text("one line\n")
    with pytest.raises(InputError, match="same number"):
        read_texts(tmp_path / "a.de", codes, target_path=tmp_path / "b.en")
    (tmp_path / "short.tsv").write_text("only one column\nzwei\ttwo\n")
    assert read_texts(tmp_path / "short.tsv", codes) == [TextPair("only one column", "", 1, ("columns",)), TextPair("zwei", "two", 2)]


def test_the_command_reports_and_cleans_what_training_reads(tmp_path, capsys):
    pairs = sound("de", 25)
    path, out = tmp_path / "de.tsv", tmp_path / "clean.tsv"
    write_texts(path, [*pairs, pairs[3], TextPair("", "x", 0), pairs[4]])
    assert main(["corpus", str(path), "--language", "de", "--json", "--clean", str(out)]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["pairs"], told["flagged"], told["kept"], told["written"]) == (28, 3, 25, 25)
    assert told["findings"]["repeated"]["count"] == 2
    assert told["findings"]["repeated"]["examples"][0]["line"] == 26
    assert set(told["findings"]) == {"empty", "repeated", "alike", "untranslated", "ratio", "script", "language", "long"}
    assert [pair.source.text for pair in read_pairs(PairFile("de", str(out)))] == [pair.source for pair in pairs]
    assert main(["corpus", str(path), "--language", "de", "--clean", str(out), "--keep", "repeated"]) == 0
    text = capsys.readouterr().out
    assert "3 of 28 pairs are flagged (10.7%); 25 are left without them." in text
    assert "27 pairs written" in text
    assert "empty" in text


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("a", "b", "c"), "one file or two"), (("nowhere.tsv",), "cannot be read"), (("x.tsv", "--columns", "0,1"), "--columns"),
        (("x.tsv", "--keep", "magic"), "no fault magic"), (("x.tsv", "--longest", "0"), "--longest"),
    ],
)  # fmt: skip
def test_mistakes_end_in_one_sentence(arguments, told, capsys):
    assert main(["corpus", *arguments, "--language", "de"]) == 2
    err = capsys.readouterr().err
    assert told in err
    assert err.count("\n") == 1


@pytest.mark.parametrize(
    ("code", "texts"),
    [
        ("sr", ("Ово је једна стара кућа поред реке.", "Ovo je jedna stara kuća pored reke.")),
        ("kk", ("Бұл өзен жағасындағы ескі үй.", "Bul özen jağasındağı eski üy.")),
        ("pa", ("ਇਹ ਦਰਿਆ ਦੇ ਕੋਲ ਇੱਕ ਪੁਰਾਣਾ ਘਰ ਹੈ।", "ایہ دریا دے کول اک پرانا گھر ہے۔")),
    ],
)
def test_a_language_of_two_scripts_is_itself_in_both(code, texts):
    pairs = [TextPair(texts[k % 2], f"This is old house number {k} by the river.", k) for k in range(12)]
    assert not check_pairs(pairs, (code, "en")).finding("script").count
    strange = [*pairs, TextPair("これは川のそばの古い家です。", "This is an old house by the river.", 99)]
    assert check_pairs(strange, (code, "en")).finding("script").count == 1


@pytest.mark.parametrize(
    ("text", "markup", "broken"),
    [
        ("Klicken Sie <a href='x'>hier</a>.", True, False),
        ("Müller &amp; Söhne", True, False),
        ("10&nbsp;%", True, False),
        ("&#233;", True, False),
        ("%s Dateien", True, False),
        ("{0} Dateien", True, False),
        ("${name}", True, False),
        (r"{\b fett}", True, False),
        ("3 < 4 und 5 > 4", False, False),
        ("AT&T; R&D", False, False),
        ("100 % sicher", False, False),
        ("{siehe oben}", False, False),
        ("MÃ¼ller fÃ¼r 10 â‚¬", False, True),
        ("Ð¿Ñ€Ð¸Ð²ÐµÑ‚", False, True),
        ("ein \ufffd Test", False, True),
        ("caf\x9d", False, True),
        ("Élève « à côté », où ça ?", False, False),
        ("Âme et Île, Óscar", False, False),
        ("„În ţară“ – ‘Ça’", False, False),
        ("Olá, coração", False, False),
    ],
)
def test_markup_and_broken_letters(text, markup, broken):
    assert (has_markup(text), is_broken(text)) == (markup, broken)


def test_a_word_of_five_million_letters_is_checked_at_once():
    report = check_pairs([TextPair("Katze " * 3, "cat " * 3, 1), TextPair("x" * 5_000_000, "y", 2)], ("zh", "en"))
    assert report.finding("long").count == 1
