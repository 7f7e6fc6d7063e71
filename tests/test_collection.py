"""The bundled collection: a checker over every line of data/sentences, and what `Collection` makes of it."""

import re
import statistics
import unicodedata
from collections import Counter

import pytest
import regex

from otcore.base.errors import InputError
from otcore.corpora.collection import Query, load_collection
from otcore.corpora.types import Links
from otcore.text.languages import LANGUAGES, words_of

OTHERS = [code for code in LANGUAGES if code != "en"]
TAGS = {
    "agglutination", "article-less", "classifier", "clitic", "comparison", "compound", "contraction", "coordination", "date",
    "dropped-pronoun", "homograph", "idiom", "light-verb", "modality", "negation-in-two-parts", "numeral-unit", "particle", "passive",
    "proper-name", "question", "quotation", "relative-clause", "reordering", "repeated-word", "separable-verb",
}  # fmt: skip
TOPICS = {"culture", "food", "health", "history", "home", "nature", "science", "technology", "travel", "work"}
_BETWEEN = regex.compile(r"[^\p{L}\p{M}\p{N}\t\n]+")


@pytest.fixture(scope="module")
def collection():
    return load_collection()


@pytest.fixture(scope="module")
def texts(collection):
    """Language → id → running text, gold and training."""
    return {code: collection.texts(code) for code in collection.languages}


def key(text: str) -> str:
    """What two copies of a sentence share: letters, their marks and digits, case folded; columns and lines stay apart."""
    return _BETWEEN.sub("", unicodedata.normalize("NFC", text.casefold()))


def borders(words) -> set[int]:
    return {len("".join(words[:k])) for k in range(1, len(words) + 1)}


def test_all_languages_are_there(collection):
    assert set(collection.languages) == set(LANGUAGES) == set(collection.training)
    assert set(collection.links) == set(OTHERS)
    assert len(collection.entries) >= 150
    assert len(collection.topics) >= 1000


def test_entries_are_complete(collection):
    ids = [entry.id for entry in collection.entries] + list(collection.topics)
    assert len(set(ids)) == len(ids)
    assert all(re.fullmatch(r"g\d{3}", entry.id) for entry in collection.entries)
    assert all(re.fullmatch(r"t\d{4}", id) for id in collection.topics)
    for entry in collection.entries:
        assert entry.tags, entry.id
        assert len(set(entry.tags)) == len(entry.tags), entry.id
        assert len(entry.note) >= 8, entry.id
        assert re.fullmatch(r"[a-z]+", entry.topic), entry.id
    assert {entry.topic for entry in collection.entries} == set(collection.topics.values()) == TOPICS


def test_splits(collection):
    sizes = Counter(entry.split for entry in collection.entries)
    assert set(sizes) == {"dev", "test"}
    assert 50 <= sizes["dev"] <= 70
    assert sizes["test"] >= 90
    for topic in set(collection.topics.values()):
        assert {entry.split for entry in collection.entries if entry.topic == topic} == {"dev", "test"}, topic


def test_every_phenomenon_is_shown_more_than_once(collection):
    counts = Counter(tag for entry in collection.entries for tag in entry.tags)
    assert set(counts) == set(collection.tags) == TAGS
    assert min(counts.values()) >= 5, counts


@pytest.mark.parametrize("code", LANGUAGES)
def test_gold_sentences(collection, code):
    assert list(collection.gold[code]) == [entry.id for entry in collection.entries]
    for id, sentence in collection.gold[code].items():
        assert (sentence.id, sentence.language) == (id, code)
        assert "".join(sentence.words) == "".join(sentence.text.split()), f"{code} {id}: the words do not spell the text"
        assert all(word and word.strip() == word for word in sentence.words), f"{code} {id}"
    lengths = [sum(bool(key(word)) for word in sentence.words) for sentence in collection.gold[code].values()]
    assert min(lengths) >= (4 if code == "en" else 3)
    assert max(lengths) <= (25 if code == "en" else 45)


@pytest.mark.parametrize("code", LANGUAGES)
def test_text_is_clean(texts, code):
    for id, text in texts[code].items():
        assert unicodedata.normalize("NFC", text) == text, f"{code} {id}"
        assert text == text.strip(), f"{code} {id}"
        assert "  " not in text, f"{code} {id}"
        odd = {c for c in text if unicodedata.category(c) in ("Cc", "Cs", "Co", "Cn", "Zl", "Zp") or c in "\u200b\ufeff\ufffd<>|"}
        assert not odd, f"{code} {id}: {odd}"


@pytest.mark.parametrize("code", LANGUAGES)
def test_text_is_in_the_script_of_its_language(texts, code):
    script = {"Hans": "Han", "Jpan": "Hiragana}\\p{Katakana}\\p{Han"}.get(LANGUAGES[code].script, LANGUAGES[code].script)
    letters = regex.compile(rf"[\p{{{script}}}]")
    for id, text in texts[code].items():
        shares = [bool(letters.match(character)) for character in text if character.isalpha()]
        assert sum(shares) > len(shares) / 2, f"{code} {id}: {text}"


