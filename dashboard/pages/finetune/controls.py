"""The widgets of the Fine-tune page: they only set choices; what follows from them is computed elsewhere."""

import importlib.util

import streamlit as st

from dashboard import state
from dashboard.kit import encoder_choice
from dashboard.pages.finetune import data as finetune_data
from otcore.base.choices import declared
from otcore.base.names import COSTS, MASSES
from otcore.objectives import OBJECTIVES
from otcore.runs.settings import PRESETS, FinetuneSettings
from otcore.text.languages import LANGUAGES

_NAMES = {name: one.kind.labels for name, one in declared(FinetuneSettings).items() if name in ("scope", "word_pairs", "schedule")}


def choices() -> None:
    """Languages, objective, encoder, budget; everything else folded away."""
    left, right = st.columns(2)
    names = {code: entry.name for code, entry in LANGUAGES.items() if code != "en"}
    left.multiselect(
        "Languages", list(dict.fromkeys([*names, *state.get("ft_languages")])), key="ft_languages", placeholder="one or more",
        format_func=lambda code: names.get(code, code), accept_new_options=True,
        help="Each is aligned with English. For your own sentence pairs the code of any other language can be typed, such as pt or el.",
    )  # fmt: skip
    _encoder(right)
    left, right = st.columns(2)
    left.selectbox("Objective", list(OBJECTIVES), key="ft_objective", format_func=lambda name: OBJECTIVES[name].label)
    left.caption(OBJECTIVES[state.get("ft_objective")].about)
    right.segmented_control("Budget", list(PRESETS), key="ft_budget", format_func=lambda name: PRESETS[name].label, required=True)
    right.caption(PRESETS[state.get("ft_budget")].about)
    finetune_data.data()
    with st.expander("All other settings"):
        _training()
        _transport()


def _encoder(place) -> None:
    about = "Where training starts: a bundled edition, an earlier run, or a name on the model hub (type it)."
    encoder_choice.one("ft_encoder", place=place, help=about)


def _training() -> None:
    rate = OBJECTIVES[state.get("ft_objective")].learning_rate
    first, second, third = st.columns(3)
    _number(first, "Learning rate", "rate", 1e-8, 1.0, 1e-5, f"{rate:g}, recommended", "Highest rate of the optimiser. Too high: the loss "
            "jumps and the run stops itself. Too low: nothing moves.")  # fmt: skip
    _number(second, "Minutes", "minutes", 0.05, 10_000.0, 1.0, "as the budget", "How long the run works at most, in place of the budget.")
    _number(third, "Steps at most", "steps", 1, 10**7, 50, "no limit", "The run also ends after so many steps.")
    first.number_input(
        "Batch", 1, 4096, key="ft_batch", help="Sentence pairs of each language a step: more make steadier steps, but fewer of them."
    )
    _number(second, "Pairs a language", "pairs", 2, 10**7, 100, "all", "Most training pairs used: to see how far few go.")
    first.number_input("Seed", 0, 2**31, key="ft_seed", help="Of the order of batches. Other seeds show what chance does.")
    _number(second, "Layer", "layer", 1, 1000, 1, "the encoder's own", "Whose vectors are aligned; layers above it are not trained.")
    _number(third, "Top layers only", "top", 1, 1000, 1, "all", "Train only so many layers below it: faster, and less can be lost.")
    third.selectbox(
        "Schedule", list(_NAMES["schedule"]), key="ft_schedule", format_func=_NAMES["schedule"].get,
        help="What the learning rate does after its rise in the first tenth.",
    )  # fmt: skip
    _number(third, "Look every … steps", "every", 1, 10**6, 10, "by budget", "Steps between held-out figures, snapshots and checkpoints; "
            "looking costs time.")  # fmt: skip
    first.toggle("Half precision", key="ft_bf16", help="Computes in bfloat16 where the processor has it: faster, a little less exact.")


def _transport() -> None:
    objective = OBJECTIVES[state.get("ft_objective")]()
    known = {name: getattr(objective, name, None) for name in ("anchor", "epsilon", "temperature")}
    shown = {name: "not used" if value is None else f"{value:g}" for name, value in known.items()}
    first, second, third = st.columns(3)
    _number(first, "Anchor λ", "anchor", 0.0, 1e6, 0.5, f"{shown['anchor']}, recommended", "Holds the English vectors near "
            "those of the encoder as it was: stronger is safer and learns less.")  # fmt: skip
    _number(second, "ε, entropic strength", "epsilon", 1e-6, 1e6, 0.01, shown["epsilon"], "Of the transport in the loss. Small: sharp "
            "plans, slow. Large: every word goes a little everywhere.")  # fmt: skip
    _number(third, "Temperature", "temperature", 1e-6, 1e6, 0.01, shown["temperature"], "What scores are divided by in contrastive "
            "objectives: low looks at the hardest others only.")  # fmt: skip
    first.selectbox("Ground cost", COSTS, key="ft_cost", help="What it costs to move mass between two words.")
    second.selectbox("Word masses", MASSES, key="ft_masses", help="How much each word weighs: alike, by length, or little where common.")
    third.selectbox(
        "Scope", list(_NAMES["scope"]), key="ft_scope",
        help="One transport a sentence, or one a language over all sentences of the batch (WordOT and SubOT only).",
    )  # fmt: skip
    usable = [name for name in _NAMES["word_pairs"] if name != "eflomal" or importlib.util.find_spec("eflomal")]
    if state.get("ft_word_pairs") not in usable:
        state.put(ft_word_pairs=usable[0])
    first.selectbox(
        "Word pairs", usable, key="ft_word_pairs", format_func=_NAMES["word_pairs"].get,
        help="Where linked words come from, for the objectives that need them; eflomal is an optional statistical aligner.",
    )  # fmt: skip


def _number(place, label: str, name: str, low, high, step, otherwise: str, help: str) -> None:
    """A number that may stay empty: then the engine's own value, told in the box, is taken."""
    place.number_input(
        label, low, high, value=None, step=step, key=f"ft_{name}", placeholder=otherwise, help=help,
        format="%d" if isinstance(step, int) else "%g",
    )  # fmt: skip
