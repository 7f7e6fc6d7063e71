"""The stage ``distilled``: the student imitates a teacher that stays as it is (Hinton, Vinyals and Dean, 2015).

The two differ in dimensions and subwords. So it is similarities that are imitated (relational distillation: Park et al., 2019; Tung and
Mori, 2019), between subwords of the two sides of a batch, between sentences, and between short texts and sentences.
"""

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional
from transformers import XLMRobertaModel

from otcore.base.precision import half_precision
from otcore.encoders.encoder import Encoder
from otcore.encoders.int8 import can_quantise, quantise
from otcore.encoders.trunk import Trunk
from otcore.pretraining.contrastive import sentence_loss, word_loss
from otcore.pretraining.evaluation import held_out_figures
from otcore.pretraining.lessons import Lesson, Lessons
from otcore.pretraining.recipe import DistillingSettings
from otcore.pretraining.taught import TaughtText
from otcore.pretraining.teacher import joined_with_mutual
from otcore.pretraining.training import Plan, Run, run_stage
from otcore.pretraining.vocabulary import PAD

_FAR = -1e4
_HELD_OUT = 200  # pairs a language, which only the student reads
Sides = tuple[Tensor, Tensor]


def imitation(teacher: Tensor, student: Tensor, temperatures: tuple[float, float]) -> Tensor:
    """Return the mean over rows of KL(softmax(teacher/τ) ‖ softmax(student/τ')) in nats; both are (m, n) similarities."""
    wanted, own = ((scores / by).log_softmax(-1) for scores, by in zip((teacher, student), temperatures, strict=True))
    return functional.kl_div(own, wanted, reduction="batchmean", log_target=True)


def mutual_imitation(teacher: Tensor, student: Tensor, temperatures: tuple[float, float]) -> Tensor:
    """The same as the mean of both directions, rows and columns."""
    return (imitation(teacher, student, temperatures) + imitation(teacher.T, student.T, temperatures)) / 2


def sentence_vectors(states: Tensor, ids: Tensor) -> Tensor:
    """Return unit means (rows, d), float32, of ``states`` (rows, length, d) without the special tokens around each row of ``ids``."""
    there = ids != PAD
    content = there.clone()
    content[:, 0] = False
    content.scatter_(1, there.sum(1, keepdim=True) - 1, False)
    return functional.normalize((states.float() * content.unsqueeze(-1)).sum(1), dim=-1)


class Teacher:
    """A frozen encoder: words at the layer where it aligns best, which most steps end at, sentences at its last.

    On the processor it takes two thirds of a step; in eight bits it is more than twice as fast, and its words keep a cosine of .995.
    """

    def __init__(self, encoder: Encoder, device: torch.device) -> None:
        encoder.model.requires_grad_(False).eval().to(device)
        if device.type == "cpu":
            encoder.model.set_attn_implementation("eager")
        self._whole, self._layer = encoder.model, encoder.default_layer
        self._trunk = Trunk(encoder, self._layer)
        self._map = None if encoder.sentence_map is None else torch.from_numpy(encoder.sentence_map).to(device)

    def hurry(self, lessons: list[Lesson]) -> None:
        """Compute in eight bits from now on, on scales that these lessons give, where the processor can."""
        if self._whole.device.type == "cpu" and can_quantise():
            quantise(self._whole, lambda: [self.both(lesson.teacher) for lesson in lessons])

    @torch.no_grad()
    def words(self, ids: Tensor) -> Tensor:
        """Return the states (rows, length, d) of the layer that aligns."""
        return self._trunk(ids, (ids != PAD).long()).float()

    @torch.no_grad()
    def both(self, ids: Tensor) -> Sides:
        """Return those and the unit vectors (rows, d) of the texts, as retrieval compares them."""
        hidden = self._whole(input_ids=ids, attention_mask=(ids != PAD).long(), output_hidden_states=True).hidden_states
        means = sentence_vectors(hidden[-1], ids)
        with _exact(ids.device):
            means = means if self._map is None else functional.normalize(means @ self._map, dim=-1)
        return hidden[self._layer].float(), means


@dataclass(frozen=True)
class Words:
    """Of the pairs in the word losses, by sides: unit vectors of the student's subwords, the teacher's in their places, the student's ids
    and the numbers of their pairs; and the statistical aligner's links (links, 2) between them."""

    student: Sides
    teacher: Sides
    types: Sides
    numbers: Sides
    links: Tensor


