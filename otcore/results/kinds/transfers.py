"""Transfer of the bundled editions, as the Transfer tab and `otcore transfer` make it."""

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass

from otcore.base.progress import Teller
from otcore.evaluation.transfer.results import Fit, Score, Transfer
from otcore.evaluation.transfer.settings import TransferSettings
from otcore.results.kind import Kind
from otcore.results.store import Stored


@dataclass(frozen=True)
class TransferOf:
    """A task on languages of the bundled collection, with settings and seeds."""

    task: str
    languages: tuple[str, ...]
    settings: TransferSettings
    seeds: tuple[int, ...]


_USUAL = TransferSettings(train_examples=5_000, dev_examples=1_000, test_examples=500)


class Transfers(Kind):
    """The settings are a TransferOf, the result is a Transfer."""

    name, label, rank = "transfers", "transfer of editions", 30

    def wanted(self) -> Sequence[tuple[tuple[str, ...], TransferOf]]:
        return [(("base", "tuned", "aligned"), TransferOf("topics", ("en", "de", "fr", "es", "ar", "ja"), _USUAL, (0, 1, 2)))]

    def make(self, encoders: Sequence, settings: TransferOf, tell: Teller) -> Transfer:
        from otcore.evaluation.transfer.running import transfer
        from otcore.evaluation.transfer.sources import Sources
        from otcore.evaluation.transfer.tasks import read_task

        task = read_task(settings.task, Sources(languages=settings.languages))
        return transfer(task, encoders, settings.settings, settings.seeds, tell=tell)

    def pack(self, result: Transfer) -> Stored:
        return Stored(dataclasses.asdict(result))

    def unpack(self, stored: Stored, settings: TransferOf) -> Transfer:
        values = dict(stored.value)
        lists = {name: tuple(values.pop(name)) for name in ("measures", "encoders", "languages", "seeds", "seen")}
        scores, fits = tuple(Score(**one) for one in values.pop("scores")), tuple(Fit(**one) for one in values.pop("fits"))
        return Transfer(**lists, scores=scores, fits=fits, settings=TransferSettings(**values.pop("settings")), **values)


KIND = Transfers()
