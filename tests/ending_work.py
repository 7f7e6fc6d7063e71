"""Work for the processes of `align --workers` that cannot be done; light, since each of them imports it."""

import os
from dataclasses import dataclass

from otcore.base.errors import InputError


@dataclass(frozen=True)
class Ending:
    """Ends its process with a code, or with 0 refuses."""

    code: int

    def loaded(self):
        if self.code:
            os._exit(self.code)
        raise InputError("There is no such encoder.")
