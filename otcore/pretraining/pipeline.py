"""The whole of pre-training: from a folder of sentence pairs to the editions ``base``, ``aligned`` and ``tuned``, or to ``aligned`` alone,
which goes on from an edition that is there and learns from a teacher."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
from tokenizers import Tokenizer

from otcore.encoders import load_encoder
from otcore.encoders.encoder import Encoder
from otcore.encoders.lexicon import LEXICON, save_lexicon
from otcore.pretraining.batches import MaskedBatches
from otcore.pretraining.corpus import LanguageText, find_corpora, load_language
from otcore.pretraining.distilling import distil
from otcore.pretraining.editions import best_layer, contrasted, finish_aligned, linked_text, train_tuned
from otcore.pretraining.lexicon import make_lexicon
from otcore.pretraining.masked import MaskedModel, MaskedObjective
from otcore.pretraining.model import adopt_tokenizer, encoder_config, finish_edition, load_weights, new_encoder, save_edition
from otcore.pretraining.recipe import Recipe, TeacherRecipe
from otcore.pretraining.store import EncodedPairs, LinkedText, encode_pairs, load_arrays, load_pairs, save_arrays, save_pairs
from otcore.pretraining.taught import encode_taught, load_taught, save_taught, taught_text
from otcore.pretraining.teacher import check_teacher, teach
from otcore.pretraining.training import Plan, Run, check_same_run, run_stage
from otcore.pretraining.vectors import initial_vectors, token_pair_matrix
from otcore.pretraining.vocabulary import save_tokenizer, train_vocabulary, vocabulary_text, word_beginnings
from otcore.runs.folders import replacing_folder


def pretrain(corpora: Path, out: Path, recipe: Recipe, progress: Callable[[str], None]) -> dict[str, Path]:
    """Train all editions and return their folders by name: ``base``, ``aligned`` and ``tuned``; of a recipe with a start ``aligned`` alone.

    ``out`` also gets ``log.jsonl`` and ``work``, and ``teacher`` where one is made; calling again with the same arguments goes on where an
    earlier call stopped and ends with the same weights. Raises ``InputError`` for unusable corpora, a start or a teacher that cannot be
    had, or an ``out`` that holds another run.
    """
    run = Run(Path(corpora), Path(out), recipe, progress)
    files = find_corpora(run.corpora)
    check_same_run(run, files)
    if recipe.start:
        adopt_tokenizer(run, Path(recipe.start))
    teacher = _teacher(run)
    texts = prepare_texts(run, files, teacher)
    linked = [linked_text(run, text) for text in texts]
    if recipe.start:
        return {"aligned": train_aligned(run, linked, teacher)}
    train_masked(run, linked)
    base = run.out / "base"
    made = {"base": base, "aligned": train_aligned(run, linked, teacher), "tuned": train_tuned(run, list(files), base)}
    return {name: folder for name, folder in made.items() if folder is not None}


def _teacher(run: Run) -> Encoder | None:
    """The teacher, fine-tuned first if the recipe says so and it is not there, or ``None`` where there is none."""
    wanted = run.recipe.teacher
    if wanted is None:
        return None
    if isinstance(wanted, TeacherRecipe):
        folder = run.out / "teacher"
        wanted = str((folder if folder.exists() else teach(run.corpora, run.work / "teaching", wanted, run.progress, folder)).absolute())
    teacher = load_encoder(wanted)
    check_teacher(teacher)
    return teacher


def train_aligned(run: Run, linked: list[LinkedText], teacher: Encoder | None) -> Path:
    """Train and save the edition ``aligned``, from the end of the masked stage or from the start, and at last on the teacher's lessons, and
    give it a lexicon where the recipe wants one; what is there already is not made again."""
    target, start = run.out / "aligned", run.recipe.start
    if not target.exists():
        _train_aligned(run, linked, teacher, target, start)
    lexicon = run.recipe.lexicon
    if lexicon is not None and not (target / LEXICON).exists():
        save_lexicon(target, make_lexicon(Run(run.corpora, run.work / "lexicon", lexicon, run.progress), target))
    return target


def _train_aligned(run: Run, linked: list[LinkedText], teacher: Encoder | None, target: Path, start: str | None) -> None:
    encoder = load_weights(Path(start)).to(run.device) if start else contrasted(run, linked, run.work / "masked")
    if teacher is not None:
        taught = [taught_text(text, load_taught(run.work / f"taught-{text.pairs.language}.npz")) for text in linked]
        distil(run, encoder, teacher, taught, word_beginnings(Tokenizer.from_file(str(run.tokenizer / "tokenizer.json"))))
    finish_aligned(run, linked, encoder, target)


def prepare_texts(run: Run, files: dict[str, Path], teacher: Encoder | None) -> list[EncodedPairs]:
    """Make the vocabulary and encode all pairs, some for the teacher too, or read all that if an earlier call made it."""
    paths = {language: run.work / f"pairs-{language}.npz" for language in files}
    wanted = [*paths.values(), *(run.work / f"taught-{language}.npz" for language in files if teacher)]
    if not all(path.exists() for path in wanted) or not (run.tokenizer / "tokenizer.json").exists():
        texts = []
        for language, file in files.items():
            run.progress(f"reading {file.name}")
            text, most = load_language(file, language, run.recipe.seed, run.recipe.presentation), run.recipe.pairs
            texts.append(replace(text, pairs=text.pairs[:most], segmented=text.segmented[:most]))
        tokenizer = _vocabulary(run, texts)
        for text in texts:
            run.progress(f"encoding {text.language}: {len(text.pairs)} pairs")
            save_pairs(paths[text.language], encode_pairs(text, tokenizer))
            if teacher:
                count = text.held_out + run.recipe.distilled_pairs
                taught = encode_taught(text, count, tokenizer, teacher.tokenizer.backend_tokenizer)
                save_taught(run.work / f"taught-{text.language}.npz", taught)
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
