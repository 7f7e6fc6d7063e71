"""`align` on a corpus: a stream in, lines in order out, the same whether it was killed half-way or shared between processes."""

import contextlib
import gzip
import io
import json
import os
import random
import signal
import subprocess
import sys
import threading
import types
from pathlib import Path

import pytest
from ending_work import Ending

from otcore.alignment import workers
from otcore.alignment.aligner import align_many
from otcore.alignment.settings import AlignSettings
from otcore.base.errors import InputError
from otcore.base.notices import noticing
from otcore.cli import main
from otcore.commands import _part_file, align
from otcore.corpora import pair_stream
from otcore.corpora.collection import load_collection
from otcore.corpora.pair_files import read_any
from otcore.corpora.telling import tell_language
from otcore.text.packed import ENDINGS

ROOT = Path(__file__).resolve().parents[1]
LANGUAGES = ["--source-lang", "en", "--target-lang", "de"]
WORDS = ("cat", "Katze", "red", "rot", "chair", "Stuhl", "sleeps", "schläft", "the", "die")


def corpus(path: Path, count: int, seed: int = 0) -> Path:
    """So many pairs of one to six words; some stand there twice."""
    chosen = random.Random(seed)
    sides = [" ".join(chosen.choices(WORDS, k=chosen.randint(1, 6))) for _ in range(2 * count)]
    path.write_text("".join(f"{source} ||| {target}\n" for source, target in zip(sides[::2], sides[1::2], strict=True)), encoding="utf-8")
    return path


def command(path: Path, encoder: Path, output: Path, *more: str) -> list[str]:
    return ["align", str(path), "--encoder", str(encoder), *LANGUAGES, "--output", str(output), *more]


@pytest.fixture
def small_blocks(monkeypatch):
    """Blocks of eight pairs, so that a short file has many."""
    monkeypatch.setattr("otcore.alignment.aligner.BLOCK", 8)


@pytest.fixture
def whole(xlm_roberta, tmp_path, small_blocks):
    """A corpus of a hundred pairs, and its lines aligned without a break."""
    path, output = corpus(tmp_path / "pairs.txt", 100), tmp_path / "whole"
    assert main(command(path, xlm_roberta, output)) == 0
    return path, output.read_bytes()


def test_a_block_gives_every_pair_the_links_it_has_alone(encoder, tmp_path):
    pairs = read_any(corpus(tmp_path / "pairs.txt", 60), "en", "de")
    together = align_many(encoder, [*pairs, *pairs[::-1]], AlignSettings())
    alone = [align_many(encoder, [pair], AlignSettings())[0] for pair in pairs]
    assert [one.pairs for one in together] == [one.pairs for one in [*alone, *alone[::-1]]]


@pytest.mark.parametrize("seed", range(2))
def test_what_was_killed_is_gone_on_with(whole, xlm_roberta, tmp_path, monkeypatch, capsys, seed):
    """Killed after a random block: before it is noted, or within its lines."""
    path, expected = whole
    output, chosen = tmp_path / "links", random.Random(seed)
    code = f"""
import os, signal, sys
from otcore.alignment import aligner
from otcore.commands import _part_file
aligner.BLOCK = 8
from otcore.cli import main
left = {chosen.randint(2, 11)}
write, note = _part_file.PartFile.write, _part_file.write_bytes
def dying(*arguments):
    if left == 0:
        os.kill(os.getpid(), signal.SIGKILL)
    note(*arguments)
def counted(self, lines, digest):
    global left
    left -= 1
    if left == 0 and {seed}:
        self._file.write(b"0-0 1-"); self._file.flush(); os.kill(os.getpid(), signal.SIGKILL)
    write(self, lines, digest)
_part_file.write_bytes, _part_file.PartFile.write = dying, counted
sys.exit(main(sys.argv[1:]))
"""
    arguments = command(path, xlm_roberta, output)
    done = subprocess.run([sys.executable, "-c", code, *arguments], cwd=ROOT, capture_output=True, check=False)
    assert done.returncode == -signal.SIGKILL, done.stderr
    assert not output.exists()
    assert (tmp_path / "links.part").is_file()
    aligned = []
    monkeypatch.setattr("otcore.alignment.workers.Work.lines", counting(workers.Work.lines, aligned))
    assert main([*arguments, "--resume"]) == 0
    assert output.read_bytes() == expected
    assert 0 < sum(aligned) < 100, "what was done is not done again"
    assert {entry.name for entry in tmp_path.iterdir()} == {"pairs.txt", "whole", "links"}


