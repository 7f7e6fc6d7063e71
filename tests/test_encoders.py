"""Any encoder behind one interface: real architectures, cutting, odd input, and what is said of a checkpoint that will not do."""

import itertools
import json
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from safetensors.torch import load_file, save_file
from transformers import AutoModel, GPT2Config, GPT2Model, T5Config, T5EncoderModel, XmodConfig, XmodModel

from otcore.base.errors import InputError
from otcore.encoders import load_encoder
from otcore.encoders.tokens import windows
from otcore.encoders.vectors import WordVectors
from otcore.retrieval.precision import sentence_vectors

ROOT = Path(__file__).resolve().parents[1]
SENTENCE = ("die", "Katze", "schläft", "auf", "dem", "roten", "Stuhl", ".")


@pytest.fixture(params=["xlm_roberta", "mbert"])
def checkpoint(request):
    return request.getfixturevalue(request.param)


def test_both_architectures_give_one_vector_a_word_at_every_layer(checkpoint):
    encoder = load_encoder(str(checkpoint))
    layers = encoder.encode_layers([SENTENCE])[0]
    assert len(layers) == encoder.layers + 1 == 4
    for layer, vectors in enumerate(layers):
        assert vectors.pooled().shape == (len(SENTENCE), encoder.dimension)
        assert len(vectors.pieces) == len(vectors.piece_words) == len(vectors.subwords)
        np.testing.assert_array_equal(encoder.encode([SENTENCE], layer)[0].subwords, vectors.subwords)


def test_vectors_are_those_of_the_bare_model(checkpoint):
    encoder = load_encoder(str(checkpoint))
    model = AutoModel.from_pretrained(checkpoint, dtype=torch.float32).eval()
    encoding = encoder.tokenizer(list(SENTENCE), is_split_into_words=True, return_tensors="pt")
    with torch.inference_mode():
        hidden = model(encoding["input_ids"], encoding["attention_mask"]).last_hidden_state[0]
    inside = [k for k, word in enumerate(encoding.word_ids()) if word is not None]
    vectors = encoder.encode([SENTENCE], encoder.layers)[0]
    np.testing.assert_allclose(vectors.subwords, hidden[inside].numpy(), atol=1e-5)


def test_a_batch_gives_what_each_sentence_gives_alone(encoder):
    sentences = [SENTENCE, ("猫",), SENTENCE[:3] * 9, ("the", "red", "cat")]
    for together, words in zip(encoder.encode(sentences), sentences, strict=True):
        np.testing.assert_allclose(together.subwords, encoder.encode([words])[0].subwords, atol=1e-5)


def test_pooling():
    vectors = WordVectors(("un", "do"), ("u", "n", "d", "o"), np.array([0, 0, 1, 1]), np.array([[1.0], [3.0], [5.0], [9.0]]))
    assert vectors.pooled("first").ravel().tolist() == [1, 5]
    assert vectors.pooled("last").ravel().tolist() == [3, 9]
    assert vectors.pooled("mean").ravel().tolist() == [2, 7]


def test_no_word_of_a_long_sentence_is_cut(checkpoint):
    encoder = load_encoder(str(checkpoint))
    words = SENTENCE * 40
    vectors, short = encoder.encode([words, SENTENCE])
    assert (vectors.cut, vectors.words) == (0, words)
    assert vectors.pooled().shape == (len(words), encoder.dimension)
    pieces = encoder.encode([SENTENCE])[0].pieces
    assert vectors.pieces == pieces * 40, "each piece once, in order"
    np.testing.assert_allclose(short.subwords, encoder.encode([SENTENCE])[0].subwords, atol=1e-5)
    assert not encoder.unread([words, SENTENCE])


def test_a_piece_has_the_vector_of_the_window_where_it_has_most_context(encoder):
    words = tuple(f"{word}{number}" for number, word in enumerate(SENTENCE * 25))
    whole = encoder.encode([words])[0]
    room = encoder.max_pieces - 2
    reading = encoder._tokeniser.read(words)
    assert len(reading.rows) > 3
    assert all(len(row.ids) <= encoder.max_pieces and len(row.ids) - 2 <= room for row in reading.rows)
    starts, counts = [], len(reading.ids)
    for row in reading.rows:
        begin = next(place for place in range(counts) if reading.ids[place : place + len(row.ids) - 2] == row.ids[1:-1])
        starts.append(begin)
    for piece in range(counts):
        contexts = []
        for start, row in zip(starts, reading.rows, strict=True):
            stop = start + len(row.ids) - 2
            if start <= piece < stop:
                contexts.append(min(piece - start if start else counts, stop - 1 - piece if stop < counts else counts))
            else:
                contexts.append(-1)
        taken = next(number for number, row in enumerate(reading.rows) if piece in row.pieces)
        assert contexts[taken] == max(contexts)
    with torch.inference_mode():
        row = reading.rows[2]
        alone = encoder.model(torch.tensor([row.ids]), output_hidden_states=True).hidden_states[encoder.default_layer][0]
    np.testing.assert_allclose(whole.subwords[row.pieces], alone[row.places].numpy(), atol=1e-5)


