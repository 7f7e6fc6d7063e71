"""Command-line options from declared settings, and the settings from what was given."""

import argparse
from collections.abc import Collection, Mapping
from typing import Any

from otcore.base.choices import Choice, Flag, Maybe, Number, OneOf, Several, build, declared
from otcore.base.errors import InputError
from otcore.base.notices import noticed
from otcore.cluster.joining import HERE, Cluster


def add_options(parser: argparse.ArgumentParser, settings: type, *, only: Collection[str] = (), skip: Collection[str] = ()) -> None:
    """One option for every choice of a settings dataclass, called as the choice's `flag` or its name; None where it is not given.

    only, skip: names of choices
    """
    for name, one in declared(settings).items():
        if one.flag is not None and name not in skip and (not only or name in only):
            _add(parser, name, one)


def add_device(parser: argparse.ArgumentParser) -> None:
    """Where the encoder computes."""
    parser.add_argument("--device", metavar="NAME", help="where the encoder computes: cpu, cuda, cuda:1, mps (default cpu)")


def add_raw(parser: argparse.ArgumentParser, what: str = "text") -> None:
    """Whether text is split into words here."""
    parser.add_argument(
        "--raw", action="store_true", help=f"{what} is running text: split it into words as the app does (default: at spaces)"
    )


def add_cluster(parser: argparse.ArgumentParser, what: str, workers: str = "workers of the cluster (default: one a core)") -> None:
    """Whether a Ray cluster does the work, and with how many workers.

    what, workers: for the help, what it does and what they are
    """
    help = f"{what} on a Ray cluster (auto, ray://HOST:10001), or on one of this machine alone"
    parser.add_argument("--ray", nargs="?", const=HERE, metavar="ADDRESS", help=help)
    parser.add_argument("--workers", type=int, metavar="N", help=workers)


def cluster_from(options: argparse.Namespace, *, alone: bool = False) -> Cluster | None:
    """The cluster that the options of `add_cluster` ask for.

    alone : whether there may be workers without one
    raises: InputError   too few workers, or none who could have them
    """
    if options.workers is not None and options.workers < 1:
        raise InputError(f"There must be at least one worker, not {options.workers}.")
    if options.workers and not (options.ray or alone):
        raise InputError("Workers are those of a Ray cluster here; give --ray too.")
    return Cluster(options.ray, options.workers) if options.ray else None


def notes_of(remedies: Mapping[str, str] | None = None) -> dict[str, list[str]]:
    """What was noticed so far, for a JSON object: under `notes`, where there is anything."""
    told = [one.told(remedies) for one in noticed()]
    return {"notes": told} if told else {}


def settings_from(options: argparse.Namespace, settings: type, **given: Any) -> Any:
    """The settings that the options ask for; `given` are values that come from elsewhere.

    raises: InputError   what the settings refuse
    """
    values = {name: getattr(options, name, None) for name in declared(settings)}
    return build(settings, {name: value for name, value in values.items() if value is not None} | given)


def _add(parser: argparse.ArgumentParser, name: str, one: Choice) -> None:
    option = "--" + (one.flag or name.replace("_", "-"))
    kind = one.kind.kind if isinstance(one.kind, Maybe) else one.kind
    shown = f" (default {kind.write(one.default)})" if one.default not in (None, "", [], ()) else ""
    arguments: dict[str, Any] = {"dest": name, "default": None}
    if isinstance(kind, Flag):
        arguments["action"], shown = argparse.BooleanOptionalAction, {True: " (default yes)", False: " (default no)", None: ""}[one.default]
    elif isinstance(kind, OneOf):
        arguments["choices"] = list(kind.labels)
    elif isinstance(kind, Number):
        arguments["type"], arguments["metavar"] = int if kind.whole else float, "N" if kind.whole else "X"
    elif isinstance(kind, Several):
        arguments["type"], arguments["metavar"] = names, "A,B,…"
    else:
        arguments["metavar"] = "TEXT"
    parser.add_argument(option, help=(one.help.partition("\n")[0] + shown).replace("%", "%%"), **arguments)


def names(text: str) -> list[str]:
    """What commas divide."""
    return [name.strip() for name in text.split(",") if name.strip()]
