"""A face to export."""

from __future__ import annotations

from pathlib import Path

import bpy
import pytest
from likeness.scene.building.build import build_face


@pytest.fixture
def face(sheet_folder: Path) -> bpy.types.Object:
    """The sheet, turned as in its photo."""
    return build_face(sheet_folder, "face")
