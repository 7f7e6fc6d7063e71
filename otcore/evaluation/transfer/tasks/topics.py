"""Topic classification: what a text is about, learnt in English, tested in other languages.

From the bundled collection: the English training sentences to learn from, the English dev sentences to stop early on, and the test
sentences, which no run of fine-tuning sees, in every language. Or from TSV files: text, label.
"""

from typing import ClassVar

from otcore.corpora.collection import Collection, load_collection
from otcore.evaluation.transfer.classification import Classification
from otcore.evaluation.transfer.labelled_files import Labelled, read_labelled
from otcore.evaluation.transfer.sources import FilesError, Sources, english
from otcore.evaluation.transfer.task import ENGLISH


class Topics(Classification):
    """Texts by what they are about."""

    name = "topics"
    label = "topics of texts"
    rank = 30
    about = "A head learns what English sentences are about; the other languages are tested without an example of theirs."
    formats = "TSV files: text, label."
    own: ClassVar = {
        "train": "head",
        "head": {"epochs": 60, "patience": 10, "batch": 32, "head_rate": 1e-3, "encoder_rate": 1e-4, "length": 128},
        "encoder": {"epochs": 10, "patience": 3, "batch": 32, "head_rate": 1e-3, "encoder_rate": 1e-4, "length": 128},
    }

    @classmethod
    def read(cls, sources: Sources) -> "Topics":
        """From files where there are any, else from the collection.

        raises: FilesError   training files without test files or the reverse; InputError   a language that the collection does not have
        """
        if not sources.train and not sources.tests:
            return cls._bundled(load_collection(), sources)
        for role in ("train", "tests"):
            if not getattr(sources, role):
                raise FilesError(role, "Topics need both training and test files, or neither to take the bundled collection.")
        train, dev = english(sources, lambda path: read_labelled(path, 1), lambda example: example.texts[0])
        return cls(train, dev, {code: read_labelled(path, 1) for code, path in sources.tests.items()})

    @classmethod
    def _bundled(cls, collection: Collection, sources: Sources) -> "Topics":
        train = [Labelled((text,), topic) for text, topic in zip(collection.training[ENGLISH], collection.topics.values(), strict=True)]
        tests = {code: _gold(collection, code, "test") for code in sources.chosen(collection)}
        return cls(train, _gold(collection, ENGLISH, "dev"), tests)


def _gold(collection: Collection, code: str, split: str) -> list[Labelled]:
    chosen = [entry for entry in collection.entries if entry.split == split]
    return [Labelled((collection.gold[code][entry.id].text,), entry.topic) for entry in chosen]


TASK = Topics
