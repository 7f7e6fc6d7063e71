"""Zero-shot transfer: a task learnt in English and tested in other languages, for encoders before and after alignment.

A task takes the bundled collection where no files are given, unless it needs them. A test file's language is told by CODE=FILE or by its
name (xquad.de.json, test-de.tsv). Sentences may come as FILE::ENGLISH or as pairs in TSV too; words come as PAIRS::LINKS.
"""

import argparse
import json
from pathlib import Path

from otcore.base.errors import InputError
from otcore.base.names import shown
from otcore.commands._files import coded, codes
from otcore.commands._options import add_options, settings_from
from otcore.evaluation.transfer.settings import TransferSettings
from otcore.evaluation.transfer.sources import FilesError, Sources, language_files
from otcore.evaluation.transfer.tasks import TASKS, read_task

_FLAGS = {"train": "--train", "dev": "--dev", "tests": "--test CODE=FILE", "english": "--english", "links": "--test CODE=PAIRS::LINKS"}

_MOST_SEEDS = 1000


def configure(parser: argparse.ArgumentParser) -> None:
    parser.description += "\n\nTasks:\n" + "\n".join(f"  {name:10} {_told(task)}" for name, task in TASKS.items())
    parser.add_argument("task", choices=list(TASKS), metavar="TASK", help=", ".join(TASKS))
    parser.add_argument("--train", nargs="+", default=[], dest="train_files", metavar="FILE", help="English training files")
    parser.add_argument("--dev", nargs="+", default=[], metavar="FILE", help="English dev files (default: a share of --train)")
    parser.add_argument("--test", nargs="+", default=[], metavar="FILE", help="test files, one a language, as CODE=FILE or by name")
    parser.add_argument("--english", metavar="FILE", help="sentences: the English side of all test files")
    parser.add_argument("--languages", metavar="de,fr", help="of the bundled collection (default all)")
    add_options(parser, Sources)
    parser.add_argument("--encoder", metavar="NAME|DIR", help="edition, folder, hub name or run:NAME (default base)")
    parser.add_argument("--compare", nargs="+", default=[], metavar="NAME|DIR", help="encoders to compare with it")
    parser.add_argument("--seeds", type=int, default=3, metavar="N", help="runs with seeds 0 … N − 1 (default 3)")
    parser.add_argument("--seen", metavar="de,fr", help="languages that were aligned, for averages over seen and unseen ones")
    add_options(parser, TransferSettings)
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--out", type=Path, metavar="FILE", help="write the same JSON to a file")


def run(options: argparse.Namespace) -> int:
    from otcore.commands._progress import progress_notes
    from otcore.encoders import load_encoder
    from otcore.evaluation.transfer.running import transfer
    from otcore.evaluation.transfer.text_table import as_text
    from otcore.text.writing import write_bytes

    if not 1 <= options.seeds <= _MOST_SEEDS:
        raise InputError(f"--seeds must be a whole number from 1 to {_MOST_SEEDS}, not {shown(options.seeds, 40)}.")
    settings, seen = settings_from(options, TransferSettings), codes(options.seen)
    task = _task(options)
    names = [options.encoder or "base", *options.compare]
    if len(set(names)) != len(names):
        raise InputError("An encoder is named twice; name each once.")
    encoders = [load_encoder(name) for name in names]
    for encoder in encoders:
        encoder.check_layer(settings.layer)  # before anything is trained
    found = transfer(task, encoders, settings, range(options.seeds), seen, progress_notes())
    content = json.dumps(found.as_dict(), ensure_ascii=False)
    if options.out:
        write_bytes(options.out, f"{content}\n".encode())
    print(content if options.json else as_text(found))
    return 0


def _told(task) -> str:
    files = f" {task.formats}" if task.formats else ""
    return f"{task.label}{' (needs files)' if task.needs_files else ''}.{files}"


def _task(options: argparse.Namespace):
    """The task with its data; what is said about files says by which option they are given."""
    try:
        tests = language_files(coded(entry) or entry for entry in options.test)
        given = {"train": tuple(options.train_files), "dev": tuple(options.dev), "tests": tests, "languages": codes(options.languages)}
        return read_task(options.task, settings_from(options, Sources, english=options.english, **given))
    except FilesError as error:
        raise InputError(f"{str(error).removesuffix('.')} ({_FLAGS[error.role]}).") from error
