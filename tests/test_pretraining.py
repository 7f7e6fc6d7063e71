"""Pre-training on a made-up pair of languages: determinism, resume, editions, parts."""

from __future__ import annotations

import gzip
import importlib.util
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.numpy import load_file
from transformers import AutoModel, AutoTokenizer

from otcore.alignment import statistical as links_module
from otcore.alignment.statistical import word_links
from otcore.base.errors import InputError
from otcore.pretraining.corpus import find_corpora, load_language, read_pairs
from otcore.pretraining.pipeline import pretrain
from otcore.pretraining.recipe import ContrastiveSettings, MaskedSettings, Presentation, Recipe
from otcore.pretraining.vocabulary import save_tokenizer, train_vocabulary

needs_eflomal = pytest.mark.skipif(importlib.util.find_spec("eflomal") is None, reason="eflomal, an optional extra, is not installed")

_WORDS = """
dog hund 狗; cat katze 猫; house haus 房子; tree baum 树; river fluss 河流; mountain berg 山; bird vogel 鸟; fish fisch 鱼;
stone stein 石头; bread brot 面包; water wasser 水; fire feuer 火; hand hand 手; eye auge 眼睛; sun sonne 太阳;
moon mond 月亮; star stern 星星; road straße 道路; field feld 田野; door tür 门
"""
ENGLISH, GERMAN, CHINESE = zip(*(entry.split() for entry in _WORDS.split(";")), strict=True)


def sentences(seed: int, count: int) -> list[tuple[str, str, str]]:
    """Distinct sentences word for word in three languages, German in reverse order."""
    rng = np.random.default_rng(seed)
    found = {}
    while len(found) < count:
        words = rng.permutation(len(ENGLISH))[: rng.integers(3, 8)]
        english, german = (" ".join(table[i] for i in words) for table in (ENGLISH, GERMAN))
        found[english + "."] = (english + ".", " ".join(reversed(german.split())) + ".", "".join(CHINESE[i] for i in words) + "。")
    return list(found.values())


def write_corpus(folder: Path, count: int = 120) -> Path:
    folder.mkdir()
    rows = sentences(0, count)
    for column, language in ((1, "de"), (2, "zh")):
        with gzip.open(folder / f"en-{language}.tsv.gz", "wt", encoding="utf-8") as file:
            file.writelines(f"toy\t{row[0]}\t{row[column]}\n" for row in rows)
    return folder


def tiny(seed: int = 0, **changes: object) -> Recipe:
    """A recipe of a few seconds."""
    small = Recipe(
        seed=seed,
        vocabulary=420,
        vocabulary_sentences=200,
        layers=1,
        hidden=64,
        masked_steps=6,
        aligned_steps=6,
        sharpened_steps=2,
        tuned_steps=2,
        checkpoint_every=2,
        presentation=Presentation(held_out=10),
        masked=MaskedSettings(tokens=256, sampled=50),
        contrastive=ContrastiveSettings(tokens=256, pairs=8),
        sharpened=ContrastiveSettings(tokens=512, word_tokens=256, pairs=16),
    )
    return replace(small, **changes)


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_corpus(tmp_path_factory.mktemp("toy") / "corpora")


