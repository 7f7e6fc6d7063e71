"""What a session may upload into the server's memory. The web framework frees a session's files when the session ends, and bounds a file;
how many there are, and how large together, is bounded here, also for those who send them without a page.
"""

import threading

from streamlit import runtime

MOST = 60  # files of a session
MOST_BYTES = 600 * 2**20  # of a session
MOST_BYTES_OF_ALL = 3 * 2**30


class TooMuch(Exception):
    """A session has uploaded what it may."""


def bound(manager=None, most: int = MOST, most_bytes: int = MOST_BYTES, of_all: int = MOST_BYTES_OF_ALL) -> None:
    """Bounds what an upload manager takes from now on, by default the server's: a session's oldest files make room for its newer ones, and
    what does not fit is refused."""
    if manager is None:
        manager = runtime.get_instance().uploaded_file_mgr if runtime.exists() else None
    storage, add = getattr(manager, "file_storage", None), getattr(manager, "add_file", None)
    if not isinstance(storage, dict) or getattr(manager, "bounded", False):
        return
    lock = threading.Lock()

    def add_file(session_id: str, file) -> None:
        with lock:
            own = dict(storage.get(session_id, {}))
            own.pop(file.file_id, None)
            size = len(file.data)
            while own and (len(own) >= most or size + _bytes(own) > most_bytes):
                oldest = next(iter(own))
                del own[oldest]
                manager.remove_file(session_id, oldest)
            everything = sum(map(_bytes, map(dict, list(storage.values()))))
            if size > most_bytes or size + everything > of_all:
                raise TooMuch(f"{size / 2**20:.0f} MiB do not fit into what sessions may upload")
            add(session_id=session_id, file=file)

    manager.add_file, manager.bounded = add_file, True


def _bytes(files: dict) -> int:
    return sum(len(file.data) for file in files.values())
