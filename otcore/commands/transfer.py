"""Zero-shot transfer: a task learnt in English and tested in other languages, for encoders before and after alignment.

Tasks: xnli, xquad (and TyDi QA), topics learn from English files; sentences (FLORES, Tatoeba), words and search learn nothing. topics,
sentences and words take the bundled collection where no files are given, search always does. A test file's language is told by
CODE=FILE or by its name (xquad.de.json, test-de.tsv). Files: XNLI's TSV (premise, hypothesis, label), SQuAD 1.1's JSON, TSV (text,
label) for topics; for sentences a file line-parallel with --english, FILE::ENGLISH, or pairs as TSV; for words PAIRS::LINKS.
"""

import argparse
import json
from pathlib import Path

from otcore.base.names import TRAINED, TRANSFER_TASKS

_NUMBERS = {  # option: (type, help); each is the setting of the same name
    "epochs": (int, "passes over the training data at most"),
    "patience": (int, "passes without a better score on English dev, then training ends"),
    "batch": (int, "examples a step"),
    "head_rate": (float, "highest learning rate of the head"),
    "encoder_rate": (float, "highest learning rate of the encoder"),
    "hidden": (int, "width of the head's hidden layer"),
    "dropout": (float, "on the head's hidden layer"),
    "top_layers": (int, "train only so many layers of the encoder"),
    "train_examples": (int, "most training examples used"),
    "dev_examples": (int, "most dev examples used"),
    "test_examples": (int, "most test examples used of each language"),
    "length": (int, "longest input in pieces"),
    "stride": (int, "pieces that two windows of a long context share"),
    "answer": (int, "longest answer in pieces"),
    "top": (int, "sentences of a search that are looked at"),
    "layer": (int, "layer that is read (default: the encoder's for sentences, for words its alignment layer)"),
}


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("task", choices=TRANSFER_TASKS, metavar="TASK", help=", ".join(TRANSFER_TASKS))
    parser.add_argument("--train", nargs="+", default=[], metavar="FILE", help="English training files")
    parser.add_argument("--dev", nargs="+", default=[], metavar="FILE", help="English dev files (default: a share of --train)")
    parser.add_argument("--test", nargs="+", default=[], metavar="FILE", help="test files, one a language, as CODE=FILE or by name")
    parser.add_argument("--english", metavar="FILE", help="sentences: the English side of all test files")
    parser.add_argument("--languages", metavar="de,fr", help="of the bundled collection (default all)")
    parser.add_argument("--gold-base", type=int, choices=(0, 1), default=0, help="words: links count from 0 or 1 (default 0)")
    parser.add_argument("--held-out", type=float, default=0.1, metavar="X", help="share of --train without --dev (default 0.1)")
    parser.add_argument("--encoder", metavar="NAME|DIR", help="edition, folder, hub name or run:NAME (default base)")
    parser.add_argument("--compare", nargs="+", default=[], metavar="NAME|DIR", help="encoders to compare with it")
    parser.add_argument("--seeds", type=int, default=3, metavar="N", help="runs with seeds 0 … N − 1 (default 3)")
    parser.add_argument("--seen", metavar="de,fr", help="languages that were aligned, for averages over seen and unseen ones")
    parser.add_argument("--fit", choices=TRAINED, help="train the head alone, or the encoder too (default: by task)")
    parser.add_argument("--embeddings", action="store_true", help="train the encoder's embeddings too")
    for name, (kind, text) in _NUMBERS.items():
        parser.add_argument(f"--{name.replace('_', '-')}", type=kind, metavar="N" if kind is int else "X", help=text)
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--out", type=Path, metavar="FILE", help="write the same JSON to a file")


def run(options: argparse.Namespace) -> int:
    from otcore.base.errors import InputError
    from otcore.base.progress import Teller
    from otcore.commands._progress import progress_notes
    from otcore.encoders import load_encoder
    from otcore.evaluation.transfer import read_task, transfer
    from otcore.evaluation.transfer.table import as_text
    from otcore.text.files import write_bytes

    if options.seeds < 1:
        raise InputError(f"--seeds must be a whole number from 1 up, not {options.seeds}.")
    settings, seen = _settings(options), _codes(options.seen)
    task = read_task(options.task, _sources(options))
    names = [options.encoder or "base", *options.compare]
    if len(set(names)) != len(names):
        raise InputError("An encoder is named twice; name each once.")
    encoders = [load_encoder(name) for name in names]
    for encoder in encoders:
        encoder.check_layer(settings.layer)  # before anything is trained
    found = transfer(task, encoders, settings, range(options.seeds), seen, Teller(progress_notes()))
    content = json.dumps(found.as_dict(), ensure_ascii=False)
    if options.out:
        write_bytes(options.out, f"{content}\n".encode())
    print(content if options.json else as_text(found))
    return 0


def _settings(options: argparse.Namespace):
    from otcore.evaluation.transfer import TransferSettings

    given = {name: getattr(options, name) for name in _NUMBERS if getattr(options, name) is not None}
    return TransferSettings(train=options.fit, embeddings=options.embeddings, **given)


def _sources(options: argparse.Namespace):
    from otcore.evaluation.transfer import Sources, language_files

    return Sources(
        tuple(options.train), tuple(options.dev), language_files(options.test), options.english, _codes(options.languages),
        options.held_out, options.gold_base,
    )  # fmt: skip


def _codes(given: str | None) -> tuple[str, ...]:
    from otcore.text.languages import language

    return tuple(language(code).code for code in (given or "").split(",") if code.strip())
