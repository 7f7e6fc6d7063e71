"""Many people at once: sessions that speak Streamlit's protocol move sliders and choose sentences on the Align page.

    python tests/benchmarks/load.py [--sessions 1,10,30] [--seconds 60] [--think 5] [--beside run,compare] [--no-alone] [--url URL]

Each session opens the page as a browser does (a websocket, protocol buffers, every widget's state sent along) and then acts as
people do: it looks for `--think` seconds on average (exponential, at least a fifth of it), then moves ε or a layer, goes on to the
next sentence, takes another language, or picks a sentence of the list. What is measured is the time from the act to the end of the
answer, the whole page computed anew and sent. `--beside` adds a fine-tuning run, begun on its page, and a visitor of Compare, who
asks for one comparison after the other; both look at their progress each second. Printed for each number of sessions, without and
with what is beside: answers, median, 95%, largest, errors (an exception or an error on the page, a broken connection, nothing for
60 s), and the memory of the server and its processes. Its slope is that of a server whose shelf of results is full: a round of ten
minutes or more (or any, with --fill) begins when hasty visitors have filled it, and the slope is taken after the round's first quarter,
in which its sessions open.

A quiet machine, and for the slope --sessions 30 --seconds 1200. Without --url a server is started, its runs in a folder that is removed.
"""

import argparse
import asyncio
import contextlib
import itertools
import os
import random
import statistics
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

import psutil
from websockets.exceptions import WebSocketException

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from visiting import PATIENCE, Figures, Visitor  # noqa: E402

from dashboard.background.metrics import BYTES, VALUES  # noqa: E402
from dashboard.background.shelf import MOST, MOST_BYTES  # noqa: E402

LANGUAGES = ("German", "French", "Spanish", "Japanese", "Arabic", "Hindi")
LONG = 600  # seconds of a round whose slope is worth to be known


async def reader(url: str, seed: int, think: float, end: float, figures: Figures) -> None:
    """A person on the Align page."""
    drawn = random.Random(seed)
    async with faults(figures), Visitor(url, "", figures) as visitor:
        await asyncio.sleep(drawn.uniform(0, think))
        figures.opened.append(await visitor.ask())
        while time.monotonic() < end:
            await asyncio.sleep(min(max(drawn.expovariate(1 / think), think / 5), 4 * think))
            name, pressed = act(visitor, drawn)
            figures.times.setdefault(name, []).append(await visitor.ask(pressed=pressed))


def act(visitor: Visitor, drawn: random.Random) -> tuple[str, str]:
    """What a person does next: its name, and the button that is pressed for it."""
    (name,) = drawn.choices(("ε", "next", "layer", "language", "sentence"), (50, 25, 10, 5, 10))
    if name == "next":
        return name, "step▶"
    widget = {"ε": "epsilon", "language": "target"}.get(name, name)
    options = [one for one in visitor.elements[widget].options if "✎" not in one]
    if name == "language":
        options = [one for one in options if one.startswith(LANGUAGES)] or options
    visitor.hold(widget, drawn.choice(options))
    return name, ""


async def trainer(url: str, end: float, figures: Figures) -> None:
    """A person who begins a run and looks at its curves."""
    query = "ft_languages=de,fr&ft_budget=thorough"
    async with faults(figures), Visitor(url, "finetune", figures, query) as visitor:
        await visitor.ask()
        await visitor.ask(pressed="start_run")
        await watching(visitor, end)
        if "cancel_run" in visitor.elements:
            await visitor.ask(pressed="cancel_run")


async def comparer(url: str, end: float, figures: Figures) -> None:
    """A person who asks for one comparison after the other."""
    for codes in itertools.cycle(itertools.permutations(("de", "fr", "es", "ja", "ar", "hi"), 3)):
        query = f"compared=base,aligned&over={','.join(codes)}"
        async with faults(figures), Visitor(url, "compare", figures, query) as visitor:
            await visitor.ask()
            await watching(visitor, end)
        if time.monotonic() > end:
            return


async def watching(visitor: Visitor, end: float) -> None:
    """Redraws what asks for it until nothing does."""
    while visitor.fragments and time.monotonic() < end:
        await asyncio.sleep(min(visitor.fragments.values()))
        for fragment in list(visitor.fragments):
            await visitor.ask(fragment)


@contextlib.asynccontextmanager
async def faults(figures: Figures):
    """A session that breaks is one error of the round."""
    try:
        yield
    except (TimeoutError, OSError, WebSocketException, KeyError) as error:
        figures.errors.append(f"{type(error).__name__}: {error}"[:120])


async def memory(process: psutil.Process, end: float, seen: list[tuple[float, float, float]]) -> None:
    """Seconds, MB of the server, and of the server with its processes, every five seconds."""
    began = time.monotonic()
    while time.monotonic() < end:
        sizes = [process.memory_info().rss]
        for child in process.children(recursive=True):
            with contextlib.suppress(psutil.Error):
                sizes.append(child.memory_info().rss)
        seen.append((time.monotonic() - began, sizes[0] / 1e6, sum(sizes) / 1e6))
        await asyncio.sleep(5)


async def fill(url: str) -> None:
    """Hasty visitors come and go until the shelf of results holds what it may."""
    began, answers = time.monotonic(), 0
    for seed in itertools.count(1_000, 8):
        values, size = await shelf(url)
        if full(values, size) or time.monotonic() - began > 1.5 * LONG:
            break
        figures = Figures()
        await asyncio.gather(*(reader(url, seed + one, 0.2, time.monotonic() + 20, figures) for one in range(8)))
        answers += sum(map(len, figures.times.values()))
    print(f"filled in {time.monotonic() - began:.0f} s and {answers} answers: {kept(values, size)}", flush=True)


