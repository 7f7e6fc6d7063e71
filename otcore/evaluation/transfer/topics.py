"""Topic classification: what a text is about, learnt in English, tested in other languages.

From the bundled collection: the English training sentences to learn from, the English dev sentences to stop early on, and the test
sentences, which no run of fine-tuning sees, in every language. Or from TSV files: text, label.
"""

from otcore.base.errors import InputError
from otcore.corpora.collection import Collection, load_collection
from otcore.evaluation.transfer.classification import Classification
from otcore.evaluation.transfer.files import Labelled, read_labelled
from otcore.evaluation.transfer.sources import Sources, apart
from otcore.evaluation.transfer.types import ENGLISH


def read_topics(sources: Sources) -> Classification:
    """The task from files where there are any, else from the collection.

    raises: InputError   training files without test files or the reverse; a language that the collection does not have
    """
    if not sources.train and not sources.tests:
        return _bundled(load_collection(), sources)
    if not (sources.train and sources.tests):
        raise InputError("Topics need both training and test files, or neither to take the bundled collection.")
    train = [example for path in sources.train for example in read_labelled(path, 1)]
    dev = [example for path in sources.dev for example in read_labelled(path, 1)]
    if not dev:
        train, dev = apart(train, lambda example: example.texts[0], sources.held_out)
    return Classification("topics", train, dev, {code: read_labelled(path, 1) for code, path in sources.tests.items()})


def _bundled(collection: Collection, sources: Sources) -> Classification:
    codes = chosen_languages(collection, sources)
    train = [Labelled((text,), topic) for text, topic in zip(collection.training[ENGLISH], collection.topics.values(), strict=True)]
    return Classification(
        "topics", train, _gold(collection, ENGLISH, "dev"), {code: _gold(collection, code, "test") for code in codes}
    )  # fmt: skip


def _gold(collection: Collection, code: str, split: str) -> list[Labelled]:
    chosen = [entry for entry in collection.entries if entry.split == split]
    return [Labelled((collection.gold[code][entry.id].text,), entry.topic) for entry in chosen]


def chosen_languages(collection: Collection, sources: Sources, *, pivot: bool = True) -> tuple[str, ...]:
    """Those that were named, else all of the collection; English among them only where it is tested itself.

    raises: InputError   a language that the collection does not have
    """
    for code in sources.languages:
        if code not in collection.languages:
            raise InputError(f"The bundled collection has no {code}; it has {', '.join(collection.languages)}.")
    codes = sources.languages or collection.languages
    return tuple(code for code in codes if pivot or code != ENGLISH)
