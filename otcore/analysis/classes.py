"""Every link gets one outcome and one cause, by ordered rules: the first rule that fits a wrong link names its cause.

The links there are in a sentence pair are those a system drew and the sure gold links it did not. The functions under `_rule` are the
rule book, in its order; their docstrings are what the page and the command line show. Every link has exactly one outcome and one cause,
so that counts add up.
"""

import itertools
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property

from otcore.analysis.function_words import is_function_word
from otcore.corpora.types import Link, Links, SentencePair

HIT, MISSED, FALSE = OUTCOMES = ("hit", "missed", "false")
CORRECT = "correct"
BOTH = MISSED, FALSE

MANY_PIECES = 4  # subwords from which a word counts as rare or unknown
RICH_PIECES = 3  # subwords, or letters, from which a word with several partners counts as a compound or rich in morphology
RICH_LETTERS, RICH_SIGNS = 10, 4
FAR = 0.25  # distance from the diagonal from which a link is long
CROSSED = 2  # gold links a long link must cross
_SIGN_SCRIPTS = ("zh", "ja")

Partners = dict[int, set[int]]


@dataclass(frozen=True)
class Judged:
    """One link that there is: its 0-based words, one of OUTCOMES, "correct" or the key of one of RULES, and whether gold is sure."""

    source: int
    target: int
    outcome: str
    cause: str
    sure: bool


@dataclass(frozen=True)
class Context:
    """What the rules look at, for one pair under one system; everything 0-based."""

    pair: SentencePair  # with its words
    gold: Links  # sure and possible links
    predicted: frozenset[Link]  # the system's links
    # subwords of each source word and of each target word; a word that was cut from a long sentence has 0
    pieces: tuple[tuple[int, ...], tuple[int, ...]]
    # source words and target words that hold a piece the encoder does not know
    unknown: tuple[frozenset[int], frozenset[int]] = (frozenset(), frozenset())
    # language → case-folded word → times in the analysed text, for languages without a list of function words
    counts: dict[str, Counter] | None = None

    sides = cached_property(lambda self: (self.pair.source, self.pair.target))
    words = cached_property(lambda self: tuple(side.words for side in self.sides))
    folded = cached_property(lambda self: tuple(tuple(map(str.casefold, words)) for words in self.words))
    wrong = cached_property(lambda self: self.predicted - self.gold.possible)  # drawn, and not even possible in gold
    # partners of each source word and of each target word: possible in gold, sure in gold, drawn, drawn and wrong
    gold_of = cached_property(lambda self: _partners(self.gold.possible))
    sure_of = cached_property(lambda self: _partners(self.gold.sure))
    linked_of = cached_property(lambda self: _partners(self.predicted))
    false_of = cached_property(lambda self: _partners(self.wrong))


def judge(context: Context) -> tuple[Judged, ...]:
    """Every link there is, sorted: one outcome and exactly one cause each."""
    found = []
    for link in sorted(context.predicted | context.gold.sure):
        outcome = outcome_of(link, context)
        cause = CORRECT if outcome == HIT else next(fitting(link, context))
        found.append(Judged(*link, outcome, cause, link in context.gold.sure))
    return tuple(found)


def outcome_of(link: Link, context: Context) -> str:
    """ "hit": drawn and at least possible in gold; "false": drawn and not in gold; "missed": sure in gold and not drawn."""
    if link not in context.predicted:
        return MISSED
    return HIT if link in context.gold.possible else FALSE


def fitting(link: Link, context: Context) -> Iterator[str]:
    """The keys of all rules that fit a wrong link, in the order of RULES; the first one is its cause, the others are what else is
    true of it. Never empty, since "other" fits always."""
    outcome = outcome_of(link, context)
    for rule in RULES:
        if outcome in rule.outcomes and rule.fits(context, link, outcome):
            yield rule.key


def diagonal_distance(link: Link, source_words: int, target_words: int) -> float:
    """|(i + ½)/n − (j + ½)/m|, how far a link lies off the diagonal, in [0, 1)."""
    return abs((link[0] + 0.5) / source_words - (link[1] + 0.5) / target_words)


def _partners(links: frozenset[Link]) -> tuple[Partners, Partners]:
    sides: tuple[Partners, Partners] = ({}, {})
    for i, j in links:
        sides[0].setdefault(i, set()).add(j)
        sides[1].setdefault(j, set()).add(i)
    return sides


@dataclass(frozen=True)
class Rule:
    """One cause: its key, its name for people, which outcomes it may explain, and when it fits, in words and as a function of the
    context, the link and its outcome."""

    key: str
    name: str
    outcomes: tuple[str, ...]
    text: str
    fits: Callable[[Context, Link, str], bool]


RULES: list[Rule] = []


def _rule(key: str, name: str, outcomes: tuple[str, ...] = BOTH, *, of_words: bool = False) -> Callable:
    """Puts a function into the rule book; one `of_words` takes (context, side, word) and fits a link where it fits one of its words."""

    def add(fits: Callable) -> Callable:
        of_link = (lambda context, link, outcome: any(fits(context, *word) for word in enumerate(link))) if of_words else fits
        RULES.append(Rule(key, name, outcomes, " ".join(fits.__doc__.format(**globals()).split()), of_link))
        return fits

    return add


