"""What a session may hold in the server's memory: so many files and bytes, freed when it ends."""

import pytest
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.uploaded_file_manager import UploadedFileRec

from dashboard.background.uploads import TooMuch, bound


@pytest.fixture
def manager():
    made = MemoryUploadedFileManager("/upload")
    for _ in range(2):
        bound(made, most=3, most_bytes=1_000, of_all=1_500)
    return made


def give(manager, session: str, name: str, size: int = 10) -> None:
    manager.add_file(session_id=session, file=UploadedFileRec(name, name, "text/plain", b"x" * size))


def held(manager, session: str) -> list[str]:
    return [file.file_id for file in manager.get_files(session, [f"f{k}" for k in range(9)])]


def test_the_newest_files_of_a_session_stay(manager):
    for k in range(5):
        give(manager, "ann", f"f{k}")
    give(manager, "bob", "f0")
    assert held(manager, "ann") == ["f2", "f3", "f4"]
    give(manager, "ann", "f3", 900)
    assert held(manager, "ann") == ["f2", "f3", "f4"], "the same file again takes its own place"
    give(manager, "ann", "f5", 95)
    assert held(manager, "ann") == ["f4", "f5"] or held(manager, "ann") == ["f3", "f5"]
    assert held(manager, "bob") == ["f0"]


def test_what_does_not_fit_is_refused_and_what_a_session_held_is_freed_with_it(manager):
    with pytest.raises(TooMuch):
        give(manager, "ann", "f0", 1_001)
    give(manager, "ann", "f1", 1_000)
    with pytest.raises(TooMuch):
        give(manager, "bob", "f0", 600)
    manager.remove_session_files("ann")
    give(manager, "bob", "f0", 600)
    assert held(manager, "bob") == ["f0"]
