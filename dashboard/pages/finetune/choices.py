"""The choices of the Fine-tune page: the settings of the next run, and the run that is looked at."""

from dashboard.pages.finetune.own_pairs import Corpus
from dashboard.state import parsing
from dashboard.state.parsing import Field
from otcore.base.choices import declared
from otcore.base.names import COSTS, MASSES
from otcore.objectives import OBJECTIVES
from otcore.runs.settings import PRESETS, FinetuneSettings
from otcore.text.languages import LANGUAGES, language


def _languages(text: str) -> list[str]:
    """Codes of any languages but English: those that are not bundled can be trained on a person's own pairs."""
    codes = [language(code).code for code in parsing.list_of(len(LANGUAGES))(text)]
    if "en" in codes:
        raise ValueError(text)
    return list(dict.fromkeys(codes))


def _corpora(text: str) -> list[str]:
    """Corpora of a person's own, as `dashboard.pages.finetune.own_pairs` writes them, divided by commas."""
    return [str(Corpus.parse(entry)) for entry in text.split(",") if entry]


def _training_fields() -> dict[str, Field]:
    """The settings of the next fine-tuning run; None is what the preset or the objective takes."""
    names = {name: one.kind.labels for name, one in declared(FinetuneSettings).items() if name in ("scope", "word_pairs", "schedule")}
    whole = {"pairs": (2, 10**7), "steps": (1, 10**7), "layer": (1, 1000), "top": (1, 1000), "every": (1, 10**6)}
    real = {"minutes": (0.05, 10_000), "rate": (1e-8, 1), "anchor": (0, 1e6), "epsilon": (1e-6, 1e6), "temperature": (1e-6, 1e6)}
    fields = {
        "languages": Field(["de", "fr", "es"], _languages),
        "objective": Field("contrastive-ot", parsing.one_of(*OBJECTIVES)),
        "encoder": Field("base", parsing.nonempty),
        "budget": Field("five-minutes", parsing.one_of(*PRESETS)),
        "batch": Field(24, parsing.number(1, 4096, int)),
        "seed": Field(0, parsing.number(0, 2**31, int)),
        "cost": Field("cosine", parsing.one_of(*COSTS)),
        "masses": Field("uniform", parsing.one_of(*MASSES)),
        "scope": Field("sentence", parsing.one_of(*names["scope"])),
        "word_pairs": Field("mutual", parsing.one_of(*names["word_pairs"])),
        "schedule": Field("linear", parsing.one_of(*names["schedule"])),
        "bf16": Field(True, parsing.flag),
        "data": Field("bundled", parsing.one_of("bundled", "own")),
        "own": Field([], _corpora),
        "clean": Field(True, parsing.flag),
        **{name: Field(None, parsing.or_default(parsing.number(*ends, int))) for name, ends in whole.items()},
        **{name: Field(None, parsing.or_default(parsing.number(*ends))) for name, ends in real.items()},
    }
    return {f"ft_{name}": field for name, field in fields.items()}


FIELDS = {
    "run": Field("", parsing.at_most(80)),
    **_training_fields(),
}
