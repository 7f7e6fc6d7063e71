"""The bundled collection: sentences written for this project in twelve languages, hand-made gold links from English, short queries.

Files, tab-separated, no header (`data/sentences/`):
  gold/about.tsv          id, split (dev or test), topic, tags (comma-separated), what the sentence shows
  gold/<code>.tsv         id, running text, words separated by spaces
  gold/en-<code>.tsv      id, links English → code, 0-based Pharaoh, `?` where only possible
  training/about.tsv      id, topic
  training/<code>.tsv     id, running text
  queries/about.tsv       id, ids of the relevant gold and training sentences (comma-separated)
  queries/<code>.tsv      id, what a person would type
"""

import functools
from dataclasses import dataclass
from pathlib import Path

from otcore.base.errors import InputError
from otcore.corpora.pharaoh import parse_links
from otcore.corpora.types import Links, Sentence, SentencePair
from otcore.text.files import read_lines

DATA = Path(__file__).resolve().parents[2] / "data" / "sentences"
PIVOT = "en"


@dataclass(frozen=True)
class Entry:
    """What is known of one gold sentence, whatever the language."""

    id: str
    split: str
    topic: str
    tags: tuple[str, ...]
    note: str


@dataclass(frozen=True)
class Query:
    """A short search in all languages: `texts` language → what is typed, `relevant` the ids of every sentence that answers it."""

    id: str
    texts: dict[str, str]
    relevant: tuple[str, ...]


@dataclass(frozen=True)
class Collection:
    """The collection in memory."""

    entries: tuple[Entry, ...]
    gold: dict[str, dict[str, Sentence]]  # language → id → Sentence
    links: dict[str, dict[str, Links]]  # language → id → Links from the English sentence to that language's
    training: dict[str, tuple[str, ...]]  # language → running texts in order, line-parallel over languages; no gold, no overlap with `gold`
    topics: dict[str, str]  # id → topic of each training sentence, in the same order
    queries: tuple[Query, ...]  # short searches over the gold and training sentences together

    @property
    def languages(self) -> tuple[str, ...]:
        return tuple(self.gold)

    @property
    def tags(self) -> tuple[str, ...]:
        return tuple(sorted({tag for entry in self.entries for tag in entry.tags}))

    def pair(self, id: str, source: str, target: str) -> SentencePair:
        """A pair of the gold part. Gold links are direct with English on one side, else composed through English.

        raises: InputError   no such sentence or language
        """
        entry = self._entry(id)
        self._check(source, target)
        return SentencePair(self.gold[source][id], self.gold[target][id], self.gold_links(id, source, target), id, entry.tags)

    def pairs(self, source: str, target: str, split: str | None = None) -> list[SentencePair]:
        """All gold pairs of two languages, of one split or of both."""
        return [self.pair(entry.id, source, target) for entry in self.entries if split in (None, entry.split)]

    def training_pairs(self, source: str, target: str) -> list[SentencePair]:
        """The training part of two languages, split into words here because segmenting takes a moment.

        raises: InputError   no such language
        """
        self._check(source, target)
        texts = zip(self.topics, self.training[source], self.training[target], strict=True)
        return [SentencePair.of(both, (source, target), id=id) for id, *both in texts]

    def texts(self, language: str) -> dict[str, str]:
        """Id → running text of every sentence, gold first, then training: what the queries search.

        raises: InputError   no such language
        """
        self._check(language)
        training = zip(self.topics, self.training[language], strict=True)
        return {id: sentence.text for id, sentence in self.gold[language].items()} | dict(training)

    def gold_links(self, id: str, source: str, target: str) -> Links | None:
        """Hand-made links; between two languages other than English a chain over the English words, all only possible
        where either half is. None for a language with itself."""
        if source == target:
            return None
        if source == PIVOT:
            return self.links[target][id]
        if target == PIVOT:
            return self.links[source][id].reversed()
        return _compose(self.links[source][id].reversed(), self.links[target][id])

    def _check(self, *codes: str) -> None:
        for code in codes:
            if code not in self.gold:
                raise InputError(f"The bundled collection has no {code}; it has {', '.join(self.gold)}.")

    def _entry(self, id: str) -> Entry:
        found = next((entry for entry in self.entries if entry.id == id), None)
        if found is None:
            ends = f"{self.entries[0].id} to {self.entries[-1].id}"
            raise InputError(f"The bundled collection has no sentence {id[:20]}; its ids run from {ends}.")
        return found


