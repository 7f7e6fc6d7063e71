"""Whatever stands in an address, every choice of every page is a value that its widget and a browser can hold."""

import importlib
import pkgutil

import pytest
from hypothesis import given
from hypothesis import strategies as st

import dashboard.pages
from dashboard.state import choices
from dashboard.state.choices import KNOWN

for entry in pkgutil.iter_modules(dashboard.pages.__path__):
    if entry.ispkg:
        importlib.import_module(f"dashboard.pages.{entry.name}.choices")

ODD = [
    "9" * 400,
    "-" + "9" * 5000,
    "1e999",
    "-1e999",
    "nan",
    "5e-324",
    str(2**63),
    str(2**53),
    "\ud800",
    "a\0b",
    "x" * 7000,
    ",,,",
    "٣",
    "1_0",
]
TEXTS = st.sampled_from(ODD) | st.text(max_size=40) | st.integers().map(str) | st.floats().map(str)


@pytest.mark.parametrize("text", ODD, ids=lambda text: text[:12].encode("unicode_escape").decode())
def test_odd_texts_of_every_choice(text):
    for key in KNOWN:
        holds(key, text)


@given(text=TEXTS, data=st.data())
def test_any_text_of_any_choice(text, data):
    holds(data.draw(st.sampled_from(sorted(KNOWN))), text)


def holds(key: str, text: str) -> None:
    one = KNOWN[key]
    held = choices.read(one, text)
    told = choices.written(one, held)
    told.encode()  # a browser takes UTF-8 only
    assert choices.read(one, told) == held, key
    if isinstance(held, int) and not isinstance(held, bool):
        assert abs(held) < 2**53, key
