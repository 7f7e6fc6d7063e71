"""How quickly a lesson answers at the server: a control moved to the page computed anew.

    python tests/benchmarks/learn_page.py [--rounds 15]

For each lesson its first movable control goes through its values, everything else as it was; the median, the 90% point and the
largest time, in milliseconds, and the processor time of the median. Two moves before the clock starts load what is loaded once.
"""

import argparse
import itertools
import statistics
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--app", default=str(ROOT / "streamlit_app.py"))
    options = parser.parse_args()
    from dashboard.pages.learn.lessons import LESSONS

    medians = [report(lesson, *moves(lesson, options.app, options.rounds)) for lesson in LESSONS.values()]
    print(f"median of the lessons' medians {statistics.median(medians):.0f} ms, the slowest {max(medians):.0f} ms")


def moves(lesson, app: str, rounds: int) -> tuple[str, list[float], list[float]]:
    """The control's name; seconds by the clock, and of processor time, for each move."""
    from pages import go
    from streamlit.testing.v1 import AppTest

    page = AppTest.from_file(app, default_timeout=120)
    go(page, "learn")
    page.query_params["lesson"] = lesson.name
    page.run()
    name, values = movable(lesson)
    elapsed, busy = [], []
    for value in itertools.islice(itertools.cycle(values), rounds + 2):
        page.session_state[f"{lesson.name}_{name}"] = value
        start = time.perf_counter(), time.process_time()
        page.run()
        elapsed.append(time.perf_counter() - start[0])
        busy.append(time.process_time() - start[1])
    assert not page.exception, page.exception[0].message
    return name, elapsed[2:], busy[2:]


def movable(lesson):
    """The name of the first control with more than two values, and those values from one end to the other."""
    from dashboard.pages.learn.lessons.kinds import Steps
    from otcore.base.choices import Number, OneOf

    for name, control in lesson.controls.items():
        kind = control.kind
        if isinstance(kind, Number):
            low, high, step = kind.dial
            return name, [type(control.default)(low + k * step) for k in range(round((high - low) / step) + 1)]
        if isinstance(kind, Steps):
            return name, list(range(kind.last + 1))
        if isinstance(kind, OneOf) and len(kind.labels) > 2:
            return name, list(kind.labels)
    raise LookupError(f"{lesson.name} has nothing to move")


def report(lesson, control: str, elapsed: list[float], busy: list[float]) -> float:
    milliseconds = sorted(1000 * seconds for seconds in elapsed)
    median, nine = statistics.median(milliseconds), milliseconds[int(0.9 * (len(milliseconds) - 1))]
    print(
        f"{lesson.number:2d} {lesson.name:10s} {control:10s} median {median:4.0f} ms, 90% under {nine:4.0f} ms, largest "
        f"{milliseconds[-1]:4.0f} ms, "
        f"processor {1000 * statistics.median(busy):4.0f} ms, {len(elapsed)} moves"
    )
    return median


if __name__ == "__main__":
    main()
