"""Fine-tune an encoder on sentence pairs with English, with transport (or what it is compared with) as the loss.

Without --pairs the training part of the bundled collection is used. FILE is a TMX or TSV file (by its name), or has a line
`source ||| target` a pair, the source not English; SOURCE::ENGLISH names two line-parallel files. Give one a language,
in their order, or as CODE=FILE; `python -m otcore corpus` checks them first. Several processes:
`accelerate launch -m otcore finetune … --out DIR`.

The run is a folder, --out or a new one under OTCORE_RUNS (default: runs). Ctrl-C, or a file STOP in it, ends the run and
keeps what was learnt; --resume goes on. A run under the runs folder is the encoder `run:NAME` everywhere.
"""

import argparse
import contextlib
import os
import signal
import sys
from pathlib import Path

from otcore.base.choices import declared
from otcore.base.errors import InputError
from otcore.commands._files import coded, two_columns
from otcore.commands._options import add_options, names, settings_from
from otcore.corpora.pair_files import PairFile
from otcore.runs.settings import PRESETS, FinetuneSettings
from otcore.text.languages import language

_ENDS = ("steps", "epochs", "minutes")


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--languages", metavar="de,fr", help="languages to align with English, by code")
    parser.add_argument("--out", metavar="DIR", help="folder of the run (default: a new one under the runs folder)")
    parser.add_argument("--resume", metavar="DIR", help="go on with an interrupted or cancelled run, instead of a new one")
    parser.add_argument("--preset", choices=tuple(PRESETS), help="; ".join(f"{name}: {one.about}" for name, one in PRESETS.items()))
    parser.add_argument("--encoder", metavar="NAME|DIR", help="edition, folder, hub name or run:NAME (default base)")
    parser.add_argument("--pairs", dest="files", nargs="+", metavar="FILE", help="sentence pairs (default: the bundled collection)")
    parser.add_argument("--columns", default="1,2", metavar="I,J", help="of a TSV file: the language's and English (default 1,2)")
    parser.add_argument("--train", metavar="all|K", help="all, or the topmost K layers up to --layer (default all)")
    add_options(parser, FinetuneSettings)


def run(options: argparse.Namespace) -> int:
    job = _resumed(options) if options.resume else _new(options)
    from otcore.runs.locks import locked
    from otcore.runs.store import delete_run

    try:
        with locked(job) if os.environ.get("RANK", "0") == "0" else contextlib.nullcontext():
            ended = _carried_out(job)
    except InputError:
        # what failed before it learnt anything leaves nothing, so that the corrected command may use the folder
        if job.state == "new" and job.folder.is_dir() and not (job.folder / "checkpoint.safetensors").is_file():
            delete_run(job)
        raise
    if ended.state == "stopped":
        raise InputError(f"The run {ended.folder} stopped after step {ended.step}: {ended.reason}.")
    if _processes() > 1:  # what torch's threads of several processes do at an interpreter's end has aborted a finished run
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(0)
    return 0


def _processes() -> int:
    return int(os.environ.get("WORLD_SIZE", "1"))


def _carried_out(job):
    """Trains a run that is locked already: what is loaded here takes seconds, in which nobody else may take it for one at rest."""
    from otcore.commands._progress import download_line, training_line
    from otcore.encoders import fetch_encoder
    from otcore.finetuning.run import carry_out

    fetch_encoder(job.settings.encoder, download_line())
    return carry_out(job, training_line(job), _interruptible(), held=True)


def _new(options: argparse.Namespace):
    """A new run; in several processes the first makes the folder, the others work for it and write nothing."""
    from otcore.runs.store import Run, create_run

    settings = _settings(options)  # before the folder is made, so that a mistake leaves nothing behind
    if _processes() > 1 and not options.out:
        raise InputError("Several processes need a folder they agree on; give --out DIR.")
    if int(os.environ.get("RANK", "0")) > 0:
        return Run(Path(options.out), settings)
    return create_run(settings, options.out)


def _settings(options: argparse.Namespace) -> FinetuneSettings:
    from otcore.encoders import lasting, parameters_of

    if not options.languages:
        raise InputError("Name the languages, as in --languages de,fr.")
    languages = names(options.languages)
    given = {"languages": languages, "files": _files(options, languages)}
    if options.encoder:
        given["encoder"] = lasting(options.encoder)  # since a run may be resumed from another place
    if options.train and options.train != "all":
        if not options.train.isdecimal():
            raise InputError(f"--train takes all or a number of layers, not {options.train}.")
        given["top_layers"] = int(options.train)
    if options.preset:
        ended = any(getattr(options, name) is not None for name in _ENDS)  # then it ends there and not with the preset
        fitting = PRESETS[options.preset].fitting(parameters_of(given.get("encoder", FinetuneSettings.encoder)), len(languages))
        given |= {name: value for name, value in fitting.items() if getattr(options, name) is None}
        given |= {"minutes": options.minutes} if ended else {}
    settings = settings_from(options, FinetuneSettings, **given)
    if options.scope not in (None, settings.objective.scope):
        raise InputError(f"The scope of {settings.objective.name} is always {settings.objective.scope}; leave out --scope {options.scope}.")
    return settings


def _files(options: argparse.Namespace, languages: list[str]) -> tuple[PairFile, ...]:
    columns, files, known = two_columns(options.columns), [], {language(code).code for code in languages}
    for index, entry in enumerate(options.files or ()):
        code, path = coded(entry, region=True) or ("", "")
        if not code or language(code).code not in known:
            if index >= len(languages):
                raise InputError(f"There are {len(options.files)} pair files for {len(languages)} languages; give one each.")
            code, path = languages[index], entry
        source, parallel, english = path.partition("::")
        files.append(PairFile(code, source, english if parallel else None, columns))
    return tuple(files)


def _resumed(options: argparse.Namespace):
    """The run to go on with; nothing else may be said about it."""
    from otcore.runs.store import open_run

    flags = {"files": "pairs"} | {name: one.flag for name, one in declared(FinetuneSettings).items() if one.flag}
    for name, value in vars(options).items():
        if name not in ("resume", "run", "columns") and value is not None:
            raise InputError(f"--resume goes on with the run's own settings; leave out --{flags.get(name, name).replace('_', '-')}.")
    return open_run(options.resume)


def _interruptible():
    """The first Ctrl-C asks the run to end after this step and keep what was learnt; a second one breaks off."""
    asked = []

    def ask(signum, frame) -> None:
        if asked:
            raise KeyboardInterrupt
        asked.append(True)
        sys.stderr.write("\nending after this step; press Ctrl-C again to break off\n")

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, ask)
    return lambda: bool(asked)
