"""Engines that are stopped when their test ends."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from faults import QUICK
from likeness.engine.client import Engine
from likeness.engine.limits import Limits
from waiting import MakeEngine


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "Jürgen 张 logs" / "engine.log"


@pytest.fixture
def make_engine(log: Path) -> Iterator[MakeEngine]:
    """Makes engines of a command, by default with limits that are soon reached."""
    made = []

    def make(command: list[str], limits: Limits = QUICK, idle_seconds: float = 60) -> Engine:
        made.append(Engine(command, log, idle_seconds=idle_seconds, limits=limits))
        return made[-1]

    yield make
    for engine in made:
        engine.stop()
