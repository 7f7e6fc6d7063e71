"""The choices of a person: a key, a default and a check for each. The keys are those of the widgets and of the URL.

One file a page; a new page adds its file here.
"""

from dashboard.pages.align import choices as align
from dashboard.pages.align.choices import LAYER_DEFAULT, MAX_CHARACTERS, OWN_TEXT, SWEEPS, VIEWS
from dashboard.pages.compare import choices as compare
from dashboard.pages.compare.choices import MOST_COMPARED
from dashboard.pages.compare.transfer import choices as transfer
from dashboard.pages.errors import choices as errors
from dashboard.pages.finetune import choices as training
from dashboard.pages.learn import choices as learn
from dashboard.pages.search import choices as search
from dashboard.pages.space import choices as space
from dashboard.state.parsing import EPSILONS, Field

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
