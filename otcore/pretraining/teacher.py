"""The teacher: a real multilingual encoder, fine-tuned on the same text by words, that the bundled encoder can learn from.

Its lower layers learn to find linked subwords among all of a batch, as the edition ``aligned`` does. The links are a statistical
aligner's joined with the encoder's own of the moment: what both say, and what one says where the other is silent.
"""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from otcore.alignment.statistical import joined
from otcore.base.errors import InputError
from otcore.encoders import load_encoder
from otcore.encoders.encoder import Encoder
from otcore.encoders.trunk import Trunk
from otcore.finetuning.run import export
from otcore.pretraining.contrastive import ContrastiveObjective
from otcore.pretraining.corpus import ENGLISH, LanguageText, find_corpora, read_pairs
from otcore.pretraining.editions import linked_text
from otcore.pretraining.evaluation import held_out_figures
from otcore.pretraining.layers import choose_layer
from otcore.pretraining.recipe import TeacherRecipe
from otcore.pretraining.store import MAX_SIDE, EncodedPairs, LinkedText, encode_pairs, load_pairs, save_pairs
from otcore.pretraining.training import Plan, Run, check_same_run, run_stage
from otcore.pretraining.vocabulary import BOS, EOS, PAD
from otcore.text.segmentation import SPLITTERS, split_generic

_FAR = -1e4


def teach(corpora: Path, out: Path, recipe: TeacherRecipe, progress: Callable[[str], None], target: Path | None = None) -> Path:
    """Fine-tune ``recipe.encoder`` on a folder of sentence pairs and return the folder of the teacher, ``target``, else one in ``out``.

    ``out`` also gets ``log.jsonl`` and ``work``; calling again with the same arguments goes on where an earlier call stopped.
    Raises ``InputError`` for unusable corpora, an encoder that cannot be had or an ``out`` that holds another run.
    """
    run = Run(Path(corpora), Path(out), recipe, progress)
    files, target = find_corpora(run.corpora), target or run.out / "teacher"
    check_same_run(run, files)
    encoder = load_encoder(recipe.encoder)
    check_teacher(encoder)
    linked = [linked_text(run, text) for text in _texts(run, files, encoder)]
    if target.exists():
        return target
    encoder.model.to(run.device)
    if run.device.type == "cpu":
        encoder.model.set_attn_implementation("eager")
    trunk = Trunk(encoder, encoder.check_layer(recipe.layer))
    if not trunk.short:
        raise InputError(f"The layers of {encoder.name} cannot be told apart; choose another encoder as the teacher.")
    trunk.select(encoder, top_layers=None)
    _without_dropout(encoder.model)
    objective = TeacherObjective(trunk, encoder.model, linked, recipe)
    plan = Plan("teacher", recipe.steps, recipe.rate, max(1, min(100, recipe.steps // 10)))
    run_stage(encoder.model, objective, plan, run)
    encoder.model.config.alignment_layer = choose_layer(run, "teacher", encoder, linked, recipe.evaluated)
    export(encoder, target)
    return target


def joined_with_mutual(scores: Tensor, links: Tensor) -> Tensor:
    """Statistical links joined with the mutual maxima of (m, n) similarities; those outside a pair are -1e4 or less.

    links  : (k, 2) of the statistical aligner
    returns: (K, 2) the joined links, sorted
    """
    mutual = (scores == scores.max(1, keepdim=True).values) & (scores == scores.max(0, keepdim=True).values) & (scores > _FAR)
    found = joined(*({(i, j) for i, j in some.tolist()} for some in (mutual.nonzero(), links)))
    return torch.tensor(sorted(found), dtype=torch.long, device=scores.device).reshape(-1, 2)


class TeacherObjective(ContrastiveObjective):
    """The losses of the edition ``aligned`` at the layer a trunk ends in, on joined links."""

    def __init__(self, trunk: Trunk, whole: nn.Module, texts: list[LinkedText], recipe: TeacherRecipe) -> None:
        super().__init__(trunk.model, texts, recipe.contrastive, recipe.seed)
        self._whole, self._recipe = whole, recipe

    def _states(self, step: int, ids: Tensor) -> tuple[Tensor, Tensor]:
        """Sentences are compared by the last layer, which retrieval reads, in some steps only: what is above the trunk costs half as much
        again. It stays as it is, and would else be given what it does not know."""
        if step % self._recipe.sentences_every:
            return super()._states(step, ids)
        hidden = self._whole(input_ids=ids, attention_mask=(ids != PAD).long(), output_hidden_states=True).hidden_states
        return hidden[self._recipe.layer], hidden[-1]

    def _links(self, vectors: list[Tensor], sentences: list[Tensor], links: Tensor) -> Tensor:
        with torch.no_grad():
            apart = sentences[0][:, None] != sentences[1][None, :]
            return joined_with_mutual((vectors[0] @ vectors[1].T).float().masked_fill(apart, _FAR), links)

    def evaluate(self) -> dict[str, float]:
        """Return held-out link F1 of the layer that is trained and the one below it, and P@1 of the last layer."""
        layers = [self._recipe.layer - 1, self._recipe.layer, -1]
        below, trained, last = held_out_figures(self._whole, self._texts, self._recipe.evaluated, layers)
        return {"F1": trained["F1"], "F1 below": below["F1"], "P@1": last["P@1"]}


def _texts(run: Run, files: dict[str, Path], encoder: Encoder) -> list[EncodedPairs]:
    """All languages as ids of the encoder's own vocabulary, from disk if an earlier call encoded them."""
    texts = []
    for language, file in files.items():
        path = run.work / f"pairs-{language}.npz"
        if not path.exists():
            run.progress(f"reading {file.name}")
            save_pairs(path, encode_pairs(_read(file, language, run.recipe), encoder.tokenizer.backend_tokenizer))
        texts.append(load_pairs(path, language))
    return texts


def _read(path: Path, language: str, recipe: TeacherRecipe) -> LanguageText:
    """One file in a seeded random order, most of it as words set apart, which is how the engine shows sentences to an encoder."""
    how, pairs = recipe.presentation, read_pairs(path)
    rng = np.random.default_rng([recipe.seed, sum(map(ord, language))])
    pairs = [pairs[i] for i in rng.permutation(len(pairs))[: recipe.pairs]]
    lower, apart = (rng.random(len(pairs)) < share for share in (how.lower_share, how.segmented_share))
    splitters = [SPLITTERS.get(code, split_generic) for code in (ENGLISH, language)]
    for i, pair in enumerate(pairs):
        sides = [" ".join(split(side)) for split, side in zip(splitters, pair, strict=True)] if apart[i] else pair
        pairs[i] = tuple(side.lower() for side in sides) if lower[i] else tuple(sides)
    return LanguageText(language, pairs, apart, min(how.held_out, len(pairs) // 10))


def check_teacher(encoder: Encoder) -> None:
    """Pairs are kept as ids without special tokens, and batches put XLM-R's around them: raises ``InputError`` where these are others."""
    known = encoder.tokenizer
    if (known.bos_token_id, known.pad_token_id, known.eos_token_id) != (BOS, PAD, EOS) or encoder.max_pieces < MAX_SIDE + 2:
        raise InputError(f"{encoder.name} has other special tokens than XLM-R, or takes too few; choose another encoder as the teacher.")


def _without_dropout(model: nn.Module) -> None:
    for module in model.modules():
        if isinstance(module, nn.Dropout):
            module.p = 0.0
