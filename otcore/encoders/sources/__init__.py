"""Where encoders come from, one file a source. The first source that claims a name has it, and lists show their names in the same order.

Adding a source is adding a file that sets `SOURCE`: the command line and the pages then offer its names, describe them, fetch what has to
be fetched, and load them.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from otcore.base.errors import InputError
from otcore.base.names import shown
from otcore.base.progress import Teller
from otcore.base.registry import Registry
from otcore.encoders.facts import Facts, local_facts

if TYPE_CHECKING:
    from otcore.encoders.encoder import Encoder


@dataclass(frozen=True)
class Group:
    """Names that a source offers, under one heading."""

    key: str  # where a program reads it; `title` is for people
    title: str
    rows: list[dict[str, Any]]  # one a name: "name", and what is known of it at once, such as "bytes" and "about"
    empty: str = ""  # what is said where there are none; "" where nothing is
    usable: bool = True  # whether they can be chosen; damaged ones cannot


class Source:
    """A kind of name for encoders, and how an encoder is had by one. A source has at least `claims` and `folder`."""

    name: str
    label: str  # what the names are, for people: "a hub name"
    rank: int
    mark = ""  # follows the names in lists, such as "bundled"
    listed_only = False  # whether an app opens only those that it lists, as others are not everybody's
    shipped = False  # whether its encoders come with the project, and results made of them too
    slow = False  # whether listing takes so long that a page does so once a minute
    verb, kept = "Download", "It can be cancelled."  # what fetching is, for people, and where what it brings stays
    at_once = False  # whether fetching needs no leave, as nothing comes from elsewhere
    again = "save it again with Transformers' save_pretrained"  # what to do where files are broken

    def claims(self, name: str) -> bool:
        """Whether a name is one of this source."""
        raise NotImplementedError

    def folder(self, name: str) -> Path:
        """Where the files of an encoder are on this machine, in the Transformers format.

        raises: InputError   they are not there
        """
        raise NotImplementedError

    def groups(self) -> list[Group]:
        """What is offered; a source that offers nothing has none."""
        return []

    def names(self) -> list[str]:
        return [row["name"] for group in self.groups() if group.usable for row in group.rows]

    def about(self, name: str) -> tuple[str, ...]:
        """What people read of an encoder beside its name, in lines; () where nothing is known."""
        return ()

    def absent(self, name: str) -> bool:
        """Whether an encoder has to be fetched before it can be loaded."""
        return False

    def fetch(self, name: str, teller: Teller) -> None:
        """Brings an encoder to this machine, which `teller` is told of.

        raises: Stopped; InputError   it cannot be had
        """

    def damaged(self) -> dict[str, str]:
        """Name → why, of what is here and cannot be used; () where a source looks after no files."""
        return {}

    def remove(self, name: str) -> None:
        """Removes the files of an encoder that `fetch` brought.

        raises: InputError   it has none, or they may not be removed
        """
        raise InputError(f"{shown(name)} is not in a cache; only what was downloaded can be removed here.")

    def facts(self, name: str) -> Facts:
        """What an encoder is; nothing of it is loaded or fetched.

        raises: InputError   it cannot be told
        """
        return local_facts(name, self.folder(name))

    def load(self, name: str) -> "Encoder":
        """An encoder that is on this machine.

        raises: InputError   absent, broken, or not a text encoder
        """
        from otcore.encoders.opening import open_encoder

        return open_encoder(name, self.folder(name), self.again)

    def stamp(self, name: str) -> int:
        """When the weights were last written, in ns; 0 where they are gone or not here yet."""
        try:
            weights = [] if self.absent(name) else sorted(self.folder(name).glob("*.safetensors"))
            return max((path.stat().st_mtime_ns for path in weights), default=0)
        except (OSError, ValueError):  # deleted meanwhile, or nothing there that can be loaded
            return 0

    def lasting(self, name: str) -> str:
        """The name by which an encoder is found from any working folder."""
        return name


SOURCES = Registry(__name__, "SOURCE")