def counting(lines, aligned: list[int]):
    def counted(self, encoder, pairs, tell):
        aligned.append(len(pairs))
        return lines(self, encoder, pairs, tell)

    return counted


@pytest.fixture
def begun(capsys, whole, xlm_roberta, tmp_path, monkeypatch):
    """An output that an error stopped after three blocks, and how it was called."""
    path, _ = whole
    text = path.read_text(encoding="utf-8")
    lines = text.splitlines(keepends=True)
    path.write_text("".join([*lines[:30], "no separator\n", *lines[30:]]), encoding="utf-8")
    monkeypatch.setattr(pair_stream, "_PART", 10)
    arguments = command(path, xlm_roberta, tmp_path / "links")
    assert main(arguments) == 2
    path.write_text(text, encoding="utf-8")
    return arguments


def test_after_an_error_what_is_done_is_kept(begun, whole, tmp_path, capsys):
    err = capsys.readouterr().err
    assert "The first 24 lines are kept in" in err
    assert "--resume" in err
    assert main([*begun, "--resume"]) == 0
    assert (tmp_path / "links").read_bytes() == whole[1]


CHANGES = [
    (["--cost", "dot"], "another setting"),
    (["--source-lang", "fr"], "another source language"),
    (["--scores"], "another choice of --scores"),
    (["--int8"], "another choice of --int8"),
]


@pytest.mark.parametrize(("more", "message"), CHANGES)
def test_what_was_begun_otherwise_is_refused(begun, tmp_path, capsys, more, message):
    assert main([*begun, *more, "--resume"]) == 2
    assert message in capsys.readouterr().err
    assert json.loads((tmp_path / "links.part.json").read_text())["lines"] == 24, "it is still there"


def test_a_changed_corpus_is_refused_and_a_longer_one_is_not(begun, whole, tmp_path, capsys):
    path, _ = whole
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("cat", "dog", 1), encoding="utf-8")
    assert main([*begun, "--resume"]) == 2
    assert "has changed" in capsys.readouterr().err
    path.write_text("".join(text.splitlines(keepends=True)[:20]), encoding="utf-8")
    assert main([*begun, "--resume"]) == 2
    path.write_text(text + "cat ||| Katze\n", encoding="utf-8")
    assert main([*begun, "--resume"]) == 0
    assert (tmp_path / "links").read_bytes() == whole[1] + b"0-0\n"


def test_a_damaged_note_is_told(begun, tmp_path, capsys):
    for text in ("", "[]", "{}", '{"about": {}, "lines": "x", "bytes": 1, "digest": ""}'):
        (tmp_path / "links.part.json").write_text(text)
        assert main([*begun, "--resume"]) == 2
        assert "damaged" in capsys.readouterr().err


def test_without_resume_it_begins_anew(begun, whole, tmp_path):
    assert main(begun) == 0
    assert (tmp_path / "links").read_bytes() == whole[1]


def test_resume_needs_a_file_and_nothing_begun_is_the_beginning(whole, xlm_roberta, tmp_path, capsys):
    path, expected = whole
    assert main(["align", str(path), "--encoder", str(xlm_roberta), "--resume"]) == 2
    assert "--output" in capsys.readouterr().err
    assert main(["align", str(path), "--workers", "0"]) == 2
    assert "at least one worker" in capsys.readouterr().err
    assert main(command(path, xlm_roberta, tmp_path / "links", "--resume")) == 0
    assert (tmp_path / "links").read_bytes() == expected


def test_two_processes_do_not_write_the_same_file(begun, tmp_path, capsys):
    with _part_file.opened_part(str(tmp_path / "links"), {}, resume=False):
        assert main(begun) == 2
        assert "Another process is writing" in capsys.readouterr().err


