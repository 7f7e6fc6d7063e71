"""When a run has gone wrong: not a number, an exploding loss, or vectors that fall together."""

import math
from dataclasses import dataclass
from typing import Any

_FIRST = 10  # steps that say what is usual
_EXPLOSION = 20.0  # times the largest of them
_COLLAPSE = 0.1  # share of the first distance 1 − cosine that must be left


@dataclass
class Guard:
    """Knows how a run began; saved with its checkpoint.

    seen  : steps looked at
    loss  : the largest |loss| of the first steps
    cosine: the mean cosine of random words at the first step
    """

    seen: int = 0
    loss: float = 0.0
    cosine: float = 0.0

    def fault(self, figures: dict[str, Any]) -> str:
        """Why the run must stop, or "" where all is well."""
        loss, norm, cosine = figures["loss"], figures["gradient_norm"], figures["cosine"]
        if not all(map(math.isfinite, (loss, norm, cosine))):
            return "the loss or its gradient is not a number any more; try a lower learning rate, a larger ε, or without bf16"
        if self.seen >= _FIRST and abs(loss) > _EXPLOSION * max(self.loss, 1e-3):
            return f"the loss exploded, from {self.loss:.3g} to {loss:.3g}; try a lower learning rate"
        if self.seen > 0 and 1 - cosine < _COLLAPSE * (1 - self.cosine):
            advice = "try a stronger anchor, a lower learning rate, or an objective with negatives"
            return f"the vectors collapsed: the mean cosine of random words rose from {self.cosine:.3f} to {cosine:.3f}; {advice}"
        if self.seen == 0:
            self.cosine = cosine
        if self.seen < _FIRST:
            self.loss = max(self.loss, abs(loss))
        self.seen += 1
        return ""
