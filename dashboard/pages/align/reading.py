"""What a newcomer can read of a pair: how sure its links are, what its translation does, and why a word has no link. Plain sentences."""

import itertools

from dashboard.kit.word_view import View
from otcore.corpora.types import Link, SentencePair
from otcore.text.languages import language

# Mean confidence of a pair's links under the default settings: 95 of 100 bundled pairs reach .42, and of sentences beside the translation
# of another 95 of 100 stay below .40 (AUC .993, tests/benchmarks/sureness.py).
_SURE, _FAIRLY = 0.55, 0.4
_NOTABLE = 0.25  # share of an unlinked word's mass from which on it is said where it goes
_MOST = 2  # unlinked words that are explained, and things that are named of each kind


def how_sure(view: View, strange: list[str]) -> tuple[str, str, str]:
    """A number, a word and the reason for it.

    strange: languages of the pair, by code, that the encoder was not trained on
    """
    value, links = view.sureness, len(view.result.alignment.links)
    words = sum(len(side.words) for side in (view.result.pair.source, view.result.pair.target))
    linked = words - len(view.result.alignment.source_null) - len(view.result.alignment.target_null)
    told = f"{linked} of {words} words are linked, and the mean confidence of {links} links is {value:.2f}."
    if strange:
        return f"{value:.2f}", "a guess", f"{told} The encoder was never trained on {' or '.join(language(code).name for code in strange)}."
    word = "sure" if value >= _SURE else "fairly sure" if value >= _FAIRLY else "unsure"
    hint = "" if value >= _FAIRLY else " Perhaps these are not translations of each other, or ε is too large."
    return f"{value:.2f}", word, told + hint


def frame_told(view: View, strange: list[str]) -> str:
    """What is said of a frame of the film."""
    value, word, _ = how_sure(view, strange)
    links = len(view.result.alignment.links)
    told = f"How sure: {word}, {value}. {links} link{'s' if links != 1 else ''}"
    return f"{told}, error rate against gold {view.scores.aer:.2f}" if view.scores else told


def why_unlinked(view: View) -> str:
    """For the unlinked words of which much goes to one word: where it goes, and why that is no link; "" where there are none."""
    alignment = view.result.alignment
    found = [_reason(view, side, place) for side in (0, 1) for place in (alignment.source_null, alignment.target_null)[side]]
    told = [text for _, text in sorted(filter(None, found), key=_by_share)[:_MOST]]
    return " ".join([*told, f"The rule for links: {view.result.settings.links.about}"]) if told else ""


def what_to_see(pair: SentencePair, note: str) -> list[str]:
    """What the translation does in these two languages, read from its gold links; of the collection's note, which is about all twelve
    languages, the sentences to compare with."""
    compared = [part.strip() for part in note.split(";") if part.strip().startswith("compare")]
    return (_seen(pair) if pair.gold else []) + compared


def _reason(view: View, side: int, place: int) -> tuple[float, str] | None:
    """(share, sentence), or None where no word gets much of it, and for punctuation."""
    mass = view.mass if side == 0 else view.mass.T
    sides = (view.result.pair.source.words, view.result.pair.target.words)
    own, others = sides[side], sides[1 - side]
    if place >= len(mass) or not mass[place].sum() or not any(map(str.isalnum, own[place])):
        return None
    best = int(mass[place].argmax())
    share = float(mass[place, best] / mass[place].sum())
    if share < _NOTABLE:
        return None
    told, rival = f"“{own[place]}” is unlinked though {share:.0%} of it goes to “{others[best]}”", int(mass[:, best].argmax())
    if rival != place:
        of_rival = float(mass[rival, best] / mass[:, best].sum())
        told += f": more of “{others[best]}” ({of_rival:.0%}) comes from “{own[rival]}”"
    return share, f"{told}."


def _by_share(reason: tuple[float, str]) -> float:
    return -reason[0]


def _seen(pair: SentencePair) -> list[str]:
    gold, source, target = pair.gold, pair.source.words, pair.target.words
    links = gold.sure or gold.possible
    partners, sources = _grouped(links)
    joined = [f"{_quoted(source, by)} → “{target[j]}”" for j, by in sources.items() if len(by) > 1 and all(partners[i] == [j] for i in by)]
    split = [f"“{source[i]}” → {_quoted(target, to)}" for i, to in partners.items() if len(to) > 1 and all(sources[j] == [i] for j in to)]
    alone = [f"“{source[i]}”" for i in range(len(source)) if i not in _grouped(gold.possible)[0] and source[i].isalnum()]
    alone += [f"“{target[j]}”" for j in range(len(target)) if j not in _grouped(gold.possible)[1] and target[j].isalnum()]
    found = [f"{one}, words that become one" for one in joined[:_MOST]] + [f"{one}, one word that becomes more" for one in split[:_MOST]]
    if alone:
        found.append(f"{' and '.join(alone[:_MOST])} without a partner")
    crossing = sum((one[0] - other[0]) * (one[1] - other[1]) < 0 for one, other in itertools.combinations(links, 2))
    if crossing:
        found.append(f"the order of words changes: {crossing} pair{'s' if crossing != 1 else ''} of links cross")
    return found


def _grouped(links: frozenset[Link]) -> tuple[dict[int, list[int]], dict[int, list[int]]]:
    """Partners of the source words, and of the target words."""
    partners: dict[int, list[int]] = {}
    sources: dict[int, list[int]] = {}
    for i, j in sorted(links):
        partners.setdefault(i, []).append(j)
        sources.setdefault(j, []).append(i)
    return partners, sources


def _quoted(words: tuple[str, ...], places: list[int]) -> str:
    """“turn … off”: words in their order, with dots where others stand between."""
    places = sorted(places)
    parts = [words[places[0]]]
    for before, place in itertools.pairwise(places):
        parts += ["…"] * (place > before + 1) + [words[place]]
    return f"“{' '.join(parts)}”"