@pytest.mark.parametrize("ending", ENDINGS)
def test_packed_in_parts_is_read_as_one(ending, tmp_path, monkeypatch):
    from otcore.text.files import read_lines

    monkeypatch.setattr(_part_file, "_CHUNK", 10)
    path = tmp_path / f"links{ending}"
    with _part_file.opened_part(str(path), {}, resume=False) as output:
        output.write(["0-0 1-1", "", "2-2"], "")
        output.write(["3-3"], "")
    assert read_lines(path) == ["0-0 1-1", "", "2-2", "3-3"]
    assert path.read_bytes()[:1] != b"0"
    assert [entry.name for entry in tmp_path.iterdir()] == [path.name]


@pytest.fixture
def plain_main(monkeypatch):
    """A main module that new processes need not run again, as that of `python -m otcore` is; tests of pages put the app there."""
    monkeypatch.setitem(sys.modules, "__main__", types.ModuleType("__main__"))


@pytest.mark.usefixtures("plain_main")
def test_a_killed_worker_changes_nothing(whole, xlm_roberta, tmp_path, monkeypatch):
    path, expected = whole
    pools, killed = [], []
    fill = workers._Pool._fill

    def killing(pool, written):
        more = fill(pool, written)
        busy = [worker for worker in pool.workers if worker.number is not None]
        if not killed and busy and written:
            os.kill(busy[0].process.pid, signal.SIGKILL)
            killed.append(busy[0].number)
        pools[:] = [pool]
        return more

    monkeypatch.setattr(workers._Pool, "_fill", killing)
    assert main(command(path, xlm_roberta, tmp_path / "links", "--workers", "2")) == 0
    assert killed
    assert (tmp_path / "links").read_bytes() == expected
    assert all(not worker.process.is_alive() for worker in pools[0].workers)


@pytest.mark.usefixtures("plain_main")
@pytest.mark.parametrize(("code", "message"), [(7, "exit code 7"), (0, "There is no such encoder")])
def test_workers_that_cannot_work_are_told(code, message):
    with pytest.raises(InputError, match=message):
        list(workers.align_blocks(Ending(code), iter([[1], [2]]), lambda done: None, workers=2))


