"""The edition ``tuned``: ``base`` after the paper's objective, by the code of every other fine-tuning run."""

from __future__ import annotations

from pathlib import Path

from otcore.base.errors import InputError
from otcore.corpora.collection import load_collection
from otcore.finetuning import FinetuneSettings, create_run, open_run
from otcore.finetuning.run import carry_out
from otcore.objectives.settings import ObjectiveSettings
from otcore.pretraining.run import Run, finish_edition, load_weights

# Chosen on the collection's dev part: a stronger anchor holds the encoder where it is, a weaker one lets retrieval fall.
ANCHOR = 0.02
RATE = 1e-4


def train_tuned(run: Run, languages: list[str], base: Path) -> Path | None:
    """Fine-tune ``base`` with WordOT on the bundled collection's training part and save the edition ``tuned``.

    ``languages`` the collection does not have are left out; where none is left there is no such edition and the
    result is ``None``. A run that was stopped goes on; nothing is done if the edition is there already.
    Raises ``InputError`` if the run stops itself.
    """
    target = run.out / "tuned"
    if target.exists():
        return target
    known = tuple(code for code in languages if code in load_collection().languages)
    if not known:
        return None
    folder = run.work / "tuned"
    tuning = open_run(folder) if (folder / "settings.json").exists() else create_run(_settings(run, known, base), folder)
    if tuning.resumable:
        run.progress(f"tuning base with transport on {', '.join(known)}")
        tuning = carry_out(tuning)
    if tuning.state != "finished":
        raise InputError(f"The tuning in {folder} ended as {tuning.state} ({tuning.reason}); delete the folder to start it again.")
    encoder = load_weights(folder / "encoder")
    finish_edition(run, encoder, target, encoder.config.alignment_layer)
    return target


def _settings(run: Run, languages: tuple[str, ...], base: Path) -> FinetuneSettings:
    return FinetuneSettings(
        languages,
        encoder=str(base.absolute()),
        objective=ObjectiveSettings("word-ot", anchor=ANCHOR),
        steps=run.recipe.tuned_steps,
        learning_rate=RATE,
        seed=run.recipe.seed,
        evaluate_every=max(1, run.recipe.tuned_steps // 4),
        snapshot_every=0,
    )
