"""Inputs as the field writes them, the command each is given to, and what must be true of the answer.

A folder of inputs lies in `cases` below OTCORE_BENCHMARKS; each has an `expect.txt` in words, and a line of a table says the same so
that a machine can see it.
"""

import contextlib
import io
import os
import re
import shlex
import subprocess
import sys
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parent.parent
_LONGEST = 500  # characters of a message: it is one sentence


@dataclass(frozen=True)
class Answer:
    """What a command gave back."""

    code: int
    out: str
    err: str
    files: Path  # the folder that `{out}` stands for

    @property
    def lines(self) -> list[str]:
        return self.out.splitlines()


@dataclass(frozen=True)
class Case:
    """One command on one input. Patterns are searched for without regard to case.

    name   : of the input's folder
    command: words as a shell divides them; `{in}` is the input's folder, `{out}` an empty one
    code   : exit status: 0, or 2 for a sentence
    out    : patterns that stand in standard output; `err` in standard error; `never` in neither
    lines  : of standard output, exactly
    holds  : more that is true of the answer
    process: in a process of its own, with `environment`; else in this one, which is quicker
    """

    name: str
    command: str
    code: int = 0
    out: tuple[str, ...] = ()
    err: tuple[str, ...] = ()
    never: tuple[str, ...] = ()
    lines: tuple[str, ...] | None = None
    holds: Callable[[Answer], bool] | None = None
    stdin: bytes = b""
    process: bool = False
    environment: Mapping[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.name} {self.command.split()[0]}"

    def arguments(self, inputs: Path, outputs: Path) -> list[str]:
        return [word.replace("{in}", str(inputs / self.name)).replace("{out}", str(outputs)) for word in shlex.split(self.command)]

    def check(self, inputs: Path, outputs: Path) -> None:
        """Runs the command and compares."""
        answer = self.answer(inputs, outputs)
        told = f"{self}: exit {answer.code}\n{answer.out[-1500:]}\n{answer.err[-3000:]}"
        assert "Traceback" not in answer.err, told
        assert answer.code == self.code, told
        if self.code:
            last = answer.err.strip().splitlines()[-1]
            assert last.startswith("otcore: "), told
            assert len(last) < _LONGEST + len(str(inputs)) + len(str(outputs)), told
        for pattern in self.out:
            assert re.search(pattern, answer.out, re.IGNORECASE), f"no {pattern!r}: {told}"
        for pattern in self.err:
            assert re.search(pattern, answer.err, re.IGNORECASE), f"no {pattern!r}: {told}"
        for pattern in self.never:
            assert not re.search(pattern, answer.out + answer.err, re.IGNORECASE), f"{pattern!r}: {told}"
        if self.lines is not None:
            assert tuple(answer.lines) == self.lines, told
        if self.holds is not None:
            assert self.holds(answer), told

    def answer(self, inputs: Path, outputs: Path) -> Answer:
        arguments = self.arguments(inputs, outputs)
        if self.process:
            command = [sys.executable, "-m", "otcore", *arguments]
            done = subprocess.run(command, input=self.stdin, capture_output=True, cwd=ROOT, env=os.environ | self.environment, check=False)
            return Answer(done.returncode, done.stdout.decode(errors="replace"), done.stderr.decode(errors="replace"), outputs)
        return run(arguments, outputs, self.stdin)


def run(arguments: list[str], outputs: Path | None = None, stdin: bytes = b"") -> Answer:
    """A command in this process."""
    from otcore.cli import main

    out, err, before = io.StringIO(), io.StringIO(), sys.stdin
    sys.stdin = io.TextIOWrapper(io.BytesIO(stdin), encoding="utf-8")
    try:
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            try:
                code = main(arguments)
            except SystemExit as left:  # --help, --version
                code = int(left.code or 0)
    finally:
        sys.stdin = before
    return Answer(code, out.getvalue(), err.getvalue(), outputs)


def zipped(**files: bytes) -> bytes:
    """An archive; _ in a name stands for the dot."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(name if {"[", "."} & {*name} else name.replace("_", "."), text)
    return content.getvalue()
