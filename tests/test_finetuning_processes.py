"""Fine-tuning as processes: the command line, a kill, and two processes at once."""

import dataclasses
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from training_runs import losses, weights

from otcore.finetuning.run import carry_out
from otcore.runs.log import read_log
from otcore.runs.store import create_run, find_run, open_run

ROOT = Path(__file__).resolve().parents[1]


def command(*arguments: str, **options) -> subprocess.Popen:
    environment = os.environ | {"OMP_NUM_THREADS": "1", "HF_HUB_OFFLINE": "1", "CUDA_VISIBLE_DEVICES": ""}
    return subprocess.Popen(
        [sys.executable, *arguments], cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **options
    )


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_a_killed_process_leaves_a_run_that_goes_on(settings, xlm_roberta, german, runs):
    options = ["--languages", "de", "--encoder", str(xlm_roberta), "--pairs", german, "--layer", "2", "--steps", "400", "--batch", "8"]
    options += ["--checkpoint-every", "5", "--evaluate-every", "0", "--snapshot-every", "0", "--learning-rate", "1e-3"]
    process = command("-m", "otcore", "finetune", *options, "--out", str(runs / "killed"))
    deadline = time.monotonic() + 280
    while not any(entry.get("saved") and entry["step"] >= 10 for entry in read_log(runs / "killed" / "log.jsonl")):
        assert process.poll() is None, process.stderr.read()
        assert time.monotonic() < deadline
        time.sleep(0.05)
    assert open_run(runs / "killed").state == "running"
    process.send_signal(signal.SIGKILL)
    process.wait()
    reported = max(entry["step"] for entry in read_log(runs / "killed" / "log.jsonl") if entry.get("saved"))
    killed = open_run(runs / "killed")
    assert killed.state == "interrupted"
    resumed = carry_out(killed, stop=lambda: len(losses(killed)) >= reported + 7)
    whole = carry_out(create_run(killed.settings), stop=lambda: len(losses(find_run("word-ot-de-1"))) >= reported + 7)
    # another process may share the work among threads differently: equal up to rounding
    np.testing.assert_allclose(losses(resumed), losses(whole), rtol=1e-4)


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_two_processes_do_what_one_does_with_twice_the_batch(settings, xlm_roberta, german, runs):
    options = [
        "--languages",
        "de",
        "--encoder",
        str(xlm_roberta),
        "--pairs",
        german,
        "--steps",
        "5",
        "--learning-rate",
        "1e-3",
        "--no-bf16",
    ]
    options += ["--layer", "2", "--evaluate-every", "0"]
    # --cpu would start one process where there is no MPI; --multi_gpu is the launcher of local processes, with or without GPUs
    launch = ["-m", "accelerate.commands.launch", "--multi_gpu", "--num_processes", "2", "--num_machines", "1", "--mixed_precision", "no"]
    launch += ["--main_process_port", "0", "--num_cpu_threads_per_process", "1", "-m", "otcore", "finetune"]
    process = command(*launch, *options, "--batch", "8", "--out", str(runs / "two"))
    _, complaint = process.communicate(timeout=500)
    assert process.returncode == 0, complaint
    one = dataclasses.replace(open_run(runs / "two").settings, batch=16)
    alone = carry_out(create_run(one, runs / "one"))
    np.testing.assert_allclose(losses(open_run(runs / "two")), losses(alone), rtol=1e-4)
    two, one = weights(open_run(runs / "two")), weights(alone)
    for name in one:
        np.testing.assert_allclose(two[name], one[name], atol=2e-4)


def run_cli(capsys, *arguments: str) -> tuple[int, str, str]:
    from otcore.cli import main

    code = main(arguments)
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def test_the_command_line_trains_resumes_and_lists(settings, xlm_roberta, german, runs, capsys, monkeypatch):
    monkeypatch.setattr(signal, "signal", lambda *handler: None)
    options = ("--languages", "de", "--encoder", str(xlm_roberta), "--pairs", f"de={german}", "--steps", "2", "--batch", "4")
    code, _, err = run_cli(capsys, "finetune", *options, "--objective", "contrastive-ot", "--out", str(runs / "here"))
    assert code == 0
    assert "step 2/2, held out: P@1" in err
    code, out, _ = run_cli(capsys, "runs", "--json")
    assert code == 0
    (row,) = json.loads(out)
    assert (row["name"], row["state"], row["objective"], row["step"]) == ("here", "finished", "contrastive-ot", 2)
    code, out, _ = run_cli(capsys, "runs")
    assert [line.split()[0] for line in out.splitlines()] == ["name", "here"]
    code, _, err = run_cli(capsys, "finetune", "--resume", str(runs / "here"))
    assert (code, err.count("\n")) == (2, 1)
    assert "is finished" in err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "Name the languages"),
        (("--languages", "xx!"), "xx!"),
        (("--languages", "de"), "needs an end"),
        (("--languages", "de", "--steps", "0"), "steps must be"),
        (("--languages", "de", "--steps", "1", "--train", "most"), "--train takes all"),
        (("--languages", "de", "--steps", "1", "--encoder", "/nowhere/at/all"), "neither a folder"),
        (("--languages", "de", "--steps", "1", "--pairs", "/nowhere.tsv"), "cannot be read"),
        (("--languages", "de", "--steps", "1", "--pairs", "a", "b"), "give one each"),
        (("--languages", "xh", "--steps", "1"), "has no xh"),
        (("--resume", "/nowhere"), "not a run"),
        (("--resume", "/nowhere", "--steps", "3"), "leave out --steps"),
        (("--objective", "magic"), "invalid choice"),
    ],
)
def test_mistakes_on_the_command_line_end_in_one_sentence(arguments, message, runs, capsys, monkeypatch, xlm_roberta):
    monkeypatch.setattr(signal, "signal", lambda *handler: None)
    if arguments and "--encoder" not in arguments:
        arguments = (*arguments, *(("--encoder", str(xlm_roberta)) if "--resume" not in arguments else ()))
    code, _, err = run_cli(capsys, "finetune", *arguments)
    assert code == 2
    assert message in err
    assert err.count("\n") == 1
