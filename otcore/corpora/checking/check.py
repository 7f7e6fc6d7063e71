"""A look at every pair of a corpus: empty, repeated, untranslated, odd lengths, another script or language, too long."""

import math
import statistics
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

import regex

from otcore.base.progress import Teller
from otcore.corpora.checking.identify import doubts, identify
from otcore.corpora.checking.report import KINDS, CorpusReport, Finding
from otcore.corpora.checking.scripts import NAMES, accepted_scripts, script_of
from otcore.corpora.checking.texts import TextPair
from otcore.text.languages import LANGUAGES, language, words_of

SAMPLE = 5_000  # pairs whose language is identified, spread evenly over a longer file
LONGEST = 80  # words; as in the fine-tuning settings
FACTOR, SLACK = 2.5, 20  # a length is odd from so many times off the file's median ratio, and so many characters off what it expects
_LETTERS = 10  # in another script from which on a side is not just a name or a formula
_EXAMPLES = 5
_STEP = 500  # pairs between two tellings
_NOISE = regex.compile(r"[^\p{L}\p{N}\p{M}]+")


def check_pairs(
    pairs: Sequence[TextPair], languages: tuple[str, str], *, longest: int = LONGEST, sample: int = SAMPLE, teller: Teller | None = None
) -> CorpusReport:
    """Reports on the pairs of two languages. A pair may be flagged for several reasons; of repeated ones the first is not flagged.

    longest: words a side from which on a pair is too long
    sample : at most so many pairs have their language identified; all other checks look at every pair
    raises : Stopped; InputError   a code that is no language tag
    """
    teller = teller or Teller()
    codes = language(languages[0]).code, language(languages[1]).code
    flags: dict[int, list[str]] = defaultdict(list)
    _repetitions(pairs, flags, teller.part(0.0, 0.3))
    ratio = _lengths(pairs, flags, codes, longest, teller.part(0.3, 0.5))
    details = {"script": _scripts(pairs, flags, codes, teller.part(0.5, 0.7))}
    if ratio is not None:
        details["ratio"] = f"median {ratio:.2f} characters of {_name(codes[1])} for one of {_name(codes[0])}"
    details["long"] = f"more than {longest} words"
    chosen = _spread([index for index, pair in enumerate(pairs) if pair.source and pair.target], sample)
    seen = _languages(pairs, flags, codes, chosen, teller.part(0.7, 1.0))
    teller(1.0, "checked")
    findings = tuple(_finding(kind, pairs, flags, len(chosen), details.get(kind, "")) for kind in KINDS)
    exchanged = codes[0] != codes[1] and all(next(iter(side), None) == code for side, code in zip(seen, codes[::-1], strict=True))
    flagged = {index: tuple(kind for kind in KINDS if kind in flags[index]) for index in sorted(flags)}
    return CorpusReport(codes, len(pairs), findings, flagged, ratio, len(chosen), seen, exchanged)


def _repetitions(pairs: Sequence[TextPair], flags: dict[int, list[str]], tell: Teller) -> None:
    exact: set[tuple[str, str]] = set()
    alike: set[tuple[str, str]] = set()
    for index, pair in _told(pairs, tell, "looking for repetitions"):
        if not (pair.source and pair.target):
            flags[index].append("empty")
            continue
        sides = pair.source, pair.target
        plain = _plain(pair.source), _plain(pair.target)
        if sides in exact:
            flags[index].append("repeated")
        elif any(plain) and plain in alike:
            flags[index].append("alike")
        if pair.source == pair.target or (plain[0] and plain[0] == plain[1]):
            flags[index].append("untranslated")
        exact.add(sides)
        alike.add(plain)


