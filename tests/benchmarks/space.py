"""How quickly the Space page answers, on the bundled encoder.

    python tests/benchmarks/space.py [--rounds 20] [--large]

Engine: 2,000 words encoded, measured and projected by PCA and by UMAP of one state and of two, after the warm-up, which is timed too.
Server: a selection put in until the page with the marked points is computed, and the processor time of it, which a busy machine
changes little. `--large`: the same with 20,000 words, where umap-learn is timed too. `--many N`: so many vectors of one's own (up to
200,000), from the file to the picture, and how long the browser takes to draw them once, in Chromium without a graphics card.
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
    parser.add_argument("--many", type=int, default=0)
    options = parser.parse_args()
    if options.many:
        many(options.many)
        return
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
    measures = timed("neighbourhoods of two states", lambda: [neighbourhoods(cloud.points, x) for x in states])
    for method in METHODS.values():
        settings = ProjectionSettings(method())
        for chosen in (states[1:], states):
            known = [one.known for one in measures[-len(chosen) :]]
            name = f"{method.label}, {len(chosen)} state(s), neighbours known"
            found = timed(name, lambda chosen=chosen, settings=settings, known=known: project(chosen, settings, known=known))
            print(f"  trustworthiness {', '.join(f'{one:.3f}' for one in found.trustworthiness)}")
    umap_learn(states[1], measures[1].known)


def umap_learn(vectors, known) -> None:
    """The same picture of one state by umap-learn itself, from the same neighbours and start."""
    import numpy as np
    import umap

    from otcore.space.methods.pca import scores
    from otcore.space.metrics import unit_vectors
    from otcore.space.projection import _trustworthiness

    x, itself = unit_vectors(vectors), np.arange(len(vectors))[:, None]
    given = np.hstack([itself, known[0]]), np.hstack([np.zeros((len(x), 1), np.float32), known[1]])
    fit = umap.UMAP(n_neighbors=15, precomputed_knn=given, init=scores([x], 2, False)[0], random_state=0, n_jobs=1)
    places = timed("umap-learn, 1 state, neighbours known", lambda: fit.fit_transform(x))
    sample = np.sort(np.random.default_rng(0).choice(len(x), min(len(x), 1500), replace=False))
    print(f"  trustworthiness {_trustworthiness(x[sample], places[sample], 15):.3f}")


def many(count: int) -> None:
    """Prints the seconds from own vectors to a picture, and of drawing it."""
    import tempfile

    import numpy as np

    from dashboard.pages.space.canvas import cloud_of
    from dashboard.pages.space.colouring import COLOURINGS
    from dashboard.pages.space.drawing import Scene
    from dashboard.pages.space.picture import Picture
    from otcore.space.measures import neighbourhoods
    from otcore.space.methods import METHODS
    from otcore.space.own_vectors import read_vectors
    from otcore.space.projection import project
    from otcore.space.settings import ProjectionSettings

    with tempfile.TemporaryDirectory() as folder:
        random, path, table = np.random.default_rng(0), Path(folder) / "x.npy", Path(folder) / "x.csv"
        centres = random.normal(size=(300, 128))
        np.save(path, (centres[np.arange(count) % 300] + random.normal(size=(count, 128))).astype(np.float16))
        table.write_text("text,language\n" + "".join(f"word {k % 300} of {k},{('en', 'de', 'fr', 'ja')[k % 4]}\n" for k in range(count)))
        cloud = timed("reading the files", lambda: read_vectors([path], table))
    measures = timed("neighbourhoods", lambda: neighbourhoods(cloud.points, cloud.states[0].vectors))
    for method in METHODS.values():
        settings = ProjectionSettings(method())
        found = timed(method.label, lambda settings=settings: project([cloud.states[0].vectors], settings, known=[measures.known]))
        picture = Picture(method.name, cloud, found, (measures,))
        scene = Scene(picture, COLOURINGS["language"], "none", "", [], 0, False)
        given = timed("what the browser is given", lambda scene=scene: cloud_of(scene, "cloud"))
        draw(given)


def draw(given: dict) -> None:
    """Prints how long the component takes to draw what it is given, three times."""
    import json

    from app_server import ARGUMENTS, chromium_path
    from playwright.sync_api import sync_playwright

    folder = ROOT / "dashboard" / "pages" / "space"
    code = "".join((folder / name).read_text(encoding="utf-8") for name in ("canvas.js", "canvas_drawing.js"))
    now = {"cloud": "cloud", "picked": [], "found": [], "lines": "none", "labels": True, "frame": 0, "play": False, "classes": []}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=ARGUMENTS)
        page = browser.new_page(viewport={"width": 1280, "height": 800})
        page.set_content(f"<style>{(folder / 'canvas.css').read_text()}</style><div id='here'><div class='space'></div></div>")
        print(f"  {len(json.dumps(given)) / 1e6:.1f} MB to the browser")
        page.evaluate(
            """async ([code, take, given, now]) => {
                const load = (text) => import(URL.createObjectURL(new Blob([text], { type: "text/javascript" })));
                (await load(take)).default({ data: given });
                const parentElement = document.getElementById("here");
                (await load(code)).default({ data: { ...now, spoken: "" }, parentElement, setTriggerValue: () => 0 });
            }""",
            [code, (folder / "cloud.js").read_text(encoding="utf-8"), given, now],
        )
        for _ in range(3):
            spent = page.evaluate(
                "() => { const { view } = document.querySelector('.space'); view.paint(); return view.root.dataset.milliseconds; }"
            )
            print(f"  drawn in {spent} ms")
        browser.close()


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