class DistillingObjective:
    """Words, sentences and short texts as the teacher compares them, links that it does not gainsay, and translations found."""

    def __init__(self, encoder: XLMRobertaModel, teacher: Teacher, lessons: Lessons, texts: list[TaughtText], settings: DistillingSettings):
        self._encoder, self._teacher, self._lessons, self._settings = encoder, teacher, lessons, settings
        self._texts = [text.linked for text in texts]
        self._held_out = lessons.held_out()

    def loss(self, step: int) -> tuple[Tensor, dict[str, float | Tensor]]:
        """Return the loss of one batch and its parts; sentences and short texts are 0 in steps that leave them out."""
        how, sentences = self._settings, step % self._settings.sentences_every == 0
        parts = self.parts(self._lessons.batch(step), sentences)
        weights = {"soft": how.soft_weight, "soft pair": how.soft_weight * how.pair_weight, "word": how.hard_weight}
        weights |= {"pair": how.hard_weight * how.pair_weight, "sentence": how.sentence_weight}
        weights |= {"relation": how.relation_weight, "short": how.short_weight}
        loss = sum(weights[name] * part for name, part in parts.items())
        return loss, {name: parts[name].detach() if name in parts else 0.0 for name in weights}

    def parts(self, lesson: Lesson, sentences: bool) -> dict[str, Tensor]:
        """Return the losses (nats) of a batch by name, those that need the teacher's last layer only with ``sentences``."""
        device = self._encoder.device
        ids, theirs = lesson.pairs.ids.to(device), lesson.teacher.to(device)
        half = len(ids) // 2
        lines = min(half, max(2, self._settings.word_tokens // (2 * ids.shape[1])))  # pairs that take part in the word losses
        states = self._states(ids)
        own = sentence_vectors(states, ids)
        if sentences:
            taught, wanted = self._teacher.both(theirs)
            parts, taught = self._sentence_parts(lesson, own, wanted), _first(taught, lines)
        else:
            parts, taught = {}, self._teacher.words(_first(theirs, lines))
        with _exact(device):
            parts |= self._word_parts(_words(lesson, states, taught, lines))
            parts["sentence"] = sentence_loss(own[:half], own[half:], ids, self._settings.temperature)
        return parts

    def _sentence_parts(self, lesson: Lesson, own: Tensor, wanted: Tensor) -> dict[str, Tensor]:
        """From unit vectors (2 × pairs, ·) of sentences, the student's and the teacher's. A sentence and the translation of another are to
        be as alike as the teacher finds the two in English."""
        ids, half = lesson.short.to(own.device), len(own) // 2
        short, short_wanted = sentence_vectors(self._states(ids), ids), self._teacher.both(lesson.short_teacher.to(own.device))[1]
        temperatures = self._settings.sentence_teacher, self._settings.temperature
        with _exact(own.device):
            relation = mutual_imitation(wanted[:half] @ wanted[:half].T, own[:half] @ own[half:].T, temperatures)
            return {"relation": relation, "short": imitation(short_wanted @ wanted.T, short @ own.T, temperatures)}

    def _states(self, ids: Tensor) -> Tensor:
        return self._encoder(input_ids=ids, attention_mask=(ids != PAD).long()).last_hidden_state

    def _word_parts(self, words: Words) -> dict[str, Tensor]:
        how = self._settings
        temperatures = how.word_teacher, how.temperature
        theirs, own = (sides[0] @ sides[1].T for sides in (words.teacher, words.student))
        apart = words.numbers[0][:, None] != words.numbers[1][None, :]
        inside, own_inside = theirs.masked_fill(apart, _FAR), own.masked_fill(apart, _FAR)
        word, pair = word_loss(words.student, words.types, words.numbers, joined_with_mutual(inside, words.links), how.temperature)
        soft, soft_pair = mutual_imitation(theirs, own, temperatures), mutual_imitation(inside, own_inside, temperatures)
        return {"soft": soft, "soft pair": soft_pair, "word": word, "pair": pair}

    @torch.no_grad()
    def evaluate(self) -> dict[str, float]:
        """Return held-out divergences from the teacher of words, words within pairs, sentences and short texts, every language weighing the
        same, and P@1 and link F1 of the last layer."""
        self._encoder.eval()
        with half_precision(self._encoder.device):
            parts = [self.parts(lesson, sentences=True) for lesson in self._held_out]
        names = ("soft", "soft pair", "relation", "short")
        divergences = {f"KL {name}": float(np.mean([float(one[name]) for one in parts] or [0.0])) for name in names}
        figures = held_out_figures(self._encoder, self._texts, _HELD_OUT, layers=[-1])[0]
        return divergences | {name: figures[name] for name in ("P@1", "F1")}


def _exact(device: torch.device) -> torch.autocast:
    """Half precision tells similarities apart to .004, a fifth of the temperature of the teacher's sentences."""
    return torch.autocast(device.type, enabled=False)


def _first(rows: Tensor, lines: int) -> Tensor:
    """The first ``lines`` pairs of a batch (2 × pairs, …)."""
    half = len(rows) // 2
    return torch.cat([rows[:lines], rows[half : half + lines]])


def _words(lesson: Lesson, states: Tensor, taught: Tensor, lines: int) -> Words:
    """The words of the first ``lines`` pairs from the student's states of all and the teacher's (2 × lines, length, d) of these."""
    half, width, device = len(states) // 2, states.shape[1], states.device
    ids, sides = lesson.pairs.ids.to(device), []
    for side, content in enumerate((lesson.pairs.left.to(device), lesson.pairs.right.to(device))):
        places = content[content < lines * width]
        own = states[side * half : (side + 1) * half].flatten(0, 1).index_select(0, places).float()
        theirs = lesson.bags[side].means(taught[side * lines : (side + 1) * lines].flatten(0, 1), len(places))
        types = ids[side * half : (side + 1) * half].flatten().index_select(0, places)
        sides.append((functional.normalize(own, dim=-1), functional.normalize(theirs, dim=-1), types, places // width))
    links = lesson.pairs.links.to(device)
    links = links[(links < torch.tensor([len(side[0]) for side in sides], device=device)).all(1)]
    return Words(*zip(*sides, strict=True), links)


def distil(run: Run, encoder: XLMRobertaModel, teacher: Encoder, texts: list[TaughtText], marked: np.ndarray) -> None:
    """Train ``encoder`` in place to imitate ``teacher``; ``marked`` (vocabulary,) says which of its subwords begin a word."""
    recipe = run.recipe
    lessons = Lessons(texts, marked, recipe.distilling, recipe.seed + 2)  # after those of the contrastive stages
    reader = Teacher(teacher, run.device)
    reader.hurry(lessons.held_out())
    objective = DistillingObjective(encoder, reader, lessons, texts, recipe.distilling)
    plan = Plan("distilled", recipe.distilled_steps, recipe.distilled_rate, max(1, min(100, recipe.distilled_steps // 10)))
    run_stage(encoder, objective, plan, run)
