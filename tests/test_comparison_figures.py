"""The figures of a comparison against hand computations, laws and outside implementations; intervals over sentences."""

import itertools

import numpy as np
import pytest
import scipy.stats
import sklearn.datasets
import torch

from otcore.alignment.scores import score
from otcore.corpora.types import Links
from otcore.evaluation import samples as forms
from otcore.evaluation.bootstrap import difference, draw_weights, interval
from otcore.evaluation.measures import links
from otcore.evaluation.measures.cloud import cosine_sums
from otcore.evaluation.measures.costs import pair_costs
from otcore.evaluation.measures.hubness import k_occurrences, power_sums, two_skewnesses
from otcore.evaluation.measures.likeness import cka_sample
from otcore.evaluation.measures.separability import probe_hits
from otcore.evaluation.samples import Pairwise, Rates, plain
from otcore.retrieval.words import nearest_mean, unit_rows, word_hits
from otcore.transport.costs import cost_matrix
from otcore.transport.problem import Problem
from otcore.transport.solvers import make_solver, solve


@pytest.fixture
def random():
    return np.random.default_rng(5)


def clouds(random, sentences=12, d=16, low=3, high=9):
    return [random.normal(size=(int(random.integers(low, high)), d)).astype(np.float32) for _ in range(sentences)]


# --- word retrieval -------------------------------------------------------------------------------------------------------------


def csls(x, y, k):
    """2 cos(x, y) − r(x) − r(y), where r is the mean cosine to the k nearest of the other side (Conneau et al. 2018 §2.3)."""
    return 2 * x @ y.T - nearest_mean(x, y, k)[:, None] - nearest_mean(y, x, k)[None, :]


def test_csls_by_hand():
    x = np.array([[1.0, 0.0], [0.0, 1.0]])
    y = np.array([[1.0, 0.0], [0.6, 0.8]])
    # cosines [[1, .6], [0, .8]]; with k = 1 r(x) = 1, .8 and r(y) = 1, .8
    np.testing.assert_allclose(csls(x, y, k=1), [[0.0, -0.6], [-1.8, 0.0]], atol=1e-12)
    # with k = 2 (all there are) r(x) = .8, .4 and r(y) = .5, .7
    np.testing.assert_allclose(csls(x, y, k=10), [[0.7, -0.3], [-0.9, 0.5]], atol=1e-12)


def test_word_retrieval_equals_a_search_word_by_word(random):
    sources = clouds(random)
    targets = [x[:, ::-1][: len(x) - 1] + 0.8 * random.normal(size=(len(x) - 1, 16)).astype(np.float32) for x in sources]
    sources = [x[:, ::-1] for x in sources]
    gold = [Links({(i, i) for i in range(len(y)) if i % 3}, {(0, len(y) - 1)}) for y in targets]
    found = word_hits(list(zip(sources, targets, strict=True)), gold, k=3)
    pools = [[(s, w) for s, links in enumerate(gold) for w in sorted({link[side] for link in links.possible})] for side in (0, 1)]
    x, y = (unit_rows(np.stack([vectors[s][w] for s, w in pool])) for vectors, pool in zip((sources, targets), pools, strict=True))
    scores = csls(x, y, k=3)
    expected = np.zeros((len(gold), 4), int)
    for side, table in ((0, scores), (1, scores.T)):
        for row, (s, word) in enumerate(pools[side]):
            if any(link[side] == word for link in gold[s].sure):
                other, partner = pools[1 - side][int(table[row].argmax())]
                link = (word, partner) if side == 0 else (partner, word)
                expected[s, 2 * side : 2 * side + 2] += (int(other == s and link in gold[s].possible), 1)
    np.testing.assert_array_equal(found, expected)
    assert 0 < found[:, 0].sum() < found[:, 1].sum(), "neither trivial nor hopeless"


def test_word_retrieval_of_equal_clouds_is_perfect_and_a_tie_is_a_miss(random):
    sides = [(x, x.copy()) for x in clouds(random)]
    gold = [Links({(i, i) for i in range(len(x))}) for x, _ in sides]
    counts = word_hits(sides, gold)
    np.testing.assert_array_equal(counts[:, 0], counts[:, 1])
    same = [(np.ones((2, 4), np.float32), np.ones((2, 4), np.float32))]
    assert word_hits(same, [Links({(0, 0), (1, 1)})]).tolist() == [[0, 2, 0, 2]]
    assert word_hits(same, [Links(frozenset(), {(0, 0)})]).tolist() == [[0, 0, 0, 0]], "nothing sure, nothing tried"
    assert word_hits(same, [Links({(0, 5)})]).tolist() == [[0, 0, 0, 0]], "words that were cut are none"


# --- the shape of the space -----------------------------------------------------------------------------------------------------


def linear_cka(x, y):
    return cka_sample([(x, y)]).value


