"""Files as the field has them, from a folder of cases: links, memories, tables, text and task files behave as each `expect.txt` says.

The kinds of fault are tried without the folder too, in the tests of the readers.
"""

import json

import pytest
from cases import Answer, Case

from otcore.evaluation.transfer.sources import Sources
from otcore.evaluation.transfer.tasks import read_task
from otcore.evaluation.transfer.tasks.xnli import LABELS

ALIGN = "align {in}/pairs.txt --source-lang en --target-lang de"
OLD_HOUSE = ("0-0 1-1 2-2",)
TWO_UNITS = (r"(?m)^2 pairs are few",)
ONE_UNIT = (r"(?m)^1 pairs are few",)


def score(name: str, *more: str, code: int = 0, err: tuple[str, ...] = (), aer: float | None = None) -> Case:
    out = () if aer is None else (rf"AER\s+{aer:.4f}",)
    never = ("index 0",) if aer == 0 and not err else ()
    return Case(name, " ".join(["score {in}/pred.txt {in}/gold.txt", *more]), code, out, err, never)


def align(name: str, *lines: str, file: str = "pairs.txt", code: int = 0, err: tuple[str, ...] = (), more: str = "") -> Case:
    command = f"align {{in}}/{file} --source-lang en --target-lang de {more}"
    return Case(name, command, code, err=err, lines=lines if lines or code else None)


def cleaned(*pairs: str):
    """Whether `--clean` wrote these pairs, source and target divided by a tab."""
    return lambda answer: answer.files.joinpath("clean.tsv").read_text(encoding="utf-8").splitlines() == list(pairs)


def tmx(
    name: str, *pairs: str, file: str = "memory.tmx", codes: str = "de", code: int = 0, out=(), err=(), never=(), keep: str = "untranslated"
) -> Case:
    command = f"corpus {{in}}/{file} --language {codes} --clean {{out}}/clean.tsv --keep repeated,alike,ratio,script,language,markup,{keep}"
    return Case(name, command, code, out, err, never, holds=cleaned(*pairs) if pairs else None)


def diagonal(count: int):
    wanted = " ".join(f"{k}-{k}" for k in range(count))
    return lambda answer: answer.lines == [wanted]


def inside(source: int, target: int):
    """Whether the one line has links between words that there are."""

    def holds(answer: Answer) -> bool:
        links = [tuple(map(int, item.split("-"))) for item in answer.lines[0].split()]
        return len(answer.lines) == 1 and all(i < source and j < target for i, j in links)

    return holds


def told(answer: Answer) -> dict:
    return json.loads(answer.out)


CLEAN = "corpus {in}/p.tsv --language de --clean {out}/clean.tsv"
TUNE = "finetune --languages de --pairs de={in}/de.tsv --steps 1 --out {out}/run"
HOUSE, SOUP = "Das Haus ist sehr alt.\tThe house is very old.", "Wir essen heute Suppe.\tWe are eating soup today."
PLAIN = "Das Haus ist alt.\tThe house is old."

