"""Kills processes while they write, and looks at what is left: nothing that was acknowledged is lost, nothing is left behind.

`kill.py [--kills 500] [--seed 0] [--kinds notes,…]` kills, with SIGKILL and at random times, processes that write notes, outputs, uploads,
runs and deletions, and (one kill in ten) a fine-tuning run. A worker says `ok NUMBER` after each thing it has done; after each kill the
folder is opened as the next start does. Workers are forked from this process, which has loaded everything, so that a kill takes no longer
than it need. Prints a line a kind, and exits with 1 where anything was lost or left.
"""

import argparse
import importlib
import itertools
import os
import random
import shutil
import signal
import sys
import tempfile
import time
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")  # threads do not come along into a fork
ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]


def note(folder: Path, k: int) -> None:
    from otcore.notes.store import Note, NoteStore

    NoteStore(folder / "notes.sqlite").add(Note("bundled", f"p{k}", "Ann", "t", "half " * 50), owner="Ann")


def output(folder: Path, k: int) -> None:
    from otcore.text.writing import write_bytes

    write_bytes(folder / f"out{k % 3}", str(k).encode().ljust(4_000_000, b"."))


def upload(folder: Path, k: int) -> None:
    from otcore.corpora.uploads import Store

    Store("trial", "trials").keep([(f"{k}.txt", str(k).encode() * 200_000)])


def begin_run(folder: Path, k: int):
    from otcore.runs.settings import FinetuneSettings
    from otcore.runs.store import create_run

    return create_run(FinetuneSettings(("de",), steps=1, seed=k))


def delete(folder: Path, k: int) -> None:
    from otcore.runs.store import delete_run

    run = begin_run(folder, k)
    (run.folder / "checkpoint.safetensors").write_bytes(b"x" * 2_000_000)
    delete_run(run)


WORKERS = {"notes": note, "outputs": output, "uploads": upload, "runs": begin_run, "deletes": delete}
TRAINING = "training"


def look(kind: str, folder: Path, done: list[int]) -> list[str]:
    """What is wrong after a kill, as the next start finds it."""
    from otcore.base import leftovers

    leftovers._swept.clear()  # this process stands for the next one
    return {"notes": _notes, "outputs": _outputs, "uploads": _uploads, "runs": _runs, "deletes": _deletes}[kind](folder, done)


def _notes(folder: Path, done: list[int]) -> list[str]:
    import sqlite3

    from otcore.notes.store import NoteStore

    NoteStore(folder / "notes.sqlite")  # as the next start opens it, also where the first one did not come so far
    with sqlite3.connect(folder / "notes.sqlite") as connection:
        kept = {pair for (pair,) in connection.execute("SELECT pair FROM notes")}
        sound = connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    connection.close()
    return [f"note {k} is lost" for k in done if f"p{k}" not in kept] + ([] if sound else ["the database is damaged"])


def _outputs(folder: Path, done: list[int]) -> list[str]:
    from otcore.text.writing import write_bytes

    write_bytes(folder / "next", b"")
    (folder / "next").unlink()
    wrong = [f"{path.name} is left" for path in folder.iterdir() if path.name not in ("out0", "out1", "out2")]
    for place in {k % 3 for k in done}:
        content = (folder / f"out{place}").read_bytes()
        last = max(k for k in done if k % 3 == place)
        if len(content) != 4_000_000 or int(content.rstrip(b".")) < last:
            wrong.append(f"out{place} is not that of {last}")
    return wrong


def _uploads(folder: Path, done: list[int]) -> list[str]:
    from otcore.corpora.uploads import Store

    store = Store("trial", "trials")
    kept = {name for entry in store.entries() for name in entry.names}
    wrong = [f"upload {k} is lost" for k in done if f"{k}.txt" not in kept]
    return wrong + [f"{path.name} is left" for path in store.folder.glob(".*")] if store.folder.is_dir() else wrong


def _runs(folder: Path, done: list[int]) -> list[str]:
    from otcore.base.leftovers import is_temporary
    from otcore.runs.damaged import damaged_runs
    from otcore.runs.store import list_runs

    kept = {run.settings.seed for run in list_runs()}
    wrong = [f"run {k} is lost" for k in done if k not in kept] + [f"{one.name} is damaged" for one in damaged_runs()]
    return wrong + [f"{path.name} is left" for path in folder.iterdir() if is_temporary(path.name)]


def _deletes(folder: Path, done: list[int]) -> list[str]:
    there = _seeds()
    return [f"run {k} is not deleted" for k in done if k in there] + _runs(folder, [])


def _seeds() -> set[int]:
    from otcore.runs.store import list_runs

    return {run.settings.seed for run in list_runs()}


