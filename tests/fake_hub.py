"""A model hub on this machine, as far as its client asks: what a model is, and its files. The real client downloads from it."""

import contextlib
import hashlib
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from huggingface_hub import constants

REVISION = "0123456789abcdef0123456789abcdef01234567"


class FakeHub(ThreadingHTTPServer):
    """Serves folders under names; `asked` has every path that was asked for, with its method."""

    daemon_threads = True

    def __init__(self, models: dict[str, Path]) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.models, self.asked = models, []

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def gets(self) -> list[str]:
        """The files that were fetched."""
        return [path.rpartition("/")[2] for method, path in self.asked if method == "GET" and "/resolve/" in path]


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_) -> None:
        pass

    def do_HEAD(self) -> None:
        self._answer(body=False)

    def do_GET(self) -> None:
        self._answer(body=True)

    def _answer(self, *, body: bool) -> None:
        path = self.path.partition("?")[0]
        self.server.asked.append((self.command, path))
        if path.startswith("/api/models/"):
            folder = self.server.models.get(path.removeprefix("/api/models/"))
            self._send(json.dumps(_about(path.removeprefix("/api/models/"), folder)).encode() if folder else None, body=body)
            return
        name, _, file = path.lstrip("/").partition("/resolve/main/")
        folder = self.server.models.get(name)
        there = folder is not None and file and (folder / file).is_file()
        self._send((folder / file).read_bytes() if there else None, body=body)

    def _send(self, content: bytes | None, *, body: bool) -> None:
        self.send_response(404 if content is None else 200)
        if content is None:
            self.send_header("X-Error-Code", "RepoNotFound")
            content = b"{}"
        self.send_header("Content-Length", str(len(content)))
        self.send_header("ETag", f'"{hashlib.sha1(content).hexdigest()}"')
        self.send_header("X-Repo-Commit", REVISION)
        self.end_headers()
        if body:
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):  # a download that was cancelled
                self.wfile.write(content)


def _about(name: str, folder: Path) -> dict:
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    return {
        "id": name,
        "sha": REVISION,
        "tags": ["license:mit"],
        "cardData": {"language": ["de", "en", "fr"], "license": "mit"},
        "config": {"model_type": config["model_type"], "architectures": config.get("architectures")},
        "siblings": [
            *({"rfilename": path.name, "size": path.stat().st_size, "blobId": "0"} for path in sorted(folder.iterdir())),
            {"rfilename": "pytorch_model.bin", "size": 10**9, "blobId": "1"},
            {"rfilename": "onnx/model.onnx", "size": 10**9, "blobId": "2"},
        ],
    }


@contextlib.contextmanager
def serving(models: dict[str, Path]) -> Iterator[FakeHub]:
    """A hub with these models while the block lasts."""
    hub = FakeHub(models)
    thread = threading.Thread(target=hub.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield hub
    finally:
        hub.shutdown()
        hub.server_close()
        thread.join()


def point_at(address: str, monkeypatch) -> None:
    """What HF_ENDPOINT does, which the hub's library reads once a process."""
    monkeypatch.setattr(constants, "ENDPOINT", address)
    monkeypatch.setattr(constants, "HUGGINGFACE_CO_URL_TEMPLATE", address + "/{repo_id}/resolve/{revision}/{filename}")


def own_cache(folder: Path, monkeypatch) -> Path:
    """An empty cache in a folder; the hub out of reach."""
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(folder / "hub"))
    point_at("http://127.0.0.1:9", monkeypatch)
    return folder / "hub"
