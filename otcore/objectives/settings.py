"""The settings of the objectives; free of heavy imports, so that the command line starts fast."""

import math
from dataclasses import dataclass

from otcore.base.errors import InputError
from otcore.base.names import COSTS, MASSES

OBJECTIVES = ("word-ot", "sub-ot", "contrastive-ot", "l2", "contrastive-weak", "contrastive-strong", "linear", "adversarial")
MAPS = ("linear", "adversarial")  # fitted on a frozen encoder, not trained through it
SCOPES = ("sentence", "batch")

_TRANSPORT = ("word-ot", "sub-ot")
_LINKED = ("l2", "contrastive-weak", "contrastive-strong", "linear")
_TEMPERATURE = {"contrastive-ot": 0.05}
_INFONCE_TEMPERATURE = 0.1


@dataclass(frozen=True)
class ObjectiveSettings:
    """What is trained, and how. Where None stands, the objective's own default is filled in when the settings are made:
    to change the kind, make new settings instead of replacing it.

    kind       : one of OBJECTIVES
    cost       : ground cost between two points: "cosine", "euclidean", "sqeuclidean", "dot"
    epsilon    : entropic strength > 0, in the unit of the cost; None: 0.05 (the paper with "euclidean"), contrastive-ot 0.1
    relative   : whether ε is in units of the mean cost of each transport instead
    masses     : "uniform", "norm", "inverse-frequency"; the data side makes them
    debiased   : Sinkhorn divergence instead of the plain entropic cost; None: True (the paper), contrastive-ot False
    scope      : one cloud a "sentence", or one a language from all sentences of the "batch" (word-ot and sub-ot only)
    anchor     : λ ≥ 0 of the term that holds the English points near the original encoder's
    temperature: > 0, what scores are divided by; None: 0.05 of contrastive-ot's costs, 0.1 of cosines
    iterations : where the solver stops at the latest, ≥ 1; None: 200, contrastive-ot 16
    tolerance  : L1 marginal error at which a transport is solved, > 0; None: 1e-3, contrastive-ot 1e-2
    raises     : InputError   a name that is not among the choices, or a number out of range
    """

    kind: str = "word-ot"
    cost: str = "cosine"
    epsilon: float | None = None
    relative: bool = False
    masses: str = "uniform"
    debiased: bool | None = None
    scope: str = "sentence"
    anchor: float = 1.0
    temperature: float | None = None
    iterations: int | None = None
    tolerance: float | None = None

    def __post_init__(self) -> None:
        for name, choices in (("kind", OBJECTIVES), ("cost", COSTS), ("masses", MASSES), ("scope", SCOPES)):
            if getattr(self, name) not in choices:
                raise InputError(f"The objective's {name} must be one of {', '.join(choices)}, not {getattr(self, name)!r}.")
        many = self.kind == "contrastive-ot"  # B × B transports a step: looser each
        defaults = {
            "epsilon": 0.1 if many else 0.05,
            "debiased": not many,
            "temperature": _TEMPERATURE.get(self.kind, _INFONCE_TEMPERATURE),
            "iterations": 16 if many else 200,
            "tolerance": 1e-2 if many else 1e-3,
        }
        for name, value in defaults.items():
            if getattr(self, name) is None:
                object.__setattr__(self, name, value)
        for name in ("epsilon", "temperature", "tolerance"):
            if not (math.isfinite(getattr(self, name)) and getattr(self, name) > 0):
                raise InputError(f"The objective's {name} must be a number above 0, not {getattr(self, name)}.")
        if not (math.isfinite(self.anchor) and self.anchor >= 0):
            raise InputError(f"The objective's anchor must be a number from 0 up, not {self.anchor}.")
        if self.iterations < 1:
            raise InputError(f"The objective's iterations must be 1 or more, not {self.iterations}.")
        if self.scope == "batch" and self.kind not in _TRANSPORT:
            raise InputError(f"The scope “batch” is only for {' and '.join(_TRANSPORT)}; choose “sentence” for {self.kind}.")

    @property
    def unit(self) -> str:
        """What a point of a cloud is: "subword" for sub-ot, else "word"."""
        return "subword" if self.kind == "sub-ot" else "word"

    @property
    def pooling(self) -> str:
        """How a word's vector comes from its subwords': the last one for word-ot, as in the paper (METHOD, "point cloud"),
        else their mean, which is how words are read where encoders are compared."""
        return "last" if self.kind == "word-ot" else "mean"

    @property
    def needs_links(self) -> bool:
        """Whether the data must bring word pairs."""
        return self.kind in _LINKED

    @property
    def is_map(self) -> bool:
        """Whether this is a map over a frozen encoder, to be fitted and not trained."""
        return self.kind in MAPS

    @property
    def uses_anchor(self) -> bool:
        """Whether the frozen original encoder's English points are needed."""
        return self.anchor > 0 and not self.is_map
