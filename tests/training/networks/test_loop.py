"""The loop: what is taken up again goes on as if nothing had been, seeds tell everything, the log tells the truth."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
from likeness.errors import LikenessError
from likeness.training.networks.checkpoint import CHECKPOINT_FILE, trained_players
from likeness.training.networks.loop import LOG_FILE, rate_at, read_log, train
from smoothing import SETTINGS, Smoothing, sample_rows
from torch import Tensor, nn


@pytest.fixture
def store() -> Any:
    return SimpleNamespace(training=np.arange(4, 24), held_out=np.arange(4), rows=sample_rows)


def weights(players: nn.ModuleDict) -> dict[str, Tensor]:
    return {name: value.clone() for name, value in players.state_dict().items()}


def assert_same(a: dict[str, Tensor], b: dict[str, Tensor]) -> None:
    assert a.keys() == b.keys()
    assert all(torch.equal(a[name], b[name]) for name in a)


@pytest.mark.parametrize("mixed", [False, True])
def test_two_halves_are_the_whole(mixed: bool, store: Any, tmp_path: Path) -> None:
    task, settings = Smoothing(), replace(SETTINGS, mixed=mixed)
    whole = weights(train(task, store, settings, tmp_path / "whole"))

    def stop(record: dict[str, float]) -> None:
        if record["step"] == 10:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train(task, store, settings, tmp_path / "halves", stop)
    assert_same(whole, weights(train(task, store, settings, tmp_path / "halves")))
    assert_same(whole, weights(trained_players(task, tmp_path / "halves" / CHECKPOINT_FILE)))
    logs = [read_log(tmp_path / name / LOG_FILE) for name in ("whole", "halves")]
    for record in (record for log in logs for record in log):
        del record["seconds"]
    assert logs[0] == logs[1]
    assert [record["step"] for record in logs[0]] == [0, 10, 20]


def test_a_finished_run_is_left_as_it_is(store: Any, tmp_path: Path) -> None:
    told: list[Any] = []
    before = weights(train(Smoothing(), store, SETTINGS, tmp_path))
    assert_same(before, weights(train(Smoothing(), store, SETTINGS, tmp_path, told.append)))
    assert not told


def test_the_seed_tells_everything(store: Any, tmp_path: Path) -> None:
    runs = [
        weights(train(Smoothing(), store, replace(SETTINGS, seed=seed), tmp_path / f"{number}"))
        for number, seed in enumerate((3, 3, 4))
    ]
    assert_same(runs[0], runs[1])
    assert not torch.equal(runs[0]["smoother.0.weight"], runs[2]["smoother.0.weight"])


def test_it_learns_and_says_so(store: Any, tmp_path: Path) -> None:
    train(Smoothing(), store, replace(SETTINGS, steps=100, rate=0.03), tmp_path)
    log = read_log(tmp_path / LOG_FILE)
    assert log[-1]["error"] < 0.5 * log[0]["error"]
    assert log[-1]["loss smoother"] < log[1]["loss smoother"]
    assert log[1]["loss other"] == 0.0
    assert log[-1]["loss other"] > 0.0


@pytest.mark.parametrize("other", [{"seed": 5}, {"steps": 40}, {"rate": 1.0}])
def test_a_folder_of_another_run_is_refused(other: dict[str, Any], store: Any, tmp_path: Path) -> None:
    train(Smoothing(), store, SETTINGS, tmp_path)
    with pytest.raises(LikenessError, match="another training"):
        train(Smoothing(), store, replace(SETTINGS, **other), tmp_path)
    with pytest.raises(LikenessError, match="another training"):
        train(Smoothing(width=8), store, SETTINGS, tmp_path)


def test_the_rate_rises_and_falls() -> None:
    rates = [rate_at(step, SETTINGS, (0.0,)) for step in range(21)]
    assert rates[0] < rates[2] < rates[4]
    assert max(rates) <= SETTINGS.rate
    assert rates[5:] == sorted(rates[5:], reverse=True)
    assert rates[-1] < 0.02 * SETTINGS.rate


def test_each_stage_has_its_own_rise_and_fall() -> None:
    settings = replace(SETTINGS, steps=100, warm_up=5)
    rates = [rate_at(step, settings, (0.0, 0.6)) for step in range(100)]
    assert rates[:60] == [rate_at(step, replace(settings, steps=60), (0.0,)) for step in range(60)]
    assert rates[59] < 0.02 * settings.rate
    assert rates[60] == pytest.approx(settings.rate / 5)
    assert max(rates[60:]) == rates[64]
    assert rates[99] < 0.02 * settings.rate
