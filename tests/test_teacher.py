"""The teacher on a made-up pair of languages: joined links, what is trained and what stays, and a run that is ended goes on."""

import importlib.util

import pytest
import torch
from checkpoints import make_mbert, make_xlm_roberta
from safetensors.torch import load_file
from test_pretraining import write_corpus

from otcore.alignment.aligner import align_many
from otcore.alignment.scores import score
from otcore.alignment.settings import AlignSettings
from otcore.base.errors import InputError
from otcore.cli import main
from otcore.corpora.collection import load_collection
from otcore.encoders import load_encoder
from otcore.pretraining import layers
from otcore.pretraining.recipe import ContrastiveSettings, Presentation, TeacherRecipe
from otcore.pretraining.store import EncodedPairs, LinkedText, Ragged
from otcore.pretraining.teacher import joined_with_mutual, teach
from otcore.pretraining.training import Run

needs_eflomal = pytest.mark.skipif(importlib.util.find_spec("eflomal") is None, reason="eflomal, an optional extra, is not installed")


def test_joined_links_are_what_both_say_and_what_one_says_where_the_other_is_silent():
    far = -1e4
    # mutual maxima: 0-0, 1-1, 3-3; the second pair begins at 3
    scores = torch.tensor([[0.9, 0.1, 0.2, far], [0.1, 0.8, 0.3, far], [0.2, 0.3, 0.1, far], [far, far, far, 0.1]])
    both, other, alone = (0, 0), (1, 2), (2, 1)
    found = joined_with_mutual(scores, torch.tensor([both, other, alone]))
    # 1-1 against 1-2 and 2-1: they disagree, so neither; 3-3 is not gainsaid
    assert found.tolist() == [[0, 0], [3, 3]]
    assert joined_with_mutual(scores, torch.zeros(0, 2, dtype=torch.long)).tolist() == [[0, 0], [1, 1], [3, 3]]
    assert joined_with_mutual(scores[:3], torch.tensor([both, (2, 2)])).tolist() == [[0, 0], [1, 1], [2, 2]]


@needs_eflomal
def test_the_lower_layers_learn_the_rest_stays_and_a_killed_run_ends_alike(tmp_path):
    corpus, start = write_corpus(tmp_path / "corpora"), make_xlm_roberta(tmp_path / "start", positions=130)
    recipe = TeacherRecipe(str(start), layer=2, steps=4, checkpoint_every=2, evaluated=8, presentation=Presentation(held_out=10))
    recipe = TeacherRecipe(**vars(recipe) | {"contrastive": ContrastiveSettings(tokens=256, word_tokens=256, pairs=8, sentence_weight=0.2)})
    whole = teach(corpus, tmp_path / "whole", recipe, lambda line: None)

    def killed(line: str) -> None:
        if line.startswith("teacher 4/4 held out"):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        teach(corpus, tmp_path / "parts", recipe, killed)
    assert teach(corpus, tmp_path / "parts", recipe, lambda line: None) == tmp_path / "parts" / "teacher"

    before, after, again = (load_file(folder / "model.safetensors") for folder in (start, whole, tmp_path / "parts" / "teacher"))
    assert all(torch.equal(after[name], again[name]) for name in after)
    changed = {name for name in after if name in before and not torch.equal(before[name].float(), after[name].float())}
    assert any("layer.0." in name for name in changed)
    assert any("layer.1." in name for name in changed)
    assert not any("layer.2." in name for name in changed), "layers above are not trained"
    assert load_encoder(str(whole)).layers == 3
    with pytest.raises(InputError, match="holds a run with other"):
        teach(corpus, tmp_path / "whole", TeacherRecipe(**vars(recipe) | {"steps": 5}), lambda line: None)


def test_an_encoder_with_other_special_tokens_is_refused_in_a_sentence(tmp_path, capsys):
    corpus, odd = write_corpus(tmp_path / "corpora"), make_mbert(tmp_path / "odd")
    assert main(["pretrain", "--corpora", str(corpus), "--out", str(tmp_path / "out"), "--teacher", str(odd), "--minutes", "1"]) == 2
    assert "choose another encoder as the teacher" in capsys.readouterr().err


def test_the_layer_is_that_of_hand_made_links_and_of_statistical_ones_where_there_are_none(tmp_path, monkeypatch):
    """An aligner that is worse than the encoder would choose a layer that is as bad as it is."""
    encoder = load_encoder(str(make_xlm_roberta(tmp_path / "encoder")))
    monkeypatch.setattr(layers, "held_out_figures", lambda *_: [{"P@1": 0.5, "F1": value} for value in (0.1, 0.9, 0.3, 0.2)])
    run = Run(tmp_path, tmp_path, TeacherRecipe(), lambda line: None)

    def text(code: str) -> LinkedText:
        return LinkedText(EncodedPairs(code, Ragged.of([]), Ragged.of([]), 0), Ragged.of([]))

    errors = layers.dev_errors(encoder, ["de", "la"])
    pairs = load_collection().pairs("en", "de", "dev")
    found = align_many(encoder, pairs, AlignSettings(layer=2))
    assert errors[2] == pytest.approx(score([one.pairs for one in found], [pair.gold for pair in pairs]).aer)
    chosen = layers.choose_layer(run, "teacher", encoder, [text("de"), text("la")], 8)
    assert errors[chosen] == min(errors)
    assert layers.choose_layer(run, "teacher", encoder, [text("la")], 8) == 1
