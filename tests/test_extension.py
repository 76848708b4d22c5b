"""The extension zip: Blender's own tool accepts and builds it, and Blender installs it and opens a face with it."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
import zipfile
from pathlib import Path

import installed
import pytest
import tomllib
from likeness.result.folder import write_reconstruction
from likeness.version import VERSION
from synthetic import sheet_reconstruction

REPOSITORY = Path(__file__).resolve().parent.parent
NOT_FOR_ARTISTS = {"tests", "training", "benchmarks", "docs", "examples", "requirements", "out", "dist", "build"}
LARGEST_ZIP = 40_000_000  # bytes; mail and forums refuse more


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
    """The zip under test, or a fresh one."""
    if installed.ZIP:
        return Path(installed.ZIP)
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
    packages = {path.parent.name for path in REPOSITORY.glob("*/__init__.py")} - NOT_FOR_ARTISTS
    assert {"blender_manifest.toml", "__init__.py", "LICENSE", "NOTICE", *packages} <= tops
    assert {"bfm/builtin/model.npz", "engine/launch.py", "result/face.schema.json"} <= names
    assert [name for name in names if name.startswith("engine/locks/")]
    assert not tops & NOT_FOR_ARTISTS
    assert not [name for name in names if "/." in f"/{name}" or "__pycache__" in name or "egg-info" in name]
    assert extension.stat().st_size < LARGEST_ZIP


def test_the_notices_that_the_built_in_head_owes_go_with_it(extension: Path) -> None:
    """ICT-FaceKit's licence asks for its copyright and permission notices in all copies; the others are thanked."""
    with zipfile.ZipFile(extension) as archive:
        notice = archive.read("NOTICE").decode("utf-8")
        manifest = tomllib.loads(archive.read("blender_manifest.toml").decode("utf-8"))
    assert "Copyright (c) 2020 USC Institute for Creative Technologies" in notice
    assert "The above copyright notice and this permission notice shall be included in all" in notice
    assert 'THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND' in notice
    assert all(name in notice for name in ("MakeHuman", "MPFB2", "Mika Suominen", "MediaPipe"))
    assert "2020 USC Institute for Creative Technologies" in manifest["copyright"]


def test_the_extension_comes_works_and_goes_without_a_trace(extension: Path, tmp_path: Path) -> None:
    face = tmp_path / "face.likeness"
    write_reconstruction(sheet_reconstruction(), face)
    script = Path(__file__).with_name("extension_life.py")
    command = [sys.executable, str(script), str(tmp_path / "user"), str(extension), str(face)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, cwd=tmp_path)
    assert done.stdout.splitlines()[-1:] == ["lived"], done.stdout + done.stderr