@_rule("punctuation", "punctuation", of_words=True)
def _is_punctuation(context: Context, side: int, word: int) -> bool:
    """One of the two words is made of punctuation or symbols only."""
    return all(unicodedata.category(sign)[0] in "PS" for sign in context.words[side][word])


@_rule("name-number", "name or number", of_words=True)
def _is_name_or_number(context: Context, side: int, place: int) -> bool:
    """One of the two words holds a digit or number sign, or is a name: capitalised inside the sentence and no function word (in German,
    where all nouns are, only if the other sentence has the same word), or written with a middle dot as names in Chinese are."""
    word, language = context.words[side][place], context.sides[side].language
    if any(unicodedata.category(sign)[0] == "N" for sign in word) or (len(word) > 2 and any(dot in word[1:-1] for dot in "·・‧")):
        return True
    opens = place == 0 or _is_punctuation(context, side, place - 1)
    if opens or not word[0].isupper() or _is_function_word(context, side, place):
        return False
    return not language.startswith("de") or context.folded[side][place] in context.folded[1 - side]


@_rule("wrong-copy", "wrong copy of a repeated word")
def _wrong_copy(context: Context, link: Link, outcome: str) -> bool:
    """False: gold links the word to another place with the very same word. Missed: the system linked another copy of it instead."""
    partners = context.gold_of if outcome == FALSE else context.false_of
    for side, word in enumerate(link):
        folded, other = context.folded[1 - side], link[1 - side]
        if any(place != other and folded[place] == folded[other] for place in partners[side].get(word, ())):
            return True
    return False


@_rule("null-linked", "null linked", (FALSE,), of_words=True)
def _is_null(context: Context, side: int, word: int) -> bool:
    """One of the two words has no gold link at all, so it should be linked to nothing."""
    return word not in context.gold_of[side]


@_rule("split", "compound or rich word split", of_words=True)
def _is_split(context: Context, side: int, word: int) -> bool:
    """One of the two words stands for two or more adjacent words in gold, and has {RICH_PIECES} subwords or more, or {RICH_LETTERS}
    letters or more ({RICH_SIGNS} signs in Chinese and Japanese)."""
    partners = sorted(context.sure_of[side].get(word, ()))
    letters = RICH_SIGNS if context.sides[side].language.split("-")[0] in _SIGN_SCRIPTS else RICH_LETTERS
    rich = context.pieces[side][word] >= RICH_PIECES or len(context.words[side][word]) >= letters
    return rich and any(after - before == 1 for before, after in itertools.pairwise(partners))


@_rule("one-to-many", "one-to-many cut to one-to-one", (MISSED,))
def _one_to_many(context: Context, link: Link, outcome: str) -> bool:
    """The word has another gold link that was found: of several partners only some are linked."""
    found = (context.sure_of[side].get(word, set()) & context.linked_of[side].get(word, set()) for side, word in enumerate(link))
    return any(places - {link[1 - side]} for side, places in enumerate(found))


@_rule("function-word", "function-word drift", of_words=True)
def _is_function_word(context: Context, side: int, word: int) -> bool:
    """One of the two words is a function word: article, preposition …"""
    language = context.sides[side].language
    return is_function_word(context.words[side][word], language, (context.counts or {}).get(language))


@_rule("neighbour", "neighbour of the right word")
def _neighbour(context: Context, link: Link, outcome: str) -> bool:
    """False: gold links the word to the one directly before or after. Missed: the system linked that neighbour instead."""
    right = context.gold.possible if outcome == FALSE else context.wrong
    i, j = link
    return any(place in right for place in ((i, j - 1), (i, j + 1), (i - 1, j), (i + 1, j)))


@_rule("crossing", "long-distance crossing")
def _crossing(context: Context, link: Link, outcome: str) -> bool:
    """The link lies at least {FAR} of the sentence off the diagonal and crosses {CROSSED} gold links or more."""
    if diagonal_distance(link, len(context.words[0]), len(context.words[1])) < FAR:
        return False
    return sum((i - link[0]) * (j - link[1]) < 0 for i, j in context.gold.possible) >= CROSSED


@_rule("rare", "rare or unknown word", of_words=True)
def _is_rare(context: Context, side: int, word: int) -> bool:
    """One of the two words is cut into {MANY_PIECES} subwords or more, or holds a piece the encoder does not know."""
    return context.pieces[side][word] >= MANY_PIECES or word in context.unknown[side]


@_rule("linked-null", "linked null", (MISSED,), of_words=True)
def _is_left_out(context: Context, side: int, word: int) -> bool:
    """The system links one of the two words to nothing, though gold links it."""
    return word not in context.linked_of[side]


@_rule("other", "other")
def _other(context: Context, link: Link, outcome: str) -> bool:
    """No rule above fits."""
    return True


CAUSES = (CORRECT, *(rule.key for rule in RULES))
NAMES = {CORRECT: "correct", **{rule.key: rule.name for rule in RULES}}
