"""Link rules, confidences and scores: hand-made cases, laws, and published figures."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import problems

from otcore.alignment.aligner import align_many, align_pair
from otcore.alignment.links import to_words
from otcore.alignment.rules import RULES, make_rule
from otcore.alignment.scores import score, score_pair
from otcore.alignment.settings import AlignSettings
from otcore.base.errors import InputError
from otcore.corpora.collection import load_collection
from otcore.corpora.pharaoh import read_links
from otcore.corpora.types import Links
from otcore.transport.solvers import make_solver

PLAN_RULES = [name for name, one in RULES.items() if one.reads_plan]
SIMILARITY_RULES = [name for name in RULES if name not in PLAN_RULES]
PLAN = np.array([[0.30, 0.05, 0.00], [0.04, 0.20, 0.16], [0.06, 0.10, 0.09]])


def cells(rule, threshold=0.5, plan=PLAN):
    return sorted(zip(*(side.tolist() for side in np.nonzero(make_rule(rule, threshold=threshold).read(plan)[0])), strict=True))


def test_rules_on_one_plan():
    assert cells("mutual") == [(0, 0), (1, 1)]
    assert cells("source-maximum") == [(0, 0), (1, 1), (2, 1)]
    assert cells("target-maximum") == [(0, 0), (1, 1), (1, 2)]
    assert cells("threshold", 0.5) == [(0, 0), (1, 1), (1, 2), (2, 1), (2, 2)]
    assert cells("threshold", 1.0) == [(0, 0), (1, 1)]
    # second round: 0-0 and 1-1 are out with 0-1 and 1-0; 1-2 counts 0.144 and 2-1 0.09, each the largest left both ways
    assert cells("iterated") == [(0, 0), (1, 1), (1, 2), (2, 1)]


def test_shares_keep_a_compound_and_leave_out_what_nobody_means():
    """Row 0 goes to two columns alike, which come from nowhere else; the mutual maximum keeps one of them. Row 2 has its largest cell
    where most comes from row 1."""
    plan = np.array([[0.20, 0.19, 0.00, 0.00], [0.00, 0.00, 0.30, 0.02], [0.00, 0.01, 0.06, 0.04]])

    def read(**settings) -> set[tuple[int, int]]:
        rule = make_rule("shares", **{"adjacent": 1.0, "part": 0.0} | settings)
        return set(map(tuple, np.argwhere(rule.read(plan)[0]).tolist()))

    mutual = set(map(tuple, np.argwhere(make_rule("mutual").read(plan)[0]).tolist()))
    assert mutual == {(0, 0), (1, 2)}
    assert read(share=0.6) == mutual | {(0, 1)}, "0.19 of 0.39 and of 0.20: 0.68"
    assert read(share=0.4) == mutual | {(0, 1), (2, 3)}, "0.04 of 0.11 and of 0.06: 0.49"
    assert read(share=1.0) == mutual
    assert read(share=0.8, floor=0.75) == {(1, 2)}, "0.20 of 0.39 and of 0.20: 0.72"
    assert read(share=1.0, adjacent=0.6) == mutual | {(0, 1)}, "right after 0-0; 2-3 is beside no mutual maximum"
    assert read(share=0.4, part=0.7) == mutual | {(0, 1)}, "0.04 is less than 0.7 of the largest of its row, 0.06"
    alone = make_rule("shares").read(np.array([[0.21, 0.2, 0.2, 0.2, 0.19]]))[0]
    assert alone.sum() == 1, "one word to which everything goes by necessity"
    assert read(share=0.4, part=0.97) == mutual, "0.19 is less than that part of 0.20"


def test_words_without_mass_are_null():
    plan = np.array([[0.5, 0.0], [0.0, 0.0]])
    for rule in PLAN_RULES:
        assert cells(rule, plan=plan) == [(0, 0)]


@given(problems(15, idle=True), st.sampled_from(PLAN_RULES), st.floats(0.01, 1))
def test_confidences_lie_between_0_and_1_and_rules_nest(item, rule, threshold):
    plan = item[0] * np.outer(item[1], item[2])
    linked, confidence = make_rule(rule, threshold=threshold).read(plan)
    assert ((confidence >= 0) & (confidence <= 1)).all()
    assert (plan[linked] > 0).all()
    mutual = make_rule("mutual").read(plan)[0]
    assert mutual.sum(0).max() <= 1
    assert mutual.sum(1).max() <= 1
    assert (linked | ~mutual).all(), "every rule keeps the mutual maxima"


@given(problems(12), st.sampled_from(SIMILARITY_RULES))
def test_classical_aligners_are_symmetric(item, rule):
    similarity = -item[0]
    chosen = make_rule(rule, threshold=0.05)
    forward, confidence = chosen.read(similarity)
    backward, _ = chosen.read(similarity.T)
    assert ((confidence >= 0) & (confidence <= 1)).all()
    if len(np.unique(similarity)) == similarity.size:
        np.testing.assert_array_equal(forward, backward.T)


def test_softmax_is_both_ways():
    similarity = np.array([[0.45, 0.05], [0.4, 0.05]])  # at a temperature of 0.05
    linked, _ = make_rule("softmax", threshold=0.2).read(similarity)
    assert linked.tolist() == [[True, False], [True, False]]
    assert not make_rule("softmax", threshold=0.4).read(similarity)[0][1, 0]


def test_softmax_links_at_its_threshold_exactly():
    assert make_rule("softmax", threshold=0.5).read(np.zeros((2, 2)))[0].all(), "every probability is 0.5"


def test_subwords_become_words():
    linked = np.array([[True, False, False], [False, True, False]])
    alignment = to_words(linked, np.array([[0.5, 0, 0], [0, 0.9, 0]]), np.array([0, 0]), np.array([0, 0, 1]))
    assert alignment.pairs == {(0, 0)}
    assert alignment.links[0].confidence == pytest.approx(0.9)
    assert alignment.source_null == ()
    assert alignment.target_null == (1,)


@pytest.mark.parametrize(("name", "threshold", "message"), [("best", 0.5, "one of"), ("threshold", 1.5, "threshold must be")])
def test_what_is_no_rule_is_refused(name, threshold, message):
    with pytest.raises(InputError, match=message):
        make_rule(name, threshold=threshold)


def test_scores_by_hand():
    gold = Links(frozenset({(0, 0), (1, 1)}), frozenset({(2, 2)}))
    scores = score_pair({(0, 0), (2, 2), (3, 3)}, gold)
    assert scores.precision == pytest.approx(2 / 3)
    assert scores.recall == pytest.approx(1 / 2)
    assert scores.aer == pytest.approx(1 - (1 + 2) / (3 + 2))
    assert scores.f1 == pytest.approx(2 * (2 / 3) * (1 / 2) / (2 / 3 + 1 / 2))
    assert scores.as_dict()["possible"] == 3


def test_nothing_predicted_nothing_gold():
    assert score_pair((), Links()).aer == 0
    assert score_pair((), Links(frozenset({(0, 0)}))).aer == 1
    assert score([], []).pairs == 0
    with pytest.raises(InputError, match="line-parallel"):
        score([()], [])


links = st.frozensets(st.tuples(st.integers(0, 5), st.integers(0, 5)), max_size=12)


@given(links, links, links)
def test_aer_lies_between_0_and_1_and_gold_is_perfect(predicted, sure, possible):
    gold = Links(sure, possible)
    scores = score_pair(predicted, gold)
    for rate in (scores.aer, scores.precision, scores.recall, scores.f1):
        assert 0 <= rate <= 1
    assert score_pair(sure, gold).aer == 0


def test_a_pair_gets_the_links_alone_that_it_gets_in_a_file(bundled):
    """At an ε so small that few pairs settle, where every difference in the arithmetic would show."""
    pairs = [pair for code in ("de", "fr") for pair in load_collection().pairs(code, "en", "test")][:60]
    settings = AlignSettings(solver=make_solver("entropic", epsilon=0.003, relative=True, max_iterations=400))
    for pair, among_others in zip(pairs, align_many(bundled, pairs, settings), strict=True):
        alone = align_pair(bundled, pair, settings).alignment
        assert alone.pairs == among_others.pairs, pair.id
        confidences = [[link.confidence for link in one.links] for one in (alone, among_others)]
        np.testing.assert_allclose(*confidences, atol=1e-3)


@pytest.mark.benchmarks
@pytest.mark.parametrize(("pair", "aer"), [("enfr", 4.07), ("roen", 20.75), ("jaen", 37.36), ("zhen", 13.31)])
def test_published_figures_come_out_exactly(benchmarks, pair, aer):
    predicted = [entry.possible for entry in read_links(benchmarks / "gold" / f"{pair}.awesome-align.out")]
    gold = read_links(benchmarks / "gold" / f"{pair}.gold", base=1)
    assert round(100 * score(predicted, gold).aer, 2) == aer
