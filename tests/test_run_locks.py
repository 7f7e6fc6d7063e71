"""Who trains: a run is locked before anything slow is loaded, servers take turns in a folder of runs, and a run is its beginner's."""

import sys
import threading
from types import ModuleType, SimpleNamespace

import pytest
from training_runs import stand_in

import otcore.encoders
from dashboard.background import visitors
from dashboard.pages.finetune import trainings
from otcore.base.errors import InputError
from otcore.base.progress import Teller
from otcore.cli import main
from otcore.runs.locks import STOP_FILE, is_running, locked, turn_to_train
from otcore.runs.owners import owner_of, set_owner
from otcore.runs.settings import FinetuneSettings
from otcore.runs.store import create_run, delete_run, open_run, rename_run

SOON = 20


def until(condition):
    for _ in range(100 * SOON):
        if condition():
            return
        threading.Event().wait(0.01)
    raise AssertionError("it did not come to pass")


@pytest.fixture
def two(runs):
    return [create_run(FinetuneSettings(("de",), steps=1)).folder for _ in range(2)]


def test_servers_take_turns(runs):
    asked = []

    def give_up() -> bool:
        asked.append(True)
        return len(asked) < 3

    with turn_to_train(give_up) as first:
        with turn_to_train(give_up) as second:
            assert (first, second, len(asked)) == (True, False, 3)
        with turn_to_train(give_up) as third:
            assert not third, "who gave up has not let go of another's turn"
    with turn_to_train(give_up) as after:
        assert after


def test_two_servers_on_one_folder_do_not_train_at_once(two, monkeypatch):
    monkeypatch.setattr(trainings, "command", stand_in)
    gate, notes, stops = threading.Barrier(2), ([], []), (threading.Event(), threading.Event())

    def server(k: int) -> None:
        gate.wait(SOON)
        trainings._train(two[k], Teller(lambda done, total, note: notes[k].append(note), stops[k].is_set))

    servers = [threading.Thread(target=server, args=(k,)) for k in range(2)]
    for one in servers:
        one.start()
    try:
        until(lambda: any(map(is_running, two)) and any(trainings._WAITS in told for told in notes))
        (first,) = (k for k in range(2) if is_running(two[k]))
        assert trainings._WAITS in notes[1 - first]
        stops[first].set()
        servers[first].join(SOON)
        until(lambda: is_running(two[1 - first]))
        assert not is_running(two[first])
    finally:
        for k in range(2):
            stops[k].set()
            servers[k].join(SOON)
    assert open_run(two[0]).state == open_run(two[1]).state == "cancelled"


def test_the_command_locks_a_run_before_it_loads_anything_slow(two, monkeypatch):
    seen, training = [], ModuleType("otcore.finetuning.run")

    def carry_out(run, *others, held):
        seen.append(("trained", is_running(run.folder), held))
        (run.folder / "state.json").write_text('{"state": "finished"}')
        return open_run(run.folder)

    training.carry_out = carry_out
    monkeypatch.setitem(sys.modules, "otcore.finetuning.run", training)
    monkeypatch.setattr(otcore.encoders, "fetch_encoder", lambda *given: seen.append(("fetched", is_running(two[0]))))
    (two[0] / STOP_FILE).touch()
    assert main(["finetune", "--resume", str(two[0])]) == 0
    assert seen == [("fetched", True), ("trained", True, True)]
    assert not (two[0] / STOP_FILE).exists(), "what an earlier end was asked for by is dropped"
    assert not is_running(two[0])


def test_a_run_that_is_locked_is_not_trained_by_a_second_command(two, capsys):
    with locked(open_run(two[0])):
        assert main(["finetune", "--resume", str(two[0])]) == 2
    assert "is already being trained" in capsys.readouterr().err
    assert two[0].is_dir()


def test_a_run_is_its_beginner_s_under_any_name(two, monkeypatch):
    assert [owner_of(folder) for folder in two] == ["", ""]
    set_owner(two[0], "ann")
    renamed = rename_run(open_run(two[0]), "other")
    assert owner_of(renamed.folder) == "ann"
    monkeypatch.setattr(visitors, "owner", lambda: "bob")
    for act in (trainings.check_owner, trainings.cancel, trainings.start):
        with pytest.raises(InputError, match="The run other belongs to another visitor"):
            act(renamed)
    monkeypatch.setattr(visitors, "owner", lambda: "ann")
    trainings.check_owner(renamed)
    monkeypatch.setattr(visitors, "owner", lambda: "bob")
    monkeypatch.setenv("OTCORE_SHARED", "1")
    trainings.check_owner(renamed)
    delete_run(renamed)


def test_one_begins_so_many_runs_and_owns_them(runs, monkeypatch):
    small = SimpleNamespace(check_layer=lambda layer: layer, model=SimpleNamespace(num_parameters=lambda: 1))
    monkeypatch.setattr(trainings.background, "encoder", lambda name: small, raising=False)
    monkeypatch.setattr(visitors, "owner", lambda: "ann")
    monkeypatch.setattr(trainings, "start", lambda run: None)
    monkeypatch.setattr(trainings, "standing", lambda run: trainings.Standing("waiting"))
    begun = [trainings.begin(FinetuneSettings(("de",), steps=1 + k)) for k in range(trainings.RUN.each)]
    assert {owner_of(run.folder) for run in begun} == {"ann"}
    with pytest.raises(InputError, match="3 runs of yours are at work or waiting"):
        trainings.begin(FinetuneSettings(("de",), steps=50))
    monkeypatch.setattr(visitors, "owner", lambda: "bob")
    assert owner_of(trainings.begin(FinetuneSettings(("de",), steps=50)).folder) == "bob"
