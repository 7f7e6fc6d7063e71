"""AdamW, and where a run can go on from: weights, the optimiser's state and the step, in one safetensors file.

No random state is in it, because none is used: batches depend on (seed, step) alone and dropout is off.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file

from otcore.base.errors import InputError
from otcore.text.writing import replacing

_MOMENTS = ("exp_avg", "exp_avg_sq")
Parameters = Mapping[str, torch.nn.Parameter]


def adamw(parameters: Parameters, rate: float, decay: float, **more: Any) -> torch.optim.Optimizer:
    """AdamW whose weight decay holds for matrices other than embeddings; `more` are options of it."""
    decays = {name: parameter.ndim > 1 and "embeddings" not in name for name, parameter in parameters.items()}
    groups = [([p for name, p in parameters.items() if decays[name] is kind], decay if kind else 0.0) for kind in (True, False)]
    return torch.optim.AdamW([{"params": some, "weight_decay": by} for some, by in groups if some], lr=rate, fused=True, **more)


def set_rate(optimiser: torch.optim.Optimizer, rate: float) -> None:
    for group in optimiser.param_groups:
        group["lr"] = rate


def save_checkpoint(path: Path, parameters: Parameters, optimiser: torch.optim.Optimizer, progress: dict[str, Any]) -> None:
    """Writes the trained parameters, AdamW's moments and `progress` (plain values) in one step."""
    tensors = {f"model.{name}": parameter for name, parameter in parameters.items()}
    for name, parameter in parameters.items():
        tensors |= {f"{key}.{name}": optimiser.state[parameter][key] for key in _MOMENTS if parameter in optimiser.state}
    tensors = {name: value.detach().cpu().contiguous() for name, value in tensors.items()}
    with replacing(path) as temporary:
        save_file(tensors, temporary, metadata={"progress": json.dumps(progress)})


def load_checkpoint(path: Path, parameters: Parameters, optimiser: torch.optim.Optimizer) -> dict[str, Any]:
    """Puts a checkpoint back; its `progress`, or the step alone that pre-training wrote before.

    raises: InputError   the file is damaged or of another encoder
    """
    try:
        with safe_open(path, framework="pt") as file:
            stored = file.metadata()
            progress = json.loads(stored["progress"]) if "progress" in stored else {"step": int(stored["step"])}
            tensors = {name: file.get_tensor(name) for name in sorted(file.keys())}
    except (OSError, SafetensorError, TypeError, KeyError, ValueError) as error:
        raise InputError(f"The checkpoint {path} cannot be read ({error}); start the run anew.") from error
    if {name.removeprefix("model.") for name in tensors if name.startswith("model.")} != set(parameters):
        raise InputError(f"The checkpoint {path} is of another encoder or other trained layers; start the run anew.")
    with torch.no_grad():
        for name, parameter in parameters.items():
            parameter.copy_(tensors[f"model.{name}"])
            if f"exp_avg.{name}" in tensors:
                moments = {key: tensors[f"{key}.{name}"].to(parameter.device) for key in _MOMENTS}
                optimiser.state[parameter] = {"step": torch.tensor(float(progress["step"]), device=parameter.device)} | moments
    return progress
