"""Blender with the extension enabled and an engine that is not real."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from blender_engine import photo, use_engine  # noqa: F401  # fixtures

bpy = pytest.importorskip("bpy", reason="Blender's Python module is not installed")


@pytest.fixture(autouse=True)
def ready(empty_file: None, enabled: None) -> None:
    """An empty file and the extension."""


@pytest.fixture
def real_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    """This Python is the engine's; needs the libraries of the pipeline."""
    pytest.importorskip("torch")
    from likeness.operators import engine_host

    monkeypatch.setattr(engine_host, "find_interpreter", lambda: Path(sys.executable))
