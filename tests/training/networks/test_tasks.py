"""The three networks learn: a batch by heart in a short run, and something of people whom they have not seen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
from likeness.geometry.colour import srgb_bytes
from likeness.inference.networks.df2net import Depths
from likeness.training.networks.checkpoint import CHECKPOINT_FILE, trained_players
from likeness.training.networks.df2net_task import Df2NetTask, finer_loss
from likeness.training.networks.facescape_task import Critic, FaceScapeTask, evened
from likeness.training.networks.loop import LOG_FILE, read_log, train
from likeness.training.networks.rafare_task import RafareTask
from likeness.training.networks.samples import SampleKind
from likeness.training.networks.shards import SampleStore
from likeness.training.networks.task import TrainingTask

TASKS = {task.name: task for task in (Df2NetTask(width=4), FaceScapeTask(width=4), RafareTask(width=8, stacks=1))}
LOSSES = {"df2net": "loss network", "facescape": "loss generator", "rafare": "loss surfaces"}

StoreOf = Callable[[SampleKind], SampleStore]


@pytest.mark.slow
@pytest.mark.parametrize("name", TASKS)
def test_a_batch_is_learnt_by_heart(name: str, store_of: StoreOf, tmp_path: Path) -> None:
    """The first stage of each alone, on the same pictures again and again."""
    task, store = TASKS[name], store_of(TASKS[name].kind)
    few = SimpleNamespace(training=store.training[:2], held_out=store.held_out[:2], rows=store.rows)
    settings = replace(task.settings, steps=4000, batch=2, warm_up=4, check_every=8, check_pictures=2)
    losses: list[float] = []

    def note(record: dict[str, float]) -> None:
        losses.append(record[LOSSES[name]])
        if record["step"] >= 24:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train(task, few, settings, tmp_path, note)  # type: ignore[arg-type]
    assert losses[-1] < 0.7 * losses[0]


@pytest.mark.slow
@pytest.mark.parametrize("name", TASKS)
def test_what_is_learnt_holds_for_others(name: str, store_of: StoreOf, tmp_path: Path) -> None:
    """All stages, short: the held-out people's error falls, and the checkpoint gives the same networks."""
    task = TASKS[name]
    settings = replace(task.settings, steps=32, batch=2, warm_up=4, check_every=16, check_pictures=4)
    players = train(task, store_of(task.kind), settings, tmp_path)
    log = read_log(tmp_path / LOG_FILE)
    error = next(iter(task.errors(players, batch_of(task, store_of))))
    assert log[-1][error] < 0.8 * log[0][error]
    kept = trained_players(task, tmp_path / CHECKPOINT_FILE).state_dict()
    assert all(torch.equal(weight, kept[part]) for part, weight in players.state_dict().items())


def batch_of(task: TrainingTask, store_of: StoreOf) -> dict[str, torch.Tensor]:
    store = store_of(task.kind)
    return task.tensors(store.rows(store.held_out[:1]), None)


@pytest.mark.parametrize("name", TASKS)
def test_each_stage_trains_its_own_part(name: str, store_of: StoreOf) -> None:
    task = TASKS[name]
    parts = {
        "df2net": ("network.layer1", "network.FNet", "network.FrNet"),
        "facescape": ("generator.model.1.", "critic."),
        "rafare": ("surfaces.base", "surfaces.fine"),
    }[name]
    torch.manual_seed(0)
    players = task.players()
    store = store_of(task.kind)
    batch = task.tensors(store.rows(store.training[:1]), np.random.default_rng(0))

    def touched(progress: float) -> set[str]:
        players.zero_grad(set_to_none=True)
        for player in players:
            loss = task.loss(player, players, batch, progress)
            if loss.requires_grad:
                loss.backward()
        changed = [n for n, p in players.named_parameters() if p.grad is not None and p.grad.abs().max() > 0]
        return {part for part in parts if any(name.startswith(part) for name in changed)}

    assert touched(0.1) == {parts[0]}
    assert touched(0.95) == ({parts[-1]} if name != "facescape" else set(parts))
    assert touched(0.8) == {parts[1]} or name == "facescape"


def test_pictures_are_mirrored_with_their_truth(store_of: StoreOf) -> None:
    """A mirrored batch is the batch of a mirrored head."""
    task = RafareTask()
    store = store_of(task.kind)
    rows = store.rows(store.training[:1])
    plain, turned = task.tensors(rows, None), None
    for seed in range(20):
        batch = task.tensors(rows, np.random.default_rng(seed))
        if not torch.equal(batch["pictures"], plain["pictures"]):
            turned = batch
    assert turned is not None
    assert torch.equal(turned["pictures"].flip(-1), plain["pictures"])
    mirrored = turned["points"] * torch.tensor([[[-1.0], [1.0], [1.0]]])
    both = torch.cat([mirrored, turned["distances"][:, None]], dim=1)[0].T
    known = torch.cat([plain["points"], plain["distances"][:, None]], dim=1)[0].T
    assert {tuple(row) for row in both.tolist()} <= {tuple(row) for row in known.tolist()}


def test_a_relief_that_shades_like_the_picture_is_the_finer_one() -> None:
    """Fr-Net's loss is smaller with the relief that is in the picture than with none."""
    from likeness.geometry.colour import linear_to_srgb
    from likeness.inference.lighting import shade, uniform_light
    from likeness.training.networks.df2net_task import _PIXELS
    from likeness.training.networks.losses import normals

    side = 64
    at = torch.linspace(-1.0, 1.0, side)
    smooth = (12.0 * torch.exp(-(at[:, None] ** 2 + at**2) / 0.4))[None, None]
    pixel = torch.arange(side)
    relief = (0.5 * torch.sin(pixel[None, :] * 1.2) * torch.sin(pixel[:, None] * 0.9))[None, None]
    light = uniform_light(0.5, smooth)
    light[1:4] += torch.tensor([[0.3], [0.1], [0.4]])
    colours = 0.6 * shade(normals(smooth + relief).movedim(1, -1), light).movedim(-1, 1)
    crops = 2.0 * linear_to_srgb(colours.clamp(0.0, 1.0)) - 1.0

    def loss(share: float) -> float:
        fine = share * relief / _PIXELS / 3.0
        reliefs = tuple(torch.nn.functional.avg_pool2d(fine, n) for n in (4, 2, 1))
        depths = Depths(smooth / _PIXELS, smooth / _PIXELS, reliefs)  # type: ignore[arg-type]
        return float(finer_loss(depths, crops, torch.ones_like(smooth)))

    assert loss(1.0) < loss(0.0) < loss(-1.0)


def test_textures_are_evened_out() -> None:
    """A darker photo of the same skin is the same to the generator; what is not seen is nothing."""
    rng = np.random.default_rng(0)
    linear = rng.uniform(0.44, 0.46, (32, 32, 3)) * np.linspace(0.5, 1.0, 32)[:, None, None]
    seen = np.ones((32, 32), bool)
    seen[:4] = False
    found, darker = (evened(srgb_bytes(linear * share), seen) for share in (1.0, 0.4))
    assert not found[:4].any()
    assert np.abs(found - darker)[4:].mean() < 0.05
    assert found[4:, :, 0].mean() == pytest.approx(0.0, abs=1e-5)
    rows = found[12:24].mean(axis=1)
    assert np.ptp(rows[:, 0]) > 4.0 * np.ptp(rows[:, 1])  # the lamp's gradient is in the brightness alone


def test_the_critic_says_something_on_each_level() -> None:
    said: list[Any] = Critic(4, 8)(torch.rand(2, 4, 64, 64))
    assert [x.shape[1] for x in said] == [8, 16, 32, 1]
