"""`align`, `retrieve` and `study` on a Ray cluster come to what one process comes to, whoever of its workers is killed."""

import json
import os
import random
import signal
import sys
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

import pytest

from otcore.cli import main
from otcore.cluster.joining import HERE, REQUIREMENTS, Cluster
from otcore.cluster.mapping import mapped
from otcore.commands import align
from otcore.corpora.collection import load_collection
from otcore.evaluation.study.part import LinksPart
from otcore.evaluation.study.plan import PLANS
from otcore.evaluation.study.table import cells

needs_ray = pytest.mark.skipif(find_spec("ray") is None, reason=f"Ray is optional: {REQUIREMENTS}")
LANGUAGES = ["--source-lang", "en", "--target-lang", "de"]
WORDS = ("cat", "Katze", "red", "rot", "chair", "Stuhl", "sleeps", "schläft", "the", "die")
TUNING = {"languages": ("de",), "pairs": 8, "batch": 4, "evaluate_every": 0, "snapshot_every": 0, "checkpoint_every": 1}


@pytest.fixture
def sides() -> list[list[str]]:
    """Sixty sentences of one to six words, and as many that stand beside them."""
    chosen = random.Random(0)
    made = [" ".join(chosen.choices(WORDS, k=chosen.randint(1, 6))) for _ in range(120)]
    return [made[::2], made[1::2]]


@pytest.fixture
def corpus(sides, tmp_path) -> Path:
    path = tmp_path / "pairs.txt"
    path.write_text("".join(f"{source} ||| {target}\n" for source, target in zip(*sides, strict=True)), encoding="utf-8")
    return path


def ending_once(mark: Path) -> Callable[[], None]:
    """Kills the first process that calls it. It goes to workers as a whole, as they do not find this file."""

    def end() -> None:
        if not mark.exists():
            mark.touch()
            os.kill(os.getpid(), signal.SIGKILL)

    return end


def with_workers(monkeypatch, module: str, there: Callable[[Callable], Callable]) -> None:
    """What workers that a module maps over do with blocks is, where they run, what `there` makes of it."""

    def changed(cluster, begin, *others, **settings):
        return mapped(cluster, lambda: there(begin), *others, **settings)

    monkeypatch.setattr(f"{module}.mapped", changed)


@needs_ray
def test_the_lines_are_those_of_one_process_though_a_worker_is_killed(corpus, xlm_roberta, tmp_path, monkeypatch, capsys):
    mark = tmp_path / "killed"
    end = ending_once(mark)

    def line(found) -> str:
        end()
        return " ".join(f"{i}-{j}" for i, j in sorted(found.pairs))

    monkeypatch.setattr("otcore.alignment.aligner.BLOCK", 8)
    arguments = ["align", str(corpus), "--encoder", str(xlm_roberta), *LANGUAGES]
    assert main([*arguments, "--output", str(tmp_path / "alone")]) == 0
    monkeypatch.setattr(align, "link_line", line)
    assert main([*arguments, "--output", str(tmp_path / "shared"), "--ray", "--workers", "2"]) == 0, capsys.readouterr().err
    assert mark.exists()
    assert (tmp_path / "shared").read_bytes() == (tmp_path / "alone").read_bytes()


@needs_ray
def test_the_successor_of_a_killed_worker_begins_too_where_much_is_needed_for_that(tmp_path):
    """What is larger than Ray sends along with a call was gone by then: an alignment of 200,000 pairs ended when a worker did."""
    needed, end = bytes(1_000_000), ending_once(tmp_path / "killed")

    def begin() -> Callable[[int], int]:
        def done(block: int) -> int:
            if block == 12:
                end()
            return block * len(needed)

        return done

    assert list(mapped(Cluster(HERE, 2), begin, range(20))) == [block * len(needed) for block in range(20)]
    assert (tmp_path / "killed").exists()


@needs_ray
def test_retrieval_has_the_figures_of_one_process_though_a_worker_is_killed(sides, xlm_roberta, tmp_path, monkeypatch, capsys):
    mark, files = tmp_path / "killed", [tmp_path / "a", tmp_path / "b"]
    end = ending_once(mark)
    sides[0][7] = "cat " * 5000  # too long to be read whole
    sides[1] = [f"{one} {other}" for one, other in zip(*sides, strict=True)]
    for file, lines in zip(files, sides, strict=True):
        file.write_text("\n".join(lines) + "\n", encoding="utf-8")

    def there(begin):
        do = begin()

        def done(block):
            end()
            return do(block)

        return done

    monkeypatch.setattr("otcore.retrieval.precision.BLOCK", 16)
    arguments = ["retrieve", *map(str, files), "--encoder", str(xlm_roberta), "--json"]
    assert main(arguments) == 0
    alone = capsys.readouterr()
    with_workers(monkeypatch, "otcore.retrieval.cluster", there)
    assert main([*arguments, "--ray", "--workers", "2"]) == 0
    shared = capsys.readouterr()
    assert mark.exists()
    assert shared.out == alone.out
    found = json.loads(shared.out)
    assert 0 < found["forward"] < 1, "figures that could differ"
    assert "2 of 120 sentences are too long" in found["notes"][0]
    assert "sentences encoded: 120/120" in shared.err


