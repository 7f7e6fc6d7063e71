"""Word links by the statistical aligner eflomal (Östling and Tiedemann, 2016), an optional extra.

Only pre-training and some word pairs of fine-tuning need it; everything else runs without.
"""

import importlib.util
import logging
import os
import subprocess
import tempfile
from collections.abc import Collection, Hashable, Sequence
from pathlib import Path

import numpy as np

from otcore.base.errors import InputError
from otcore.corpora.types import Link

log = logging.getLogger(__name__)

Links = list[list[tuple[int, int]]]

_SAMPLERS = 3
_LONGEST = 1000
# Large texts need fewer rounds; eflomal itself takes 5,000 here, which costs more and gains little.
_EFFORT = 3000
_MOST_ITERATIONS = 100
# eflomal has no seed option and seeds itself from the system's random device. A temporary copy that reads
# a file in its working folder instead (a name of the same length) makes its result repeatable.
_DEVICE = b"\0/dev/urandom\0"
_SEED_FILE = "random.bin"
_SEEDED = b"\0./random.bin\0"


def word_links(source_token_lists: Sequence[Sequence[Hashable]], target_token_lists: Sequence[Sequence[Hashable]], seed: int) -> Links:
    """Align token lists pair by pair and return each pair's links ``(source index, target index)``, sorted.

    Both directions are aligned and their links intersected: few links, mostly right. The more pairs in one
    call, the better: the aligner learns from these pairs alone. The same seed gives the same links on the
    same machine. Pairs with an empty side or a side of more than 1,000 tokens get no links.

    Raises ``InputError`` if eflomal is not installed or fails, ``ValueError`` if the lists differ in length.
    """
    if len(source_token_lists) != len(target_token_lists):
        raise ValueError(f"{len(source_token_lists)} source but {len(target_token_lists)} target token lists")
    program = _program()
    both = zip(source_token_lists, target_token_lists, strict=True)
    used = [i for i, pair in enumerate(both) if all(0 < len(side) <= _LONGEST for side in pair)]
    links: Links = [[] for _ in source_token_lists]
    if not used:
        return links
    with tempfile.TemporaryDirectory(prefix="otcore-links-") as name:
        folder = Path(name)
        _write_tokens(folder / "source", [source_token_lists[i] for i in used])
        _write_tokens(folder / "target", [target_token_lists[i] for i in used])
        _align(program, folder, len(used), seed)
        with open(folder / "forward", encoding="ascii") as forward, open(folder / "reverse", encoding="ascii") as reverse:
            for i, there, back in zip(used, forward, reverse, strict=True):
                links[i] = sorted(_parse(there) & _parse(back))
    return links


def joined(one: Collection[Link], other: Collection[Link]) -> set[Link]:
    """The links of two aligners that both have, and those of one whose two ends the other leaves alone.

    Two aligners that err in different ways are right where they agree (Och and Ney, 2003, §6).
    """
    found = set(one) & set(other)
    for these, those in ((one, other), (other, one)):
        sources, targets = ({link[side] for link in those} for side in (0, 1))
        found |= {(i, j) for i, j in these if i not in sources and j not in targets}
    return found


def _program() -> Path:
    found = importlib.util.find_spec("eflomal")
    if found is None or found.origin is None:
        raise InputError("Word links need the package eflomal, which is not installed; run: pip install eflomal")
    program = Path(found.origin).parent / "bin" / "eflomal"
    if not program.exists():
        raise InputError(f"eflomal is installed without its program {program}; install it again with a C compiler there.")
    return program


def _write_tokens(path: Path, lists: list[Sequence[Hashable]]) -> None:
    """Write eflomal's own format: counts of lists and types, then a line of length and type numbers each."""
    numbers: dict[Hashable, int] = {}
    lines = [" ".join(map(str, (len(tokens), *(numbers.setdefault(t, len(numbers)) for t in tokens)))) for tokens in lists]
    path.write_text("\n".join([f"{len(lists)} {len(numbers)}", *lines]) + "\n", encoding="ascii")


def _align(program: Path, folder: Path, pairs: int, seed: int) -> None:
    """Run both directions side by side, one thread each: several threads would not be repeatable."""
    code = program.read_bytes()
    if code.count(_DEVICE) == 1:
        code = code.replace(_DEVICE, _SEEDED)
    else:
        log.warning("this build of eflomal cannot be seeded: its links will differ a little from run to run")
    runner = folder / "eflomal"
    runner.write_bytes(code)
    runner.chmod(0o700)
    (folder / _SEED_FILE).write_bytes(np.random.default_rng([seed, 6]).bytes(8192))
    most = int(np.clip(_EFFORT / np.sqrt(pairs), 2, _MOST_ITERATIONS))
    early = max(1, most // 4)
    command = [str(runner), "-q", "-m", "3", "-n", str(_SAMPLERS), "-s", "source", "-t", "target"]
    command += ["-1", str(early), "-2", str(early), "-3", str(most)]
    environment = os.environ | {"OMP_NUM_THREADS": "1"}
    outputs = (["-f", "forward"], ["-r", "reverse"])
    started = [subprocess.Popen(command + output, cwd=folder, env=environment, stderr=subprocess.PIPE) for output in outputs]
    for process in started:
        _, complaint = process.communicate()
        if process.returncode:
            reason = complaint.decode(errors="replace").strip()[-200:]
            raise InputError(f"eflomal failed on {pairs} pairs ({reason or process.returncode}); try fewer pairs.")


def _parse(line: str) -> set[tuple[int, int]]:
    return {(int(i), int(j)) for i, j in (link.split("-") for link in line.split())}
