"""How quickly the Space page answers, on the bundled encoder.

    python tests/benchmarks/space.py [--rounds 20] [--large]

Engine: 2,000 words encoded, measured and projected by PCA and by UMAP of one state and of two, after the warm-up, which is timed too.
Server: a selection put in until the page with the marked points is computed, and the processor time of it, which a busy machine
changes little. `--large`: the same with 20,000 words.
"""

import argparse
import statistics
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]
LANGUAGES = ("en", "de", "ar", "ja")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--large", action="store_true")
    options = parser.parse_args()
    engine(2_000, LANGUAGES)
    server(options.rounds, "en,de,ar,ja", 38)
    if options.large:
        from otcore.text.languages import LANGUAGES as all_languages

        engine(20_000, tuple(all_languages))
        server(max(options.rounds // 4, 3), ",".join(all_languages), 133)


def engine(words: int, languages: tuple[str, ...]) -> None:
    """Prints the seconds of each step."""
    from otcore.corpora.collection import load_collection
    from otcore.encoders import load_encoder
    from otcore.space.measures import neighbourhoods
    from otcore.space.methods import METHODS
    from otcore.space.points import encode_cloud
    from otcore.space.projection import project, warm_up
    from otcore.space.settings import PointChoice, ProjectionSettings

    collection, encoders = load_collection(), [load_encoder("base"), load_encoder("aligned")]
    each = sum(len(collection.gold[code][entry.id].words) for code in languages for entry in collection.entries) / len(collection.entries)
    choice = PointChoice(languages, count=round(words / each))
    systems = [(encoder, encoder.default_layer) for encoder in encoders]
    encode_cloud(collection, PointChoice(("en",), count=4), systems)
    timed("warm-up (once a process)", warm_up)
    cloud = timed("encoding with two encoders", lambda: encode_cloud(collection, choice, systems))
    print(f"  {len(cloud.points):,} words of {len(languages)} languages, {len(cloud.points.links):,} gold links")
    states = [state.vectors for state in cloud.states]
    timed("neighbourhoods of one state", lambda: neighbourhoods(cloud.points, states[1]))
    for method in METHODS.values():
        settings = ProjectionSettings(method())
        for chosen in (states[1:], states):
            found = timed(f"{method.label}, {len(chosen)} state(s)", lambda chosen=chosen, settings=settings: project(chosen, settings))
            print(f"  trustworthiness {', '.join(f'{one:.3f}' for one in found.trustworthiness)}")


def timed(name: str, work):
    start, busy = time.perf_counter(), time.process_time()
    found = work()
    print(f"{name}: {time.perf_counter() - start:.2f} s, processor {time.process_time() - busy:.2f} s", flush=True)
    return found


def server(rounds: int, languages: str, sentences: int) -> None:
    """Prints the time from a selection to the page with it."""
    from pages import go
    from streamlit.testing.v1 import AppTest

    page = AppTest.from_file(str(ROOT / "streamlit_app.py"), default_timeout=600)
    go(page, "space")
    page.query_params.update({"sp_langs": languages, "sp_count": str(sentences)})
    page.run()
    while any(button.key == "cancel_picture" for button in page.button):
        time.sleep(0.5)
        page.run()
    from dashboard.background import work

    while (compiling := work.jobs().snapshot("warm-up")) and compiling.alive:
        time.sleep(0.5)
    times, busy = [], []
    for number in range(rounds + 2):
        page.session_state["sp_pick"] = ".".join(str(7 * number + k) for k in range(12))
        start, used = time.perf_counter(), time.process_time()
        page.run()
        if number >= 2:
            times.append(1000 * (time.perf_counter() - start))
            busy.append(1000 * (time.process_time() - used))
    assert not page.exception
    for name, row in (("selection → page with it, server", times), ("of it processor time", busy)):
        print(f"{name}: median {statistics.median(row):.0f} ms, largest {max(row):.0f} ms, {len(row)} times")


if __name__ == "__main__":
    main()
