"""What a check of a corpus found, in figures and in sentences."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from otcore.base.errors import InputError
from otcore.corpora.checking.texts import TextPair
from otcore.corpora.tables import COLUMNS, QUOTES
from otcore.text.languages import language

LONGEST = 80  # words a side; as in the fine-tuning settings
FEW = 1_000  # pairs below which a run learns little (the paper: XNLI 72.7 with 1,000 pairs, 74.8 with 250,000)
MANY = 0.1  # share of pairs from which on a fault is one of the file, not of its lines


_TWICE = "They count the same sentence twice; leave them out unless that is wanted."
KINDS = {  # of faults → what it is called after "pairs:", and what to do
    "empty": ("a side is empty", "They cannot be trained on and are always left out."),
    COLUMNS: ("more or fewer parts than most lines have", "What belongs together is not known, so they are always left out."),
    QUOTES: (
        "part of a quoted cell that goes over several lines",
        "They are always left out; save the table without line breaks in cells.",
    ),
    "repeated": ("repeats an earlier pair", "Each repetition makes a sentence count more; leave them out unless that is wanted."),
    "alike": ("like an earlier pair but for case, punctuation or spaces", _TWICE),
    "untranslated": ("both sides are the same", "Names and numbers are the same in both languages, other text was not translated."),
    "ratio": ("one side is too long for the other", "Such lines are often shifted or cut; look at the examples."),
    "markup": ("markup, entities or placeholders", "They would be learnt as words; take them out, or leave these lines out."),
    "broken": ("a broken encoding", "Letters were lost or read as others; take the text anew from its source, in UTF-8."),
    "script": ("a side is in another script", "They are in another script than the language that was given, or than most lines."),
    "language": ("a side looks like another language", "Look at the examples: short or mixed lines may be judged wrongly."),
    "long": ("too many words", "Training passes over them, since few encoders read so much."),
}
_LATER = frozenset({COLUMNS, QUOTES, "markup", "broken"})  # faults that an earlier edition did not know: told where there are any
ALWAYS = frozenset({"empty", COLUMNS, QUOTES})  # left out whatever is asked: they are no pairs


@dataclass(frozen=True)
class Finding:
    """One kind of fault."""

    kind: str  # a key of KINDS
    count: int  # flagged pairs; `share` of the pairs that were looked at, in [0, 1]
    looked: int  # how many pairs were looked at: all, or a sample
    examples: tuple[TextPair, ...] = ()
    detail: str = ""  # what was expected and found, or ""

    @property
    def share(self) -> float:
        return self.count / self.looked if self.looked else 0.0

    name = property(lambda self: KINDS[self.kind][0])
    advice = property(lambda self: KINDS[self.kind][1])

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        found = {"count": self.count, "share": self.share, "detail": self.detail}
        return found | {"examples": [{"source": pair.source, "target": pair.target, "line": pair.line} for pair in self.examples]}


@dataclass(frozen=True)
class CorpusReport:
    """What was found in a corpus."""

    languages: tuple[str, str]  # codes of source and target
    pairs: int  # how many there are
    findings: tuple[Finding, ...]  # one of each kind, also where it found nothing
    flagged: Mapping[int, tuple[str, ...]]  # index of a pair → the kinds of fault it has
    ratio: float | None  # median of target characters for one of the source, or None without pairs that have both sides
    sample: int  # pairs whose language was identified
    # for source and target the language the sample looks like → share of what could be judged, the largest first
    seen: tuple[Mapping[str, float], Mapping[str, float]]
    exchanged: bool = False  # whether the two sides look like each other's language
    notes: tuple[str, ...] = ()  # what was noticed when the file was read

    @property
    def kept(self) -> int:
        """Pairs that are left when all flagged ones are left out."""
        return self.pairs - len(self.flagged)

    @property
    def usable(self) -> int:
        """Pairs that have both sides, as far as is known."""
        return self.pairs - sum(1 for kinds in self.flagged.values() if ALWAYS & set(kinds))

    def finding(self, kind: str) -> Finding:
        return next(entry for entry in self.findings if entry.kind == kind)

    @property
    def verdict(self) -> tuple[str, ...]:
        """What to do, in plain sentences, the most urgent first."""
        names = [language(code).name for code in self.languages]
        if not self.pairs:
            return ("The file has no pairs; give one with a sentence and its translation a line.",)
        said = []
        if self.exchanged:
            said.append(f"The sides look exchanged: read as {names[0]} first, most of the first side looks like {names[1]}; swap them.")
        elif self.finding("language").share + self.finding("script").share > MANY:
            said.append(f"Many lines do not look like {names[0]} and {names[1]}; check that these are the languages of the file.")
        if self.finding("ratio").share > MANY:
            said.append("Many pairs differ in length more than translations do; the two sides may be shifted against each other.")
        if self.finding("repeated").share + self.finding("alike").share > MANY:
            said.append("Much of the file repeats itself; without the repetitions every sentence counts once.")
        if few := len(self.flagged):
            flagged = f"{few:,} of {self.pairs:,} pairs {'is' if few == 1 else 'are'} flagged ({few / self.pairs:.1%})"
            said.append(f"{flagged}; {self.kept:,} are left without them.")
        else:
            said.append(f"Nothing stands against training on these {self.pairs:,} pairs.")
        if self.kept < FEW:
            said.append(f"{self.kept:,} pairs are few: a run learns more from {FEW:,} or more.")
        return tuple(said)

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON; shares in [0, 1]."""
        plain = {name: getattr(self, name) for name in ("pairs", "kept", "ratio", "sample", "exchanged")}
        plain |= {
            "languages": list(self.languages),
            "flagged": len(self.flagged),
            "seen": [dict(side) for side in self.seen],
            "notes": list(self.notes),
        }
        found = {entry.kind: entry.to_dict() for entry in self.findings if entry.count or entry.kind not in _LATER}
        return plain | {"verdict": list(self.verdict), "findings": found} | ({"notes": list(self.notes)} if self.notes else {})


def without_flagged(pairs: Sequence[TextPair], report: CorpusReport, kinds: Sequence[str] | None = None) -> list[TextPair]:
    """The pairs that have none of these faults, by default none at all; those that are no pairs are always left out.

    raises: InputError   a name that is no fault
    """
    if unknown := set(kinds or ()) - KINDS.keys():
        raise InputError(f"There is no fault {sorted(unknown)[0]}; the faults are {', '.join(KINDS)}.")
    unwanted = KINDS.keys() if kinds is None else {*kinds, *ALWAYS}
    return [pair for index, pair in enumerate(pairs) if not unwanted & set(report.flagged.get(index, ()))]
