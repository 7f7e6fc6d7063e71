"""How good an encoder is: comparisons with intervals, and zero-shot transfer."""