LINKS = [
    score("gold-arabic-digits", code=2, err=("is not a link",)),
    score("gold-base-0-as-1", "--gold-base 1", code=2, err=("below 1",)),
    score("gold-base-1-as-0", aer=0.4, err=("gold.txt has no index 0.*--gold-base 1",)),
    score("gold-base-1-as-0", "--gold-base 1", aer=0),
    Case("gold-base-1-as-0", "score {in}/gold.txt {in}/pred.txt", out=("0.4000",), err=("no index 0.*--predicted-base 1",)),
    Case("gold-base-1-as-0", "score {in}/gold.txt {in}/pred.txt --predicted-base 1", out=("AER +0.0000",), never=("index 0",)),
    Case("gold-base-1-as-0", "score {in}/pred.txt {in}/gold.txt --json", holds=lambda answer: "--gold-base 1" in told(answer)["notes"][0]),
    Case("gold-base-1-as-0", "agreement {in}/pred.txt {in}/gold.txt", err=("no index 0.*--second-base 1",)),
    Case("gold-base-1-as-0", "agreement {in}/pred.txt {in}/gold.txt --second-base 1", out=("all links 1.000",)),
    Case("gold-base-1-as-0", "score {in}/gold.txt {in}/gold.txt", out=("AER +0.0000",), err=("right as they are",)),
    score("gold-comma", code=2, err=("“0,0” is not a link",)),
    score("gold-crlf-bom", aer=0),
    score("gold-double-space", aer=0),
    Case("gold-dup-links", "score {in}/pred.txt {in}/gold.txt", out=("2 links predicted, 2 sure and 2 possible",)),
    score("gold-empty-lines", aer=1),
    score("gold-giza", aer=0, err=("GIZA",)),
    score("gold-huge-index", code=2, err=("is not a link",)),
    score("gold-lines-differ", code=2, err=("pred.txt has 1 lines and .*gold.txt has 2",)),
    score("gold-naacl", aer=0, err=("NAACL",)),
    score("gold-naacl-noSP", aer=0, err=("NAACL", "from 18 to 19")),
    score("gold-negative", code=2, err=("is not a link",)),
    score("gold-null", code=2, err=("“NULL-1” is not a link",)),
    score("gold-prob", aer=0),
    score("gold-swapped", aer=1 / 3, err=("exchanged AER would be 0.0000.*--reverse",)),
    score("gold-swapped", "--reverse", aer=0),
    score("gold-tab-index", aer=0, err=("number and a tab",)),
    score("gold-talp", aer=0, err=("TALP",)),
    Case(
        "gold-two-files",
        "score {in}/pred.txt {in}/gold.txt --possible {in}/possible.txt",
        out=("AER +0.0000", "2 sure and 3 possible"),
        never=("no index 0",),
    ),
    score("gold-unicode-dash", code=2, err=("is not a link",)),
    Case("gold-xtag", "score {in}/pred.txt {in}/gold.txt", out=("AER +0.0000", "1 sure and 2 possible")),
    score("gold-zero-lines", code=2, err=("has no pairs",)),
    Case("gold-zero-lines", "agreement {in}/pred.txt {in}/gold.txt", 2, err=("has no pairs",)),
    Case("gold-zero-lines", "score - -", 2, err=("no pairs",)),
    Case("errors-base1-silent", "errors {in}/p.tsv {in}/gold1.txt", err=("gold1.txt has no index 0.*--gold-base 1",)),
    Case("errors-base1-silent", "errors {in}/p.tsv {in}/gold1.txt --gold-base 1", never=("index 0",)),
]

PACKED = [
    tmx(name, HOUSE, SOUP, file=file, out=TWO_UNITS)
    for name, file in {
        "tmx-bz2": "memory.tmx.bz2",
        "tmx-capital-gz": "memory.TMX.GZ",
        "tmx-gz": "memory.tmx.gz",
        "tmx-gz-unnamed": "memory.tmx",
        "tmx-zip": "memory.tmx.zip",
    }.items()
]