def test_a_word_longer_than_the_encoder_is_read_in_windows(encoder):
    word = "x" * 3 + "cat" * 500
    vectors = encoder.encode([(word, "dog")])[0]
    assert (vectors.words, vectors.cut) == ((word, "dog"), 0)
    assert len(vectors.pieces) > encoder.max_pieces
    assert sorted(set(vectors.piece_words)) == [0, 1]
    assert not encoder.unread([(word, "dog")])


@given(lengths=st.lists(st.integers(1, 9), min_size=1, max_size=60), room=st.integers(1, 40))
def test_windows_cover_every_piece_once_and_overlap(lengths, room):
    owners = np.repeat(np.arange(len(lengths)), lengths)
    found = windows(owners, room)
    assert [first for _, _, first, _ in found] == [0, *(last for *_, last in found[:-1])]
    assert found[-1][1] == found[-1][3] == len(owners)
    for start, stop, first, last in found:
        assert 0 <= start <= first < last <= stop <= start + room
    for (_, before, _, _), (after, _, _, _) in itertools.pairwise(found):
        assert before - after >= room // 4 - 1


def test_what_nobody_writes_is_left_out_and_counted(encoder):
    endless, vast, plain = SENTENCE * 1000, ("cat", "ab" * 1_500_000, "dog"), SENTENCE
    vectors, inside, _ = encoder.encode([endless, vast, plain])
    assert vectors.words == endless[: len(vectors.words)]
    assert vectors.cut == len(endless) - len(vectors.words) > 0
    assert (inside.words, inside.cut) == (vast, 0), "the words behind a vast one are read"
    told = encoder.unread([endless, vast, plain])
    assert (told.total, told.sentences, told.words, told.parts) == (3, 2, vectors.cut, 1)
    left = f"{vectors.cut:,} words at the ends are left out and of 1 word only the beginning is read"
    assert str(told) == f"2 of 3 sentences are too long to be read whole: {left}."
    assert str(encoder.unread([plain])) == ""


def test_training_reads_one_row_cut_at_a_word(encoder):
    words = SENTENCE * 30
    tokens = encoder.tokenize(words)
    assert len(tokens.ids) <= encoder.max_pieces
    assert tokens.cut == len(words) - 1 - max(tokens.words) > 0
    assert encoder.tokenize(("cat" * 500, "dog")).cut == 1


@pytest.mark.parametrize("odd", ["\u200b", "\ufe0f", "👩‍🚀", "<s>", "</s>", "<mask>", "[MASK]", "ﷺ", "\u0301"])
def test_every_word_keeps_its_place(checkpoint, odd):
    encoder = load_encoder(str(checkpoint))
    for words in ((odd,), (odd, "cat"), ("cat", odd), ("the", odd, odd, "cat")):
        vectors = encoder.encode([words])[0]
        assert vectors.pooled().shape == (len(words), encoder.dimension)
        assert sorted(set(vectors.piece_words)) == list(range(len(words)))
        assert np.isfinite(vectors.subwords).all()
        assert not set(vectors.pieces) & {"<s>", "</s>", "<mask>", "[MASK]"}, "text must not become a special token"


def test_no_words_no_layer(encoder):
    with pytest.raises(InputError, match="at least one word"):
        encoder.encode([()])
    with pytest.raises(InputError, match="layers 0 to 3, not 7"):
        encoder.encode([("cat",)], 7)


def message(name) -> str:
    with pytest.raises(InputError) as caught:
        load_encoder(str(name))
    text = str(caught.value)
    assert "\n" not in text
    assert text.endswith(".")
    return text


