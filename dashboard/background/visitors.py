"""Whose browser it is: a visitor may change what is his own, and use and see what others have made.

A visitor is a random number that his browser keeps in a cookie; what he owns carries a digest of it, so that neither files nor pages
tell the number. `OTCORE_SHARED=1` lets anyone change everything, for a class. What nobody owns (begun on the command line, or by an
earlier edition) is changed by whoever sits at the machine itself: his connection comes from there, his browser asked for it by that
name, and nothing forwarded it.
"""

import hashlib
import os
import re
import secrets
from collections.abc import Mapping
from urllib.parse import urlsplit

from streamlit import runtime
from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.runtime.session_manager import ClientContext

from dashboard import state
from otcore.base.errors import InputError

COOKIE = "otcore_visitor"
_NUMBER = re.compile(r"[0-9a-f]{32}")
_HERE = (None, "localhost", "127.0.0.1", "::1")
_FORWARDED = {"forwarded", "x-forwarded-for", "x-real-ip", "via"}
_REMEMBERED = "visitor"


def number() -> str:
    """The visitor's number, "" where there is no browser. It is to be told to his browser only."""
    client = _client()
    if client is None:
        return ""
    held = client.cookies.get(COOKIE, "")
    found = held if _NUMBER.fullmatch(held) else state.recall(_REMEMBERED) or secrets.token_hex(16)
    state.remember(_REMEMBERED, found)
    return found


def cookie_is_missing() -> bool:
    """Whether his browser did not bring the cookie when it connected, so that it is to be given one."""
    client = _client()
    return client is not None and not _NUMBER.fullmatch(client.cookies.get(COOKIE, ""))


def take(found: str) -> None:
    """The browser has a number already, of another tab that was opened at the same time."""
    if _NUMBER.fullmatch(found):
        state.remember(_REMEMBERED, found)


def owner() -> str:
    """What stands at things that this visitor makes; "" where there is no browser."""
    found = number()
    return hashlib.sha256(found.encode()).hexdigest()[:24] if found else ""


def may_change(*owners: str) -> bool:
    """Whether the visitor may change what belongs to these, or to nobody."""
    return shared() or (owner() in owners if any(owners) else at_the_machine())


def check(owners: str, what: str) -> None:
    """raises: InputError   it is not the visitor's own"""
    if not may_change(owners):
        whose = "belongs to another visitor" if owners else "was made on the machine that runs this server"
        raise InputError(f"{what} {whose} and can be used and seen here, not changed.")


def shared() -> bool:
    """Whether anyone may change everything."""
    return os.environ.get("OTCORE_SHARED", "").strip() == "1"


def at_the_machine() -> bool:
    """Whether the visitor sits at the machine that runs the server, as far as can be told."""
    client = _client()
    if client is None:
        return True
    headers = {name.lower(): value for name, value in client.headers}
    address = (client.remote_ip or "").removeprefix("::ffff:") or None
    named = urlsplit(headers.get("origin", "")).hostname
    return address in _HERE and named in _HERE and not _FORWARDED & headers.keys()


def _client() -> ClientContext | None:
    """What the browser told when it connected, or None where there is none."""
    context = get_script_run_ctx(suppress_warning=True)
    if context is None or not runtime.exists():
        return None
    session = runtime.get_instance().get_client(context.session_id)
    found = getattr(session, "client_context", None)
    return found if isinstance(getattr(found, "cookies", None), Mapping) else None
