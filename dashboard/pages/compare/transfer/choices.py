"""The choices of the Compare page's Transfer tab: the task, its budget, its files, what of the result is shown."""

from dashboard.state import parsing
from dashboard.state.parsing import Field
from otcore.evaluation.transfer.settings import TRAINED
from otcore.evaluation.transfer.tasks import TASKS
from otcore.text.languages import LANGUAGES

FIGURES, TRANSFER = "figures", "transfer"
OWN_CHOICE = "task"  # what is trained is left to the task
BUDGETS = ("quick", "usual", "full")
_SOME = parsing.list_of(40)

FIELDS = {
    "cmp_part": Field(FIGURES, parsing.one_of(FIGURES, TRANSFER)),
    "tr_task": Field("topics", parsing.one_of(*TASKS)),
    "tr_budget": Field("usual", parsing.one_of(*BUDGETS)),
    "tr_train": Field(OWN_CHOICE, parsing.one_of(OWN_CHOICE, *TRAINED)),
    "tr_files": Field("", parsing.at_most(40)),
    "tr_measure": Field("", parsing.at_most(40)),
    "tr_seen": Field([], lambda text: _SOME(text) if text else []),
    "tr_over": Field(["de", "fr", "es", "ar", "ja"], parsing.list_of(len(LANGUAGES), *(code for code in LANGUAGES if code != "en"))),
}
