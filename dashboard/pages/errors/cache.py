"""What the Errors page computes and keeps: corpora, analyses in the background, the card's pair, searches, the notes."""

from collections.abc import Callable
from dataclasses import replace

from dashboard.background import work
from dashboard.background.aligning import system_key
from dashboard.background.apart import Desk, Task
from dashboard.background.encoders import encoder
from dashboard.background.jobs import Snapshot
from dashboard.background.shelf import Shelf
from dashboard.pages.errors.choices import ErrorsView
from dashboard.state import System
from otcore.alignment.aligner import Aligned, align_vectors
from otcore.analysis.analyse import Analysis, Drawn, analyse, draw, encode_pairs
from otcore.analysis.sources import BUNDLED, Corpus, bundled, kept
from otcore.base.errors import InputError
from otcore.base.patterns import matches
from otcore.base.progress import Teller
from otcore.corpora.frequencies import other_counts
from otcore.corpora.types import SentencePair
from otcore.encoders import encoder_stamp
from otcore.encoders.encoder import Encoder
from otcore.notes.store import NoteStore, corrected, notes_path
from otcore.results.kind import KINDS
from otcore.results.kinds.links import LinksOf


def corpus_of(view: ErrorsView) -> Corpus:
    """The pairs of a view, with corrected gold where that is asked for.

    raises: InputError   no language, own files that were not given yet or are not here (any more)
    """
    if view.data != BUNDLED and not view.files:
        raise InputError("Give your pairs and their gold links above, then press “Analyse these files”.")
    found = _kept(work.shelf(), view, "corpus", lambda: bundled(view.over, view.split) if view.data == BUNDLED else kept(view.files))
    if not view.corrected:
        return found
    pairs = dict(zip(found.keys, found.pairs, strict=True))
    for one in notes().corrections(found.key):
        if pair := pairs.get(one.pair):
            pairs[one.pair] = replace(pair, gold=corrected(pair.gold, [one], len(pair.source.words), len(pair.target.words)))
    return replace(found, pairs=tuple(pairs.values()))


def analysis_of(view: ErrorsView, corpus: Corpus) -> Snapshot:
    """How the job of an analysis stands, whose result is an Analysis; raises InputError where an encoder cannot be had."""
    gold = [(one.pair, one.source, one.target, one.status) for one in notes().corrections(corpus.key)] if view.corrected else []

    key = repr(("errors", _texts(view), gold, [system_key(system) for system in view.systems]))
    names, stored = tuple(system.encoder for system in view.systems), [_stored(view, system) for system in view.systems]
    label = "errors of " + ", ".join(names)
    if None not in stored:
        return Snapshot(key, label, "done", result=work.kept(("stored", key), lambda: analyse(corpus.pairs, stored)))
    return work.asked(key, label, lambda: Task(_analysed, (view, corpus), names))


def card_of(view: ErrorsView, pair: SentencePair, corpus: Corpus, system: System) -> Aligned:
    """One pair under one system, with its plan."""

    def make() -> Aligned:
        loaded = encoder(system.encoder)
        layer = loaded.check_layer(system.settings.layer)
        (sides,) = encode_pairs(loaded, [pair], layer)
        return align_vectors(*sides, layer, system.settings, other_counts(corpus.pairs))

    return _kept(work.shelf(), view, ("pair", pair, system_key(system)), make)


def found_by(view: ErrorsView, corpus: Corpus) -> list[bool]:
    """Which pairs the search of a view finds; raises InputError for a bad pattern, or one that takes too long."""
    texts = [[" ".join(side.words) for side in (pair.source, pair.target)] for pair in corpus.pairs]
    return _kept(work.shelf(), view, ("search", view.filters.search), lambda: matches(texts, view.filters.search))


def notes() -> NoteStore:
    """The notes file; raises InputError where it cannot be used."""
    path = notes_path()
    return work.shelf().get(f"notes in {path}", lambda: NoteStore(path))


def _analysed(tell: Teller, desk: Desk, view: ErrorsView, corpus: Corpus) -> Analysis:
    systems = [_drawn(desk.shelf, view, corpus, system, desk.encoder(system.encoder), part) for system, part in tell.each(view.systems)]
    return analyse(corpus.pairs, systems)


def _stored(view: ErrorsView, system: System) -> Drawn | None:
    """A system's links where they come with the project, or None; looked for once."""
    if view.data != BUNDLED:
        return None
    settings = LinksOf(view.over, view.split, system.settings)
    return work.kept(("stored links", settings, system_key(system)), lambda: KINDS["links"].find((system.encoder,), settings))


def _drawn(shelf: Shelf, view: ErrorsView, corpus: Corpus, system: System, loaded: Encoder, tell: Teller) -> Drawn:
    """A system's links, which do not depend on gold: a corrected link asks for no new alignment."""
    layer = loaded.check_layer(system.settings.layer)

    def telling(what: str, begin: float) -> Callable[[int, int], None]:
        return lambda done, total: tell(begin + done / total / 2, f"{system.encoder}: pairs {what}")

    def make() -> Drawn:
        what = "encoded", system.encoder, encoder_stamp(system.encoder), layer
        sides = _kept(shelf, view, what, lambda: encode_pairs(loaded, corpus.pairs, layer, telling("encoded", 0)))
        return draw(system.encoder, loaded, sides, system.settings, telling("aligned", 0.5))

    return _kept(shelf, view, ("drawn", system_key(system)), make)


def _kept(shelf: Shelf, view: ErrorsView, what: object, make: Callable[[], object]):
    """Something made of the pairs of a view, kept on the shelf."""
    return shelf.get(repr(("errors", what, _texts(view))), make)


def _texts(view: ErrorsView) -> tuple:
    return view.data, view.over, view.split, view.files