@pytest.mark.parametrize("code", [code for code in LANGUAGES if code not in ("zh", "ja")])
def test_gold_words_are_those_of_the_splitter(collection, code):
    differing = {id: entry.words for id, entry in collection.gold[code].items() if words_of(entry.text, code) != entry.words}
    assert not differing


@pytest.mark.parametrize("code", ["zh", "ja"])
def test_gold_words_are_close_to_those_of_the_segmenter(collection, code):
    agreement = []
    for entry in collection.gold[code].values():
        ours, gold = borders(words_of(entry.text, code)), borders(entry.words)
        agreement.append(2 * len(ours & gold) / (len(ours) + len(gold)))
    assert statistics.mean(agreement) >= 0.92
    assert statistics.mean(value >= 0.8 for value in agreement) >= 0.95


@pytest.mark.parametrize("code", OTHERS)
def test_links_are_in_range_and_cover_most_words(collection, code):
    assert list(collection.links[code]) == [entry.id for entry in collection.entries]
    linked, words = [0, 0], [0, 0]
    for id, links in collection.links[code].items():
        sides = collection.gold["en"][id].words, collection.gold[code][id].words
        links.check(*map(len, sides), f"{code} {id}")
        assert links.sure <= links.possible
        assert links.sure, f"{code} {id}: nothing is sure"
        for side in (0, 1):
            found = {link[side] for link in links.possible}
            assert len(found) >= len(sides[side]) / 3, f"{code} {id}: most words have no link"
            linked[side] += len(found)
            words[side] += len(sides[side])
    assert 0.7 <= linked[0] / words[0] < 1, "share of linked English words"
    assert 0.6 <= linked[1] / words[1] < 1, f"share of linked words in {code}"
    sure, possible = (sum(len(getattr(links, name)) for links in collection.links[code].values()) for name in ("sure", "possible"))
    assert 0.5 <= sure / possible < 1, "both sorts of links are used"


@pytest.mark.parametrize("code", OTHERS)
def test_a_final_mark_is_linked_with_a_final_mark(collection, code):
    for entry in collection.entries:
        sides = [collection.gold[side][entry.id].words for side in ("en", code)]
        if all(words[-1] in {".", "?", "!", "。", "？", "！", "।", "؟"} for words in sides):
            assert (len(sides[0]) - 1, len(sides[1]) - 1) in collection.links[code][entry.id].sure, f"{code} {entry.id}"


@pytest.mark.parametrize("code", LANGUAGES)
def test_no_sentence_occurs_twice_gold_and_training_together(texts, code):
    ids: dict[str, list[str]] = {}
    for id, text in texts[code].items():
        ids.setdefault(key(text), []).append(id)
    assert [found for found in ids.values() if len(found) > 1] == []