async def shelf(url: str) -> tuple[int, int]:
    """Values and bytes that the server keeps."""

    def asked() -> dict[str, str]:
        with urllib.request.urlopen(f"{url}_stcore/metrics?families={VALUES}&families={BYTES}", timeout=PATIENCE) as answer:
            return dict(line.split() for line in answer.read().decode().splitlines() if not line.startswith("#"))

    found = await asyncio.to_thread(asked)
    return int(found.get(VALUES, 0)), int(found.get(BYTES, 0))


def full(values: int, size: int) -> bool:
    return values >= MOST or size > 0.95 * MOST_BYTES


def kept(values: int, size: int) -> str:
    return f"the shelf holds {values} results of {size / 1e6:.0f} MB and is {'' if full(values, size) else 'not '}full"


async def one_round(url: str, sessions: int, options: argparse.Namespace, beside: list[str], server: psutil.Process | None) -> Figures:
    figures, other, seen = Figures(), Figures(), []
    if options.fill or options.seconds >= LONG:
        await fill(url)
    end = time.monotonic() + options.seconds
    before = processor(server)
    people = {"run": trainer, "compare": comparer}
    tasks = [reader(url, seed, options.think, end, figures) for seed in range(sessions)]
    tasks += [people[name](url, end, other) for name in beside]
    tasks += [memory(server, end, seen)] if server else []
    await asyncio.gather(*tasks)
    report(f"{sessions} sessions{' beside ' + ' and '.join(beside) if beside else ''}", figures, other, seen)
    answers = sum(map(len, figures.times.values())) + len(figures.opened)
    print(f"  at the end {kept(*await shelf(url))}")
    print(f"  processor time of the server, by answer: {(processor(server) - before) / max(answers, 1):.3f} s")
    return figures


async def rest(server: psutil.Process | None) -> float:
    """Waits until a server has what it gets ready in the background after its first visit; the seconds that took."""
    began, idle = time.monotonic(), server is None
    while not idle and time.monotonic() - began < PATIENCE:
        before = processor(server)
        await asyncio.sleep(1)
        idle = processor(server) - before < 0.2
    return time.monotonic() - began


def processor(server: psutil.Process | None) -> float:
    """Seconds that the server has computed; a busy machine changes that little."""
    used = server.cpu_times() if server else None
    return used.user + used.system if used else 0.0


def report(what: str, figures: Figures, other: Figures, seen: list[tuple[float, float, float]]) -> None:
    times = sorted(itertools.chain.from_iterable(figures.times.values()))
    print(f"{what}, load {os.getloadavg()[0]:.1f}")
    if times:
        high = times[int(0.95 * (len(times) - 1))]
        print(f"  {len(times)} answers: median {statistics.median(times):.2f} s, 95% {high:.2f} s, largest {times[-1]:.2f} s")
        each = (f"{name} {statistics.median(some):.2f} s ({len(some)})" for name, some in sorted(figures.times.items()))
        print(f"  by act: {', '.join(each)}; opened {statistics.median(figures.opened):.2f} s")
    errors = figures.errors + [f"beside: {one}" for one in other.errors]
    print(f"  {len(errors)} errors{': ' + '; '.join(sorted(set(errors))[:5]) if errors else ''}")
    if len(late := seen[len(seen) // 4 :]) > 3:  # what is loaded and opened at first is no leak
        minutes = [one[0] / 60 for one in late]
        slope, whole = (statistics.linear_regression(minutes, [one[place] for one in late]).slope for place in (1, 2))
        print(f"  over the last {minutes[-1] - minutes[0]:.1f} minutes: ", end="")
        print(f"server {seen[-1][1]:.0f} MB ({slope:+.2f} a minute), with its processes {seen[-1][2]:.0f} MB ({whole:+.2f} a minute)")
    sys.stdout.flush()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sessions", default="1,10,30", help="numbers of sessions, a round each")
    parser.add_argument("--seconds", type=float, default=60, help="of a round")
    parser.add_argument("--think", type=float, default=5, help="seconds a person looks before the next act, on average")
    parser.add_argument("--beside", default="run,compare", help="run, compare, both, or none")
    parser.add_argument("--alone", action=argparse.BooleanOptionalAction, default=True, help="a round without what is beside, too")
    parser.add_argument("--fill", action="store_true", help="fill the server's shelf before each round, however short")
    parser.add_argument("--url", default="", help="of a server that is there")
    options = parser.parse_args()
    beside = [name for name in options.beside.split(",") if name != "none"]
    kinds = [*([[]] if options.alone or not beside else []), *([beside] if beside else [])]
    rounds = [(int(number), others) for others in kinds for number in options.sessions.split(",")]
    from app_server import running_server

    with tempfile.TemporaryDirectory() as runs:
        os.environ["OTCORE_RUNS"] = runs
        with contextlib.nullcontext(options.url) if options.url else running_server() as url:
            own = psutil.Process().children()
            asyncio.run(visits(url, rounds, options, own[0] if own else None))


async def visits(url: str, rounds, options: argparse.Namespace, server: psutil.Process | None) -> None:
    async with Visitor(url, "", Figures()) as first:
        print(f"first visit of the server: {await first.ask():.1f} s; at rest after {await rest(server):.0f} s more", flush=True)
    for sessions, others in rounds:
        await one_round(url, sessions, options, others, server)


if __name__ == "__main__":
    main()