MEMORIES = [
    *PACKED,
    *(
        tmx(f"tmx-{name}", HOUSE, SOUP, never=("declares", "left out"))
        for name in ("doctype-public", "internal-dtd", "namespace", "prefix", "utf8-bom", "utf16-bom", "utf16be-bom", "utf16le-declared")
    ),
    *(tmx(f"tmx-{name}", PLAIN) for name in ("comment-in-seg", "iso639-3", "lang-underscore", "lang-upper", "g-tags", "newline-in-seg")),
    *(tmx(f"tmx-{name}", PLAIN) for name in ("u2028-in-seg", "srclang-only", "lang-capital-attr")),
    tmx("tmx-iso639-3", PLAIN, codes="deu --target-language eng"),
    tmx("tmx-cdata", "Das Haus & der Hof.\tThe house & the yard."),
    tmx("tmx-inline", HOUSE),
    tmx("tmx-prop-note", "Das Haus.\tThe house."),
    tmx("tmx-latin1", "Schöne Grüße aus Köln.\tKind regards from Cologne."),
    tmx("tmx-cp1252", "Schöne Grüße – „so“.\tKind regards – “so”."),
    tmx("tmx-cp1251", "Сегодня холодно.\tIt is cold today.", codes="ru"),
    tmx("tmx-koi8", "Сегодня холодно.\tIt is cold today.", codes="ru"),
    tmx("tmx-shiftjis", "今日は寒いです。\tIt is cold today.", codes="ja"),
    tmx("tmx-utf16-nobom", HOUSE, SOUP),
    tmx("tmx-utf16-file-declares-utf8", HOUSE, SOUP, err=("declares the encoding UTF-8, but is UTF-16",)),
    tmx("tmx-utf8-declares-utf16", HOUSE, SOUP, err=("declares the encoding UTF-16, but is UTF-8",)),
    tmx("tmx-cp1252-declares-utf8", code=2, err=("line 4: this is not UTF-8",)),
    tmx("tmx-charref-control", code=2, err=("line 4.*invalid character number",)),
    tmx(
        "tmx-charref-ok-control",
        "Das Haus\ufffd ist alt.\tThe house is old.",
        HOUSE,
        SOUP,
        keep="broken",
        err=("control character .U.007F. in line 4",),
    ),
    tmx("tmx-empty-file", code=2, err=("it is empty",)),
    tmx("tmx-escaped-tags", out=("1 pair, 100.0%: markup",)),
    tmx("tmx-html", code=2, err=("root is <html>",)),
    tmx("tmx-internal-entity", code=2, err=("declares XML entities",)),
    tmx("tmx-lang-word", code=2, err=("its languages are english, german",)),
    tmx("tmx-leading-blank", code=2, err=("not at start",)),
    tmx("tmx-missing-target", HOUSE, SOUP, err=("5 units.*1 without English", "2 units with an empty side")),
    tmx("tmx-nbsp-entity", code=2, err=("&nbsp;",)),
    tmx("tmx-nbsp-entity-nodoctype", code=2, err=("&nbsp;",)),
    tmx("tmx-no-nb", "Det er kaldt.\tIt is cold.", codes="no"),
    tmx("tmx-no-seg", code=2, err=("outside of <seg>",)),
    tmx("tmx-ph-between-words", "Speichern Abbrechen\tSave Cancel"),
    tmx("tmx-ph-space-inside", "Speichern Abbrechen\tSave Cancel"),
    tmx("tmx-raw-amp", code=2, err=("line 4",)),
    tmx("tmx-same-lang-twice", "Das ist gut.\tThis is good.", err=("several texts of a language in 1 unit",)),
    tmx("tmx-tiled-map", code=2, err=("no TMX file, its root is <map>",)),
    tmx("tmx-truncated", code=2, err=("line 5",)),
    tmx("tmx-unopened-tu", code=2, err=("outside of any <tu>",)),
    tmx("tmx-zh-variants", "今天天气很冷。\tIt is very cold today.", codes="zh", err=("zh was read from zh-cn",)),
    tmx("tmx-zh-variants", "今天天气很冷。\tIt is very cold today.", codes="zh-CN"),
    tmx("tmx-zh-variants", "今天天氣很冷。\tIt is very cold today.", codes="zh-TW"),
    tmx("tmx-zh-variants", code=2, codes="zh-SG", err=("its languages are en, zh-cn, zh-tw",)),
]

TABLES = [
    Case("tsv-csv-name", CLEAN.replace("p.tsv", "p.csv"), err=("CSV divided by commas",), holds=cleaned("Das Haus\tThe house")),
    Case(
        "tsv-extra-tab",
        CLEAN,
        out=("1 pair, 50.0%: more or fewer parts than most lines have .line 1.",),
        holds=cleaned("Gut so.\tGood."),
    ),
    Case(
        "tsv-header",
        CLEAN,
        err=("line 1 holds names of columns .source, target.",),
        holds=cleaned(PLAIN),
    ),
    Case(
        "tsv-quotes",
        CLEAN,
        holds=cleaned('"Das Haus", sagte er.\t"The house," he said.', "Gut so.\tGood."),
    ),
    Case("tsv-tatoeba", CLEAN + " --columns 2,4", holds=cleaned(PLAIN)),
    Case(
        "tsv-index-column",
        "corpus {in}/a.de {in}/a.en --language de --clean {out}/clean.tsv",
        err=("a number and a tab before each line",),
        holds=cleaned(PLAIN, "Wir essen Suppe.\tWe eat soup."),
    ),
    Case("moses-last-no-newline", "corpus {in}/a.de {in}/a.en --language de", out=TWO_UNITS),
    Case("moses-ragged", "corpus {in}/a.de {in}/a.en --language de", 2, err=("has 2 lines and .* has 3",)),
    Case("moses-trailing-blank", "corpus {in}/a.de {in}/a.en --language de", 2, err=("the last line of .*a.en is empty",)),
    Case("moses-u2028", "corpus {in}/a.de {in}/a.en --language de", out=TWO_UNITS),
    Case("corpus-markup", "corpus {in}/p.tsv --language de", out=("3 pairs, 50.0%: markup", "2 pairs, 33.3%: a broken encoding")),
    *(
        Case(
            "corpus-nodiacritics",
            f"corpus {{in}}/{code}.tsv --language {code}",
            never=("another language", "another script", "do not look"),
        )
        for code in ("ar", "cs", "de", "es", "fr", "hi", "ja", "ro", "tr", "zh")
    ),
    Case(
        "ft-cjk-bitext",
        "align {in}/zh.txt --source-lang zh --target-lang en",
        err=("48 of 48 Chinese sentences are not split into words, so",),
        holds=lambda answer: len(answer.lines) == 48 and all(" " in line for line in answer.lines),
    ),
    Case("ft-empty-side", TUNE, 2, err=("de.tsv, line 49: the target side is empty",)),
    Case("ft-few", TUNE, 2, err=("two are needed",)),
    Case(
        "retrieve-duplicates",
        "retrieve {in}/a.en {in}/a.de --json",
        holds=lambda answer: told(answer)["forward"] == told(answer)["backward"] == 1,
    ),
]

