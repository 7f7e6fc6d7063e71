"""Fine-tune an encoder on sentence pairs with English, with transport (or what it is compared with) as the loss.

Without --pairs the training part of the bundled collection is used. FILE is a TMX or TSV file (by its name), or has a line
`source ||| target` a pair, the source not English; SOURCE::ENGLISH names two line-parallel files. Give one a language,
in their order, or as CODE=FILE; `python -m otcore corpus` checks them first. Several processes:
`accelerate launch -m otcore finetune … --out DIR`.

The run is a folder, --out or a new one under OTCORE_RUNS (default: runs). Ctrl-C, or a file STOP in it, ends the run and
keeps what was learnt; --resume goes on. A run under the runs folder is the encoder `run:NAME` everywhere.
"""

import argparse
import dataclasses
import os
import signal
import sys
from pathlib import Path

from otcore.base.errors import InputError

_PLAIN = {  # option: (type, help); each is the setting of the same name
    "pairs_per_language": (int, "most sentence pairs used of each language (default all)"),
    "steps": (int, "steps the run has"),
    "epochs": (float, "passes over the pairs"),
    "minutes": (float, "minutes the run may take"),
    "batch": (int, "pairs of each language a step and process (default 24)"),
    "accumulation": (int, "batches a step (default 1)"),
    "learning_rate": (float, "highest rate of AdamW (default: by objective)"),
    "warmup": (float, "share of the run in which the rate rises (default 0.1)"),
    "weight_decay": (float, "of AdamW (default 0)"),
    "clip": (float, "longest gradient (default 1)"),
    "layer": (int, "layer that is aligned; those above are not trained (default: the encoder's alignment layer)"),
    "seed": (int, "of the batches (default 0)"),
    "evaluate_every": (int, "steps between held-out figures, 0 only at both ends"),
    "checkpoint_every": (int, "steps between checkpoints"),
    "snapshot_every": (int, "steps between snapshots of the probe sentences"),
    "held_out": (float, "share of --pairs files that is only evaluated on (default 0.05)"),
    "longest": (int, "pairs with more words on a side are left out (default 80)"),
}
_OBJECTIVE = {
    "epsilon": (float, "entropic strength (default 0.05, contrastive-ot 0.1)"),
    "anchor": (float, "weight λ of the anchor on English (default: by objective; the paper: 1)"),
    "temperature": (float, "what scores are divided by, contrastive objectives"),
    "iterations": (int, "of the solver at most"),
    "tolerance": (float, "marginal error at which a transport is solved"),
}


def configure(parser: argparse.ArgumentParser) -> None:
    from otcore.base.names import COSTS, MASSES
    from otcore.objectives.settings import OBJECTIVES, SCOPES
    from otcore.runs.settings import LINK_SOURCES, PRESETS, SCHEDULES

    parser.add_argument("--languages", metavar="de,fr", help="languages to align with English, by code")
    parser.add_argument("--objective", choices=OBJECTIVES, help="what is trained (default word-ot)")
    parser.add_argument("--out", metavar="DIR", help="folder of the run (default: a new one under the runs folder)")
    parser.add_argument("--resume", metavar="DIR", help="go on with an interrupted or cancelled run, instead of a new one")
    parser.add_argument("--preset", choices=tuple(PRESETS), help="; ".join(PRESETS.values()))
    parser.add_argument("--encoder", metavar="NAME|DIR", help="edition, folder, hub name or run:NAME (default base)")
    parser.add_argument("--pairs", nargs="+", metavar="FILE", help="sentence pairs (default: the bundled collection)")
    parser.add_argument("--columns", default="1,2", metavar="I,J", help="of a TSV file: the language's and English (default 1,2)")
    for name, (kind, text) in (_PLAIN | _OBJECTIVE).items():
        parser.add_argument(f"--{name.replace('_', '-')}", type=kind, metavar="N" if kind is int else "X", help=text)
    parser.add_argument("--train", metavar="all|K", help="all, or the topmost K layers up to --layer (default all)")
    parser.add_argument("--schedule", choices=SCHEDULES, help="of the learning rate (default linear, falling to 0)")
    parser.add_argument("--bf16", action=argparse.BooleanOptionalAction, help="half precision where it is native (default yes)")
    parser.add_argument("--word-pairs", choices=LINK_SOURCES, help="links for l2, contrastive and linear (default mutual)")
    parser.add_argument("--cost", choices=COSTS, help="ground cost (default cosine)")
    parser.add_argument("--masses", choices=MASSES, help="of the words (default uniform)")
    parser.add_argument("--scope", choices=SCOPES, help="one cloud a sentence or a batch (default sentence)")
    parser.add_argument("--relative", action=argparse.BooleanOptionalAction, help="count ε in mean costs (default no)")
    parser.add_argument("--debiased", action=argparse.BooleanOptionalAction, help="Sinkhorn divergence (default yes, contrastive-ot no)")


