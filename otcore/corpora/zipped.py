"""Archives that hold a corpus: OPUS gives its Moses files as a zip archive with both sides and a few words about them."""

import io
import zipfile
from collections.abc import Sequence

from otcore.base.errors import InputError
from otcore.corpora.uploads import UNPACKED, Given, in_words
from otcore.text.codes import SHORT
from otcore.text.packed import members, plain_name

_WHOLE = (".tmx", ".tsv", ".csv")


def unzipped(files: Sequence[Given], code: str) -> Sequence[Given]:
    """The files themselves, or in place of a single archive of several files those of a language and of English, else its only corpus.

    raises: InputError   an archive in which neither is told by the names, or that holds too much
    """
    if len(files) != 1 or not isinstance(files[0][1], bytes) or not files[0][1].startswith(b"PK\x03\x04"):
        return files
    name, content = files[0]
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
        inside = members(archive)
        if len(inside) < 2 or any(entry.filename in ("[Content_Types].xml", "mimetype") for entry in inside):
            return files
        chosen = _chosen(inside, code)
        if not chosen:
            listed = ", ".join(entry.filename[:60] for entry in inside[:6])
            wanted = f"one whose name ends in .{code} and one in .en"
            raise InputError(f"{name} holds {len(inside)} files ({listed}), and not {wanted}; unpack it and give those that are meant.")
        return [(entry.filename, _content(archive, entry, name)) for entry in chosen]
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError, OSError, EOFError) as error:
        raise InputError(f"{name} cannot be unpacked ({error}); unpack it and give the files in it.") from error


def _chosen(inside: Sequence[zipfile.ZipInfo], code: str) -> list[zipfile.ZipInfo]:
    """The two sides, or the only file of pairs."""
    ends = {entry: plain_name(entry.filename).rpartition(".")[2] for entry in inside}
    primary = code.lower().partition("-")[0]
    sides = [[entry for entry, end in ends.items() if SHORT.get(end, end) == one] for one in (SHORT.get(primary, primary), "en")]
    if all(len(side) == 1 for side in sides):
        return [side[0] for side in sides]
    whole = [entry for entry in inside if plain_name(entry.filename).endswith(_WHOLE)]
    return whole if len(whole) == 1 else []


def _content(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, name: str) -> bytes:
    with archive.open(entry) as file:
        content = file.read(UNPACKED + 1)
    if len(content) > UNPACKED:
        raise InputError(f"{name} unpacks to more than {in_words(UNPACKED)}; give a part of it.")
    return content
