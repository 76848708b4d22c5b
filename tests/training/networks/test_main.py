"""The command line: what is asked for is what is done, and what cannot be is one sentence."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from likeness.training.networks import __main__ as command
from likeness.training.networks import try_out
from likeness.training.networks.checkpoint import CHECKPOINT_FILE
from likeness.training.networks.loop import LOG_FILE, read_log
from likeness.training.networks.safe_tensors import read_tensors
from smoothing import Smoothing, sample_rows


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """How the data were asked for; a small task is the only one."""
    asked: list[Any] = []

    def store(folder: Path, kind: Any, model: Any, seed: int, count: int) -> Any:
        asked.append((folder, seed, count))
        return SimpleNamespace(
            training=np.arange(4, 24),
            held_out=np.arange(4),
            rows=sample_rows,
            make=lambda tell: tell(count),
        )

    monkeypatch.setattr(command, "SampleStore", store)
    monkeypatch.setitem(command.TASKS, "df2net", Smoothing())
    return asked


def test_options_reach_the_training(made: list[Any], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = [
        "df2net",
        "--out",
        str(tmp_path / "run"),
        "--data",
        str(tmp_path),
        "--pictures",
        "48",
        "--data-seed",
        "5",
    ]
    assert command.main([*arguments, "--steps", "6", "--check-every", "3", "--seed", "2"]) == 0
    assert made == [(tmp_path, 5, 48)]
    assert [record["step"] for record in read_log(tmp_path / "run" / LOG_FILE)] == [0, 3, 6]
    told = capsys.readouterr()
    assert told.out.startswith("step 3 ")
    assert "48 of 48 pictures" in told.err
    _, metadata = read_tensors(tmp_path / "run" / CHECKPOINT_FILE)
    assert metadata["step"] == "6"
    assert '"seed": 2' in metadata["settings"]


def test_another_training_is_left_alone(made: list[Any], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main(["df2net", "--out", str(tmp_path), "--steps", "2"]) == 0
    before = (tmp_path / CHECKPOINT_FILE).read_bytes()
    capsys.readouterr()
    assert command.main(["df2net", "--out", str(tmp_path), "--steps", "3"]) == 2
    assert "is of another training" in capsys.readouterr().err
    assert (tmp_path / CHECKPOINT_FILE).read_bytes() == before


def test_a_checkpoint_of_other_networks_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "rafare"
    folder.mkdir()
    (folder / CHECKPOINT_FILE).write_bytes(b"nothing")
    assert try_out.main(["photo.jpg", "--runs", str(tmp_path), "--out", str(tmp_path / "out")]) == 2
    assert "no readable safetensors file" in capsys.readouterr().err