def run(options: argparse.Namespace) -> int:
    from otcore.commands._training import training_line
    from otcore.runs.store import open_run

    if options.resume:
        _only_resume(options)
        job = open_run(options.resume)
    else:
        job = _new(options)
    from otcore.commands._progress import download_line
    from otcore.encoders import fetch_encoder
    from otcore.finetuning.run import carry_out  # torch and Transformers take seconds

    try:
        fetch_encoder(job.settings.encoder, download_line())
        ended = carry_out(job, training_line(job), _interruptible())
    except InputError:
        _forget(job)
        raise
    if ended.state == "stopped":
        raise InputError(f"The run {ended.folder} stopped after step {ended.step}: {ended.reason}.")
    return 0


def _new(options: argparse.Namespace):
    """A new run; in several processes the first makes the folder, the others work for it and write nothing."""
    from otcore.runs.store import Run, create_run

    settings = _settings(options)  # before the folder is made, so that a mistake leaves nothing behind
    if int(os.environ.get("WORLD_SIZE", "1")) > 1 and not options.out:
        raise InputError("Several processes need a folder they agree on; give --out DIR.")
    if int(os.environ.get("RANK", "0")) > 0:
        return Run(Path(options.out), settings)
    return create_run(settings, options.out)


def _forget(job) -> None:
    """Removes what a run left that failed before it learnt anything, so that the corrected command may use the folder."""
    from otcore.runs.store import delete_run

    if job.state == "new" and job.folder.is_dir() and not (job.folder / "checkpoint.safetensors").is_file():
        delete_run(job)


def _settings(options: argparse.Namespace):
    from otcore.encoders import find_source
    from otcore.objectives.settings import ObjectiveSettings
    from otcore.runs.settings import FinetuneSettings, preset, recommended

    kind = options.objective or "word-ot"
    if not options.languages:
        raise InputError("Name the languages, as in --languages de,fr.")
    languages = tuple(code.strip() for code in options.languages.split(",") if code.strip())
    names = (*_OBJECTIVE, "cost", "masses", "scope", "relative", "debiased")
    chosen = {"anchor": recommended(kind).anchor} | _given(options, names)
    given = {("pairs" if name == "pairs_per_language" else name): value for name, value in _given(options, _PLAIN).items()}
    given |= _given(options, ("schedule", "bf16", "word_pairs"))
    if options.encoder:
        source = find_source(options.encoder)
        # a folder by its whole path, since a run may be resumed from another place
        given["encoder"] = source.lasting(options.encoder) if source else options.encoder
    given |= {"languages": languages, "objective": ObjectiveSettings(kind, **chosen), "files": _files(options, languages)}
    if options.train and options.train != "all":
        if not options.train.isdecimal():
            raise InputError(f"--train takes all or a number of layers, not {options.train}.")
        given["top_layers"] = int(options.train)
    if not options.preset:
        return FinetuneSettings(**given)
    base = preset(options.preset, kind, languages)
    if {"steps", "epochs", "minutes"} & given.keys():
        given.setdefault("minutes", None)
    return dataclasses.replace(base, **given)


def _given(options: argparse.Namespace, names) -> dict:
    return {name: getattr(options, name) for name in names if getattr(options, name) is not None}


def _files(options: argparse.Namespace, languages: tuple[str, ...]):
    from otcore.runs.settings import PairFile

    if not options.pairs:
        return ()
    columns = options.columns.split(",")
    if len(columns) != 2 or not all(column.strip().isdecimal() for column in columns):
        raise InputError(f"--columns takes two column numbers such as 3,2, not {options.columns}.")
    numbers = (int(columns[0]), int(columns[1]))
    files = []
    for index, entry in enumerate(options.pairs):
        code, named, path = entry.partition("=")
        if not (named and code in languages):
            if index >= len(languages):
                raise InputError(f"There are {len(options.pairs)} pair files for {len(languages)} languages; give one each.")
            code, path = languages[index], entry
        source, parallel, english = path.partition("::")
        files.append(PairFile(code, source, english if parallel else None, numbers))
    return tuple(files)


def _only_resume(options: argparse.Namespace) -> None:
    kept = {"resume", "run", "columns"}
    others = [name for name, value in vars(options).items() if name not in kept and value is not None]
    if others:
        raise InputError(f"--resume goes on with the run's own settings; leave out --{others[0].replace('_', '-')}.")


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
