"""`python -m otcore readings`: which ε and which share of a lexicon read an encoder's links best."""

import json
from dataclasses import replace

import pytest
from checkpoints import make_xlm_roberta

from otcore.alignment.aligner import align_many
from otcore.alignment.scores import score
from otcore.alignment.settings import AlignSettings
from otcore.base.choices import declared
from otcore.base.errors import InputError
from otcore.cli import main
from otcore.corpora.collection import load_collection
from otcore.encoders import load_encoder
from otcore.encoders.lexicon import Lexicon, save_lexicon
from otcore.evaluation.readings import development, readings
from otcore.transport.solvers import make_solver


def test_joined_sentences_are_the_sentences_with_their_links():
    sets = development(["de"])
    assert list(sets) == ["de", "de joined"]
    alone, joined = sets.values()
    assert alone == load_collection().pairs("en", "de", "dev")
    assert len(joined) == len(alone) // 3
    first, parts = joined[0], alone[:3]
    assert first.target.words == sum((pair.target.words for pair in parts), ())
    named = [{(pair.source.words[i], pair.target.words[j]) for i, j in pair.gold.sure} for pair in (first, *parts)]
    assert named[0] == set.union(*named[1:])
    assert len(first.gold.sure) == sum(len(pair.gold.sure) for pair in parts)
    assert len(development()) == 2 * (len(load_collection().languages) - 1)


def test_the_best_come_first_and_each_is_what_align_reads(xlm_roberta):
    encoder, sets, given = load_encoder(str(xlm_roberta)), development(["fr"]), AlignSettings(layer=1)
    found = readings(encoder, sets, given)
    assert [one.aer for one in found] == sorted(one.aer for one in found)
    assert len(found) == len({one.settings.solver.epsilon for one in found}) > 5, "a lexicon is not varied where there is none"
    assert given in [one.settings for one in found]
    dial = declared(type(given.solver))["epsilon"].kind.stops
    assert {one.settings.solver.epsilon for one in found} <= set(dial), "a page has what is found on its dial"
    for one in (found[0], found[-1]):
        errors = [score([a.pairs for a in align_many(encoder, some, one.settings)], [p.gold for p in some]).aer for some in sets.values()]
        assert one.aer == pytest.approx(sum(errors) / 2)


def test_what_can_be_varied_is(tmp_path):
    folder = make_xlm_roberta(tmp_path)
    sets, exact = {"de": development(["de"])["de"][:4]}, AlignSettings(solver=make_solver("exact"), lexicon=0.4)
    with pytest.raises(InputError, match="nothing to choose"):
        readings(load_encoder(str(folder)), sets, exact)
    words = ("haus", "house", "und", "and")
    save_lexicon(folder, Lexicon.of((), words, [[1.0, 0.0], [1.0, 0.0], [0.0, 1.0], [0.0, 1.0]], 0.0))
    encoder = load_encoder(str(folder))
    shares = [one.settings.lexicon for one in readings(encoder, sets, exact)]
    assert 0.4 in shares
    assert 0.0 in shares
    assert len(set(shares)) == len(shares)
    entropic = replace(exact, solver=make_solver("entropic"))
    both = {(one.settings.lexicon, one.settings.solver.epsilon) for one in readings(encoder, sets, entropic)}
    assert len(both) == len(shares) * 7


def test_the_command_tells_the_options_that_read_best(capsys, xlm_roberta):
    options = ["readings", "--encoder", str(xlm_roberta), "--languages", "de"]
    assert main([*options, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["sets"] == ["de", "de joined"]
    assert told["given"] in told["readings"]
    assert told["given"]["epsilon"] == AlignSettings().solver.epsilon
    assert main(options) == 0
    text = capsys.readouterr().out
    assert text.startswith(f"AER {told['readings'][0]['aer']:.4f}  --epsilon {told['readings'][0]['epsilon']:g}")
    assert text.count("(as given)") == 1
    assert main(["readings", "--languages", "pt"]) == 2
    assert "no sentences with links from English to pt" in capsys.readouterr().err
    assert main(["readings", "--languages", "en"]) == 2
