"""The extension zip: Blender's own tool accepts and builds it, and Blender installs it and opens a face with it."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from likeness.inference.reconstruction import write_reconstruction
from likeness.version import VERSION
from synthetic import sheet_reconstruction

REPOSITORY = Path(__file__).resolve().parent.parent
IN_BLENDER = """
import os, sys
os.environ["BLENDER_USER_RESOURCES"] = sys.argv[1]
for name in ("torch", "cv2", "mediapipe", "scipy", "PIL", "OpenEXR", "likeness"):
    sys.modules[name] = None
import bpy
bpy.ops.extensions.package_install_files(filepath=sys.argv[2], repo="user_default", enable_on_install=True)
assert "bl_ext.user_default.likeness" in bpy.context.preferences.addons
bpy.ops.likeness.open_reconstruction(filepath=sys.argv[3])
assert "raise" in bpy.context.object.data.shape_keys.key_blocks
bpy.ops.preferences.addon_disable(module="bl_ext.user_default.likeness")
assert not hasattr(bpy.types, "LIKENESS_PT_photo")
print("opened", flush=True)
os._exit(0)
"""


def _blender_tool(*arguments: str) -> str:
    """Run Blender's packaging tool as ``make zip`` does; returns what it printed."""
    spec = importlib.util.find_spec("bpy")
    if spec is None or not spec.submodule_search_locations:
        pytest.skip("Blender's Python module bpy is not installed")
    scripts = next(Path(spec.submodule_search_locations[0]).glob("*/scripts"))
    tool = scripts / "addons_core" / "bl_pkg" / "cli" / "blender_ext.py"
    tags = scripts / "modules" / "_bpy_internal" / "extensions" / "tags.py"
    command = [sys.executable, str(tool), arguments[0], "--valid-tags", str(tags), *arguments[1:]]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, cwd=REPOSITORY)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def extension(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("extension")
    _blender_tool("build", "--source-dir", ".", "--output-dir", str(folder))
    return folder / f"likeness-{VERSION}.zip"


def test_blender_accepts_the_manifest_and_the_zip(extension: Path) -> None:
    assert "Success" in _blender_tool("validate", ".")
    assert "Success" in _blender_tool("validate", str(extension))


def test_the_zip_holds_the_program_and_nothing_else(extension: Path) -> None:
    with zipfile.ZipFile(extension) as archive:
        names = set(archive.namelist())
    tops = {name.partition("/")[0] for name in names}
    assert {"blender_manifest.toml", "__init__.py", "LICENSE", "scene", "operators", "panels", "inference"} <= tops
    assert "bfm/builtin/model.npz" in names
    assert not tops & {"tests", "training", "benchmarks", "docs", "out", "dist", "build"}
    assert not [name for name in names if "/." in f"/{name}" or "__pycache__" in name or "egg-info" in name]


def test_blender_installs_the_zip_and_opens_a_face(extension: Path, tmp_path: Path) -> None:
    face = tmp_path / "face.likeness"
    write_reconstruction(sheet_reconstruction(), face)
    command = [sys.executable, "-c", IN_BLENDER, str(tmp_path / "user"), str(extension), str(face)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, cwd=tmp_path)
    assert done.stdout.splitlines()[-1:] == ["opened"], done.stdout + done.stderr
