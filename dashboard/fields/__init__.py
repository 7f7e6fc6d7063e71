"""The choices of a person: a key, a default and a check for each. The keys are those of the widgets and of the URL.

One file a page; a new page adds its file here.
"""

from dashboard.fields import align, compare, errors, learn, search, space, training, transfer
from dashboard.fields.align import LAYER_DEFAULT, MAX_CHARACTERS, OWN_TEXT, SWEEPS, VIEWS
from dashboard.fields.compare import MOST_COMPARED
from dashboard.fields.parsing import EPSILONS, Field

__all__ = ["EPSILONS", "FIELDS", "LAYER_DEFAULT", "MAX_CHARACTERS", "MOST_COMPARED", "OWN_TEXT", "SWEEPS", "VIEWS", "Field"]

FIELDS: dict[str, Field] = {
    **align.FIELDS,
    **compare.FIELDS,
    **errors.FIELDS,
    **learn.FIELDS,
    **search.FIELDS,
    **space.FIELDS,
    **training.FIELDS,
    **transfer.FIELDS,
}