def _lengths(pairs: Sequence[TextPair], flags: dict[int, list[str]], codes: tuple[str, str], longest: int, tell: Teller) -> float | None:
    """Flags odd and great lengths; the median ratio of characters, in the logarithm, so that both directions count the same."""
    logarithms = [math.log(len(pair.target) / len(pair.source)) for pair in pairs if pair.source and pair.target]
    if not logarithms:
        return None
    middle = statistics.median(logarithms)
    ratio = math.exp(middle)
    for index, pair in _told(pairs, tell, "measuring lengths"):
        if not (pair.source and pair.target):
            continue
        off = abs(math.log(len(pair.target) / len(pair.source)) - middle)
        slack = min(abs(len(pair.target) - ratio * len(pair.source)), abs(len(pair.source) - len(pair.target) / ratio))
        if off > math.log(FACTOR) and slack > SLACK:
            flags[index].append("ratio")
        # a word has a character or more, so that most sides need not be split
        if any(len(side) > longest < len(words_of(side, code)) for side, code in zip((pair.source, pair.target), codes, strict=True)):
            flags[index].append("long")
    return ratio


def _scripts(pairs: Sequence[TextPair], flags: dict[int, list[str]], codes: tuple[str, str], tell: Teller) -> str:
    """Flags sides in another script than their language's, or than most of their side where that is not known here; in words, which
    was expected."""
    found = [[script_of(side) for side in (pair.source, pair.target)] for _, pair in _told(pairs, tell, "reading scripts")]
    expected = []
    for place, code in enumerate(codes):
        usual = Counter(sides[place][0] for sides in found if sides[place][0])
        expected.append(accepted_scripts(code) or ((usual.most_common(1)[0][0],) if usual else ()))
    for index, sides in enumerate(found):
        if any(letters >= _LETTERS and script not in wanted for (script, letters), wanted in zip(sides, expected, strict=True) if wanted):
            flags[index].append("script")
    told = [f"{NAMES.get(wanted[0], wanted[0])} for {_name(code)}" for code, wanted in zip(codes, expected, strict=True) if wanted]
    return "expected " + " and ".join(told) if told else ""


def _languages(
    pairs: Sequence[TextPair], flags: dict[int, list[str]], codes: tuple[str, str], chosen: list[int], tell: Teller
) -> tuple[dict[str, float], dict[str, float]]:
    """Flags sides of the chosen pairs that look like another language; what each side looks like. Only bundled languages are judged."""
    seen: list[dict[str, float]] = [{}, {}]
    for place, code in enumerate(codes):
        if code not in LANGUAGES:
            continue
        texts = [(pairs[index].source, pairs[index].target)[place] for index in chosen]
        counts: Counter[str] = Counter()
        for start in range(0, len(texts), _STEP):
            tell((place + start / len(texts)) / 2, f"identifying {_name(code)}")
            part = texts[start : start + _STEP]
            counts.update(found for found in identify(part) if found)
            for index, doubt in zip(chosen[start : start + _STEP], doubts(part, code), strict=True):
                if doubt and "language" not in flags.get(index, ()):
                    flags[index].append("language")
        seen[place] = {found: count / counts.total() for found, count in counts.most_common()}
    return seen[0], seen[1]


def _finding(kind: str, pairs: Sequence[TextPair], flags: dict[int, list[str]], sample: int, detail: str) -> Finding:
    indices = sorted(index for index, kinds in flags.items() if kind in kinds)
    examples = tuple(pairs[index] for index in indices[:_EXAMPLES])
    sampled = kind == "language"
    if sampled and sample < len(pairs):
        detail = f"of a sample of {sample:,} pairs"
    return Finding(kind, len(indices), sample if sampled else len(pairs), examples, detail)


def _told(pairs: Sequence[TextPair], tell: Teller, note: str) -> Iterable[tuple[int, TextPair]]:
    for index, pair in enumerate(pairs):
        if index % _STEP == 0:
            tell(index / len(pairs), note)
        yield index, pair


def _spread(indices: list[int], most: int) -> list[int]:
    """At most so many of them, evenly spread."""
    if len(indices) <= most:
        return indices
    return [indices[place * len(indices) // most] for place in range(most)]


def _plain(text: str) -> str:
    """Letters and digits alone, without case and without the compatibility forms."""
    return _NOISE.sub("", unicodedata.normalize("NFKC", text).casefold())


def _name(code: str) -> str:
    return language(code).name
