"""Who began a run: the file `owner` in its folder, in the app's words; not there where nobody is known, as on the command line."""

from pathlib import Path

from otcore.text.writing import write_bytes


def owner_of(folder: Path) -> str:
    """Who began the run in a folder, "" where nobody is known."""
    try:
        return (folder / "owner").read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return ""


def set_owner(folder: Path, owner: str) -> None:
    """Says who began the run in a folder."""
    if owner:
        write_bytes(folder / "owner", owner.encode())