def test_what_is_said_of_checkpoints_that_will_not_do(tmp_path, xlm_roberta):
    assert "choose a bundled encoder" in message("xlm-roberta-base")
    assert "neither a folder here nor a hub name" in message("../../etc/passwd")
    assert "neither a folder here nor a hub name" in message("no such/folder/at/all")
    assert "no config.json" in message(tmp_path)

    broken = shutil.copytree(xlm_roberta, tmp_path / "broken")
    (broken / "model.safetensors").write_bytes(b"not weights")
    assert "weights" in message(broken)

    pickled = shutil.copytree(xlm_roberta, tmp_path / "pickled")
    (pickled / "model.safetensors").unlink()
    torch.save({}, pickled / "pytorch_model.bin")
    assert "safetensors" in message(pickled)

    garbled = shutil.copytree(xlm_roberta, tmp_path / "garbled")
    (garbled / "config.json").write_text("{")
    assert "configuration" in message(garbled)

    untokenised = shutil.copytree(xlm_roberta, tmp_path / "untokenised")
    for file in untokenised.glob("*token*"):
        file.unlink()
    assert "tokeniser" in message(untokenised)


def test_decoders_are_refused(tmp_path, xlm_roberta):
    sizes = {"n_embd": 16, "n_layer": 1, "n_head": 2, "vocab_size": 50}
    GPT2Model(GPT2Config(**sizes)).save_pretrained(tmp_path / "gpt2")
    T5EncoderModel(T5Config(d_model=16, num_layers=1, vocab_size=50)).save_pretrained(tmp_path / "t5")
    for name in ("gpt2", "t5"):
        assert "not a text encoder" in message(tmp_path / name)


def test_weights_of_another_model_are_refused(tmp_path, xlm_roberta, mbert):
    mixed = shutil.copytree(xlm_roberta, tmp_path / "mixed")
    shutil.copy(mbert / "model.safetensors", mixed)
    assert "do not fit" in message(mixed) or "cannot be read" in message(mixed)


def changed(source, target, **weights):
    """A copy of a checkpoint; a function by a part of a tensor's name changes the first that has it."""
    folder = shutil.copytree(source, target)
    tensors = load_file(folder / "model.safetensors")
    for part, change in weights.items():
        change(next(value for key, value in tensors.items() if part in key.replace(".", "_")))
    save_file(tensors, folder / "model.safetensors", metadata={"format": "pt"})
    return folder


def test_damaged_weights_are_told_with_the_encoder_and_the_layer(mbert, tmp_path):
    folder = changed(mbert, tmp_path / "damaged", layer_1=lambda tensor: tensor.fill_(np.nan))
    assert f"The vectors of encoder {folder} are not finite at layer 2" in message(folder)


def test_vectors_that_are_not_finite_are_told_wherever_they_leave_the_model(mbert, tmp_path):
    piece = load_encoder(str(mbert)).tokenize(("Katze",)).ids[1]
    encoder = load_encoder(str(changed(mbert, tmp_path / "hole", word_embeddings=lambda tensor: tensor[piece].fill_(np.inf))))
    encoder.encode([("die",)])  # other words are as they were
    for layer, ask in (
        (0, lambda: encoder.encode_layers([("die",), SENTENCE])),
        (2, lambda: encoder.encode([("die",), SENTENCE])),
        (1, lambda: encoder.encode_layers([SENTENCE], [3, 1])),
        (3, lambda: sentence_vectors(encoder, [SENTENCE])),
    ):
        with pytest.raises(InputError, match=f"{encoder.name} are not finite at layer {layer}: "):
            ask()


@pytest.mark.parametrize("known", ["unk_token", "eos_token", "none"])
def test_a_tokeniser_without_padding_will_do(mbert, tmp_path, known):
    folder = shutil.copytree(mbert, tmp_path / "unpadded")
    settings = json.loads((folder / "tokenizer_config.json").read_text())
    settings = {key: value for key, value in settings.items() if key not in ("pad_token", "unk_token", "eos_token")}
    (folder / "tokenizer_config.json").write_text(json.dumps(settings | ({} if known == "none" else {known: "[UNK]"})))
    encoder, whole = load_encoder(str(folder)), load_encoder(str(mbert))
    assert encoder.tokenizer.pad_token_id is None
    sentences = [SENTENCE, ("猫",), ("\u200b", "cat")]
    for one, other in zip(encoder.encode(sentences), whole.encode(sentences), strict=True):
        assert len(one.pooled()) == len(other.pooled())
    np.testing.assert_allclose(encoder.encode(sentences)[1].subwords, whole.encode([("猫",)])[0].subwords, atol=1e-5)


