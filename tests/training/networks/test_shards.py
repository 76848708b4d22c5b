"""Stored samples: the same for a seed, apart by people, made once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from likeness.bfm.library.registry import load_model
from likeness.bfm.model_ids import BUILTIN
from likeness.training.networks.samples import DEPTHS, SampleKind
from likeness.training.networks.shards import SampleStore


def counting(portrait: Any, stage: Any, rng: np.random.Generator) -> dict[str, np.ndarray]:
    return {"mean": np.array(portrait.pixels.mean(), np.float32), "chance": np.array(rng.random())}


KIND = SampleKind("counting", DEPTHS.framing, 64, counting)


@pytest.fixture
def store(tmp_path: Path) -> SampleStore:
    return SampleStore(tmp_path, KIND, load_model(BUILTIN), seed=3, count=20, shard=8)


def test_people_are_apart(store: SampleStore) -> None:
    assert store.held_out.tolist() == [0, 1, 16, 17]  # the people 0 and 8
    assert sorted([*store.held_out, *store.training]) == list(range(20))
    assert not {n // 2 for n in store.held_out} & {n // 2 for n in store.training}


def test_a_sample_is_told_by_seed_and_number(store: SampleStore, tmp_path: Path) -> None:
    again = SampleStore(tmp_path / "b", KIND, store.model, seed=3, count=6, shard=3)
    rows = store.rows(np.array([5, 1]))
    assert rows["mean"][0] == again.sample(5)["mean"] == again.rows(np.array([5]))["mean"][0]
    assert rows["mean"][1] == again.sample(1)["mean"]
    assert SampleStore(tmp_path / "c", KIND, store.model, 4, 6).sample(5)["mean"] != rows["mean"][0]


def test_a_shard_is_made_once(store: SampleStore, tmp_path: Path) -> None:
    store.rows(np.array([1, 2]))
    (folder,) = (path for path in tmp_path.rglob("0000") if path.is_dir())
    before = {path: path.stat().st_mtime_ns for path in folder.iterdir()}
    assert {path.name for path in before} == {"mean.npy", "chance.npy"}
    other = SampleStore(tmp_path, KIND, store.model, seed=3, count=20, shard=8)
    assert np.array_equal(other.rows(np.array([2]))["chance"], store.rows(np.array([2]))["chance"])
    assert before == {path: path.stat().st_mtime_ns for path in folder.iterdir()}


def test_one_that_is_broken_off_leaves_nothing(tmp_path: Path) -> None:
    calls = []

    def failing(portrait: Any, stage: Any, rng: np.random.Generator) -> dict[str, np.ndarray]:
        calls.append(1)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return counting(portrait, stage, rng)

    store = SampleStore(tmp_path, SampleKind("failing", DEPTHS.framing, 64, failing), load_model(BUILTIN), 0, 3, 3)
    with pytest.raises(KeyboardInterrupt):
        store.make()
    assert not [path for path in tmp_path.rglob("*") if path.is_file() or path.name.startswith(".part")]
    told: list[int] = []
    store.make(told.append)
    assert told == [3]
