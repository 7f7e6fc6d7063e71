"""A long output that outlives the process that writes it: lines go to a file beside the one they are for, with a note on how they came
about, by which another process goes on where the first was killed."""

import contextlib
import json
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, BinaryIO

from otcore.base.errors import InputError
from otcore.base.notices import notice
from otcore.text.packed import pack_parts
from otcore.text.writing import replacing, target_of, why, write_bytes

try:
    import fcntl
except ImportError:  # Windows has no such locks
    fcntl = None

_CHUNK = 1 << 24


class StandardOutput:
    """Lines to standard output, as they come."""

    lines, digest = 0, ""

    def write(self, lines: Sequence[str], digest: str) -> None:
        sys.stdout.writelines(f"{line}\n" for line in lines)
        sys.stdout.flush()


class PartFile:
    """Lines for a file, which is written whole at the end.

    lines : how many there are from the process before
    digest: of what these lines are of, as `write` was told
    """

    def __init__(self, path: Path, part: Path, about: Mapping[str, Any], *, resume: bool) -> None:
        self.path, self.part, self.note = path, part, part.with_name(f"{part.name}.json")
        self.about, self.lines, self.digest = dict(about), 0, ""
        known = self._known() if resume else None
        try:
            self._file: BinaryIO = open(part, "r+b" if known else "a+b")  # noqa: SIM115 - closed by `opened_part`
        except (OSError, ValueError) as error:
            raise InputError(f"{path} cannot be written ({why(error)}); choose a folder that exists and is yours.") from error
        self._lock()
        if known and os.fstat(self._file.fileno()).st_size < known["bytes"]:
            raise InputError(f"{part} is shorter than it was; remove it and begin anew.")
        self._file.truncate(known["bytes"] if known else 0)
        self._file.seek(0, os.SEEK_END)
        if known:
            self.lines, self.digest = known["lines"], known["digest"]
        else:
            self.note.unlink(missing_ok=True)

    def write(self, lines: Sequence[str], digest: str) -> None:
        """Adds lines; what stands after the last that is noted is not counted."""
        try:
            self._file.write("".join(f"{line}\n" for line in lines).encode())
            self._file.flush()
            os.fsync(self._file.fileno())
        except OSError as error:
            raise InputError(f"{self.part} cannot be written ({why(error)}); check the free space.") from error
        self.lines += len(lines)
        found = {"lines": self.lines, "bytes": self._file.tell(), "digest": digest, "about": self.about}
        write_bytes(self.note, json.dumps(found, ensure_ascii=False, indent=1).encode())

    def finish(self) -> None:
        """Puts the lines in their place, packed as its name says."""
        self._file.seek(0)
        with replacing(self.path) as file, open(file, "wb") as whole:
            for packed in pack_parts(iter(lambda: self._file.read(_CHUNK), b""), self.path):
                whole.write(packed)
            if not whole.tell():
                whole.writelines(pack_parts([b""], self.path))
        self.remove()

    def remove(self) -> None:
        self.part.unlink(missing_ok=True)
        self.note.unlink(missing_ok=True)

    def close(self) -> None:
        self._file.close()

    def _known(self) -> dict[str, Any] | None:
        """The note of the process before.

        raises: InputError   it did something else, or the note is none
        """
        try:
            known = json.loads(self.note.read_text(encoding="utf-8"))
            about, _ = known["about"], (known["lines"] + known["bytes"], known["digest"].encode())
            differ = [key for key in self.about if about.get(key) != self.about[key]]
        except FileNotFoundError:
            notice(f"{self.path} has no part that was begun, so it is written from the beginning")
            return None
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise InputError(f"{self.note} is damaged; remove it and begin anew.") from error
        if differ:
            raise InputError(f"{self.part} was begun with {_listed(differ)} than now; give the same, or begin anew.")
        return known

    def _lock(self) -> None:
        if fcntl is None:
            return
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            self._file.close()
            raise InputError(f"Another process is writing {self.path}; wait for it, or choose another name.") from error
        except OSError:  # a file system without locks
            return


@contextlib.contextmanager
def opened_part(path: str, about: Mapping[str, Any], *, resume: bool) -> Iterator[PartFile]:
    """The part of a file; put in its place at the end. After an error it stays where there is anything in it, which is told.

    about : what the lines depend on, by names for people; another process goes on only where all are the same
    raises: InputError   it cannot be written, another process writes it, or it was begun otherwise
    """
    target = target_of(path)
    folder = tempfile.mkdtemp(prefix="otcore-") if target is None else None
    if folder and resume:
        shutil.rmtree(folder)
        raise InputError(f"{path} is no file, so nothing of it is left to go on from; begin anew.")
    part = Path(folder) / "part" if folder else target.with_name(f"{target.name}.part")
    try:
        file = PartFile(Path(path), part, about, resume=resume)
        try:
            yield file
            file.finish()
        except BaseException:
            if file.lines and not folder:
                notice(f"The first {file.lines:,} lines are kept in {part}", "resume")
            else:
                file.remove()
            raise
        finally:
            file.close()
    finally:
        if folder:
            shutil.rmtree(folder, ignore_errors=True)


def _listed(names: Sequence[str]) -> str:
    *others, last = [f"another {name}" for name in names]
    return f"{', '.join(others)} and {last}" if others else last
