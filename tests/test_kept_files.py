"""The panel of kept files: what is there is shown as it is called, and goes when its button is pressed, unless a run needs it."""

import pytest
from streamlit.testing.v1 import AppTest

from otcore.base.errors import InputError
from otcore.corpora.uploads import Store

NAMES = ["mine_de.tsv", "_b_bold_.tsv"]  # as plain_name leaves them


def panel(user: str) -> None:
    from dashboard.kit.kept_files import kept_panel
    from otcore.corpora.uploads import Store

    kept_panel(Store("kind", "given things", in_use=lambda: dict([user.split("|")] if user else [])))


@pytest.fixture(autouse=True)
def keys(monkeypatch, tmp_path):
    monkeypatch.setenv("OTCORE_RUNS", str(tmp_path))
    return [Store("kind", "given things").keep([(name, name.encode() * 200)]) for name in NAMES]


def shown(user: str = "") -> AppTest:
    app = AppTest.from_function(panel, args=(user,))
    app.run()
    assert not app.exception
    return app


def kept() -> set[str]:
    return {entry.key for entry in Store("kind", "given things").entries()}


def button(app: AppTest, name: str):
    """The button of the row that has the name in it."""
    names = [entry.value.replace("\\", "") for entry in app.markdown]
    return [entry for entry in app.button if entry.label == "Remove"][next(k for k, text in enumerate(names) if name in text)]


def test_names_sizes_and_times_are_shown_and_names_are_text(keys):
    app = shown()
    told = [entry.value for entry in app.markdown]
    assert len(told) == len(keys)
    assert any(r"\_b\_bold\_\.tsv" in text for text in told)
    assert all("KiB" in text and "within the hour" in text for text in told)
    assert "Given things" in app.caption[0].value
    assert not any(key in f"{app.main}" for key in keys), "a key opens the files; the browser is not told it"


def test_a_button_removes_its_entry_and_no_other(keys):
    app = shown()
    button(app, "mine_de").click().run()
    assert kept() == {keys[1]}
    assert len(app.markdown) == 1
    with pytest.raises(InputError, match="not on this machine"):
        Store("kind", "given things").kept(keys[0])


def test_what_a_run_needs_has_no_button_and_stays_when_all_go(keys):
    third = Store("kind", "given things").keep([("third.tsv", b"3")])
    app = shown(f"{keys[0]}|the run a*b")
    assert button(app, "mine_de").disabled
    assert any(r"needed by the run a\*b" in entry.value for entry in app.markdown)
    app.button(key="remove_all_kind").click().run()
    assert third not in kept()
    assert kept() == {keys[0]}


def test_an_empty_store_says_so_without_buttons(monkeypatch, tmp_path):
    monkeypatch.setenv("OTCORE_RUNS", str(tmp_path / "none"))
    app = shown()
    assert "0 bytes" in app.caption[0].value
    assert not len(app.button)
