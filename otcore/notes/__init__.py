"""Notes on sentence pairs and their links, corrections of gold links: a file several people write, exports, agreement."""

from otcore.notes.files import Agreement, agreement, read_notes, to_csv, to_json
from otcore.notes.store import Correction, Note, NoteStore, corrected, notes_path

__all__ = ["Agreement", "Correction", "Note", "NoteStore", "agreement", "corrected", "notes_path", "read_notes", "to_csv", "to_json"]
