"""Outcomes and causes of links on hand-made cases; counts that always add up; what changed between two systems."""

# ruff: noqa: E501  the table of cases reads best with one case a line

import dataclasses
from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom

from otcore.alignment.links import Alignment, WordLink
from otcore.alignment.scores import score
from otcore.analysis.analyse import Drawn, analyse, cause_counts, summary
from otcore.analysis.bins import DIMENSIONS, rates
from otcore.analysis.classes import CAUSES, CORRECT, OUTCOMES, RULES, Context, fitting, judge
from otcore.analysis.function_words import FUNCTION_WORDS, is_function_word
from otcore.analysis.significance import mcnemar
from otcore.base.errors import InputError
from otcore.base.patterns import matches
from otcore.corpora.pharaoh import parse_links
from otcore.corpora.types import Links, Sentence, SentencePair
from otcore.text.languages import LANGUAGES

AUNT = "My aunt does not turn off the coffee machine before midnight ."
TANTE = "Meine Tante schaltet die Kaffeemaschine vor Mitternacht nicht aus ."
AUNT_GOLD = "0-0 1-1 2?2 3-7 4-2 4-8 5-2 5-8 6-3 7-4 8-4 9-5 10-6 11-9"


def context(source, target, gold, predicted, *, codes=("en", "de"), pieces=None, unknown=(), counts=None) -> Context:
    """`pieces` "s7:3 t4:5": subwords of single words, 1 of the others; `unknown` the same without numbers."""
    words = [tuple(text.split()) for text in (source, target)]
    sides = [[1] * len(side) for side in words]
    for entry in (pieces or "").split():
        place, _, number = entry.partition(":")
        sides["st".index(place[0])][int(place[1:])] = int(number)
    strange = tuple(frozenset(int(one[1:]) for one in unknown if one[0] == side) for side in "st")
    pair = SentencePair(*(Sentence(code, " ".join(side), side) for code, side in zip(codes, words, strict=True)))
    links = parse_links(predicted).possible
    return Context(pair, parse_links(gold), links, (tuple(sides[0]), tuple(sides[1])), strange, counts)


