"""Files that are given with the language they are in."""

import re

from otcore.base.errors import InputError
from otcore.text.languages import language


def coded(entry: str, *, region: bool = False) -> tuple[str, str] | None:
    """Language and path from `CODE=FILE`; None where it is not so written.

    region: the code as it was given, for files that tell zh-CN from zh-TW

    raises: InputError   the code is none
    """
    code, _, path = entry.partition("=")
    if not path or not re.fullmatch(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*", code):
        return None
    found = language(code).code
    return (code if region else found), path


def coded_files(entries: list[str], option: str, *, region: bool = False) -> dict[str, str]:
    """Language → path from entries of an option, `region` as for `coded`.

    raises: InputError   one that is not `CODE=FILE`
    """
    found = {entry: coded(entry, region=region) for entry in entries}
    if wrong := [entry for entry, one in found.items() if one is None]:
        raise InputError(f"“{wrong[0][:80]}” is not CODE=FILE; write for instance {option} de=FILE.")
    return dict(found.values())


def two_columns(given: str) -> tuple[int, int]:
    """Numbers of two columns, from 1.

    raises: InputError   not two such numbers
    """
    columns = [cell.strip() for cell in given.split(",")]
    if len(columns) != 2 or not all(cell.isdecimal() and int(cell) >= 1 for cell in columns):
        raise InputError(f"--columns takes two column numbers such as 3,2, not {given}.")
    return int(columns[0]), int(columns[1])


def codes(given: str | None) -> tuple[str, ...]:
    """Language codes divided by commas.

    raises: InputError   one is none
    """
    return tuple(language(code).code for code in (given or "").split(",") if code.strip())
