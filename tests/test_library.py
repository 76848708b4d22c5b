"""Likeness as a library: the names of the root package, found late, and what their docstrings promise."""

from __future__ import annotations

import doctest
import importlib
import importlib.util
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import jsonschema
import likeness
import numpy as np
import pytest
from likeness.result.reconstruction import IMAGE_FILES
from PIL import Image
from test_imports import BLENDER, HEAVY

REPOSITORY = Path(__file__).resolve().parent.parent
ROOT = Path(str(likeness.__file__)).parent


def run(code: str, folder: Path) -> str:
    """What a script prints in a process of its own, in this working directory."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT.parent)}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=folder, env=environment, capture_output=True, text=True, timeout=900
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A fresh working directory with ``photo.jpg`` and what the README's script makes of it."""
    data = pytest.importorskip("skimage.data", reason="scikit-image, which has the portrait, is not installed")
    folder = tmp_path_factory.mktemp("a stranger's folder")
    Image.fromarray(data.astronaut()).save(folder / "photo.jpg", quality=95)
    readme = (REPOSITORY / "README.md").read_text(encoding="utf-8")
    script = re.search(r"## As a library\n\n```python\n(.*?)```", readme, flags=re.DOTALL)
    assert script is not None
    run(script.group(1), folder)
    return folder


def test_importing_loads_nothing_else(tmp_path: Path) -> None:
    code = "import sys, likeness; print(*sys.modules)"
    loaded = run(code, tmp_path).split()
    assert not {name.partition(".")[0] for name in loaded} & {*HEAVY, *BLENDER, "numpy"}
    assert [name for name in loaded if name.startswith("likeness.")] == []


def test_the_names_are_listed_and_found() -> None:
    assert set(likeness.__all__) <= set(dir(likeness))
    assert {"register", "unregister"} <= set(dir(likeness))
    for name in likeness.__all__:
        assert getattr(likeness, name) is not None
    assert likeness.Reconstruction is importlib.import_module("likeness.result.reconstruction").Reconstruction
    assert likeness.__version__ == importlib.import_module("likeness.version").VERSION
    with pytest.raises(AttributeError, match="has no attribute 'reconstrct'"):
        likeness.reconstrct  # noqa: B018


def test_no_name_is_that_of_a_module() -> None:
    """Importing such a module would put it in the name's place."""
    for name in likeness.__all__:
        assert importlib.util.find_spec(f"likeness.{name}") is None


def test_reading_a_result_loads_nothing_heavy(tmp_path: Path) -> None:
    code = "import sys, likeness; likeness.read_reconstruction, likeness.Reconstruction; print(*sys.modules)"
    assert not {name.partition(".")[0] for name in run(code, tmp_path).split()} & {*HEAVY, *BLENDER}


def test_the_names_are_found_under_blenders_name_for_the_package(tmp_path: Path) -> None:
    repository = tmp_path / "bl_ext" / "somewhere"
    repository.mkdir(parents=True)
    (repository / "likeness").symlink_to(ROOT, target_is_directory=True)
    code = (
        "import sys; import bl_ext.somewhere.likeness as module\n"
        "print(module.read_reconstruction.__module__, module.__version__, 'likeness' in sys.modules)\n"
    )
    expected = f"bl_ext.somewhere.likeness.result.folder {likeness.__version__} False\n"
    assert run(code, tmp_path) == expected


@pytest.mark.slow
def test_the_readmes_script_writes_a_result(folder: Path) -> None:
    face = likeness.read_reconstruction(folder / "out")
    assert face.model["id"] == "builtin"
    assert set(IMAGE_FILES) == set(face.images)
    assert np.isfinite(face.mesh.vertices).all()


@pytest.mark.slow
@pytest.mark.parametrize("name", ["likeness", *(name for name in likeness.__all__ if name != "__version__")])
def test_the_examples_in_docstrings_hold(name: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    thing = likeness if name == "likeness" else getattr(likeness, name)
    finder = doctest.DocTestFinder(recurse=name != "likeness")  # a class' methods, but not every module
    found = [test for test in finder.find(thing, name, module=False, globs={}) if test.examples]
    assert found
    for test in found:
        result = doctest.DocTestRunner().run(test)
        assert (result.failed, result.attempted > 0) == (0, True)


@pytest.mark.slow
def test_a_real_face_file_keeps_to_the_schema(folder: Path) -> None:
    schema = json.loads((REPOSITORY / "result" / "face.schema.json").read_text(encoding="utf-8"))
    face = json.loads((folder / "out" / "face.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator(schema).validate(face)
    assert set(face) == set(schema["properties"]) - {"photos", "warnings", "blend_sha256"}
    assert set(face["landmarks"]) == set(schema["properties"]["landmarks"]["properties"])
