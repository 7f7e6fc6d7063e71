"""The edition ``aligned``: links of all pairs, then contrastive training on them, at last in large batches."""

from __future__ import annotations

from pathlib import Path

from transformers import XLMRobertaModel

from otcore.encoders.sentence_map import fit_sentence_map
from otcore.pretraining.contrastive import ContrastiveObjective, LinkedText
from otcore.pretraining.evaluation import held_out_figures, sentence_means
from otcore.pretraining.links import word_links
from otcore.pretraining.run import Run, finish_edition, load_weights
from otcore.pretraining.store import EncodedPairs, Ragged, load_arrays, save_arrays
from otcore.pretraining.training import Plan, run_stage, write_log

_HELD_OUT = 250
_MAPPED = 2_000  # sentences of each language that the sentence map is fitted on


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
        write_log(run.log_file, {"event": "links", "language": text.language, "pairs": count, "linked": round(share, 4)})
    arrays = load_arrays(path)
    return LinkedText(text, Ragged(arrays["flat"], arrays["offsets"]))


def train_aligned(run: Run, linked: list[LinkedText], masked: Path) -> Path:
    """Train and save the edition ``aligned`` from the end of the masked stage; nothing is done if it is there already."""
    target = run.out / "aligned"
    if target.exists():
        return target
    recipe, place = run.recipe, run.place()
    encoder = load_weights(masked).to(place.device)
    stages = {
        "aligned": (recipe.contrastive, recipe.aligned_steps, recipe.aligned_rate),
        "sharpened": (recipe.sharpened, recipe.sharpened_steps, recipe.sharpened_rate),
    }
    for number, (name, (settings, steps, rate)) in enumerate(stages.items()):
        objective = ContrastiveObjective(encoder, linked, settings, recipe.seed + number)
        plan = Plan(name, steps, rate, max(1, min(100, steps // 10)), checkpoint_every=recipe.checkpoint_every)
        run_stage(encoder, objective, plan, place)
    means = sentence_means(encoder, [text.pairs for text in linked], _MAPPED, recipe.seed)
    sentence_map = fit_sentence_map(means) if len(means) > means.shape[1] else None  # a run on next to nothing goes without
    finish_edition(run, encoder, target, best_layer(run, "aligned", encoder, linked), sentence_map)
    return target


def best_layer(run: Run, name: str, encoder: XLMRobertaModel, linked: list[LinkedText]) -> int:
    """Return the layer whose words align best with the statistical links of held-out pairs; log all layers."""
    held_out = [text.held_out() for text in linked]
    layers = list(range(encoder.config.num_hidden_layers + 1))
    agreement = []
    for layer, entry in enumerate(held_out_figures(encoder, held_out, _HELD_OUT, layers)):
        figures = {key: round(value, 4) for key, value in entry.items()}
        write_log(run.log_file, {"event": "held out", "edition": name, "layer": layer, **figures})
        run.progress(f"{name} layer {layer}: held-out P@1 {figures['P@1']}, link F1 {figures['F1']}")
        agreement.append(figures["F1"])
    return max(range(len(agreement)), key=lambda layer: (agreement[layer], layer))
