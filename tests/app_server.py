"""The app as a process of its own, and the browser that looks at it: for browser tests, pictures and measurements."""

import contextlib
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
# through our own code: the web server logs a traceback of its own where a visitor leaves while the page is being sent
_FAULT = re.compile(r"Traceback(?s:.)*\b(dashboard|otcore)/\w")
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync"]


def chromium_path() -> str | None:
    """Where a Chromium is, or None."""
    return shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


@contextlib.contextmanager
def running_server() -> Iterator[str]:
    """Starts the app on a free port and gives its address, with a slash at the end.

    raises: RuntimeError   it does not start, or a traceback stands in its log at the end
    """
    with socket.socket() as free:
        free.bind(("localhost", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", "streamlit_app.py", "--server.port", str(port)]
    environment = {**os.environ, "HF_HUB_OFFLINE": "1", "OTCORE_WORKERS": ""}  # a server as people start it
    with tempfile.TemporaryFile("w+", errors="replace") as log:
        server = subprocess.Popen(command, cwd=ROOT, stdout=log, stderr=subprocess.STDOUT, env=environment)
        try:
            if not _healthy(f"http://localhost:{port}/_stcore/health", server):
                raise RuntimeError(f"The server did not start: {_end_of(log)}")
            yield f"http://localhost:{port}/"
        finally:
            server.terminate()
            server.wait(60)  # compiling for a projection may be under way
        if _FAULT.search(text := _end_of(log)):
            raise RuntimeError(text)


def _healthy(url: str, server: subprocess.Popen) -> bool:
    deadline = time.monotonic() + 90
    while time.monotonic() < deadline and server.poll() is None:
        try:
            with urllib.request.urlopen(url, timeout=5):
                return True
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    return False


def _end_of(log) -> str:
    log.seek(0)
    return log.read()[-4_000:]
