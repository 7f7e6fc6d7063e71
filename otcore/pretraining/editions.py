"""The editions ``aligned``, contrastive training on links of all pairs, at last in large batches, and ``tuned``, ``base`` after the best of
the transport objectives by the code of every other fine-tuning run."""

from pathlib import Path

from transformers import PreTrainedTokenizerFast, XLMRobertaModel

from otcore.alignment.statistical import word_links
from otcore.base.errors import InputError
from otcore.corpora.collection import load_collection
from otcore.encoders.encoder import Encoder
from otcore.encoders.maps import fit_sentence_map
from otcore.finetuning.run import carry_out
from otcore.objectives.plan_contrast import PlanContrast
from otcore.pretraining.contrastive import ContrastiveObjective
from otcore.pretraining.evaluation import sentence_means
from otcore.pretraining.layers import choose_layer
from otcore.pretraining.model import finish_edition, load_weights
from otcore.pretraining.store import EncodedPairs, LinkedText, Ragged, load_arrays, save_arrays
from otcore.pretraining.training import Plan, Run, run_stage
from otcore.runs.settings import FinetuneSettings
from otcore.runs.store import create_run, open_run

_HELD_OUT = 250
_MAPPED = 2_000  # sentences of each language that the sentence map is fitted on
_LOOKS, _FRAMES = 20, 10  # held-out figures and snapshots of the run that makes ``tuned``


def linked_text(run: Run, text: EncodedPairs) -> LinkedText:
    """Return one language's pairs with statistical links for the first ``link_pairs`` of them, kept on disk.

    Held-out pairs are linked too, so that the encoder can be compared with the links there.
    """
    path = run.work / f"links-{text.language}.npz"
    if not path.exists():
        count = min(len(text), text.held_out + run.recipe.link_pairs)
        run.progress(f"links of {text.language}: {count} pairs")
        sides = [[side[i].tolist() for i in range(count)] for side in (text.english, text.other)]
        links = Ragged.of([[i for link in pair for i in link] for pair in word_links(*sides, run.recipe.seed)])
        save_arrays(path, flat=links.flat, offsets=links.offsets)
        share = len(links.flat) / 2 / max(1, int(text.english.lengths[:count].sum()))
        run.log(event="links", language=text.language, pairs=count, linked=round(share, 4))
    arrays = load_arrays(path)
    return LinkedText(text, Ragged(arrays["flat"], arrays["offsets"]))


def contrasted(run: Run, linked: list[LinkedText], masked: Path) -> XLMRobertaModel:
    """Return the encoder at the end of the contrastive stages, trained from the end of the masked stage."""
    recipe = run.recipe
    encoder = load_weights(masked).to(run.device)
    stages = {
        "aligned": (recipe.contrastive, recipe.aligned_steps, recipe.aligned_rate),
        "sharpened": (recipe.sharpened, recipe.sharpened_steps, recipe.sharpened_rate),
    }
    for number, (name, (settings, steps, rate)) in enumerate(stages.items()):
        objective = ContrastiveObjective(encoder, linked, settings, recipe.seed + number)
        plan = Plan(name, steps, rate, max(1, min(100, steps // 10)))
        run_stage(encoder, objective, plan, run)
    return encoder


def finish_aligned(run: Run, linked: list[LinkedText], encoder: XLMRobertaModel, target: Path) -> None:
    """Fit the sentence map of the edition ``aligned``, choose its layer and save it."""
    means = sentence_means(encoder, [text.pairs for text in linked], _MAPPED, run.recipe.seed)
    sentence_map = fit_sentence_map(means) if len(means) > means.shape[1] else None  # a run on next to nothing goes without
    finish_edition(run, encoder, target, best_layer(run, "aligned", encoder, linked), sentence_map)


def best_layer(run: Run, name: str, model: XLMRobertaModel, linked: list[LinkedText]) -> int:
    """Return the layer whose words align best; see ``choose_layer``."""
    encoder = Encoder(name, model.eval(), PreTrainedTokenizerFast.from_pretrained(run.tokenizer))
    return choose_layer(run, name, encoder, linked, _HELD_OUT)


def train_tuned(run: Run, languages: list[str], base: Path) -> Path | None:
    """Fine-tune ``base`` with plan-weighted contrast on the bundled collection's training part and save the edition ``tuned``.

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
    folder, steps = run.work / "tuned", run.recipe.tuned_steps
    every = {"evaluate_every": max(1, steps // _LOOKS), "snapshot_every": max(1, steps // _FRAMES)}
    settings = FinetuneSettings(known, encoder=str(base.absolute()), objective=PlanContrast(), steps=steps, seed=run.recipe.seed, **every)
    tuning = open_run(folder) if (folder / "settings.json").exists() else create_run(settings, folder)
    if tuning.resumable:
        run.progress(f"tuning base with transport on {', '.join(known)}")
        tuning = carry_out(tuning)
    if tuning.state != "finished":
        raise InputError(f"The tuning in {folder} ended as {tuning.state} ({tuning.reason}); delete the folder to start it again.")
    encoder = load_weights(folder / "encoder")
    finish_edition(run, encoder, target, encoder.config.alignment_layer)
    return target
