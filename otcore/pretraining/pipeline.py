"""The whole of pre-training: from a folder of sentence pairs to the editions ``base``, ``aligned`` and ``tuned``."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
from tokenizers import Tokenizer

from otcore.pretraining.batches import MaskedBatches
from otcore.pretraining.corpus import LanguageText, find_corpora, load_language
from otcore.pretraining.editions import best_layer, linked_text, train_aligned, train_tuned
from otcore.pretraining.masked import MaskedModel, MaskedObjective
from otcore.pretraining.model import encoder_config, finish_edition, new_encoder, save_edition
from otcore.pretraining.recipe import Recipe
from otcore.pretraining.store import EncodedPairs, LinkedText, encode_pairs, load_arrays, load_pairs, save_arrays, save_pairs
from otcore.pretraining.training import Plan, Run, check_same_run, run_stage
from otcore.pretraining.vectors import initial_vectors, token_pair_matrix
from otcore.pretraining.vocabulary import save_tokenizer, train_vocabulary, vocabulary_text
from otcore.runs.folders import replacing_folder


def pretrain(corpora: Path, out: Path, recipe: Recipe, progress: Callable[[str], None]) -> dict[str, Path]:
    """Train all editions and return their folders by name: ``base``, ``aligned`` and ``tuned``.

    ``out`` also gets ``log.jsonl`` and ``work``; calling again with the same arguments goes on where an earlier call stopped and ends
    with the same weights. Raises ``InputError`` for unusable corpora or an ``out`` that holds another run.
    """
    run = Run(Path(corpora), Path(out), recipe, progress)
    files = find_corpora(run.corpora)
    check_same_run(run, files)
    texts = prepare_texts(run, files)
    linked = [linked_text(run, text) for text in texts]
    masked = train_masked(run, linked)
    base = run.out / "base"
    made = {"base": base, "aligned": train_aligned(run, linked, masked), "tuned": train_tuned(run, list(files), base)}
    return {name: folder for name, folder in made.items() if folder is not None}


def prepare_texts(run: Run, files: dict[str, Path]) -> list[EncodedPairs]:
    """Make the vocabulary and encode all pairs, or read both if an earlier call made them."""
    paths = {language: run.work / f"pairs-{language}.npz" for language in files}
    if not all(path.exists() for path in paths.values()) or not (run.tokenizer / "tokenizer.json").exists():
        texts = []
        for language, file in files.items():
            run.progress(f"reading {file.name}")
            text, most = load_language(file, language, run.recipe.seed, run.recipe.presentation), run.recipe.pairs
            texts.append(replace(text, pairs=text.pairs[:most], segmented=text.segmented[:most]))
        tokenizer = _vocabulary(run, texts)
        for text in texts:
            run.progress(f"encoding {text.language}: {len(text.pairs)} pairs")
            save_pairs(paths[text.language], encode_pairs(text, tokenizer))
    encoded = [load_pairs(path, language) for language, path in paths.items()]
    sizes = {t.language: [len(t), int(t.english.lengths.sum()), int(t.other.lengths.sum())] for t in encoded}
    run.log(event="texts", **{"pairs, English tokens, other tokens": sizes})
    return encoded


def _vocabulary(run: Run, texts: list[LanguageText]) -> Tokenizer:
    path = run.tokenizer / "tokenizer.json"
    if not path.exists():
        run.progress(f"vocabulary of {run.recipe.vocabulary} pieces")
        sentences = vocabulary_text(texts, run.recipe.vocabulary_sentences, run.recipe.seed)
        tokenizer = train_vocabulary(sentences, run.recipe.vocabulary)
        with replacing_folder(run.tokenizer) as folder:
            save_tokenizer(tokenizer, folder)
    return Tokenizer.from_file(str(path))


def _vectors(run: Run, texts: list[EncodedPairs], vocabulary: int) -> np.ndarray:
    path = run.work / "vectors.npz"
    if not path.exists():
        run.progress("initial vectors")
        matrix = token_pair_matrix(texts, vocabulary, run.recipe.vector_pairs)
        save_arrays(path, vectors=initial_vectors(matrix, run.recipe.hidden, run.recipe.seed))
    return load_arrays(path)["vectors"]


def train_masked(run: Run, linked: list[LinkedText]) -> Path:
    """Run the masked stage: the edition ``base`` is taken half-way, the end is kept in ``work`` for the next stage.

    Returns the folder of the end; nothing is done if it is there already.
    """
    base, target = run.out / "base", run.work / "masked"
    if target.exists() and base.exists():
        return target
    recipe, texts = run.recipe, [text.pairs for text in linked]
    size = Tokenizer.from_file(str(run.tokenizer / "tokenizer.json")).get_vocab_size()
    encoder = new_encoder(encoder_config(size, recipe.layers, recipe.hidden), _vectors(run, texts, size), recipe.seed)
    model = MaskedModel(encoder).to(run.device)
    objective = MaskedObjective(model, MaskedBatches(texts, recipe.masked, size, recipe.seed), run.device)
    plan = Plan("masked", recipe.masked_steps, recipe.masked_rate, max(1, min(300, recipe.masked_steps // 10)))
    if not base.exists():
        run_stage(model, objective, plan, run, until=max(1, plan.steps // 2))  # fine-tuning shall have something to do
        finish_edition(run, encoder, base, best_layer(run, "base", encoder, linked))
    run_stage(model, objective, plan, run)
    save_edition(encoder, run.tokenizer, target)
    return target
