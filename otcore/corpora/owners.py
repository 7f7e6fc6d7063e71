"""Who gave the files that are kept, and how much of that one person may keep.

.uploads/KIND/KEY/owners       a line each, in the app's words; not there where nobody is known
"""

from otcore.base.errors import InputError
from otcore.corpora.uploads import Store, in_words

MOST = 100  # entries of one person in a store
MOST_BYTES = 2**30


def owners_of(store: Store, key: str) -> frozenset[str]:
    """Who gave an entry; none where nobody is known."""
    try:
        return frozenset((store.folder / key / "owners").read_text(encoding="utf-8", errors="replace").split())
    except OSError:
        return frozenset()


def own(store: Store, key: str, owner: str, *, most: int = MOST, most_bytes: int = MOST_BYTES) -> str:
    """Says who gave an entry; the same files may be given by several.

    returns: the key
    raises : InputError   they own as many entries already as one may, or as many bytes; the entry is then removed, unless another's
    """
    owners = owners_of(store, key)
    if not owner or owner in owners:
        return key
    theirs = [entry for entry in store.entries() if entry.key == key or owner in owners_of(store, entry.key)]
    size = sum(entry.bytes for entry in theirs)
    if len(theirs) > most or size > most_bytes:
        if not owners and key not in store.in_use():
            store.remove(key)
        raise InputError(
            f"{store.label.capitalize()} of yours that are kept here may be {most} and {in_words(most_bytes)} at most, and with these they "
            f"would be {len(theirs)} and {in_words(size)}; remove some of them under “Kept files”."
        )
    with open(store.folder / key / "owners", "a", encoding="utf-8") as file:
        file.write(f"{owner}\n")
    return key
