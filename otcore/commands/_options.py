"""Command-line options from declared settings, and the settings from what was given."""

import argparse
from collections.abc import Collection, Mapping
from typing import Any

from otcore.base.choices import Choice, Flag, Maybe, Number, OneOf, Several, build, declared
from otcore.base.notices import noticed


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