@pytest.fixture(scope="module")
def run(corpus: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    pytest.importorskip("eflomal")
    out = tmp_path_factory.mktemp("run") / "out"
    pretrain(corpus, out, tiny(), lambda line: None)
    return out


def weights(out: Path, edition: str) -> dict[str, np.ndarray]:
    return load_file(out / edition / "model.safetensors")


def same(left: dict[str, np.ndarray], right: dict[str, np.ndarray]) -> bool:
    return left.keys() == right.keys() and all(np.array_equal(left[name], right[name]) for name in left)


@pytest.mark.parametrize("edition", ["base", "aligned", "tuned"])
def test_editions_load_cleanly_and_are_small(run: Path, edition: str) -> None:
    folder = run / edition
    model, info = AutoModel.from_pretrained(folder, dtype=torch.float32, output_loading_info=True)
    assert not info["missing_keys"]
    assert not info["unexpected_keys"]
    tokenizer = AutoTokenizer.from_pretrained(folder)
    encoded = tokenizer(["dog", "house", "房子"], is_split_into_words=True, return_tensors="pt")
    assert set(encoded.word_ids()) == {None, 0, 1, 2}
    assert model(**encoded).last_hidden_state.isfinite().all()
    assert sum(file.stat().st_size for file in folder.iterdir()) <= 25_000_000
    assert all(value.dtype == np.float16 for value in weights(run, edition).values())


def test_stages_change_the_weights_and_the_log_is_readable(run: Path) -> None:
    assert not same(weights(run, "base"), weights(run, "aligned"))
    assert not same(weights(run, "base"), weights(run, "tuned"))
    entries = [json.loads(line) for line in (run / "log.jsonl").read_text(encoding="utf-8").splitlines()]
    assert {entry["stage"] for entry in entries if "stage" in entry} == {"masked", "aligned", "sharpened"}
    assert [entry["name"] for entry in entries if entry.get("event") == "edition"] == ["base", "aligned", "tuned"]


def test_interrupted_run_ends_like_an_uninterrupted_one(run: Path, corpus: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    for stop_at in ("masked 2/6", "base is", "masked 5/6", "aligned 5/6"):
        recipe = tiny()

        def progress(line: str, stop_at: str = stop_at) -> None:
            if line.startswith(stop_at):
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            pretrain(corpus, out, recipe, progress)
    pretrain(corpus, out, tiny(), lambda line: None)
    assert same(weights(run, "base"), weights(out, "base"))
    assert same(weights(run, "aligned"), weights(out, "aligned"))
    assert same(weights(run, "tuned"), weights(out, "tuned"))


def test_another_seed_gives_another_model(run: Path, corpus: Path, tmp_path: Path) -> None:
    pytest.importorskip("eflomal")
    pretrain(corpus, tmp_path / "out", tiny(seed=1), lambda line: None)
    assert not same(weights(run, "aligned"), weights(tmp_path / "out", "aligned"))


def test_a_folder_with_another_run_is_refused(run: Path, corpus: Path) -> None:
    with pytest.raises(InputError, match="other corpora, seed or minutes"):
        pretrain(corpus, run, tiny(seed=5), lambda line: None)


def test_corpora_errors_name_file_and_remedy(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"en-fr\.tsv\.gz; give the folder"):
        find_corpora(tmp_path)
    path = tmp_path / "en-de.tsv.gz"
    with gzip.open(path, "wt", encoding="utf-8") as file:
        file.write("toy\ta dog\tein Hund\ntwo\tcolumns\n")
    with pytest.raises(InputError, match="line 2"):
        read_pairs(path)
    path.write_bytes(b"not gzip")
    with pytest.raises(InputError, match="cannot be read"):
        read_pairs(path)


def test_pairs_are_cleaned_and_distinct(tmp_path: Path) -> None:
    path = tmp_path / "en-de.tsv.gz"
    rows = ["a\tdog\tHund", "b\tdog\tHund", "c\tsame\tsame", "d\t \tleer", "e\tcafe\u0301\tCafe\u0301s"]
    with gzip.open(path, "wt", encoding="utf-8") as file:
        file.write("\n".join(rows) + "\n")
    assert read_pairs(path) == [("dog", "Hund"), ("café", "Cafés")]


def test_presentation_is_seeded_and_lower_cases_some(corpus: Path) -> None:
    how = Presentation(lower_share=0.5, segmented_share=0.0, held_out=10)
    first = load_language(corpus / "en-de.tsv.gz", "de", 0, how)
    assert first.pairs == load_language(corpus / "en-de.tsv.gz", "de", 0, how).pairs
    assert first.pairs != load_language(corpus / "en-de.tsv.gz", "de", 1, how).pairs
    assert first.held_out == 10


def test_words_and_raw_text_give_the_same_pieces(tmp_path: Path) -> None:
    texts = [part for row in sentences(0, 100) for part in row]
    save_tokenizer(train_vocabulary(iter(texts), 500), tmp_path)
    tokenizer = AutoTokenizer.from_pretrained(tmp_path)
    for words, raw in (
        (["水", "石头", "。"], "水石头。"),
        (["dog", "(", "house", ")", "."], "dog (house)."),
        (["dog", "水"], "dog水"),
    ):
        assert tokenizer(words, is_split_into_words=True)["input_ids"] == tokenizer(raw)["input_ids"]
    assert tokenizer.unk_token_id not in tokenizer("龘 Ω ¿")["input_ids"]
    assert tokenizer.decode(tokenizer("龘")["input_ids"], skip_special_tokens=True) == "龘"


@needs_eflomal
def test_word_links_find_translations_and_are_repeatable() -> None:
    rows = sentences(1, 300)
    source, target = [r[0].rstrip(".").split() for r in rows], [r[1].rstrip(".").split() for r in rows]
    found = word_links(source, target, seed=3)
    table = dict(zip(ENGLISH, GERMAN, strict=True))
    pairs = [(source[k][i], target[k][j]) for k, links in enumerate(found) for i, j in links]
    assert sum(table[a] == b for a, b in pairs) / len(pairs) > 0.9
    assert len(pairs) > 0.7 * sum(map(len, source))
    assert found == word_links(source, target, seed=3)
    assert word_links([[]], [["x"]], seed=0) == [[]]


def test_word_links_without_eflomal_say_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(links_module.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(InputError, match="pip install eflomal"):
        word_links([["a"]], [["b"]], seed=0)
    with pytest.raises(ValueError, match="1 source but 0 target"):
        word_links([["a"]], [], seed=0)


@pytest.mark.slow
@needs_eflomal
@pytest.mark.timeout(1800)
def test_short_run_learns_to_retrieve_and_to_link(tmp_path: Path) -> None:
    corpora = write_corpus(tmp_path / "corpora", count=1500)
    recipe = tiny(
        vocabulary_sentences=1500, layers=2, masked_steps=80, aligned_steps=260, sharpened_steps=20, checkpoint_every=80,
        masked=MaskedSettings(tokens=1024, sampled=50), contrastive=ContrastiveSettings(tokens=1024, pairs=32),
        sharpened=ContrastiveSettings(tokens=1024, word_tokens=512, pairs=32), presentation=Presentation(held_out=40),
    )  # fmt: skip
    pretrain(corpora, tmp_path / "out", recipe, lambda line: None)
    entries = [json.loads(line) for line in (tmp_path / "out" / "log.jsonl").read_text(encoding="utf-8").splitlines()]
    masked = [e["held_out"]["masked_loss"] for e in entries if e.get("stage") == "masked" and "held_out" in e]
    final = [e["held_out"] for e in entries if e.get("stage") == "sharpened" and "held_out" in e][-1]
    assert masked[-1] < masked[0]
    assert final["P@1"] > 0.5  # of 40; it was .78
    assert final["F1"] > 0.4
