"""The engine from a terminal: `python -m otcore COMMAND …`.

A command is a module in `otcore/commands` with `configure(parser)` and `run(options) -> int`; its docstring is its help. What is noticed
on the way goes to standard error, with the command's `REMEDIES`: its option for what a notice calls for.
"""

import argparse
import ast
import importlib
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from otcore import __version__, commands
from otcore.base.errors import InputError
from otcore.base.notices import noticing


class _Parser(argparse.ArgumentParser):
    """Usage errors in one sentence, exit code 2."""

    def error(self, message: str):
        raise InputError(f"{message}; see {self.prog} --help.")


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs a command; 0 when it succeeded, 2 after an error the user can put right, told in one sentence."""
    try:
        arguments = sys.argv[1:] if arguments is None else arguments
        options = _parser(arguments).parse_args(arguments)
        remedies = getattr(sys.modules[options.run.__module__], "REMEDIES", None)
        with noticing(lambda one: print(f"otcore: {one.told(remedies)}", file=sys.stderr)):
            code = options.run(options)
        sys.stdout.flush()
        return code
    except InputError as error:
        print(f"otcore: {error}", file=sys.stderr)
        return 2
    except BrokenPipeError:  # the reader of our output left, as `head` does
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        print("otcore: stopped", file=sys.stderr)
        return 130


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
