"""What a long day with many visitors leaves in the server's memory: nothing that grows with the number of things they did."""

import ctypes
import subprocess
import sys
from pathlib import Path

import pytest
from pages import fine
from streamlit.testing.v1 import AppTest

from dashboard.background import work
from dashboard.background.shelf import size_of
from dashboard.kit.components import links
from dashboard.pages.align import cache

ROOT = Path(__file__).resolve().parents[1]
# threads that compute at the same time, each of which asks for memory, and how many places it came from
_HEAPS = """
import ctypes, threading
from dashboard.background import budget
budget.settle()
lib, together = ctypes.CDLL(None), threading.Barrier(12)
lib.malloc.restype = lib.open_memstream.restype = ctypes.c_void_p
lib.malloc_info.argtypes, lib.fclose.argtypes = (ctypes.c_int, ctypes.c_void_p), (ctypes.c_void_p,)

def take():
    together.wait()
    lib.malloc(2_000)
    together.wait()

threads = [threading.Thread(target=take) for _ in range(12)]
for one in threads: one.start()
for one in threads: one.join()
text, length = ctypes.c_char_p(), ctypes.c_size_t()
stream = lib.open_memstream(ctypes.byref(text), ctypes.byref(length))
lib.malloc_info(0, stream)
lib.fclose(stream)
print(text.value.count(b"<heap "))
"""


@pytest.fixture
def app(runs, jobs) -> AppTest:
    return fine(AppTest.from_file(str(ROOT / "streamlit_app.py"), default_timeout=300).run())


def remembered(app: AppTest) -> tuple[int, int]:
    """Widgets of which a session holds callbacks, and names."""
    held = app._session_state._state
    return len(held._new_widget_state.widget_metadata), len(held._key_id_mapper.id_key_mapping)


def test_a_session_holds_nothing_of_the_figures_that_were_replaced(app):
    counts = []
    for epsilon in (0.02, 0.1, 0.2, 0.01, 0.5):
        fine(app.select_slider(key="epsilon").set_value(epsilon).run())
        counts.append(remembered(app))
    assert len({*counts}) == 1, counts


def test_a_film_is_kept_in_a_fraction_of_its_text(app, monkeypatch):
    texts, plain, put = [], links.frames_of, {}
    monkeypatch.setattr(links, "frames_of", lambda *given, **more: texts.append(plain(*given, **more)) or texts[-1])
    kept = cache.work.kept
    monkeypatch.setattr(work, "kept", lambda key, make, *told: put.setdefault(key, kept(key, make, *told)))
    fine(app.button(key="step▶").click().run())
    (film,) = (value for key, value in put.items() if key[0] == "drawn")
    assert size_of(film) < size_of(texts[-1]) / 8


@pytest.mark.skipif(not hasattr(ctypes.CDLL(None), "malloc_info"), reason="another library than GNU's gives memory")
def test_threads_take_their_memory_from_one_place():
    done = subprocess.run([sys.executable, "-c", _HEAPS], cwd=ROOT, capture_output=True, text=True, check=True)
    assert int(done.stdout) <= 2