def test_an_architecture_that_wants_more_than_words_is_told(mbert, tmp_path):
    tokenizer = load_encoder(str(mbert)).tokenizer
    sizes = {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 64}
    XmodModel(XmodConfig(vocab_size=len(tokenizer), languages=["en_XX", "de_DE"], **sizes)).save_pretrained(tmp_path)
    tokenizer.save_pretrained(tmp_path)
    assert "a xmod model, cannot encode words by themselves (ValueError: Input language unknown" in message(tmp_path)


def test_other_kinds_of_files_are_told(mbert, tmp_path):
    whole = shutil.copytree(mbert, tmp_path / "whole numbers")
    weights = {
        key: (10 * one).to(torch.int8) if one.is_floating_point() else one for key, one in load_file(mbert / "model.safetensors").items()
    }
    save_file(weights, whole / "model.safetensors", metadata={"format": "pt"})
    foreign = shutil.copytree(mbert, tmp_path / "foreign")
    config = json.loads((foreign / "config.json").read_text()) | {"quantization_config": {"quant_method": "gptq", "bits": 4}}
    (foreign / "config.json").write_text(json.dumps(config))
    for folder in (whole, foreign):
        assert "are quantised for a library of their own; choose a copy in half or full precision" in message(folder)
    pointer = shutil.copytree(mbert, tmp_path / "pointer")
    (pointer / "model.safetensors").write_text("version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n")
    assert "model.safetensors of encoder" in message(pointer)
    assert "a Git LFS pointer, not the file" in message(pointer)

    remote = shutil.copytree(mbert, tmp_path / "remote")
    config = json.loads((remote / "config.json").read_text())
    config |= {"model_type": "new", "auto_map": {"AutoConfig": "conf.X", "AutoModel": "model.Y"}}
    (remote / "config.json").write_text(json.dumps(config))
    assert "needs code of its own, which is never run here" in message(remote)

    pieces = shutil.copytree(mbert, tmp_path / "pieces")
    for file in pieces.glob("*token*"):
        file.unlink()
    (pieces / "tokenizer_config.json").write_text('{"tokenizer_class": "XLMRobertaTokenizer"}')
    (pieces / "sentencepiece.bpe.model").write_bytes(b"\x0a\x05")
    assert "only there as sentencepiece.bpe.model; save it as tokenizer.json" in message(pieces)


def test_sixteen_threads_share_an_encoder(encoder):
    from concurrent.futures import ThreadPoolExecutor

    sentences = [SENTENCE[: 1 + k % 8] for k in range(64)]
    alone = [encoder.encode([words])[0].subwords for words in sentences]
    with ThreadPoolExecutor(16) as pool_of_threads:
        together = list(pool_of_threads.map(lambda words: encoder.encode([words])[0].subwords, sentences))
    for one, other in zip(alone, together, strict=True):
        np.testing.assert_allclose(one, other, atol=1e-5)


def test_what_is_computed_without_transformers_is_what_they_compute(xlm_roberta, mbert, bundled, monkeypatch):
    """The same ids, words and vectors at all layers, of odd texts too; once somebody asks for the model, it is that which computes."""
    from otcore.encoders.loading import read_encoder
    from otcore.encoders.sources.bundled import BUNDLED

    texts = [SENTENCE, ("<s>", "a", "</s>"), ("\u200b", "x"), ("cat",) * 150, ("猫", "は", "赤い"), ("a" * 2500,)]
    for folder in (xlm_roberta, mbert, BUNDLED / "aligned"):
        plain, whole = load_encoder(str(folder)), read_encoder("whole", folder, "")
        for one, other in zip(plain.encode_layers(texts), whole.encode_layers(texts), strict=True):
            for mine, its in zip(one, other, strict=True):
                assert (mine.words, mine.pieces, mine.cut) == (its.words, its.pieces, its.cut)
                np.testing.assert_array_equal(mine.piece_words, its.piece_words)
                np.testing.assert_allclose(mine.subwords, its.subwords, atol=2e-5 * np.abs(its.subwords).max())
        facts = ("layers", "dimension", "architecture", "default_layer", "max_pieces", "padding")
        assert [getattr(plain, fact) for fact in facts] == [getattr(whole, fact) for fact in facts]
        before = plain.encode([SENTENCE])[0].subwords
        for weights in plain.model.parameters():
            weights.data *= 0.5
        assert np.abs(plain.encode([SENTENCE])[0].subwords - before).max() > 1e-3, "who trains the model sees what it learns"


def test_one_sentence_is_encoded_before_transformers_are_imported():
    code = "import sys; from otcore import load_encoder; load_encoder().encode([('das', 'Haus')]); sys.exit('transformers' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0
