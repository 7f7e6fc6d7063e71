"""The engine from a terminal: `python -m otcore COMMAND …`.

A command is a module in `otcore/commands` with `configure(parser)` and `run(options) -> int`; its docstring is its help. What is noticed
on the way goes to standard error, with the command's `REMEDIES`: its option for what a notice calls for.
"""

import argparse
import ast
import contextlib
import errno
import importlib
import io
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from otcore import __version__, commands
from otcore.base.errors import InputError, MemoryFull, is_memory_full
from otcore.base.notices import noticing

_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO)


class _Parser(argparse.ArgumentParser):
    """Usage errors in one sentence, exit code 2."""

    def error(self, message: str):
        raise InputError(f"{message}; see {self.prog} --help.")

    def _print_message(self, message: str, file=None) -> None:
        """What argparse prints, without its silence where that cannot be written."""
        (file or sys.stderr).write(message)


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs a command; 0 when it succeeded, 2 after an error the user can put right, told in one sentence."""
    _take_all_letters()
    try:
        arguments = sys.argv[1:] if arguments is None else arguments
        options = _options(arguments)
        remedies = getattr(sys.modules[options.run.__module__], "REMEDIES", None)
        with noticing(lambda one: print(f"otcore: {one.told(remedies)}", file=sys.stderr)):
            code = options.run(options)
        sys.stdout.flush()
        return code
    except InputError as error:
        print(f"otcore: {error}", file=sys.stderr)
        return 2
    except BrokenPipeError:  # the reader of our output left, as `head` does
        _leave_output()
        return 0
    except OSError as error:
        if error.errno not in _FULL:
            raise
        _leave_output()
        print(f"otcore: The output cannot be written ({error.strerror}); make room, or write somewhere else.", file=sys.stderr)
        return 2
    except (MemoryError, RuntimeError) as error:
        if not is_memory_full(error):
            raise
        print(f"otcore: {MemoryFull()}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("otcore: stopped", file=sys.stderr)
        return 130


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    try:
        return _parser(arguments).parse_args(arguments)
    except SystemExit:  # after --help and --version
        sys.stdout.flush()
        raise


def _take_all_letters() -> None:
    """What the output's encoding lacks is written out (\\u2026): on Windows, and where LANG is C, that is most of it.

    A stream that is closed takes everything and has nothing.
    """
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: SIM115  open to the end
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # not what a caller put in its place
            stream.reconfigure(errors="backslashreplace")


def _leave_output() -> None:
    """What is still to be written goes nowhere, so that the interpreter does not fail on it at its end."""
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _parser(arguments: Sequence[str]) -> argparse.ArgumentParser:
    """All commands by name and help; only one that is named is loaded, so that a list of them is there at once."""
    parser = _Parser(prog="python -m otcore", description="Optimal transport as an alignment objective for multilingual embeddings.")
    parser.add_argument("--version", action="version", version=__version__)
    subparsers = parser.add_subparsers(title="commands", metavar="COMMAND", required=True, parser_class=_Parser)
    for path in sorted(path for folder in commands.__path__ for path in Path(folder).glob("[!_]*.py")):
        text = (ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or "").strip()
        formatter = argparse.RawDescriptionHelpFormatter
        child = subparsers.add_parser(path.stem, help=text.partition("\n")[0], description=text, formatter_class=formatter)
        if path.stem in arguments:
            module = importlib.import_module(f"otcore.commands.{path.stem}")
            module.configure(child)
            child.set_defaults(run=module.run)
    return parser
