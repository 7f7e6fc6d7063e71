"""An encoder of the model hub chosen on a page: what it is, a download that can be cancelled, and the sentence where there is no hub."""

import time
from pathlib import Path

import pytest
import streamlit as st
from fake_hub import own_cache, point_at, serving
from huggingface_hub import constants
from pages import fine
from streamlit.testing.v1 import AppTest

from dashboard.kit import encoder_choice
from otcore.base.progress import Teller
from otcore.encoders.sources import hub

APP = Path(__file__).resolve().parents[1] / "streamlit_app.py"
NAME = "somebody/tiny"
VISITOR = "test session id"  # AppTest's
DOWNLOAD, CANCEL = f"download of {NAME}", f"cancel_download of {NAME}"


@pytest.fixture(autouse=True)
def downloads(tmp_path, monkeypatch, jobs):
    """A cache and jobs of the test's own, and nothing remembered of hubs before."""
    own_cache(tmp_path, monkeypatch)
    st.cache_data.clear()
    yield jobs
    st.cache_data.clear()


@pytest.fixture
def server(downloads, mbert, monkeypatch):
    with serving({NAME: mbert}) as running:
        monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
        point_at(running.address, monkeypatch)
        yield running


def opened(**url: str) -> AppTest:
    app = AppTest.from_file(str(APP), default_timeout=240)
    app.query_params.update(url)
    return fine(app.run())


def buttons(app: AppTest) -> set[str]:
    return {button.key for button in app.button}


def captions(app: AppTest) -> str:
    return "\n".join(caption.value for caption in app.caption).replace("\\", "")


def test_a_name_is_described_downloaded_on_request_and_then_used(server, downloads):
    app = opened(encoder=NAME)
    told = captions(app)
    assert "Languages (3): de, en, fr" in told
    assert "Licence: mit" in told
    assert "MB" in told
    assert "Shown instead" in app.warning[0].value
    assert not server.gets(), "nothing comes unasked"

    app.button(key=DOWNLOAD).click().run()
    assert downloads.wait(f"download {NAME}", 60).state == "done"
    fine(app.run())
    assert DOWNLOAD not in buttons(app)
    assert not app.warning
    assert app.selectbox(key="layer").options[-1] == "3 (last)"
    assert not hub.SOURCE.absent(NAME)


def test_a_download_shows_how_far_it_is_and_can_be_cancelled(server, downloads, monkeypatch):
    plain = hub._fetch

    def slowly(name, file, done):
        while file == "model.safetensors":
            done(7)
            time.sleep(0.02)
        plain(name, file, done)

    monkeypatch.setattr(hub, "_fetch", slowly)
    app = opened(encoder=NAME)
    fine(app.button(key=DOWNLOAD).click().run())
    assert CANCEL in buttons(app)
    fine(app.button(key=CANCEL).click().run())
    assert downloads.wait(f"download {NAME}", 60, VISITOR).state == "cancelled"
    fine(app.run())
    assert any("was cancelled" in info.value for info in app.info)
    assert hub.SOURCE.absent(NAME)
    monkeypatch.setattr(hub, "_fetch", plain)
    fine(app.button(key=f"restart_{DOWNLOAD}").click().run())
    assert DOWNLOAD in buttons(app), "it is offered anew"


def test_without_a_hub_the_page_says_so_and_what_is_here(server, monkeypatch):
    hub.SOURCE.fetch(NAME, Teller())
    point_at("http://127.0.0.1:9", monkeypatch)
    app = opened(encoder="xlm-roberta-base")
    assert f"cannot be reached; choose a bundled encoder or one that was downloaded earlier ({NAME})" in app.info[0].value.replace("\\", "")
    assert not any("download of" in (key or "") for key in buttons(app))
    assert NAME in app.selectbox(key="encoder").options, "what is in the cache can be chosen"


def test_the_same_name_twice_is_offered_once(server):
    app = opened(encoder=NAME, compare="1", encoder_b=NAME)
    assert [button.key for button in app.button].count(DOWNLOAD) == 1


@pytest.mark.parametrize(
    ("typed", "taken"),
    [
        ("tun", "tuned"),
        ("ALI", "aligned"),
        ("word-ot", "run:word-ot-de-1"),
        ("base", "base"),
        ("somebody/tun", "somebody/tun"),
        ("xlm-roberta-base", "xlm-roberta-base"),
        (["base", "tun", "aligned"], ["base", "tuned", "aligned"]),
        (["tuned", "tun"], ["tuned"]),
    ],
)
def test_a_part_of_a_name_takes_the_match(monkeypatch, typed, taken):
    held = {"encoder": typed}
    monkeypatch.setattr(encoder_choice.background, "encoder_names", lambda: ["aligned", "base", "tuned", "run:word-ot-de-1"])
    monkeypatch.setattr(encoder_choice.state, "get", held.__getitem__)
    monkeypatch.setattr(encoder_choice.state, "put", lambda **values: held.update(values))
    encoder_choice._take_match("encoder")
    assert held["encoder"] == taken
