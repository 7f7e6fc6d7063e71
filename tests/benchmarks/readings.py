"""How well links are read from the same vectors, without and with transport: mean AER over the four public gold sets.

    python tests/benchmarks/readings.py --gold DIR [--encoders aligned e5-small] [--dev] [--around]

Every reading gets the same vectors, those of the encoder's alignment layer. Beside each: the difference to the mutual argmax of subwords
with its interval, from a bootstrap of the sentences that draws the same ones for both. With --dev also on the development part of the
collection, the sentences alone and three of them joined to a longer one: that is where the defaults were chosen, and only there. With
--around every number of the default is moved by itself, there too, and the mean of the encoders told.
"""

import argparse
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from otcore.alignment.aligner import align_encoded, counts_for
from otcore.alignment.rules import make_rule
from otcore.alignment.scores import score_pair
from otcore.alignment.settings import AlignSettings
from otcore.corpora.parallel import read_bitext
from otcore.corpora.pharaoh import read_links
from otcore.corpora.types import Links, SentencePair
from otcore.encoders import load_encoder
from otcore.evaluation.bootstrap import difference, draw_weights, interval
from otcore.evaluation.measures.links import error_rate
from otcore.evaluation.readings import development
from otcore.evaluation.samples import Rates
from otcore.transport.solvers import make_solver

PUBLIC = {"en-fr": "enfr", "ro-en": "roen", "zh-en": "zhen", "ja-en": "jaen"}
DRAWS = 1000
BASE = "argmax of subwords"


def entropic(**changes):
    return make_solver("entropic", **{"epsilon": 0.1, "relative": True} | changes)


def fused(**changes):
    return make_solver("fused", **{"epsilon": 0.1, "relative": True} | changes)


def readings() -> dict[str, AlignSettings]:
    """Name → settings; the last is what is done without any choice."""
    words = AlignSettings(unit="word", solver=entropic(), links=make_rule("mutual"))
    summed = replace(words, unit="summed")
    shares, plain_shares = make_rule("shares"), make_rule("shares", share=0.3, adjacent=1.0, part=0.0)
    softmax = {
        f"softmax of subwords, {threshold:g}": AlignSettings(unit="subword", links=make_rule("softmax", threshold=threshold))
        for threshold in (0.001, 0.1, 0.2)
    }
    return {
        BASE: AlignSettings(unit="subword", links=make_rule("argmax")),
        "argmax of words": AlignSettings(unit="word", links=make_rule("argmax")),
        **softmax,
        "entropic, words": words,
        "entropic, words, shares": replace(words, links=shares),
        "entropic, subwords": replace(words, unit="subword"),
        "entropic, subwords summed": summed,
        "entropic, subwords summed, shares": replace(summed, links=shares),
        "unbalanced, subwords summed": replace(summed, solver=make_solver("unbalanced", epsilon=0.1, relative=True)),
        "fused, words, shares": replace(words, solver=fused(), links=shares),
        "fused, mutual maximum": replace(summed, solver=fused()),
        "fused, settled": replace(summed, solver=fused(rounds=100)),
        "fused, shares .3 wherever they are": replace(summed, solver=fused(), links=plain_shares),
        "fused reach .3, shares": replace(summed, solver=fused(reach=0.3), links=shares),
        "fused α .05, shares": replace(summed, solver=fused(alpha=0.05), links=shares),
        "fused α .1, shares": replace(summed, solver=fused(alpha=0.1), links=shares),
        "fused, null below share .15": replace(summed, solver=fused(), links=make_rule("shares", floor=0.15)),
        "default": AlignSettings(),
    }


def around() -> dict[str, AlignSettings]:
    """Name → the default with one of its numbers, or its masses, another."""
    default = AlignSettings()
    solver = {"alpha": (0.03, 0.05, 0.09, 0.12), "epsilon": (0.05, 0.07, 0.14, 0.2), "reach": (1.0, 1.5, 3.0), "rounds": (1, 4)}
    links = {"share": (0.3, 0.35, 0.45, 0.5), "adjacent": (0.12, 0.15, 0.22), "part": (0.3, 0.5), "floor": (0.05, 0.1)}
    found = {"default": default}
    for part, numbers in (("solver", solver), ("links", links)):
        for name, values in numbers.items():
            for value in values:
                found[f"{name} {value:g}"] = replace(default, **{part: replace(getattr(default, part), **{name: value})})
    return found | {f"{masses} masses": replace(default, masses=masses) for masses in ("uniform", "norm")}


@dataclass(frozen=True)
class Set:
    """A set of pairs with gold links and vectors of both sides."""

    sides: list
    gold: list[Links]

    @property
    def whole(self) -> np.ndarray:
        """(1, pairs) every sentence once."""
        return np.ones((1, len(self.sides)))

    def rates(self, settings: AlignSettings) -> Rates:
        pairs = [pair for pair, _, _ in self.sides]
        found = align_encoded(self.sides, settings, counts_for(pairs, settings))
        scores = [score_pair(one.pairs, gold) for one, gold in zip(found, self.gold, strict=True)]
        counts = [(one.predicted, one.sure, one.predicted_sure, one.predicted_possible) for one in scores]
        return Rates(np.array(counts), error_rate)