def strike(kind: str, folder: Path, start: int, chance: random.Random) -> tuple[list[int], int]:
    """Starts a worker, kills it at a random time, and returns what it said it had done, and the next number."""
    read, write = os.pipe()
    worker = forked(lambda: work(kind, folder, start, write))
    os.close(write)
    time.sleep(chance.uniform(0, 0.25))
    os.kill(worker, signal.SIGKILL)
    with open(read, encoding="utf-8") as told:
        said = [line.split() for line in told.read().split("\n")[:-1]]
    if os.waitpid(worker, 0)[1] != signal.SIGKILL:
        raise SystemExit(f"the worker for {kind} ended by itself")
    return [int(k) for word, k in said if word == "ok"], max((int(k) for _, k in said), default=start) + 1


def work(kind: str, folder: Path, start: int, write: int) -> None:
    """Does one thing after the other, and says so, until it is killed."""
    for k in itertools.count(start):
        os.write(write, f"do {k}\n".encode())
        WORKERS[kind](folder, k)
        os.write(write, f"ok {k}\n".encode())


def forked(act) -> int:
    """Has a process of its own do something; its number."""
    number = os.fork()
    if number:
        return number
    from otcore.base import leftovers

    try:
        leftovers._swept.clear()  # a process that has just begun
        act()
    except BaseException:
        sys.excepthook(*sys.exc_info())
    finally:
        os._exit(3)


def finetuning(folder: Path, kills: int, chance: random.Random) -> list[str]:
    """Kills a run again and again: each time it goes on from the last checkpoint that it had told, and ends in the end."""
    import dataclasses

    from checkpoints import make_xlm_roberta
    from training_runs import quick_settings, write_pairs

    importlib.import_module("otcore.finetuning.run")
    from otcore.runs.store import create_run, open_run

    settings = quick_settings(make_xlm_roberta(folder / "encoder"), write_pairs(folder / "de.tsv"))
    run = create_run(dataclasses.replace(settings, steps=100_000, checkpoint_every=5), folder / "run")
    wrong, told = [], 0
    for _ in range(kills):
        worker = forked(lambda: resume(run.folder))
        ends = time.monotonic() + 240
        while open_run(run.folder).step <= told and time.monotonic() < ends:
            time.sleep(0.05)
        time.sleep(chance.uniform(0, 0.5))
        os.kill(worker, signal.SIGKILL)
        if os.waitpid(worker, 0)[1] != signal.SIGKILL:
            raise SystemExit("the training ended by itself")
        found = open_run(run.folder)
        saved = max((entry["step"] for entry in found.log() if entry.get("saved")), default=0)
        if found.state != "interrupted" or found.step < told:
            wrong.append(f"the run is {found.state} at step {found.step}, and had told {told}")
        told = max(found.step, saved, told)
    from otcore.base import leftovers
    from otcore.runs.store import list_runs

    leftovers._swept.clear()
    list_runs()
    return wrong + [f"{path} is left" for path in run.folder.rglob(".*")]


def resume(folder: Path) -> None:
    """Goes on with a run as the command does."""
    from otcore.cli import main as otcore

    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
    otcore(["finetune", "--resume", str(folder)])


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--kills", type=int, default=500)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--kinds", default=",".join([*WORKERS, TRAINING]), help="which of them; each has its share of the kills")
    options = parser.parse_args()
    kinds = options.kinds.split(",")
    chance, bad = random.Random(options.seed), 0
    training = options.kills // 10
    for number, kind in enumerate(WORKERS):
        if kind not in kinds:
            continue
        kills = (options.kills - training) // len(WORKERS) + (number < (options.kills - training) % len(WORKERS))
        with tempfile.TemporaryDirectory(prefix="otcore-kill-") as name:
            folder, done, start, wrong = Path(name), [], 0, []
            os.environ["OTCORE_RUNS"] = name
            for _ in range(kills):
                some, start = strike(kind, folder, start, chance)
                done += some
                wrong += look(kind, folder, done if kind != "outputs" else done[-30:])
                if kind == "runs" and len(done) > 200:  # lists stay short
                    shutil.rmtree(folder)
                    folder.mkdir()
                    done = []
        print(
            f"{kind:10} {kills:4} kills, {start:6} begun, {len(wrong)} lost or left" + "".join(f"\n    {one}" for one in wrong[:5]),
            flush=True,
        )
        bad += len(wrong)
    if TRAINING in kinds:
        with tempfile.TemporaryDirectory(prefix="otcore-kill-") as name:
            os.environ["OTCORE_RUNS"] = name
            wrong = finetuning(Path(name), training, chance)
        print(f"{TRAINING:10} {training:4} kills, {len(wrong)} lost or left" + "".join(f"\n    {one}" for one in wrong[:5]))
        bad += len(wrong)
    return int(bad > 0)


if __name__ == "__main__":
    sys.exit(main())
