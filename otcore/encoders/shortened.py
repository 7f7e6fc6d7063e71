"""An encoder's first layers alone, for those who want no others."""

import copy

import torch
from torch import nn


def layers_path(model: nn.Module, layers: int) -> str | None:
    """Where in a model the list of its layers is, or None."""
    lists = {name: len(module) for name, module in model.named_modules() if isinstance(module, nn.ModuleList)}
    return next((name for name, length in lists.items() if length == layers), None)


def shortened(model: nn.Module, layers: int, layer: int, id: int) -> nn.Module | None:
    """A second view of a model whose last hidden state is that of one of its layers; weights are shared.

    layers : of the model; layer: 0 … layers
    id     : of any piece, for trying whether the view agrees with the whole
    returns: None where the architecture has none that agrees
    """
    path = layers_path(model, layers)
    views = (_first_layers(model, path, layer, normed=normed) for normed in (True, False)) if path else ()
    return next((view for view in views if _agrees(view, model, layer, id)), None)


def _first_layers(model: nn.Module, path: str, layer: int, *, normed: bool) -> nn.Module:
    """A second view of the model with its first layers only and no pooler; weights are shared.

    normed: whether norms after the list of layers stay: where they follow the last layer only (ModernBERT), vectors of the
            others go without
    """
    view = _view(model)
    if getattr(view, "pooler", None) is not None:
        view.pooler = None
    module, names = view, path.split(".")
    for depth, name in enumerate(names, 1):
        children = module._modules
        after = list(children)[list(children).index(name) + 1 :]
        children |= {one: nn.Identity() for one in after if not normed and "Norm" in type(children[one]).__name__}
        children[name] = _view(children[name]) if depth < len(names) else children[name][:layer]
        module = children[name]
    return view


def _view(module: nn.Module) -> nn.Module:
    view = copy.copy(module)
    view._modules = dict(module._modules)
    return view


@torch.no_grad()
def _agrees(short: nn.Module, model: nn.Module, layer: int, id: int) -> bool:
    """Whether the shortened model ends in the vectors that the whole one has at the layer."""
    ids = torch.tensor([[id, id + 1, id]], device=model.device)
    mask = torch.ones_like(ids)
    whole = model(input_ids=ids, attention_mask=mask, output_hidden_states=True).hidden_states[layer]
    return torch.equal(short(input_ids=ids, attention_mask=mask).last_hidden_state, whole)
