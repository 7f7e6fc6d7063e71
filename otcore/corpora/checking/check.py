"""A look at every pair of a corpus: empty, repeated, untranslated, odd lengths, another script or language, too long."""

import math
import statistics
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import regex

from otcore.base.progress import Teller
from otcore.corpora.checking.forms import has_markup, is_broken
from otcore.corpora.checking.identify import doubts, identify
from otcore.corpora.checking.report import KINDS, LONGEST, CorpusReport, Finding
from otcore.corpora.checking.scripts import NAMES, accepted_scripts, script_of
from otcore.corpora.checking.texts import TextPair
from otcore.corpora.tables import COLUMNS, QUOTES
from otcore.text.languages import LANGUAGES, LONGEST_TEXT, language, words_of

SAMPLE = 5_000  # pairs whose language is identified, spread evenly over a longer file
FACTOR, SLACK = 2.5, 20  # a length is odd from so many times off the file's median ratio, and so many characters off what it expects
_LETTERS = 10  # in another script from which on a side is not just a name or a formula
_EXAMPLES = 5
_LINES = 8  # whose numbers are told
_LOOKED = 2_000  # characters by which a language is told
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
    check = _Check(pairs, codes)
    check.forms()
    check.repetitions(teller.part(0.0, 0.3))
    ratio = check.lengths(longest, teller.part(0.3, 0.5))
    check.scripts(teller.part(0.5, 0.7))
    whole = [index for index, pair in enumerate(pairs) if all(pair.sides)]
    chosen = [whole[place * len(whole) // sample] for place in range(sample)] if len(whole) > sample else whole
    seen = check.languages(chosen, teller.part(0.7, 1.0))
    teller(1.0, "checked")
    findings = tuple(check.finding(kind, len(chosen)) for kind in KINDS)
    exchanged = codes[0] != codes[1] and all(next(iter(side), None) == code for side, code in zip(seen, codes[::-1], strict=True))
    flagged = {index: tuple(kind for kind in KINDS if kind in check.flags[index]) for index in sorted(check.flags)}
    return CorpusReport(codes, len(pairs), findings, flagged, ratio, len(chosen), seen, exchanged)


@dataclass(frozen=True)
class _Check:
    """What was found so far: index of a pair → the kinds of its faults, and kind → what was expected."""

    pairs: Sequence[TextPair]
    codes: tuple[str, str]
    flags: dict[int, set[str]] = field(default_factory=lambda: defaultdict(set))
    details: dict[str, str] = field(default_factory=dict)

    def forms(self) -> None:
        """What the reader saw, markup, and what is left of other encodings."""
        for index, pair in enumerate(self.pairs):
            if pair.faults:
                self.flags[index].update(pair.faults)
            if any(map(has_markup, pair.sides)):
                self.flags[index].add("markup")
            if any(map(is_broken, pair.sides)):
                self.flags[index].add("broken")
        for kind in (COLUMNS, QUOTES):
            lines = [str(pair.line) for pair in self.pairs if kind in pair.faults]
            more = ", …" if len(lines) > _LINES else ""
            self.details[kind] = f"line{'s' if len(lines) > 1 else ''} {', '.join(lines[:_LINES])}{more}"

    def repetitions(self, tell: Teller) -> None:
        exact: set[tuple[str, ...]] = set()
        alike: set[tuple[str, ...]] = set()
        for index, pair in self._told(tell, "looking for repetitions"):
            if not all(pair.sides):
                self.flags[index].add("empty")
                continue
            plain = tuple(map(_plain, pair.sides))
            if pair.sides in exact:
                self.flags[index].add("repeated")
            elif any(plain) and plain in alike:
                self.flags[index].add("alike")
            if pair.source == pair.target or (plain[0] and plain[0] == plain[1]):
                self.flags[index].add("untranslated")
            exact.add(pair.sides)
            alike.add(plain)

    def lengths(self, longest: int, tell: Teller) -> float | None:
        """Flags odd and great lengths; the median ratio of characters, in the logarithm, so that both directions count the same."""
        self.details["long"] = f"more than {longest} words"
        logarithms = {index: math.log(len(pair.target) / len(pair.source)) for index, pair in enumerate(self.pairs) if all(pair.sides)}
        if not logarithms:
            return None
        middle = statistics.median(logarithms.values())
        ratio = math.exp(middle)
        self.details["ratio"] = f"median {ratio:.2f} characters of {_name(self.codes[1])} for one of {_name(self.codes[0])}"
        for index, pair in self._told(tell, "measuring lengths"):
            if index not in logarithms:
                continue
            slack = min(abs(len(pair.target) - ratio * len(pair.source)), abs(len(pair.source) - len(pair.target) / ratio))
            if abs(logarithms[index] - middle) > math.log(FACTOR) and slack > SLACK:
                self.flags[index].add("ratio")
            # a word has a character or more, so that most sides need not be split
            if any(len(side) > longest < _words(side, code) for side, code in zip(pair.sides, self.codes, strict=True)):
                self.flags[index].add("long")
        return ratio

    def scripts(self, tell: Teller) -> None:
        """Flags sides in another script than their language's, or than most of their side where that is not known here."""
        found = [[script_of(side) for side in pair.sides] for _, pair in self._told(tell, "reading scripts")]
        expected = []
        for place, code in enumerate(self.codes):
            usual = Counter(sides[place][0] for sides in found if sides[place][0])
            expected.append(accepted_scripts(code) or tuple(script for script, _ in usual.most_common(1)))
        for index, sides in enumerate(found):
            judged = [(*side, wanted) for side, wanted in zip(sides, expected, strict=True) if wanted]
            if any(letters >= _LETTERS and script not in wanted for script, letters, wanted in judged):
                self.flags[index].add("script")
        told = [f"{NAMES.get(wanted[0], wanted[0])} for {_name(code)}" for code, wanted in zip(self.codes, expected, strict=True) if wanted]
        self.details["script"] = "expected " + " and ".join(told) if told else ""

    def languages(self, chosen: list[int], tell: Teller) -> tuple[dict[str, float], dict[str, float]]:
        """Flags sides of the chosen pairs that look like another language; what each side looks like. Only bundled languages are judged."""
        seen: list[dict[str, float]] = [{}, {}]
        for place, code in enumerate(self.codes):
            if code not in LANGUAGES:
                continue
            counts: Counter[str] = Counter()
            for start in range(0, len(chosen), _STEP):
                tell((place + start / len(chosen)) / 2, f"identifying {_name(code)}")
                part = chosen[start : start + _STEP]
                texts = [self.pairs[index].sides[place][:_LOOKED] for index in part]
                counts.update(found for found in identify(texts) if found)
                for index, doubt in zip(part, doubts(texts, code), strict=True):
                    if doubt:
                        self.flags[index].add("language")
            seen[place] = {found: count / counts.total() for found, count in counts.most_common()}
        return seen[0], seen[1]

    def finding(self, kind: str, sample: int) -> Finding:
        indices = sorted(index for index, kinds in self.flags.items() if kind in kinds)
        examples = tuple(self.pairs[index] for index in indices[:_EXAMPLES])
        sampled, detail = kind == "language", self.details.get(kind, "")
        if sampled and sample < len(self.pairs):
            detail = f"of a sample of {sample:,} pairs"
        return Finding(kind, len(indices), sample if sampled else len(self.pairs), examples, detail)

    def _told(self, tell: Teller, note: str) -> Iterable[tuple[int, TextPair]]:
        for index, pair in enumerate(self.pairs):
            if index % _STEP == 0:
                tell(index / len(self.pairs), note)
            yield index, pair


def _plain(text: str) -> str:
    """Letters and digits alone, without case and without the compatibility forms."""
    return _NOISE.sub("", unicodedata.normalize("NFKC", text).casefold())


def _words(side: str, code: str) -> int:
    """Words of a side; of one longer than any sentence its characters, which need not be split to be too many."""
    return len(words_of(side, code)) if len(side) <= LONGEST_TEXT else len(side)


def _name(code: str) -> str:
    return language(code).name