TEXT = [
    Case(
        "txt-anki-tab",
        "corpus {in}/deu.txt --language de",
        2,
        err=("0 separators", "3 columns divided by tabs, so this is TSV"),
        never=("a side is empty",),
    ),
    *(align(f"txt-{name}", *OLD_HOUSE) for name in ("bom", "tabs-around-sep")),
    *(align(f"txt-{name}", *OLD_HOUSE * 2) for name in ("bom-inside", "crcrlf", "crlf")),
    align("txt-cr-only", *OLD_HOUSE * 2, err=("line ends of old Macs",)),
    *(
        align(f"txt-{name}", *OLD_HOUSE, file=file)
        for name, file in {"bz2": "pairs.txt.bz2", "xz": "pairs.txt.xz", "gz": "pairs.txt.gz", "gz-capital": "pairs.txt.GZ"}.items()
    ),
    align("txt-gz-multi", *OLD_HOUSE * 2, file="pairs.txt.gz"),
    align("txt-gz-truncated", file="pairs.txt.gz", code=2, err=("cannot be read",)),
    *(
        Case(f"txt-{name}", ALIGN, holds=inside(*sizes))
        for name, sizes in {
            "combining-only": (3, 3),
            "diacritics": (2, 1),
            "emoji-zwj": (4, 4),
            "fullwidth": (2, 2),
            "private-use": (4, 4),
            "softhyphen-word": (3, 2),
            "tatweel": (2, 1),
            "variation-selector": (5, 5),
            "zwsp": (3, 3),
            "nbsp": (3, 3),
            "spm-underline": (3, 3),
        }.items()
    ),
    Case("txt-emoji-zwj", ALIGN, holds=diagonal(4)),
    Case("txt-one-word", ALIGN, holds=diagonal(1)),
    Case("txt-repeated", ALIGN, holds=diagonal(4)),
    Case("txt-punct-only", ALIGN, holds=diagonal(5)),
    Case("txt-special-tokens", ALIGN, holds=diagonal(8)),
    Case("txt-one-to-many", ALIGN, holds=lambda answer: len(answer.out.split()) <= 1),
    Case("txt-ideographic-space", "align {in}/pairs.txt --source-lang en --target-lang ja", holds=inside(3, 5)),
    Case("txt-ideographic-space", "align {in}/pairs.txt --source-lang en --target-lang ja", holds=lambda answer: "2-" in answer.out),
    align("txt-empty-file", err=("has no pairs",)),
    align("txt-empty-line", code=2, err=("line 2: 0 separators.*the line is empty",)),
    align("txt-empty-source", code=2, err=("line 2: the source side is empty",)),
    align("txt-empty-target", code=2, err=("line 2: the target side is empty",)),
    align("txt-trailing-blank", code=2, err=("line 2.*the line is empty",)),
    align("txt-ff", *OLD_HOUSE * 2, err=(r"2 control characters \(U\+000C\) in line 2",)),
    align("txt-fs-gs-rs", *OLD_HOUSE * 2, err=(r"2 control characters \(U\+001C, U\+001D\) in line 2",)),
    align("txt-u0085", *OLD_HOUSE),
    align("txt-u2028", *OLD_HOUSE),
    align("txt-latin1", code=2, err=("line 1: byte 21 .0xE4. is not UTF-8",)),
    align("txt-nul", code=2, err=("line 2 contains a NUL character",)),
    align("txt-surrogate", code=2, err=("line 1.*not UTF-8",)),
    align("txt-utf16", code=2, err=("is UTF-16",)),
    align("txt-utf16-nobom", code=2, err=("UTF-16",)),
    align("txt-nbsp-around-sep", *OLD_HOUSE, err=("without spaces around it in line 1",)),
    Case("txt-nospace-both", ALIGN, err=("without spaces around it in line 2",), holds=lambda answer: len(answer.lines) == 3),
    Case("txt-nospace-sep", ALIGN, err=("without spaces around it in line 2",), holds=lambda answer: len(answer.lines) == 3),
    align("txt-sep-inside", code=2, err=("3 separators",)),
    align("txt-three-fields", code=2, err=("2 separators.*third field seems to hold links",)),
]