class Endless(io.RawIOBase):
    """Lines without end, as long as somebody reads; how much was read."""

    def __init__(self, line: bytes, most: int) -> None:
        self.line, self.most, self.read_bytes = line, most, 0

    def readable(self):
        return True

    def read1(self, size=-1):
        if self.read_bytes > self.most:
            raise AssertionError("the corpus was read ahead of what is aligned")
        portion = self.line * max(size // len(self.line), 1)
        self.read_bytes += len(portion)
        return portion


def test_a_corpus_without_end_is_read_as_it_is_needed(monkeypatch):
    """Ten thousand lines of an endless stream: it fails where more is read than a part and a little."""
    line = b"the cat sleeps on the red chair ||| die Katze sleeps\n"
    endless = Endless(line, len(line) * (pair_stream._PART * 3))
    monkeypatch.setattr(sys, "stdin", type("Stdin", (), {"buffer": endless}))
    stream = pair_stream.open_pairs("-", ("en", "de"))
    for number, pair in zip(range(pair_stream._PART + 5), stream.pairs, strict=False):
        assert pair.id == str(number + 1)
    assert endless.read_bytes < endless.most


def test_a_part_holds_no_more_than_itself(tmp_path, monkeypatch):
    """Memory is flat: pairs of parts that are behind are gone."""
    import gc

    from otcore.corpora.types import SentencePair

    monkeypatch.setattr(pair_stream, "_PART", 50)
    stream = pair_stream.open_pairs(corpus(tmp_path / "pairs.txt", 2000), ("en", "de"))

    def alive() -> int:
        return sum(type(one) is SentencePair for one in gc.get_objects())

    others, most = alive(), 0  # of tests before
    for number, _ in enumerate(stream.pairs):
        if number % 400 == 0:
            most = max(most, alive() - others)
    assert number == 1999
    assert most < 300


@pytest.mark.parametrize("name", ["pairs.txt", "pairs.txt.gz", "pairs.tsv", "pairs.csv"])
def test_parts_are_read_as_the_whole_is(tmp_path, monkeypatch, name):
    divider = {".tsv": "\t", ".csv": ","}.get(name[-4:], " ||| ")
    text = corpus(tmp_path / "plain.txt", 200).read_text(encoding="utf-8").replace(" ||| ", divider)
    path = tmp_path / name
    path.write_bytes(gzip.compress(text.encode()) if name.endswith(".gz") else text.encode())
    monkeypatch.setattr(pair_stream, "_PART", 7)
    assert list(pair_stream.open_pairs(path, ("en", "de")).pairs) == read_any(path, "en", "de")


def test_a_fault_of_many_parts_is_told_once(tmp_path, monkeypatch):
    path = tmp_path / "pairs.txt"
    path.write_text("cat|||Katze\n" * 100)
    monkeypatch.setattr(pair_stream, "_PART", 10)
    with noticing() as told:
        assert len(list(pair_stream.open_pairs(path, ("en", "de")).pairs)) == 100
    assert len(told) == 1
    path.write_text("cat ||| Katze\n" * 95 + "\n")
    with pytest.raises(InputError, match="line 96"):
        list(pair_stream.open_pairs(path, ("en", "de")).pairs)


# ---- which languages


RIGHTS = {  # the first article of the Universal Declaration of Human Rights, which is not among the bundled sentences
    "en": "All human beings are born free and equal in dignity and rights. They are endowed with reason and conscience and should act "
    "towards one another in a spirit of brotherhood.",
    "de": "Alle Menschen sind frei und gleich an Würde und Rechten geboren. Sie sind mit Vernunft und Gewissen begabt und sollen einander "
    "im Geist der Brüderlichkeit begegnen.",
    "fr": "Tous les êtres humains naissent libres et égaux en dignité et en droits. Ils sont doués de raison et de conscience et doivent "
    "agir les uns envers les autres dans un esprit de fraternité.",
    "es": "Todos los seres humanos nacen libres e iguales en dignidad y derechos y, dotados como están de razón y conciencia, deben "
    "comportarse fraternalmente los unos con los otros.",
    "ro": "Toate ființele umane se nasc libere și egale în demnitate și în drepturi. Ele sunt înzestrate cu rațiune și conștiință și "
    "trebuie să se comporte unele față de altele în spiritul fraternității.",
    "cs": "Všichni lidé rodí se svobodní a sobě rovní co do důstojnosti a práv. Jsou nadáni rozumem a svědomím a mají spolu jednat v duchu "
    "bratrství.",
    "ru": "Все люди рождаются свободными и равными в своем достоинстве и правах. Они наделены разумом и совестью и должны поступать в "
    "отношении друг друга в духе братства.",
    "tr": "Bütün insanlar hür, haysiyet ve haklar bakımından eşit doğarlar. Akıl ve vicdana sahiptirler ve birbirlerine karşı kardeşlik "
    "zihniyeti ile hareket etmelidirler.",
    "ar": "يولد جميع الناس أحرارا متساوين في الكرامة والحقوق. وقد وهبوا عقلا وضميرا وعليهم أن يعامل بعضهم بعضا بروح الإخاء.",
    "hi": "सभी मनुष्यों को गौरव और अधिकारों के मामले में जन्मजात स्वतन्त्रता और समानता प्राप्त है। उन्हें बुद्धि और अन्तरात्मा की देन प्राप्त है।",
    "zh": "人人生而自由，在尊严和权利上一律平等。他们赋有理性和良心，并应以兄弟关系的精神相对待。",
    "ja": "すべての人間は、生まれながらにして自由であり、かつ、尊厳と権利とについて平等である。",
}


@pytest.mark.parametrize("code", RIGHTS)
def test_a_bundled_language_is_told(code):
    assert tell_language([RIGHTS[code]]) == code
    gold = [sentence.text for sentence in load_collection().gold[code].values()]
    assert tell_language(gold) == code


OTHERS = {
    "pt": "Todos os seres humanos nascem livres e iguais em dignidade e em direitos. Dotados de razão e de consciência, devem agir uns "
    "para com os outros em espírito de fraternidade. Toda a pessoa tem direito à vida, à liberdade e à segurança pessoal.",
    "nl": "Alle mensen worden vrij en gelijk in waardigheid en rechten geboren. Zij zijn begiftigd met verstand en geweten, en behoren "
    "zich jegens elkander in een geest van broederschap te gedragen. Een ieder heeft recht op leven, vrijheid en veiligheid.",
    "it": "Tutti gli esseri umani nascono liberi ed eguali in dignità e diritti. Essi sono dotati di ragione e di coscienza e devono agire "
    "gli uni verso gli altri in spirito di fratellanza. Ogni individuo ha diritto alla vita, alla libertà ed alla sicurezza.",
    "uk": "Всі люди народжуються вільними і рівними у своїй гідності та правах. Вони наділені розумом і совістю і повинні діяти у "
    "відношенні один до одного в дусі братерства. Кожна людина має право на життя, на свободу і на особисту недоторканність.",
    "fa": "تمام افراد بشر آزاد به دنیا می‌آیند و از لحاظ حیثیت و حقوق با هم برابرند. همه دارای عقل و وجدان هستند و باید "
    "نسبت به یکدیگر با روح برادری رفتار کنند.",
    "el": "Όλοι οι άνθρωποι γεννιούνται ελεύθεροι και ίσοι στην αξιοπρέπεια και τα δικαιώματα.",
    "numbers": "12 13 14 ... !",
    "nothing": "",
}


@pytest.mark.parametrize("code", OTHERS)
def test_another_language_is_told_to_be_none_of_the_bundled(code):
    assert tell_language([OTHERS[code]]) is None


def texts(code: str, count: int) -> list[str]:
    return [sentence.text for sentence in load_collection().gold[code].values()][:count]


def test_languages_are_taken_from_the_text_and_said(tmp_path):
    path = tmp_path / "pairs.txt"
    path.write_text("".join(f"{one} ||| {other}\n" for one, other in zip(texts("fr", 30), texts("cs", 30), strict=True)), encoding="utf-8")
    expected = {
        (None, None): (("fr", "cs"), ["by its text the source is French and the target is Czech"]),
        ("en", None): (("en", "cs"), ["by its text the target is Czech"]),
        ("pt", "sk"): (("pt", "sk"), []),
    }
    for given, (languages, notes) in expected.items():
        stream = pair_stream.open_pairs(path, given)
        assert stream.languages == languages
        assert [one.text.partition(": ")[2] for one in stream.notes] == notes
    path.write_text(f"{OTHERS['pt']} ||| {texts('de', 1)[0]}\n", encoding="utf-8")
    stream = pair_stream.open_pairs(path, (None, None))
    assert stream.languages == ("und-source", "de")
    assert "the language of the source cannot be told" in stream.notes[1].text


def test_links_are_those_of_the_languages_that_are_named(xlm_roberta, tmp_path, capsys):
    path = tmp_path / "pairs.txt"
    path.write_text("".join(f"{one} ||| {other}\n" for one, other in zip(texts("fr", 12), texts("es", 12), strict=True)), encoding="utf-8")
    arguments = ["align", str(path), "--encoder", str(xlm_roberta), "--scores"]
    results = []
    for more in ([], ["--source-lang", "fr", "--target-lang", "es"], LANGUAGES):
        assert main([*arguments, *more]) == 0
        out, err = capsys.readouterr()
        results.append(out)
        assert err.count("the source is French and the target is Spanish; say what they are by --source-lang") == (not more)
    assert results[0] == results[1] != results[2]


def test_a_memory_says_its_languages(tmp_path):
    path = tmp_path / "memory.tmx"
    units = "".join(
        f'<tu><tuv xml:lang="{one}"><seg>a b</seg></tuv><tuv xml:lang="{other}"><seg>c d</seg></tuv></tu>'
        for one, other in [("pt", "nl")] * 3 + [("pt", "fi")]
    )
    path.write_text(f'<tmx version="1.4"><header/><body>{units}</body></tmx>', encoding="utf-8")
    stream = pair_stream.open_pairs(path, (None, None))
    assert stream.languages == ("pt", "nl")
    assert len(list(stream.pairs)) == 3


def test_a_pipe_is_read_once(xlm_roberta, tmp_path, capsys):
    """A path that can be read but once, as `<(zcat …)` is: nobody else may look into it."""
    path, read = tmp_path / "pipe", tmp_path / "pairs.txt"
    corpus(read, 30)
    os.mkfifo(path)
    writer = threading.Thread(target=lambda: path.write_bytes(read.read_bytes()), daemon=True)
    writer.start()
    with contextlib.suppress(SystemExit):
        assert main(["align", str(path), "--encoder", str(xlm_roberta), *LANGUAGES]) == 0
    writer.join(10)
    assert len(capsys.readouterr().out.splitlines()) == 30
    assert align.REMEDIES["languages"]
