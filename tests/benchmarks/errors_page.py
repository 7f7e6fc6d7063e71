"""How quickly the Errors page answers on the four real gold sets, 447 to 582 pairs (248 for Romanian).

    OTCORE_BENCHMARKS=FOLDER python tests/benchmarks/errors_page.py [--rounds 9] [--sets enfr …]

FOLDER has gold/enfr, roen, jaen, zhen with .src-tgt and .gold. For each set, base → aligned and base → tuned: the first analysis
(encode, align, judge), then the whole page computed anew at the server from a warm cache, each time with another filter or pair.
"""

import argparse
import os
import statistics
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]
SETS = (("enfr", "en", "fr"), ("roen", "ro", "en"), ("jaen", "ja", "en"), ("zhen", "zh", "en"))
MOVES = (
    {},
    {"er_outcomes": ["missed"]},
    {"er_causes": ["function-word"]},
    {"er_sort": "harmed"},
    {"er_outcomes": [], "er_causes": []},
    {"er_find": "the"},
    {"er_find": "", "er_by": "distance"},
    {"er_side": "A"},
    {"er_side": "B", "er_show": "broken"},
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=len(MOVES), help="moves a page; each also opens the next pair")
    parser.add_argument("--sets", nargs="+", choices=[entry[0] for entry in SETS], default=[entry[0] for entry in SETS])
    options = parser.parse_args()
    folder = Path(os.environ.get("OTCORE_BENCHMARKS", "")) / "gold"
    if not folder.is_dir():
        sys.exit("OTCORE_BENCHMARKS names no folder with gold/ in it.")
    with tempfile.TemporaryDirectory() as state:
        os.environ |= {"OTCORE_RUNS": state, "OTCORE_NOTES": f"{state}/notes.sqlite"}
        print(f"{'set':6} {'A → B':18} {'pairs':>5} {'links':>6} {'first s':>8} {'warm median s':>14} {'largest s':>10} {'CPU s':>6}")
        for name, source, target in (entry for entry in SETS if entry[0] in options.sets):
            for after in ("aligned", "tuned"):
                measure(folder, name, source, target, after, options.rounds)


def measure(folder: Path, name: str, source: str, target: str, after: str, rounds: int) -> None:
    """One line of the table."""
    from pages import go
    from streamlit.testing.v1 import AppTest

    from otcore.analysis.sources import FileFormat, keep

    files = [(f"{name}{end}", (folder / f"{name}{end}").read_bytes()) for end in (".src-tgt", ".gold")]
    id = keep(files, FileFormat("bitext", source, target, gold_base=1))
    app = AppTest.from_file(str(ROOT / "streamlit_app.py"), default_timeout=300)
    go(app, "errors")
    app.query_params.update({"er_data": "own", "er_files": id, "encoder_eb": after})
    start = time.perf_counter()
    app.run()
    while any(button.key == "cancel_analysis" for button in app.button):
        time.sleep(0.2)
        app.run()
    first = time.perf_counter() - start
    times, busy = [], []
    for move in (MOVES[k % len(MOVES)] for k in range(rounds)):
        for key, value in move.items():
            app.session_state[key] = value
        start = time.perf_counter(), time.process_time()
        app.button(key="er_next").click().run()
        times.append(time.perf_counter() - start[0])
        busy.append(time.process_time() - start[1])
    assert not app.exception
    assert not app.error
    told = next(element.value for element in app.markdown if "remain" in element.value).replace("*", "")
    pairs, links = told.split(" of ")[1].split()[0], told.split(" of ")[2].split()[0]
    print(
        f"{name:6} {'base → ' + after:18} {pairs:>5} {links:>6} {first:8.1f} {statistics.median(times):14.2f} {max(times):10.2f} "
        f"{statistics.median(busy):6.2f}",
        flush=True,
    )


if __name__ == "__main__":
    main()
