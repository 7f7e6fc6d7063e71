"""Half precision where it is faster than single precision."""

import contextlib
from pathlib import Path

import torch


def half_precision(device: torch.device) -> contextlib.AbstractContextManager:
    """bfloat16 autocast where the processor multiplies it natively, else nothing.

    Without native instructions bfloat16 is emulated and slower than float32.
    """
    if device.type == "cuda":
        return torch.autocast("cuda", torch.bfloat16) if torch.cuda.is_bf16_supported() else contextlib.nullcontext()
    capability = torch.backends.cpu.get_cpu_capability()
    native = ("AVX512" in capability and _flag("avx512_bf16")) or _flag("amx_bf16")
    return torch.autocast("cpu", torch.bfloat16) if native else contextlib.nullcontext()


def _flag(name: str) -> bool:
    try:
        return name in Path("/proc/cpuinfo").read_text(encoding="ascii", errors="replace")
    except OSError:
        return False
