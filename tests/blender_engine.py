"""Fixtures of what asks an engine in Blender: one that is not real, and a photo for it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from faults import QUICK, command
from likeness.engine.client import Engine
from likeness.engine.limits import Limits
from likeness.result.folder import write_reconstruction
from synthetic import sheet_reconstruction

UseEngine = Callable[..., Engine]
# Where a test is not about slowness, a busy computer must not look like a broken engine.
PATIENT = replace(QUICK, first_sign=30.0, hello=30.0, silence=10.0)


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    """A file that only a real engine would find fault with."""
    path = tmp_path / "Jürgen 张.jpg"
    path.write_bytes(b"not looked at")
    return path


@pytest.fixture
def use_engine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[UseEngine]:
    """Makes the fake engine the one of Blender; its results are copies of a small sheet."""
    from likeness.operators import engine_host

    result = tmp_path / "made before.likeness"
    write_reconstruction(sheet_reconstruction(), result)
    monkeypatch.setenv("LIKENESS_FAKE_RESULT", str(result))
    made = []

    def use(fake_command: list[str] | None = None, limits: Limits = PATIENT) -> Engine:
        engine = Engine(fake_command or command("hello"), tmp_path / "engine.log", limits=limits)
        made.append(engine)
        monkeypatch.setattr(engine_host, "get_engine", lambda interpreter=None: engine)
        monkeypatch.setattr(engine_host, "find_interpreter", lambda: Path(sys.executable))
        return engine

    yield use
    for engine in made:
        engine.stop()
