"""Whose it is: a visitor changes what is his own, uses and sees what others have made; who sits at the machine, what nobody owns."""

from pathlib import Path
from types import SimpleNamespace

import pytest
from pages import go
from streamlit.testing.v1 import AppTest
from test_kept_files import panel
from training_runs import made_run

from dashboard.background import visitors
from otcore.base.errors import InputError
from otcore.corpora.owners import own, owners_of
from otcore.corpora.uploads import Store
from otcore.runs.owners import set_owner

ROOT = Path(__file__).resolve().parents[1]
ANN, BOB = "a" * 32, "b" * 32
HERE = [("Host", "localhost:8501"), ("Origin", "http://localhost:8501")]


@pytest.fixture
def connect(monkeypatch):
    """Has a browser connect: with which cookie, from where, with which headers."""
    kept = {}
    monkeypatch.setattr(visitors.state, "recall", kept.get)
    monkeypatch.setattr(visitors.state, "remember", kept.__setitem__)

    def connected(cookie: str = "", address: str | None = "127.0.0.1", headers=HERE):
        cookies = {visitors.COOKIE: cookie} if cookie else {}
        monkeypatch.setattr(visitors, "_client", lambda: SimpleNamespace(cookies=cookies, remote_ip=address, headers=headers))
        return kept

    return connected


def test_a_browser_is_known_again_by_its_cookie(connect):
    connect(ANN)
    assert visitors.number() == ANN
    first = visitors.owner()
    assert not visitors.cookie_is_missing()
    connect(BOB)
    assert visitors.owner() != first
    connect(ANN)
    assert visitors.owner() == first
    assert ANN not in first, "what stands at things does not tell the number"


@pytest.mark.parametrize("cookie", ["", "short", "<script>", "A" * 32, "a" * 33, "../../etc/passwd"])
def test_a_browser_without_a_good_cookie_gets_one_for_its_session(connect, cookie):
    kept = connect(cookie)
    first = visitors.number()
    assert (len(first), visitors.number(), visitors.cookie_is_missing()) == (32, first, True)
    visitors.take("no number")
    assert visitors.number() == first
    visitors.take(BOB)
    assert visitors.number() == BOB, "another tab was quicker"
    kept.clear()
    assert visitors.number() not in (first, BOB), "another session is another visitor"


def test_one_s_own_is_changed_and_another_s_is_not(connect, monkeypatch):
    connect(ANN)
    mine = visitors.owner()
    connect(BOB)
    assert visitors.may_change(visitors.owner())
    assert visitors.may_change(mine, visitors.owner()), "given by both"
    assert not visitors.may_change(mine)
    with pytest.raises(InputError, match="The run x belongs to another visitor and can be used and seen here"):
        visitors.check(mine, "The run x")
    monkeypatch.setenv("OTCORE_SHARED", "1")
    assert visitors.may_change(mine)
    assert visitors.may_change("")


ELSEWHERE = {
    "another machine": ("192.168.1.7", HERE),
    "a proxy that says so": ("127.0.0.1", [*HERE, ("X-Forwarded-For", "203.0.113.9")]),
    "a proxy with the standard's header": ("127.0.0.1", [*HERE, ("Forwarded", "for=203.0.113.9")]),
    "a proxy that says nothing": ("127.0.0.1", [("Host", "localhost:8501"), ("Origin", "https://otcore.example.org")]),
}


@pytest.mark.parametrize(("address", "headers"), ELSEWHERE.values(), ids=ELSEWHERE)
def test_what_nobody_owns_is_changed_at_the_machine_only(connect, address, headers):
    connect(ANN, address, headers)
    assert not visitors.may_change("")
    with pytest.raises(InputError, match="was made on the machine that runs this server"):
        visitors.check("", "The run x")
    for here in ("127.0.0.1", "::1", "::ffff:127.0.0.1", None):
        connect(ANN, here)
        assert visitors.may_change("")


def test_without_a_browser_everything_is_one_s_own():
    assert (visitors.owner(), visitors.may_change(""), visitors.cookie_is_missing()) == ("", True, False)


@pytest.fixture
def store(monkeypatch, tmp_path):
    monkeypatch.setenv("OTCORE_RUNS", str(tmp_path))
    return Store("kind", "given things")


def test_kept_files_have_those_who_gave_them(store):
    key = store.keep([("a.txt", b"content")])
    assert owners_of(store, key) == set()
    for who in ("ann", "bob", "ann"):
        assert own(store, key, who) == key
    assert owners_of(store, key) == {"ann", "bob"}
    assert len(store.kept(key).paths) == 1


def test_one_keeps_so_many_files_and_so_many_bytes(store):
    for k in range(3):
        own(store, store.keep([(f"{k}.txt", b"x" * 100 + bytes([k]))]), "ann", most=3)
    key = store.keep([("more.txt", b"more")])
    with pytest.raises(InputError, match="Given things of yours that are kept here may be 3"):
        own(store, key, "ann", most=3)
    assert key not in {entry.key for entry in store.entries()}, "what is too much is not left behind"
    own(store, store.keep([("more.txt", b"more")]), "bob", most=3)
    with pytest.raises(InputError, match="would be 4"):
        own(store, key, "ann", most=3)
    assert owners_of(store, key) == {"bob"}, "another's stays"
    with pytest.raises(InputError, match="at most"):
        own(store, store.keep([("large.txt", b"y" * 2_000)]), "bob", most_bytes=1_000)


def test_another_s_kept_files_have_no_button(store, connect):
    connect(ANN)
    mine, keys = visitors.owner(), [store.keep([(name, name.encode() * 100)]) for name in ("mine", "another_s", "another_s_too")]
    for key, who in zip(keys, (mine, "another", "a third"), strict=True):
        own(store, key, who)
    app = AppTest.from_function(panel, args=("",)).run()
    assert not app.exception
    buttons = {text.value.split(" ")[0].replace("\\", ""): one.disabled for text, one in zip(app.markdown, app.button, strict=False)}
    assert buttons == {"mine": False, "another_s": True, "another_s_too": True}
    assert "remove_all_kind" not in {one.key for one in app.button}


@pytest.mark.slow
def test_another_s_run_is_used_and_not_changed(runs, monkeypatch):
    run = made_run()
    set_owner(run.folder, "another")
    changes = {"rename_run", "delete_run", "resume_run"}

    def buttons() -> set[str]:
        page = go(AppTest.from_file(str(ROOT / "streamlit_app.py"), default_timeout=300), "finetune").run()
        assert not page.exception
        return {one.key for one in page.button}

    monkeypatch.setattr(visitors, "owner", lambda: "me")
    assert not buttons() & changes
    assert {"use_run", "compare_run"} <= buttons()
    monkeypatch.setattr(visitors, "owner", lambda: "another")
    assert {"rename_run", "delete_run"} <= buttons()


@pytest.mark.browser
def test_a_browser_keeps_its_cookie(chromium, address):
    context = chromium.new_context()
    cookies = []
    for _ in range(2):
        page = context.new_page()
        page.goto(f"{address}playground")
        page.wait_for_function("document.cookie.includes('otcore_visitor=')", timeout=120_000)
        cookies.append(page.evaluate("document.cookie.match(/otcore_visitor=([0-9a-f]{32})/)[1]"))
        page.close()
    assert len(set(cookies)) == 1
    other = chromium.new_context().new_page()
    other.goto(f"{address}playground")
    other.wait_for_function("document.cookie.includes('otcore_visitor=')", timeout=120_000)
    assert cookies[0] not in other.evaluate("document.cookie")
