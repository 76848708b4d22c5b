"""Engines that are stopped when their test ends."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from faults import QUICK
from likeness.engine.client import Engine
from likeness.engine.limits import Limits
from waiting import MakeEngine

ROOT = Path(__file__).resolve().parent.parent.parent


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


@pytest.fixture(scope="session")
def elsewhere(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The launcher of a package that lies in a folder of another name, as Blender's extensions do."""
    package = tmp_path_factory.mktemp("Jürgen 张 extensions") / "likeness-0.1"
    shutil.copytree(ROOT / "engine", package / "engine", ignore=shutil.ignore_patterns("__pycache__"))
    for path in (*ROOT.glob("*.py"), ROOT / "blender_manifest.toml"):
        shutil.copy(path, package / path.name)
    for name in ("anatomy", "geometry", "bfm", "result", "inference", "network"):
        (package / name).symlink_to(ROOT / name)
    return package / "engine" / "launch.py"