@needs_ray
def test_a_study_ends_with_the_same_cells_though_a_worker_is_killed_in_training(xlm_roberta, tmp_path, monkeypatch, capsys):
    mark, steps, links = tmp_path / "killed", tmp_path / "steps", LinksPart("links", "AER", ("de",))
    end = ending_once(mark)
    links._pairs = {"de": load_collection().pairs("de", "en", "test")[:12]}
    monkeypatch.setattr(type(PLANS["small"]), "parts", lambda self, data: (links,))
    monkeypatch.setattr(type(PLANS["small"]), "tuning", lambda self, data: TUNING)

    def there(begin):
        from otcore.evaluation.study import running

        whole = running.carry_out

        def carried_out(run, told, stop):
            def step(entry):
                with steps.open("a") as file:
                    file.write(f"{entry['step']} ")
                if entry["step"] == 3:
                    end()
                told(entry)

            return whole(run, step, stop)

        running.carry_out = carried_out
        return begin()

    arguments = ["study", "--plan", "small", "--encoder", str(xlm_roberta), "--rows", "untuned,word-ot", "--seeds", "1", "--steps", "4"]
    assert main([*arguments, "--out", str(tmp_path / "alone")]) == 0
    with_workers(monkeypatch, "otcore.evaluation.study.cluster", there)
    capsys.readouterr()
    assert main([*arguments, "--out", str(tmp_path / "shared"), "--ray", "--workers", "2"]) == 0
    told = capsys.readouterr()
    assert "2 of 2 cells" in told.out
    assert "at work on the rest" not in told.out
    alone, shared = ({one.place: (one.scores, one.state) for one in cells(tmp_path / name)} for name in ("alone", "shared"))
    assert mark.exists()
    assert len(alone) == 3
    assert shared == alone
    begun = steps.read_text().split()
    assert begun == sorted(begun), "it is trained on from the checkpoint"


@pytest.mark.parametrize("command", [["align", "pairs"], ["retrieve", "pairs", "pairs"], ["study", "--plan", "small", "--out", "study"]])
def test_where_ray_is_not_installed_it_is_said_how_to_have_it(corpus, xlm_roberta, tmp_path, monkeypatch, capsys, command):
    monkeypatch.setitem(sys.modules, "ray", None)
    monkeypatch.chdir(tmp_path)
    corpus.rename("pairs")
    assert main([*command, "--encoder", str(xlm_roberta), *([] if "study" in command else LANGUAGES), "--ray"]) == 2
    assert f"pip install -r {REQUIREMENTS}" in capsys.readouterr().err
    assert (Path(align.__file__).parents[2] / REQUIREMENTS).is_file()


@needs_ray
def test_a_cluster_that_does_not_answer_is_named(corpus, xlm_roberta, capsys, monkeypatch):
    monkeypatch.delenv("RAY_ADDRESS", raising=False)
    assert main(["align", str(corpus), "--encoder", str(xlm_roberta), *LANGUAGES, "--ray", "nonsense"]) == 2
    assert "No Ray cluster can be joined" in capsys.readouterr().err


def test_a_node_that_does_not_see_the_folder_of_a_study_is_named(tmp_path):
    from otcore.base.errors import InputError
    from otcore.evaluation.study.cluster import _begun

    with pytest.raises(InputError, match=r"does not see the folder .* give --out a folder that all nodes share"):
        _begun(tmp_path / "elsewhere", None, False)
    assert not (tmp_path / "elsewhere").exists()


@pytest.mark.parametrize("command", [["retrieve", "a", "b"], ["study", "--plan", "small"]])
def test_workers_belong_to_a_cluster(command, capsys):
    assert main([*command, "--workers", "2"]) == 2
    assert "give --ray too" in capsys.readouterr().err
    assert main([*command, "--ray", "--workers", "0"]) == 2
    assert "at least one worker, not 0" in capsys.readouterr().err