def test_cka_of_a_turned_shifted_scaled_cloud_is_one(random):
    x = random.normal(size=(60, 8))
    turn, _ = np.linalg.qr(random.normal(size=(8, 8)))
    assert linear_cka(x, 3 * x @ turn + 5) == pytest.approx(1)
    assert linear_cka(x, random.normal(size=(60, 8))) < 0.4
    centred = [side - side.mean(0) for side in (x, np.roll(x, 1, 0))]
    grams = [side @ side.T for side in centred]
    by_grams = (grams[0] * grams[1]).sum() / np.sqrt((grams[0] ** 2).sum() * (grams[1] ** 2).sum())
    assert linear_cka(x, np.roll(x, 1, 0)) == pytest.approx(by_grams)


def test_cka_influences_are_those_of_leaving_a_sentence_out(random):
    pairs = [(x, x + random.normal(size=x.shape)) for x in clouds(random, d=4)]
    sample = cka_sample(pairs)
    assert sample.influences.sum() == pytest.approx(0, abs=1e-9)
    rest = pairs[1:]
    without = linear_cka(*(np.concatenate([pair[side] for pair in rest]) for side in (0, 1)))
    one_less = np.ones((1, len(pairs)))
    one_less[0, 0] = 0
    assert sample.values(one_less)[0] == pytest.approx(without, abs=0.01)
    assert plain(sample) == pytest.approx(sample.value)


def test_isotropy_of_an_even_and_of_a_flat_cloud(random):
    def isotropy(sentences):
        _, squares = cosine_sums(sentences)
        d = sentences[0].shape[1]
        return plain(Pairwise(squares, np.array([len(s) for s in sentences]), lambda mean: 1 / (d * mean)))

    assert isotropy([random.normal(size=(30, 10)) for _ in range(40)]) == pytest.approx(1, abs=0.03)
    flat = np.zeros((30, 10))
    flat[:, 3] = random.normal(size=30)
    assert isotropy([flat, flat]) == pytest.approx(1 / 10), "one direction of ten"


def test_mean_cosine_is_over_pairs_of_different_sentences(random):
    sentences = clouds(random, sentences=4)
    cosines, _ = cosine_sums(sentences)
    ordered = itertools.permutations([unit_rows(sentence) for sentence in sentences], 2)
    expected = [float(a @ b) for x, y in ordered for a in x for b in y]
    sample = Pairwise(cosines, np.array([len(s) for s in sentences]), lambda mean: mean)
    assert plain(sample) == pytest.approx(np.mean(expected))
    twice = sample.values(np.array([[2.0, 1, 0, 1]]))[0]
    repeated = [sentences[0], sentences[0], sentences[1], sentences[3]]
    both, _ = cosine_sums(repeated)
    for i, j in ((0, 1), (1, 0)):  # the same sentence drawn twice makes no pair with itself
        both[i, j] = 0
    pairs = sum(len(a) * len(b) for i, a in enumerate(repeated) for j, b in enumerate(repeated) if i != j) - 2 * len(sentences[0]) ** 2
    assert twice == pytest.approx((both.sum() - np.trace(both)) / pairs)


def test_hubness_is_the_skewness_of_neighbour_counts(random):
    x, y = random.normal(size=(50, 6)), random.normal(size=(40, 6))
    counts = k_occurrences(x, y, k=4)
    assert counts.sum() == 50 * 4
    nearest = np.argsort(-(unit_rows(x) @ unit_rows(y).T), axis=1)[:, :4]
    np.testing.assert_array_equal(counts, np.bincount(nearest.ravel(), minlength=40))
    sums = power_sums(counts, [10, 5, 25])
    found = plain(Rates(np.concatenate([sums, sums], 1), two_skewnesses))
    assert found == pytest.approx(scipy.stats.skew(counts))
    even = power_sums(np.full(40, 4), [10, 5, 25])
    assert plain(Rates(np.concatenate([even, even], 1), two_skewnesses)) == 0


def test_the_probe_is_at_chance_on_one_cloud_and_perfect_on_two_apart(random):
    sources = clouds(random)
    same = Rates(probe_hits(sources, [x.copy() for x in sources]), forms.two_rates)
    assert plain(same) == 0.5
    shifted = Rates(probe_hits(sources, [x + 10 for x in sources]), forms.two_rates)
    assert plain(shifted) == 1
    assert probe_hits(sources[:1], sources[:1]) is None


def test_the_probe_does_not_see_what_it_is_tried_on():
    """Random labels cannot be learnt: with more dimensions than points, accuracy on the fitted points would be 1."""
    random = np.random.default_rng(0)
    sides = [[random.normal(size=(4, 200)) for _ in range(20)] for _ in range(2)]
    assert plain(Rates(probe_hits(*sides), forms.two_rates)) == pytest.approx(0.5, abs=0.15)