# what it shows: source, target, gold, predicted, the link, outcome and cause, and what else the context needs
CASES = {
    "a sure link that was drawn": (AUNT, TANTE, AUNT_GOLD, "1-1", "1-1", "hit", CORRECT, {}),
    "a possible link that was drawn": (AUNT, TANTE, AUNT_GOLD, "2-2", "2-2", "hit", CORRECT, {}),
    "a full stop on a comma": ("yes , no .", "ja , nein .", "0-0 1-1 2-2 3-3", "3-1", "3-1", "false", "punctuation", {}),
    "a full stop without its link": ("yes .", "ja .", "0-0 1-1", "0-0", "1-1", "missed", "punctuation", {}),
    "a word on a full stop": ("go now .", "geh jetzt !", "0-0 1-1 2-2", "1-2", "1-2", "false", "punctuation", {}),
    "a currency sign is a symbol": ("$ five", "fünf Dollar", "0-1 1-0", "1-0", "0-1", "missed", "punctuation", {}),
    "Chinese punctuation": ("go home .", "回 家 。", "0-0 1-1 2-2", "0-0", "2-2", "missed", "punctuation", {"codes": ("en", "zh")}),
    "a year": ("opened in 1889 there", "1889 dort eröffnet", "0-2 2-0 3-1", "0-2", "2-0", "missed", "name-number", {}),
    "a wrong number": ("5 cats", "6 Katzen", "1-1", "0-0", "0-0", "false", "name-number", {}),
    "a number sign of another script": ("three dogs", "٣ كلاب", "0-0 1-1", "1-1", "0-0", "missed", "name-number", {"codes": ("en", "ar")}),
    "a capitalised name inside": ("we saw Paris", "nous vîmes Paris", "0-0 1-1 2-2", "0-0", "2-2", "missed", "name-number", {"codes": ("en", "fr")}),
    "capitals at the start are no name": ("Quietly rain fell", "leise fiel Regen", "0-0 1-2 2-1", "1-2 2-1", "0-0", "missed", "linked-null", {}),
    "capitals after a quote are no name": ("“ Quiet rain", "“ stille Regen", "0-0 1-1 2-2", "2-2", "1-1", "missed", "linked-null", {}),
    "German nouns are no names": ("the old rain", "der alte Regen", "0-0 1-1 2-2", "0-0 1-1", "2-2", "missed", "linked-null", {}),
    "a German name that both have": ("old berlin sleeps", "altes Berlin schläft", "0-0 1-1 2-2", "0-0", "1-1", "missed", "name-number", {}),
    "the English I is no name": ("so I sleep", "dormo bene qui", "1-0 2-0", "2-0", "1-0", "missed", "one-to-many", {"codes": ("en", "it")}),
    "a Chinese name with a dot": ("meet adam", "见 亚当·斯密", "0-0 1-1", "0-0", "1-1", "missed", "name-number", {"codes": ("en", "zh")}),
    "the other copy of a word": ("salt here salt there", "Salz hier Salz dort", "0-0 1-1 2-2 3-3", "0-2", "0-2", "false", "wrong-copy", {}),
    "whose copy was taken": ("salt here salt there", "Salz hier Salz dort", "0-0 1-1 2-2 3-3", "0-2", "0-0", "missed", "wrong-copy", {}),
    "copies on the source side": ("big dog big cat", "grosser hund grosse katze", "0-0 1-1 2-2 3-3", "2-0", "2-0", "false", "wrong-copy", {}),
    "copies are told apart without case": ("The cat the dog", "die Katze den Hund", "0-0 1-1 2-2 3-3", "2-0", "2-0", "false", "wrong-copy", {}),
    "another copy that is right too is none": ("no no", "nein nein", "0-0 0-1 1-1", "0-1 1-1", "0-0", "missed", "one-to-many", {}),
    "a word gold leaves out": ("rain really falls", "Regen fällt", "0-0 2-1", "1-0", "1-0", "false", "null-linked", {}),
    "a target word gold leaves out": ("rain falls", "Regen fällt wohl", "0-0 1-1", "1-2", "1-2", "false", "null-linked", {}),
    "half a compound": (AUNT, TANTE, AUNT_GOLD, "8-4", "7-4", "missed", "split", {}),
    "a compound without any link": (AUNT, TANTE, AUNT_GOLD, "0-0", "8-4", "missed", "split", {}),
    "a false link of a compound": (AUNT, TANTE, AUNT_GOLD, "1-4", "1-4", "false", "split", {}),
    "a rich word of many subwords": ("in my house", "evimde", "0-0 1-0 2-0", "2-0", "1-0", "missed", "split", {"codes": ("en", "tr"), "pieces": "t0:3"}),
    "a short word is no compound": ("in my house", "evimde", "0-0 1-0 2-0", "2-0", "1-0", "missed", "one-to-many", {"codes": ("en", "tr"), "pieces": "t0:2"}),
    "a long Japanese word": ("coffee machine", "コーヒーメーカー", "0-0 1-0", "1-0", "0-0", "missed", "split", {"codes": ("en", "ja")}),
    "partners that are apart are no compound": ("switch it off", "ausschalten jetzt", "0-0 2-0", "0-0", "2-0", "missed", "one-to-many", {}),
    "the verb whose particle was found": (AUNT, TANTE, AUNT_GOLD, "4-8", "4-2", "missed", "one-to-many", {}),
    "two partners, none found": ("quick talk", "reden schnell flink", "0-1 0-2 1-0", "1-0", "0-1", "missed", "linked-null", {}),
    "an article gone astray": ("red sun over the lake", "rote sonne am see", "0-0 1-1 2-2 3-2 4-3", "3-3", "3-3", "false", "function-word", {}),
    "a preposition missed": ("sun over water", "sonne über wasser", "0-0 1-1 2-2", "0-0 2-2", "1-1", "missed", "function-word", {}),
    "a Hindi postposition missed": ("house of wood", "लकड़ी का घर", "0-2 1-1 2-0", "0-2", "1-1", "missed", "function-word", {"codes": ("en", "hi")}),
    "the word after the right one": ("dogs bark loudly today", "hunde bellen laut heute", "0-0 1-1 2-2 3-3", "1-2", "1-2", "false", "neighbour", {}),
    "whose neighbour was taken": ("dogs bark loudly today", "hunde bellen laut heute", "0-0 1-1 2-2 3-3", "1-2", "1-1", "missed", "neighbour", {}),
    "a neighbour on the source side": ("dogs bark loudly today", "hunde bellen laut heute", "0-0 1-1 2-2 3-3", "0-1", "0-1", "false", "neighbour", {}),
    "two places off is no neighbour": ("dogs bark loudly today", "hunde bellen laut heute", "0-0 1-1 2-2 3-3", "1-3", "1-3", "false", "other", {}),
    "a long crossing missed": ("yesterday dogs barked loudly", "hunde bellten laut gestern", "0-3 1-0 2-1 3-2", "1-0 2-1 3-2", "0-3", "missed", "crossing", {}),
    "a false link across the sentence": ("dogs bark very loudly today", "hunde bellen sehr laut heute", "0-0 1-1 2-2 3-3 4-4", "0-4", "0-4", "false", "crossing", {}),
    "far, but crossing nothing": ("dogs bark", "hunde bellen nun sehr gern", "0-0 1-4", "0-0", "1-4", "missed", "linked-null", {}),
    "a word of many subwords": ("zygotes grow", "zygoten wachsen", "0-0 1-1", "1-1", "0-0", "missed", "rare", {"pieces": "s0:4"}),
    "a word the encoder does not know": ("zygotes grow", "zygoten wachsen", "0-0 1-1", "1-1", "0-0", "missed", "rare", {"unknown": ("t0",)}),
    "a link the system leaves out": ("dogs bark", "hunde bellen", "0-0 1-1", "0-0", "1-1", "missed", "linked-null", {}),
    "both words linked elsewhere": ("big dogs bark now", "hunde bellen jetzt gross", "0-3 1-0 2-1 3-2", "3-0 1-2 2-1", "1-0", "missed", "other", {}),
    "a common word of a language without a list": ("na kuku", "and hens", "0-0 1-1", "1-1", "0-0", "missed", "function-word", {"codes": ("sw", "en"), "counts": {"sw": Counter(na=9, kuku=1)}}),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_hand_made_cases(name):
    source, target, gold, predicted, link, outcome, cause, more = CASES[name]
    found = context(source, target, gold, predicted, **more)
    (wanted,) = parse_links(link).possible
    judged = {(one.source, one.target): one for one in judge(found)}
    assert (judged[wanted].outcome, judged[wanted].cause) == (outcome, cause)
    assert judged[wanted].sure == (wanted in found.gold.sure)
    if outcome != "hit":
        assert next(fitting(wanted, found)) == cause


def test_there_are_enough_cases_and_every_rule_has_one():
    assert len(CASES) >= 40
    causes = {(case[5], case[6]) for case in CASES.values()}
    assert causes >= {(outcome, rule.key) for rule in RULES if rule.key not in ("rare", "other") for outcome in rule.outcomes}
    assert {cause for _, cause in causes} == set(CAUSES)


def test_the_order_of_the_rules_is_as_written():
    """Of several rules that fit the first is the cause, and the others are told too."""
    found = context(AUNT, TANTE, AUNT_GOLD, "6-8", pieces="s6:5")
    keys = list(fitting((6, 8), found))
    assert keys == sorted(keys, key=[rule.key for rule in RULES].index)
    assert keys[0] == "function-word"
    assert {"rare", "other"} <= set(keys)


def test_every_bundled_language_has_function_words():
    assert set(FUNCTION_WORDS) == set(LANGUAGES)
    assert is_function_word("THE", "en")
    assert is_function_word("l’", "fr")
    assert not is_function_word("machine", "en")
    assert not is_function_word("x", "sw")


@st.composite
def pairs_and_links(draw):
    """A few pairs of few different words, so that every rule has its chance, with gold and two systems' links."""
    pairs, systems = [], ([], [])
    for number in range(draw(st.integers(1, 4))):
        sides = [
            draw(st.lists(st.sampled_from(["the", "cat", "Bonn", "12", ".", "zygotically", "of", "sat"]), min_size=1, max_size=7))
            for _ in "st"
        ]
        links = st.sets(st.tuples(st.integers(0, len(sides[0]) - 1), st.integers(0, len(sides[1]) - 1)), max_size=9)
        gold = Links(frozenset(draw(links)), frozenset(draw(links)))
        codes = ("en", draw(st.sampled_from(("de", "ja", "sw"))))
        words = [Sentence(code, " ".join(side), tuple(side)) for code, side in zip(codes, sides, strict=True)]
        pairs.append(SentencePair(*words, gold, str(number), ("odd",) if number % 2 else ()))
        for system in systems:
            system.append(draw(links))
    return pairs, systems


def drawn(name, pairs, links, pieces=1) -> Drawn:
    alignments = tuple(
        Alignment(tuple(WordLink(i, j, 0.5) for i, j in sorted(chosen)), len(pair.source.words), len(pair.target.words))
        for pair, chosen in zip(pairs, links, strict=True)
    )
    sizes = tuple(((pieces,) * len(pair.source.words), (pieces,) * len(pair.target.words)) for pair in pairs)
    return Drawn(name, 0, alignments, sizes, ((frozenset(), frozenset()),) * len(pairs))


@given(pairs_and_links(), st.integers(1, 5))
def test_counts_add_up_to_the_links_there_are(generated, pieces):
    pairs, systems = generated
    analysis = analyse(pairs, [drawn(name, pairs, links, pieces) for name, links in zip("AB", systems, strict=True)])
    for one, links in zip(analysis.systems, systems, strict=True):
        there = sum(len(chosen | pair.gold.sure) for chosen, pair in zip(links, pairs, strict=True))
        outcomes = dict(zip(OUTCOMES, np.bincount(one.table.outcome, minlength=3).tolist(), strict=True))
        counts = cause_counts(one.table)
        assert len(one.table) == there == sum(outcomes.values()) == sum(sum(cause.values()) for cause in counts.values())
        assert counts[CORRECT] == {"hit": outcomes["hit"], "missed": 0, "false": 0}
        assert all(cause["hit"] == 0 for key, cause in counts.items() if key != CORRECT)
        for rule in RULES:
            assert all(counts[rule.key][outcome] == 0 for outcome in ("missed", "false") if outcome not in rule.outcomes)
        total = score(links, [pair.gold for pair in pairs])
        assert outcomes["hit"] + outcomes["false"] == total.predicted
        assert outcomes["hit"] == total.predicted_possible
        assert outcomes["missed"] == total.sure - total.predicted_sure
        assert one.total == total
        for key in DIMENSIONS:
            found = rates(analysis, analysis.systems.index(one), key)
            assert sum(rate.links for rate in found) == there
            assert sum(rate.missed + rate.false for rate in found) == outcomes["missed"] + outcomes["false"]
        assert sum(rate.links for rate in rates(analysis, analysis.systems.index(one), "tag")) == sum(
            len(chosen | p.gold.sure) for chosen, p in zip(links, pairs, strict=True) if p.tags
        )
    by_language = summary(analysis)["systems"][0]["languages"]
    assert sum(sum(cause.values()) for counts in by_language.values() for cause in counts.values()) == len(analysis.systems[0].table)


@given(pairs_and_links())
def test_changes_add_up_and_turn_around(generated):
    pairs, (first, second) = generated
    forth = analyse(pairs, [drawn("A", pairs, first), drawn("B", pairs, second)])
    back = analyse(pairs, [drawn("B", pairs, second), drawn("A", pairs, first)])
    there = sum(len(a | b | pair.gold.sure) for a, b, pair in zip(first, second, pairs, strict=True))
    assert sum(forth.changes.counts.values()) == there
    assert forth.changes.counts["fixed"] == back.changes.counts["broken"]
    assert (forth.changes.improved, forth.changes.harmed) == (back.changes.harmed, back.changes.improved)
    wrong = [int((one.table.outcome != 0).sum()) for one in forth.systems]
    assert wrong[0] - wrong[1] == forth.changes.counts["fixed"] - forth.changes.counts["broken"]
    # a fixed link is seen from both sides: wrong in A's table, or right in B's
    assert int(((forth.systems[0].change == 1) & (forth.systems[0].table.outcome != 0)).sum()) == forth.changes.counts["fixed"]
    assert int(((forth.systems[1].change == 2) & (forth.systems[1].table.outcome != 0)).sum()) == forth.changes.counts["broken"]


def test_a_system_against_itself_changes_nothing():
    pairs = [SentencePair(Sentence("en", "a b", ("a", "b")), Sentence("de", "a b", ("a", "b")), parse_links("0-0 1-1"))]
    same = drawn("A", pairs, [{(0, 0), (0, 1)}])
    found = analyse(pairs, [same, dataclasses.replace(same, name="B")]).changes
    assert (found.counts["fixed"], found.counts["broken"], found.links.exact, found.sentences) == (0, 0, 1.0, 1.0)


@given(st.integers(0, 300), st.integers(0, 300))
def test_mcnemar_is_the_binomial_test(fixed, broken):
    found, total = mcnemar(fixed, broken), fixed + broken
    assert found.exact == pytest.approx(min(1.0, 2 * binom.cdf(min(fixed, broken), total, 0.5)) if total else 1.0)
    assert found == dataclasses.replace(mcnemar(broken, fixed), fixed=fixed, broken=broken)
    assert 0 < found.asymptotic <= 1


def test_mcnemar_by_hand():
    """Edwards's example form: 25 against 10, χ² = (15 − 1)² / 35 = 5.6, p = .018."""
    found = mcnemar(25, 10)
    assert found.statistic == pytest.approx(5.6)
    assert found.asymptotic == pytest.approx(0.01796, abs=1e-4)


def test_analyses_that_cannot_be_are_told_in_a_sentence():
    bare = SentencePair(Sentence("en", "a", ("a",)), Sentence("de", "b", ("b",)))
    with pytest.raises(InputError, match="no sentence pairs"):
        analyse([], [drawn("A", [], [])])
    with pytest.raises(InputError, match="no gold"):
        analyse([bare], [drawn("A", [bare], [set()])])
    beyond = dataclasses.replace(bare, gold=parse_links("0-3"))
    with pytest.raises(InputError, match="out of range"):
        analyse([beyond], [drawn("A", [beyond], [set()])])


def test_search_finds_in_either_sentence():
    pairs = [("The cat", "Die Katze"), ("a dog", "ein HUND")]
    assert matches(pairs, "^the|hund$") == [True, True]
    assert matches(pairs, r"\bkatze") == [True, False]


@pytest.mark.parametrize("pattern", ["(", "[a", "*a", "a{2,1}", "(?P<x>a)(?P<x", "\\"])
def test_a_bad_pattern_is_told_in_a_sentence(pattern):
    with pytest.raises(InputError, match="is not a regular expression"):
        matches([], pattern)


def test_a_catastrophic_pattern_is_stopped():
    pairs = [("a" * 40 + "!", "b")] * 5
    with pytest.raises(InputError, match="was stopped"):
        matches(pairs, r"^(a|aa)+b?(a+)+$", seconds=0.2)
    with pytest.raises(InputError, match="characters long"):
        matches(pairs, "a" * 301)