def task(kind: str, name: str, train: str, test: str, code: int = 0, **more) -> Case:
    budget = "--epochs 1 --seeds 1 --json" if kind else ""
    return Case(name, f"transfer {kind} --train {{in}}/{train} --test {{in}}/{test} --encoder base {budget}", code, **more)


TASKS = [
    task("xnli", "xnli-empty-hypothesis", "train-en.tsv", "test-de.tsv", 2, err=("line [0-9]+: a text or the label is empty",)),
    task("xnli", "xnli-jsonl", "train-en.jsonl", "test-de.tsv", 2, err=("columns",)),
    task("xquad", "xquad-noanswer", "train.en.json", "test.de.json", 2, err=("has no answer",)),
]
READ = [  # task, name, training file, language and test file, what is true of the task that was read
    ("xnli", "xnli-full", "train-en.tsv", ("de", "xnli.test.tsv"), lambda task: len(task.tests["de"]) == 6),
    ("xnli", "xnli-mt", "multinli.train.en.tsv", ("de", "test-de.tsv"), lambda task: {one.label for one in task.train} == set(LABELS)),
    (
        "xnli",
        "xnli-quotes",
        "train-en.tsv",
        ("de", "test-de.tsv"),
        lambda task: any('"' in text for one in task.tests["de"] for text in one.texts),
    ),
    ("xnli", "xnli-xtreme-noheader", "train-en.tsv", ("de", "test-de.tsv"), lambda task: len(task.train) + len(task.dev) == 36),
    ("xquad", "xquad-emoji", "train.en.json", ("de", "test.de.json"), lambda task: _answers_stand(task.tests["de"])),
    ("xquad", "xquad-offset", "train.en.json", ("de", "test.de.json"), lambda task: _answers_stand(task.tests["de"])),
    ("xquad", "xquad-zh", "train.en.json", ("zh", "test.zh.json"), lambda task: _answers_stand(task.tests["zh"])),
]


def _answers_stand(questions) -> bool:
    """Whether each answer is where it is said to be in its context."""
    return bool(questions) and all(one.context[start:].startswith(text) for one in questions for text, start in one.answers)


@pytest.mark.benchmarks
@pytest.mark.parametrize(("kind", "name", "train", "test", "holds"), READ, ids=[entry[1] for entry in READ])
def test_task_files_are_read(kind, name, train, test, holds, benchmarks):
    folder = benchmarks / "cases" / name
    if not folder.is_dir():
        pytest.skip("no folder of cases")
    assert holds(read_task(kind, Sources(train=(str(folder / train),), tests={test[0]: str(folder / test[1])})))


@pytest.mark.benchmarks
@pytest.mark.parametrize("case", [*LINKS, *MEMORIES, *TABLES, *TEXT, *TASKS], ids=str)
def test_what_the_field_writes(case, benchmarks, tmp_path, monkeypatch):
    folder = benchmarks / "cases"
    if not folder.is_dir():
        pytest.skip("no folder of cases")
    monkeypatch.setenv("OTCORE_RUNS", str(tmp_path / "runs"))
    case.check(folder, tmp_path)