def test_true_pairs_cost_what_the_single_solver_says_and_shuffled_ones_more(random):
    sources = clouds(random, sentences=6)
    targets = [x + 0.1 * random.normal(size=x.shape).astype(np.float32) for x in sources]
    costs = pair_costs(sources, targets)
    assert (costs[:, 0] < costs[:, 1]).all()
    cost = cost_matrix(torch.from_numpy(sources[2]).double(), torch.from_numpy(targets[2]).double()).numpy()
    uniform = np.full(len(cost), 1 / len(cost))
    alone = solve(Problem(cost, uniform, uniform), make_solver("entropic", epsilon=0.1, relative=True))
    assert costs[2, 0] == pytest.approx(alone.transport_cost, abs=1e-3)
    np.testing.assert_array_equal(costs, pair_costs(sources, targets))
    assert pair_costs(sources[:1], targets[:1]) is None
    same = pair_costs([sources[0]] * 3, [sources[0]] * 3)
    np.testing.assert_allclose(same[:, 0], same[:, 1], atol=1e-6)


# --- intervals ------------------------------------------------------------------------------------------------------------------


def test_rates_follow_from_counts_as_the_scorer_has_them():
    gold = [Links({(0, 0), (1, 1)}, {(2, 1)}), Links({(0, 1)}), Links()]
    found = [{(0, 0), (2, 1), (2, 2)}, set(), {(0, 0)}]
    whole = score(found, gold)
    counts = np.array(
        [[len(a), len(g.sure), len(a & g.sure), len(a & g.possible)] for a, g in zip(map(frozenset, found), gold, strict=True)]
    )
    for name, function in (("aer", links.error_rate), ("precision", links.precision), ("recall", links.recall), ("f1", links.f1)):
        sample = Rates(counts, function)
        assert plain(sample) == pytest.approx(getattr(whole, name))
        each = [getattr(score([a], [g]), name) for a, g in zip(found, gold, strict=True)]
        np.testing.assert_allclose(sample.per_sentence(), each)
        doubled = score([*found, found[0]], [*gold, gold[0]])
        assert sample.values(np.array([[2.0, 1, 1]]))[0] == pytest.approx(getattr(doubled, name))


def test_intervals_agree_with_scipy_and_hold_the_plain_mean():
    iris = sklearn.datasets.load_iris().data[:60, 0]
    sample = Rates(np.stack([iris, np.ones(60)], 1), forms.first_rate)
    values = sample.values(draw_weights([str(k) for k in range(60)], 4000, seed=1))
    found = interval(values)
    assert found.low < found.value < found.high
    assert found.value == pytest.approx(iris.mean())
    outside = scipy.stats.bootstrap((iris,), np.mean, method="percentile", n_resamples=4000, rng=np.random.default_rng(0))
    assert (found.low, found.high) == pytest.approx(tuple(outside.confidence_interval), abs=0.01)


def test_draws_are_seeded_shared_by_equal_sentences_and_of_full_size():
    ids = ["a", "b", "c", "d"]
    first = draw_weights(ids, 50, seed=3)
    np.testing.assert_array_equal(first, draw_weights(list(ids), 50, seed=3))
    assert (first[0] == 1).all()
    assert (first.sum(1) == 4).all()
    assert (first != draw_weights(ids, 50, seed=4)).any()
    assert (first != draw_weights(["a", "b", "c", "e"], 50, seed=3)).any()


def test_pairing_sees_a_small_constant_gain_that_separate_intervals_do_not(random):
    hard = random.normal(size=(80, 1)) * 5
    before = Rates(np.concatenate([hard, np.ones((80, 1))], 1), forms.first_rate)
    after = Rates(np.concatenate([hard + 0.2 + 0.05 * random.normal(size=(80, 1)), np.ones((80, 1))], 1), forms.first_rate)
    weights = draw_weights([str(k) for k in range(80)], 1000, seed=0)
    a, b = before.values(weights), after.values(weights)
    assert interval(a).high > interval(b).low
    change = difference(a, b)
    assert change.low > 0
    assert change.p < 0.01
    assert not change.within_noise
    back = difference(b, a)
    assert (back.value, back.p) == pytest.approx((-change.value, change.p))
    none = difference(a, a)
    assert (none.value, none.low, none.high, none.p, none.within_noise) == (0, 0, 0, 1, True)


def test_p_values_are_even_where_there_is_no_difference():
    """Under no true difference about one comparison in twenty may fall outside its interval."""
    outside = 0
    for seed in range(200):
        random = np.random.default_rng(seed)
        sides = [Rates(np.stack([random.normal(size=50), np.ones(50)], 1), forms.first_rate) for _ in range(2)]
        weights = draw_weights([str(k) for k in range(50)], 200, seed)
        outside += not difference(*(side.values(weights) for side in sides)).within_noise
    assert 3 <= outside <= 24
