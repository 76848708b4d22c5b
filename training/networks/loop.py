"""The one loop that trains all networks: AdamW, a cosine of the rate, clipped gradients, checkpoints, a log.

Everything random in a step is drawn from the seed and the step's number, so that a run that is taken up again does what
it would have done.
"""

from __future__ import annotations

import csv
import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from time import perf_counter

import numpy as np
import torch
from torch import Tensor, nn

from ...inference.device import choose_device
from .checkpoint import CHECKPOINT_FILE, TrainingRun, resumed, save_run
from .shards import SampleStore
from .task import Batch, TrainingSettings, TrainingTask

LOG_FILE = "log.csv"
STEP, SECONDS = "step", "seconds"
_LOWEST = 0.01  # of the rate, at the end

Record = dict[str, float]


def train(
    task: TrainingTask,
    store: SampleStore,
    settings: TrainingSettings,
    folder: Path,
    tell: Callable[[Record], None] = lambda record: None,
) -> nn.ModuleDict:
    """Train, or go on where the folder's checkpoint ends.

    Args:
        task: the network.
        store: its samples.
        settings: how long and how.
        folder: for checkpoint and log.
        tell: called with each line of the log when checkpoint and log are written.

    Returns:
        The networks by player, in evaluation mode.

    Raises:
        LikenessError: the folder's checkpoint is of another network or other settings.
    """
    folder.mkdir(parents=True, exist_ok=True)
    device, _ = choose_device(settings.device)
    checkpoint, log = folder / CHECKPOINT_FILE, folder / LOG_FILE
    run = _begun(task, settings, device)
    if checkpoint.is_file():
        run = resumed(run, checkpoint)
        records = [record for record in read_log(log) if record[STEP] <= run.step]
    else:
        records = [{STEP: 0.0, SECONDS: 0.0, **_measured(run, store, device)}]
    before, losses, started = records[-1][SECONDS], [], perf_counter()
    while run.step < settings.steps:
        losses.append(_step(run, store, device))
        run = replace(run, step=run.step + 1)
        if run.step % settings.check_every == 0 or run.step == settings.steps:
            record = {STEP: float(run.step), SECONDS: round(before + perf_counter() - started, 1)}
            record |= {name: float(np.mean([loss[name] for loss in losses])) for name in losses[0]}
            records.append(record | _measured(run, store, device))
            losses = []
            _write_log(log, records)
            save_run(run, checkpoint)
            tell(records[-1])
    return run.players.eval()


def rate_at(step: int, settings: TrainingSettings, stages: Sequence[float]) -> float:
    """The rate of a step: in each stage, which begins at a share of the run, up to its highest and down a cosine."""
    borders = [settings.steps * share for share in (*stages, 1.0)]
    stage = sum(step >= border for border in borders[1:-1])
    begun, end = borders[stage : stage + 2]
    rising = min(1.0, (step - begun + 1.0) / max(settings.warm_up, 1))
    falling = 0.5 * (1.0 + math.cos(math.pi * (step - begun) / max(end - begun, 1.0)))
    return settings.rate * rising * (_LOWEST + (1.0 - _LOWEST) * falling)


def _begun(task: TrainingTask, settings: TrainingSettings, device: torch.device) -> TrainingRun:
    torch.manual_seed(settings.seed)
    players = task.players().to(device, memory_format=torch.channels_last)  # pyright: ignore[reportCallIssue]
    options = {"betas": settings.betas, "weight_decay": settings.weight_decay}
    optimisers = {
        player: torch.optim.AdamW(network.parameters(), settings.rate, **options) for player, network in players.items()
    }
    return TrainingRun(task, players, optimisers, settings)


def _step(run: TrainingRun, store: SampleStore, device: torch.device) -> dict[str, float]:
    """One step of each player; their losses."""
    settings, losses = run.settings, {}
    rng = np.random.default_rng([settings.seed, run.step])
    torch.manual_seed(int(rng.integers(1 << 62)))  # for dropout
    numbers = rng.choice(store.training, settings.batch, replace=len(store.training) < settings.batch)
    batch = _moved(run.task.tensors(store.rows(numbers), rng), device)
    run.players.train()
    for player, optimiser in run.optimisers.items():
        for group in optimiser.param_groups:
            group["lr"] = rate_at(run.step, settings, run.task.stages)
        with torch.autocast(device.type, torch.bfloat16, enabled=settings.mixed):
            loss = run.task.loss(player, run.players, batch, run.step / settings.steps)
        losses[f"loss {player}"] = loss.item()
        if not loss.requires_grad:  # it has nothing to do yet
            continue
        run.players.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(run.players[player].parameters(), settings.clip)
        optimiser.step()
    return losses


@torch.no_grad()
def _measured(run: TrainingRun, store: SampleStore, device: torch.device) -> dict[str, float]:
    """Mean errors on pictures of people that no step sees."""
    run.players.eval()
    found: list[dict[str, Tensor]] = []
    numbers = store.held_out[: run.settings.check_pictures]
    for part in np.array_split(numbers, math.ceil(len(numbers) / run.settings.batch)):
        batch = _moved(run.task.tensors(store.rows(part), None), device)
        found.append(run.task.errors(run.players, batch))
    return {name: round(float(torch.stack([e[name].float() for e in found]).mean()), 5) for name in found[0]}


def _moved(batch: dict[str, Tensor], device: torch.device) -> Batch:
    moved = {}
    for name, values in batch.items():
        layout = torch.channels_last if values.dim() == 4 else torch.preserve_format
        moved[name] = values.to(device, memory_format=layout)
    return moved


def read_log(path: Path) -> list[Record]:
    """The lines of a log."""
    with path.open(encoding="utf-8", newline="") as file:
        return [{name: float(value) for name, value in row.items() if value} for row in csv.DictReader(file)]


def _write_log(path: Path, records: list[Record]) -> None:
    names = list(dict.fromkeys(name for record in records for name in record))
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, names)
        writer.writeheader()
        writer.writerows(records)
