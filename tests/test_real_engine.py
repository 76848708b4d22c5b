"""The installed extension and the real engine together: `make test-blenders` runs this in every Blender."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import installed
import pytest

PORTRAIT = "import pathlib, skimage; print(pathlib.Path(skimage.__file__).parent / 'data' / 'astronaut.png')"


@pytest.fixture
def engine_python() -> str:
    """The interpreter that has the engine's libraries."""
    python = os.environ.get("LIKENESS_ENGINE_PYTHON", "")
    if not (installed.ZIP and python):
        pytest.skip("needs LIKENESS_ZIP and LIKENESS_ENGINE_PYTHON, an interpreter with the engine's libraries")
    return python


@pytest.fixture
def portrait(engine_python: str, tmp_path: Path) -> Path:
    """The smiling astronaut, out of the engine's scikit-image, under a name that is not English."""
    found = subprocess.run([engine_python, "-c", PORTRAIT], check=True, capture_output=True, text=True, timeout=60)
    return Path(shutil.copy(found.stdout.strip(), tmp_path / "Jürgen 张.png"))


@pytest.mark.usefixtures("empty_file", "enabled")
def test_a_photo_becomes_a_face(engine_python: str, portrait: Path) -> None:
    import bpy
    from likeness.operators.engine_host import running_engine
    from likeness.operators.settings import preferences
    from likeness.scene.state import is_face

    preferences(bpy.context).interpreter = engine_python
    assert bpy.ops.likeness.create(filepath=str(portrait), quality="draft") == {"FINISHED"}
    face = bpy.context.object
    assert is_face(face)
    assert face.name == portrait.stem
    keys = face.data.shape_keys.key_blocks
    assert len(keys) >= 52
    assert keys["mouthSmileLeft"].value > 0.2
    assert not bpy.context.window_manager.likeness.error
    engine = running_engine()
    assert engine is not None
    assert engine.hello is not None
    installed.disable()
    assert engine.state == "stopped"
    installed.enable()
