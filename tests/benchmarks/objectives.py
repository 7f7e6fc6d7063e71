"""Step times of the objectives side by side: data, encoder, frozen encoder, objective, backward and optimiser.

python tests/benchmarks/objectives.py [--encoder base] [--pairs 24] [--languages de,fr,es] [--rounds 9] [--bf16]

Every round takes one step of each objective on the same batch, so that whatever else the machine does falls on all of
them. Times on the clock and of the processor; the last columns are medians over rounds of a step's time against l2's.
"""

import argparse
import copy
import statistics
import sys
import time
from pathlib import Path
from typing import NamedTuple

import torch

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))
from otcore.corpora.collection import load_collection  # noqa: E402
from otcore.encoders import load_encoder  # noqa: E402
from otcore.objectives import OBJECTIVES, read_objective  # noqa: E402
from otcore.objectives.objective import Clouds, Trained  # noqa: E402

MOST_WORDS = 30
VARIANTS = {
    **{name: {"kind": name} for name, one in OBJECTIVES.items() if not one.is_map},
    "word-ot, plain entropic": {"kind": "word-ot", "debiased": False},
    "word-ot, euclidean": {"kind": "word-ot", "cost": "euclidean"},
    "word-ot, batch": {"kind": "word-ot", "scope": "batch"},
    "plan-contrast, subwords": {"kind": "plan-contrast", "unit": "subword"},
    "plan-contrast, null point": {"kind": "plan-contrast", "null_point": True},
    "word-ot, tolerance 1e-4": {"kind": "word-ot", "tolerance": 1e-4},
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--encoder", default="base")
    parser.add_argument("--pairs", type=int, default=24, help="a language")
    parser.add_argument("--languages", default="de,fr,es")
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--bf16", action="store_true")
    options = parser.parse_args()
    bench = Bench(load_encoder(options.encoder), options.languages.split(","), options)
    times: dict[str, list[Times]] = {name: [] for name in VARIANTS}
    for number in range(options.rounds + 1):
        for name, changes in VARIANTS.items():
            taken = bench.step(read_objective(changes), number)
            if number:  # the first round warms up
                times[name].append(taken)
    report(times, options)


class Times(NamedTuple):
    """Seconds: of a whole step on the clock and of the processor, and of the objective's forward pass of the processor."""

    wall: float
    processor: float
    forward: float


class Bench:
    """One encoder with an optimiser that moves nothing, so that every step does the same work from the same place."""

    def __init__(self, encoder, languages: list[str], options) -> None:
        self.tokenizer, self.model, self.bf16, self.pairs = encoder.tokenizer, encoder.model.train(), options.bf16, options.pairs
        self.frozen = copy.deepcopy(encoder.model).eval().requires_grad_(False)
        self.optimiser = torch.optim.Adam(self.model.parameters(), lr=0.0)
        collection = load_collection()
        self.text = {code: self._short(collection.training_pairs(code, "en")) for code in languages}

    @staticmethod
    def _short(pairs):
        return [pair for pair in pairs if max(len(pair.source.words), len(pair.target.words)) <= MOST_WORDS]

    def step(self, objective: Trained, number: int) -> Times:
        start, busy = time.perf_counter(), time.process_time()
        clouds = {code: self._clouds(pairs, objective, number) for code, pairs in self.text.items()}
        before = time.process_time()
        loss = objective(clouds)
        after = time.process_time()
        loss.total.backward()
        self.optimiser.step()
        self.optimiser.zero_grad()
        return Times(time.perf_counter() - start, time.process_time() - busy, after - before)

    def _clouds(self, pairs, objective: Trained, number: int) -> Clouds:
        chosen = [pairs[(number * self.pairs + k) % len(pairs)] for k in range(self.pairs)]
        source, source_types = self._points([pair.source.words for pair in chosen], self.model, objective)
        target, target_types = self._points([pair.target.words for pair in chosen], self.model, objective)
        anchor = self._points([pair.target.words for pair in chosen], self.frozen, objective)[0]
        masses = [live.float() / live.sum(1, keepdim=True) for live in (source_types >= 0, target_types >= 0)]
        links = [(row, k, k) for row, pair in enumerate(chosen) for k in range(min(len(pair.source.words), len(pair.target.words)))]
        return Clouds(source, target, *masses, anchor, source_types, target_types, torch.tensor(links))

    def _points(self, sentences, model, objective: Trained):
        """(B, n, d) points of the last layer and (B, n) the id of each one's first subword, −1 for padding."""
        batch = self.tokenizer([list(words) for words in sentences], is_split_into_words=True, padding=True, return_tensors="pt")
        with torch.autocast("cpu", torch.bfloat16, enabled=self.bf16):
            hidden = model(input_ids=batch["input_ids"], attention_mask=batch["attention_mask"]).last_hidden_state.float()
        owners = [[-1 if word is None else word for word in batch.word_ids(row)] for row in range(len(sentences))]
        if objective.unit == "subword":
            owners = [[place if word >= 0 else -1 for place, word in enumerate(row)] for row in owners]
        owner = torch.tensor(owners) + 1
        pieces = torch.nn.functional.one_hot(owner)[:, :, 1:].float()  # (B, pieces, n)
        count = pieces.sum(1)
        points = pieces.transpose(1, 2) @ hidden / count.clamp_min(1)[:, :, None]
        types = batch["input_ids"].gather(1, pieces.argmax(1))
        return points, torch.where(count > 0, types, -1)


def report(times: dict[str, list[Times]], options) -> None:
    print(f"{options.encoder}, {options.pairs} pairs × {options.languages}, at most {MOST_WORDS} words a sentence, ", end="")
    print(f"{'bf16' if options.bf16 else 'float32'}, {torch.get_num_threads()} threads, {options.rounds} rounds")
    heads = ("wall, ms", "", "processor, ms", "forward, ms", "wall / l2", "processor / l2")
    print(f"{'objective':<26}" + "".join(f"{head:>16}" for head in heads))
    for name, rounds in times.items():
        wall, processor, forward = (statistics.median(1e3 * entry[k] for entry in rounds) for k in range(3))
        spread = f"({1e3 * min(entry.wall for entry in rounds):.0f} – {1e3 * max(entry.wall for entry in rounds):.0f})"
        ratios = [statistics.median(one[k] / other[k] for one, other in zip(rounds, times["l2"], strict=True)) for k in range(2)]
        print(f"{name:<26}{wall:>16.0f}{spread:>16}{processor:>16.0f}{forward:>16.1f}{ratios[0]:>16.2f}{ratios[1]:>16.2f}")


if __name__ == "__main__":
    main()