@functools.cache
def load_collection(folder: Path = DATA) -> Collection:
    """Reads the collection, once a process.

    raises: InputError   a file is absent, a line is malformed, ids differ between files, a link is out of range, a query names a
                         sentence that is not there

    >>> from otcore import load_collection
    >>> collection = load_collection()
    >>> pair = collection.pairs("de", "en", "test")[0]  # with gold links
    >>> pair.source.language, pair.target.language, len(pair.gold.sure) > 0
    ('de', 'en', True)
    """
    about = _rows(folder / "gold" / "about.tsv", 5)
    entries = tuple(Entry(id, split, topic, tuple(filter(None, tags.split(","))), note) for id, split, topic, tags, note in about)
    ids = [entry.id for entry in entries]
    codes = [PIVOT, *sorted(path.stem.removeprefix("en-") for path in (folder / "gold").glob("en-*.tsv"))]
    gold = {}
    for code in codes:
        rows = _rows(folder / "gold" / f"{code}.tsv", 3, ids)
        gold[code] = {id: Sentence(code, text, tuple(words.split(" ")), id) for id, text, words in rows}
    links = {code: _links(folder / "gold" / f"en-{code}.tsv", ids, gold[PIVOT], gold[code]) for code in codes[1:]}
    topics = dict(_rows(folder / "training" / "about.tsv", 2))
    training = {code: _texts(folder / "training" / f"{code}.tsv", list(topics)) for code in codes}
    return Collection(entries, gold, links, training, topics, _queries(folder / "queries", codes, {*ids, *topics}))


def _compose(first: Links, second: Links) -> Links:
    def chains(before: frozenset, after: frozenset) -> frozenset:
        return frozenset((i, j) for i, pivot in before for other, j in after if other == pivot)

    return Links(chains(first.sure, second.sure), chains(first.possible, second.possible))


def _rows(path: Path, columns: int, ids: list[str] | None = None) -> list[list[str]]:
    """The cells of every line; their first are ids, which are those that are given where there are any."""
    rows = [line.split("\t") for line in read_lines(path)]
    for number, row in enumerate(rows, 1):
        if len(row) != columns:
            raise InputError(f"{path}, line {number}: {len(row)} tab-separated columns, {columns} are needed.")
    found = [row[0] for row in rows]
    if ids not in (None, found):
        odd = next((pair for pair in zip(found, ids, strict=False) if pair[0] != pair[1]), ("", ""))
        raise InputError(f"{path}: its ids differ from about.tsv ({len(found)} against {len(ids)} lines; first difference {odd}).")
    return rows


def _texts(path: Path, ids: list[str]) -> tuple[str, ...]:
    return tuple(text for _, text in _rows(path, 2, ids))


def _queries(folder: Path, codes: list[str], known: set[str]) -> tuple[Query, ...]:
    relevant = {id: tuple(cell.split(",")) for id, cell in _rows(folder / "about.tsv", 2)}
    for id, found in relevant.items():
        if absent := [other for other in found if other not in known]:
            raise InputError(f"{folder / 'about.tsv'}: {id} names {absent[0]!r}, which is the id of no sentence; correct or remove it.")
    texts = {code: dict(zip(relevant, _texts(folder / f"{code}.tsv", list(relevant)), strict=True)) for code in codes}
    return tuple(Query(id, {code: texts[code][id] for code in codes}, found) for id, found in relevant.items())


def _links(path: Path, ids: list[str], english: dict[str, Sentence], other: dict[str, Sentence]) -> dict[str, Links]:
    links = {}
    for number, (id, line) in enumerate(_rows(path, 2, ids), 1):
        where = f"{path}, line {number}"
        links[id] = parse_links(line, where=where)
        links[id].check(len(english[id].words), len(other[id].words), where)
    return links
