"""Where an encoder computes: the processor, or an accelerator of this machine."""

import re
from typing import TYPE_CHECKING

from otcore.base.errors import InputError

if TYPE_CHECKING:
    from otcore.encoders.encoder import Encoder

_NAME = re.compile(r"(cpu|cuda|mps|xpu)(?::([0-9]{1,3}))?")


def check_device(device: str) -> str:
    """The name of a device that is there: `cpu`, `cuda`, `cuda:1`, `mps`, `xpu`.

    raises: InputError   no such name, or not on this machine
    """
    import torch

    found = _NAME.fullmatch(device.strip().lower())
    if not found:
        raise InputError(f"There is no device “{device[:40]}”; give cpu, cuda, cuda:1, mps or xpu.")
    kind, index = found[1], int(found[2] or 0)
    there = {"cpu": 1, "cuda": torch.cuda.device_count(), "xpu": torch.xpu.device_count(), "mps": int(torch.backends.mps.is_available())}[
        kind
    ]
    if index >= there:
        others = f"it has {there}, counted from 0" if there else "it has none; compute on cpu, which is the default"
        raise InputError(f"This machine has no device {found.group()} that PyTorch can use: {others}.")
    return found.group()


def moved(encoder: "Encoder", device: str | None) -> "Encoder":
    """The encoder itself, computing on a device from now on; None leaves it where it is. What it gives back are NumPy arrays as ever.

    raises: InputError   as `check_device`, or no room there
    """
    if device is None:
        return encoder
    import torch

    try:
        encoder.model.to(check_device(device))
    except (torch.OutOfMemoryError, RuntimeError) as error:
        told = str(error).partition("\n")[0][:100]
        raise InputError(f"Encoder {encoder.name} cannot be moved to {device} ({told}); compute on cpu or free the device.") from error
    return encoder
