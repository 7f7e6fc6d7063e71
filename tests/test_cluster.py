"""`align` on a Ray cluster: the same lines in the same order, whoever of its workers is killed."""

import os
import random
import signal
import sys
from pathlib import Path

import pytest

from otcore.cli import main
from otcore.commands import align

LANGUAGES = ["--source-lang", "en", "--target-lang", "de"]
WORDS = ("cat", "Katze", "red", "rot", "chair", "Stuhl", "sleeps", "schläft", "the", "die")


@pytest.fixture
def corpus(tmp_path) -> Path:
    """Sixty pairs of one to six words."""
    chosen, path = random.Random(0), tmp_path / "pairs.txt"
    sides = [" ".join(chosen.choices(WORDS, k=chosen.randint(1, 6))) for _ in range(120)]
    path.write_text("".join(f"{source} ||| {target}\n" for source, target in zip(sides[::2], sides[1::2], strict=True)), encoding="utf-8")
    return path


def killed_once(mark: Path):
    """An alignment to its line, in a process that is killed at the first."""

    def line(found) -> str:
        if not mark.exists():
            mark.touch()
            os.kill(os.getpid(), signal.SIGKILL)
        return " ".join(f"{i}-{j}" for i, j in sorted(found.pairs))

    return line


def test_the_lines_are_those_of_one_process_though_a_worker_is_killed(corpus, xlm_roberta, tmp_path, monkeypatch, capsys):
    pytest.importorskip("ray", reason="Ray is optional: otcore/cluster/requirements.txt")
    monkeypatch.setattr("otcore.alignment.aligner.BLOCK", 8)
    arguments = ["align", str(corpus), "--encoder", str(xlm_roberta), *LANGUAGES]
    assert main([*arguments, "--output", str(tmp_path / "alone")]) == 0
    mark = tmp_path / "killed"
    monkeypatch.setattr(align, "link_line", killed_once(mark))
    assert main([*arguments, "--output", str(tmp_path / "shared"), "--ray", "--workers", "2"]) == 0, capsys.readouterr().err
    assert mark.exists()
    assert (tmp_path / "shared").read_bytes() == (tmp_path / "alone").read_bytes()


def test_where_ray_is_not_installed_it_is_said_how_to_have_it(corpus, xlm_roberta, monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "ray", None)
    assert main(["align", str(corpus), "--encoder", str(xlm_roberta), *LANGUAGES, "--ray"]) == 2
    error = capsys.readouterr().err
    assert "pip install -r otcore/cluster/requirements.txt" in error
    assert (Path(align.__file__).parents[2] / "otcore/cluster/requirements.txt").is_file()


def test_a_cluster_that_does_not_answer_is_named(corpus, xlm_roberta, capsys, monkeypatch):
    pytest.importorskip("ray", reason="Ray is optional: otcore/cluster/requirements.txt")
    monkeypatch.delenv("RAY_ADDRESS", raising=False)
    assert main(["align", str(corpus), "--encoder", str(xlm_roberta), *LANGUAGES, "--ray", "nonsense"]) == 2
    assert "No Ray cluster can be joined" in capsys.readouterr().err
