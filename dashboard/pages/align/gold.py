"""Links that people drew: kept in the notes file, as corrections of the gold that there is, or as gold where there is none."""

import hashlib
from collections.abc import Callable
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


def _anyone(owner: str) -> bool:
    """Everything may be changed."""
    return True


def save(
    store: NoteStore, pair: SentencePair, wanted: Links, author: str, owner: str = "", mine: Callable[[str], bool] = _anyone
) -> tuple[int, int]:
    """Keeps links for a pair, whose own gold, without what was saved, is `pair.gold`: of each link only what differs from that.

    owner  : whose these are; `mine` says whether what is another's may be changed
    returns: how many links differ, and how many were left as another has corrected them
    raises : InputError   no author, or the file cannot be written
    """
    corpus, key, turned = place_of(pair)
    base = pair.gold or _NOTHING
    saved = {(one.source, one.target): one.status for one in corrections_of(store, pair)}
    differing = left = 0
    for i, j in sorted(base.possible | wanted.possible | saved.keys()):
        status = _status(wanted, i, j)
        one = Correction(corpus, key, *((j, i) if turned else (i, j)), status, author)
        if saved.get((i, j)) == status:
            differing += 1
        elif (i, j) in saved and not mine(store.corrector_of(one) or ""):
            left += 1
        elif status == _status(base, i, j):
            store.withdraw(one)
        else:
            store.correct(one, owner)
            differing += 1
    return differing, left


def _status(links: Links, i: int, j: int) -> str:
    return "sure" if (i, j) in links.sure else "possible" if (i, j) in links.possible else "none"