def public(folder: Path) -> dict[str, tuple[list[SentencePair], list[Links]]]:
    return {
        name: (read_bitext(folder / f"{stem}.src-tgt", *name.split("-")), read_links(folder / f"{stem}.gold", base=1))
        for name, stem in PUBLIC.items()
    }


def gold_of(sets: dict[str, list[SentencePair]]) -> dict[str, tuple[list[SentencePair], list[Links]]]:
    """Pairs that carry their links, and these."""
    return {name: (pairs, [pair.gold for pair in pairs]) for name, pairs in sets.items()}


def encoded(name: str, sets: dict[str, tuple[list[SentencePair], list[Links]]]) -> dict[str, Set]:
    """The sets with vectors."""
    encoder, made = load_encoder(name), {}
    for key, (pairs, gold) in sets.items():
        languages = [side.language for pair in pairs for side in (pair.source, pair.target)]
        vectors = encoder.encode([side.words for pair in pairs for side in (pair.source, pair.target)], languages=languages)
        made[key] = Set(list(zip(pairs, vectors[::2], vectors[1::2], strict=True)), gold)
    return made


def drawn(sets: dict[str, Set], settings: AlignSettings, seed: int = 0) -> dict[str, np.ndarray]:
    """Set → AER of the sentences as they are and of every draw of them."""
    found = {}
    for name, one in sets.items():
        sentences = [" ".join(pair.source.words) for pair, _, _ in one.sides]
        found[name] = one.rates(settings).values(draw_weights(sentences, DRAWS, seed))
    return found


def table(title: str, sets: dict[str, Set], columns: Callable[[dict[str, np.ndarray]], dict[str, np.ndarray]]) -> None:
    """One line a reading: mean with interval, difference to the base with interval, and the columns."""
    print(f"\n{title}")
    base, plain = None, {}
    for name, settings in readings().items():
        values = drawn(sets, settings)
        if not settings.links.reads_plan:
            plain[name] = values
        mean = np.mean(list(values.values()), axis=0)
        base = mean if base is None else base
        own, change = interval(mean), difference(base, mean)
        told = f"{change.value:+.4f} [{change.low:+.4f}, {change.high:+.4f}]" if name != BASE else ""
        rest = "".join(f"{key:>8} {value[0]:.3f}" for key, value in columns(values).items())
        print(f"{name:<38} {own.value:.4f} [{own.low:.3f}, {own.high:.3f}]  {told:<28}{rest}", flush=True)
    print("The default less what is read without a plan; of single sets the largest difference:")
    for name, other in plain.items():
        change, each = difference(np.mean(list(other.values()), axis=0), mean), {key: difference(other[key], values[key]) for key in other}
        worst = max(each, key=lambda key: each[key].value)
        told = f"{change.value:+.4f} [{change.low:+.4f}, {change.high:+.4f}]"
        print(f"{name:<38} {told}  {worst} {each[worst].value:+.4f} [{each[worst].low:+.4f}, {each[worst].high:+.4f}]", flush=True)


def moved(encoders: dict[str, dict[str, Set]]) -> None:
    """One line a change of the default: AER of each encoder, their mean and what it is more than the default's."""
    base = None
    for name, settings in around().items():
        each = {encoder: np.mean([one.rates(settings).values(one.whole)[0] for one in sets.values()]) for encoder, sets in encoders.items()}
        mean = np.mean(list(each.values()))
        base = mean if base is None else base
        print(f"{name:<20} {mean:.4f} {mean - base:+.4f}  " + "  ".join(f"{key} {value:.4f}" for key, value in each.items()), flush=True)


def alone_and_joined(values: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    return {
        "alone": np.mean([value for name, value in values.items() if "joined" not in name], axis=0),
        "joined": np.mean([value for name, value in values.items() if "joined" in name], axis=0),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--gold", type=Path, help="folder with the four public gold sets (enfr.src-tgt, enfr.gold, …)")
    parser.add_argument("--encoders", nargs="+", default=["aligned", "e5-small"], metavar="NAME")
    parser.add_argument("--dev", action="store_true", help="also the development part of the collection")
    parser.add_argument("--around", action="store_true", help="the default with each of its numbers moved, on the development part")
    options = parser.parse_args()
    if options.around:
        print("Development part, AER: the mean of the encoders and its change")
        moved({name: encoded(name, gold_of(development())) for name in options.encoders})
    for name in options.encoders:
        if options.dev:
            table(f"{name}, development part, AER", encoded(name, gold_of(development())), alone_and_joined)
        if options.gold:
            table(f"{name}, public gold, AER", encoded(name, public(options.gold)), dict)


if __name__ == "__main__":
    main()
