"""Blender with the extension enabled."""

from __future__ import annotations

import pytest

bpy = pytest.importorskip("bpy", reason="Blender's Python module is not installed")


@pytest.fixture(autouse=True)
def ready(empty_file: None, enabled: None) -> None:
    """An empty file and the extension."""
