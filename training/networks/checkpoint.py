"""A training run on the disk: weights and optimisers' numbers as tensors, the rest as text beside them, in one file."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

import torch
from torch import Tensor, nn

from ...errors import LikenessError
from .safe_tensors import read_tensors, write_tensors
from .task import TrainingSettings, TrainingTask

CHECKPOINT_FILE = "checkpoint.safetensors"
_WEIGHTS, _OPTIMISER = "networks", "optimiser"

Optimisers = Mapping[str, torch.optim.AdamW]


@dataclass(frozen=True)
class TrainingRun:
    """Networks and their optimisers by player, as they are after so many steps."""

    task: TrainingTask
    players: nn.ModuleDict
    optimisers: Optimisers
    settings: TrainingSettings
    step: int = 0


def save_run(run: TrainingRun, path: Path) -> None:
    """Write a run; after a failure the file is what it was."""
    tensors = {f"{_WEIGHTS}.{name}": tensor for name, tensor in run.players.state_dict().items()}
    for player, optimiser in run.optimisers.items():
        for index, numbers in optimiser.state_dict()["state"].items():
            tensors |= {f"{_OPTIMISER}.{player}.{index}.{name}": value for name, value in numbers.items()}
    told = {"task": run.task.name, "step": str(run.step), "settings": _told(run.task, run.settings)}
    write_tensors(path, tensors, told)


def resumed(run: TrainingRun, path: Path) -> TrainingRun:
    """A fresh run with what a file has kept of it.

    Raises:
        LikenessError: the file is of another network or of other settings.
    """
    tensors, told = read_tensors(path)
    if (told.get("task"), told.get("settings")) != (run.task.name, _told(run.task, run.settings)):
        raise LikenessError(f"{path} is of another training: take another folder, or the settings of its own.")
    put_weights(run.players, tensors, path)
    for player, optimiser in run.optimisers.items():
        state: dict[int, dict[str, Tensor]] = {}
        prefix = f"{_OPTIMISER}.{player}."
        for name, value in tensors.items():
            if name.startswith(prefix):
                index, _, part = name.removeprefix(prefix).partition(".")
                state.setdefault(int(index), {})[part] = value
        optimiser.load_state_dict({"state": state, "param_groups": optimiser.state_dict()["param_groups"]})
    return TrainingRun(run.task, run.players, run.optimisers, run.settings, int(told["step"]))


def put_weights(players: nn.ModuleDict, tensors: Mapping[str, Tensor], path: Path) -> None:
    """Give networks the weights of a checkpoint. Raises `LikenessError` where they are of others."""
    prefix = f"{_WEIGHTS}."
    weights = {name.removeprefix(prefix): value for name, value in tensors.items() if name.startswith(prefix)}
    try:
        players.load_state_dict(weights)
    except RuntimeError as error:
        raise LikenessError(f"{path} holds the weights of another network.") from error


def trained_players(task: TrainingTask, path: Path) -> nn.ModuleDict:
    """The networks of a checkpoint, in evaluation mode."""
    players = task.players()
    put_weights(players, read_tensors(path)[0], path)
    return players.eval()


def _told(task: TrainingTask, settings: TrainingSettings) -> str:
    """What must be the same in a run that is taken up again."""
    own = {name: value for name, value in vars(task).items() if isinstance(value, int | float)}
    same = {name: value for name, value in asdict(settings).items() if name not in ("device",)}
    return json.dumps({"task": own, **same}, sort_keys=True)
