"""Links that people drew: kept in the notes file, as corrections of the gold that there is, or as gold where there is none."""

import hashlib
from dataclasses import replace

from dashboard.pages.align.choices import OWN_TEXT
from otcore.analysis.sources import BUNDLED
from otcore.corpora.collection import PIVOT
from otcore.corpora.types import Links, SentencePair
from otcore.notes.store import Correction, NoteStore, corrected

_NOTHING = Links()


def place_of(pair: SentencePair) -> tuple[str, str, bool]:
    """Where a pair's links are kept: corpus, key in it, and whether they run from its target to its source there. A bundled pair with
    English has the place that it has on the Errors page."""
    languages = (pair.source.language, pair.target.language)
    if not pair.id:
        words = repr((pair.source.words, pair.target.words)).encode()
        return f"{OWN_TEXT}:{'-'.join(languages)}", hashlib.sha256(words).hexdigest()[:20], False
    if PIVOT in languages and languages[0] != languages[1]:
        turned = languages[1] == PIVOT
        return BUNDLED, f"{languages[0] if turned else languages[1]}:{pair.id}", turned
    return f"align:{'-'.join(languages)}", pair.id, False


def corrections_of(store: NoteStore, pair: SentencePair) -> list[Correction]:
    """What was saved for a pair, in the pair's own direction."""
    corpus, key, turned = place_of(pair)
    found = [one for one in store.corrections(corpus) if one.pair == key]
    return [replace(one, source=one.target, target=one.source) for one in found] if turned else found


def judged(store: NoteStore, pair: SentencePair) -> SentencePair:
    """The pair with what people saved in its gold; as it is where they saved nothing."""
    saved = corrections_of(store, pair)
    if not saved:
        return pair
    return replace(pair, gold=corrected(pair.gold or _NOTHING, saved, len(pair.source.words), len(pair.target.words)))


def save(store: NoteStore, pair: SentencePair, wanted: Links, author: str) -> int:
    """Keeps links for a pair, whose own gold, without what was saved, is `pair.gold`: of each link only what differs from that.

    returns: how many links differ
    raises : InputError   no author, or the file cannot be written
    """
    corpus, key, turned = place_of(pair)
    base = pair.gold or _NOTHING
    saved = {(one.source, one.target) for one in corrections_of(store, pair)}
    differing = 0
    for i, j in sorted(base.possible | wanted.possible | saved):
        status = _status(wanted, i, j)
        one = Correction(corpus, key, *((j, i) if turned else (i, j)), status, author)
        if status == _status(base, i, j):
            store.withdraw(one)
        else:
            store.correct(one)
            differing += 1
    return differing


def _status(links: Links, i: int, j: int) -> str:
    return "sure" if (i, j) in links.sure else "possible" if (i, j) in links.possible else "none"