@pytest.mark.parametrize("code", LANGUAGES)
def test_no_training_sentence_nearly_is_a_gold_sentence(collection, code):
    """Nearly: nine tenths of their three-letter pieces in common, so some of any tenth of them."""
    gold = {id: pieces(entry.text) for id, entry in collection.gold[code].items()}
    holders: dict[str, set[str]] = {}
    for id, found in gold.items():
        for piece in found:
            holders.setdefault(piece, set()).add(id)
    for id, text in zip(collection.topics, collection.training[code], strict=True):
        ours = pieces(text)
        some = sorted(ours)[: len(ours) // 10 + 1]
        candidates = {other for piece in some for other in holders.get(piece, ())}
        near = [other for other in candidates if len(ours & gold[other]) >= 0.9 * len(ours | gold[other])]
        assert not near, f"{code} {id} is nearly {near}"


def pieces(text: str) -> set[str]:
    letters = key(text)
    return {letters[k : k + 3] for k in range(max(len(letters) - 2, 1))}


@pytest.mark.parametrize("code", LANGUAGES)
def test_training_sentences(collection, code):
    training = collection.training[code]
    assert len(training) == len(collection.topics)
    lengths = [len(words_of(text, code)) for text in training]
    assert min(lengths) >= (4 if code == "en" else 2)
    assert max(lengths) <= (25 if code == "en" else 40)
    assert max(Counter(collection.topics.values()).values()) < len(training) / 3


@pytest.mark.parametrize("code", OTHERS)
def test_translations_are_of_like_length(collection, code):
    """A shifted line shows here: lengths in letters of translations go together."""
    english, other = ([len(key(text)) for text in collection.training[side]] for side in ("en", code))
    assert statistics.correlation(english, other) > 0.4
    assert statistics.correlation(english[1:], other[:-1]) < 0.25


def test_a_pair_and_its_gold(collection):
    entry = collection.entries[0]
    pair = collection.pair(entry.id, "en", "de")
    assert (pair.id, pair.tags) == (entry.id, entry.tags)
    assert (pair.source, pair.target) == (collection.gold["en"][entry.id], collection.gold["de"][entry.id])
    assert pair.gold == collection.links["de"][entry.id]
    turned = collection.pair(entry.id, "de", "en")
    assert (turned.source, turned.target, turned.gold) == (pair.target, pair.source, pair.gold.reversed())
    assert collection.pair(entry.id, "ja", "ja").gold is None


def test_pairs_by_split(collection):
    dev, test = (collection.pairs("en", "ja", split) for split in ("dev", "test"))
    assert [pair.id for pair in dev] == [entry.id for entry in collection.entries if entry.split == "dev"]
    assert not {pair.id for pair in dev} & {pair.id for pair in test}
    assert [pair.id for pair in collection.pairs("en", "ja")] == [entry.id for entry in collection.entries]


@pytest.mark.parametrize(("source", "target"), [("de", "fr"), ("ja", "ar"), ("tr", "ro")])
def test_gold_between_two_other_languages_is_a_chain_over_english(collection, source, target):
    for pair in collection.pairs(source, target):
        first, second = collection.links[source][pair.id], collection.links[target][pair.id]
        pair.gold.check(len(pair.source.words), len(pair.target.words), pair.id)
        assert pair.gold.possible == {(i, j) for e, i in first.possible for f, j in second.possible if e == f}
        assert pair.gold.sure == {(i, j) for e, i in first.sure for f, j in second.sure if e == f}
        assert collection.gold_links(pair.id, target, source) == pair.gold.reversed()


def test_training_pairs(collection):
    pairs = collection.training_pairs("en", "zh")
    assert [pair.id for pair in pairs] == list(collection.topics)
    assert [pair.target.text for pair in pairs] == list(collection.training["zh"])
    assert all(pair.gold is None for pair in pairs)


def test_what_the_collection_does_not_have(collection):
    for arguments in (("g999", "en", "de"), ("", "en", "de"), ("t0001", "en", "de")):
        with pytest.raises(InputError, match="no sentence"):
            collection.pair(*arguments)
    for source, target in (("en", "sw"), ("sw", "en"), ("", "en")):
        with pytest.raises(InputError, match="The bundled collection has no"):
            collection.pair("g001", source, target)
        with pytest.raises(InputError, match="The bundled collection has no"):
            collection.training_pairs(source, target)
    with pytest.raises(InputError, match="The bundled collection has no sw"):
        collection.texts("sw")


SMALL = {
    "gold/about.tsv": "g1\tdev\thome\tdate\tnote\n",
    "gold/en.tsv": "g1\tA cat.\tA cat .\n",
    "gold/de.tsv": "g1\tEine Katze.\tEine Katze .\n",
    "gold/en-de.tsv": "g1\t0-0 1-1 2?2\n",
    "training/about.tsv": "t1\thome\n",
    "training/en.tsv": "t1\tA dog.\n",
    "training/de.tsv": "t1\tEin Hund.\n",
    "queries/about.tsv": "q1\tg1,t1\n",
    "queries/en.tsv": "q1\tpets\n",
    "queries/de.tsv": "q1\tHaustiere\n",
}
FAULTS = [
    ("gold/en-de.tsv", "g1\t0-0 1-3\n", "en-de.tsv, line 1: link 1-3 is out of range"),
    ("gold/en-de.tsv", "g1\t0-0 1=1\n", "en-de.tsv, line 1: “1=1” is not a link"),
    ("gold/en-de.tsv", "g2\t0-0\n", "its ids differ from about.tsv"),
    ("gold/de.tsv", "g1\tEine Katze.\n", "de.tsv, line 1: 2 tab-separated columns, 3 are needed"),
    ("gold/de.tsv", "", "its ids differ from about.tsv"),
    ("training/de.tsv", "t1\tEin\0Hund.\n", "de.tsv, line 1 contains a NUL"),
    ("training/de.tsv", None, "de.tsv cannot be read"),
    ("queries/about.tsv", "q1\tg1,t2\n", "q1 names 't2', which is the id of no sentence"),
    ("queries/de.tsv", "q2\tHaustiere\n", "its ids differ from about.tsv"),
]


@pytest.mark.parametrize(("name", "content", "message"), [(None, None, None), *FAULTS])
def test_reading_a_collection(tmp_path, name, content, message):
    for path, text in (SMALL | {name: content}).items():
        if text is not None:
            (tmp_path / path).parent.mkdir(exist_ok=True)
            (tmp_path / path).write_text(text)
    if name:
        with pytest.raises(InputError, match=re.escape(message)):
            load_collection(tmp_path)
    else:
        small = load_collection(tmp_path)
        assert small.links["de"]["g1"] == Links({(0, 0), (1, 1)}, {(2, 2)})
        assert small.texts("de") == {"g1": "Eine Katze.", "t1": "Ein Hund."}
        assert small.queries == (Query("q1", {"en": "pets", "de": "Haustiere"}, ("g1", "t1")),)
