"""The names a setting may take, in one place that loads nothing heavy (the command line's --help stays quick)."""

UNITS = ("word", "subword")
POOLINGS = ("mean", "first", "last")
COSTS = ("cosine", "euclidean", "sqeuclidean", "dot")
MASSES = ("uniform", "norm", "inverse-frequency")
SOLVERS = ("exact", "entropic", "debiased", "unbalanced", "partial")
PLAN_RULES = ("mutual", "threshold", "source-maximum", "target-maximum", "iterated")
SIMILARITY_RULES = ("argmax", "softmax")
RULES = (*PLAN_RULES, *SIMILARITY_RULES)
