"""The examples do what they say, on a portrait in draft quality."""

from __future__ import annotations

import json
import os
import runpy
import struct
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import likeness
import numpy as np
import pytest
from PIL import Image
from scipy.io import savemat
from synthetic import sheet_reconstruction

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
NOTEBOOK = EXAMPLES / "first_steps.ipynb"


@pytest.fixture
def portrait(photo_astronaut: np.ndarray, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """``photo.jpg`` in a fresh working directory."""
    monkeypatch.chdir(tmp_path)
    Image.fromarray(photo_astronaut).save("photo.jpg", quality=95)
    return tmp_path / "photo.jpg"


def run(script: str, monkeypatch: pytest.MonkeyPatch, *arguments: object) -> dict[str, Any]:
    """Run an example in this process; returns its names."""
    monkeypatch.setattr(sys, "argv", [script, *map(str, arguments)])
    return runpy.run_path(str(EXAMPLES / script), run_name="__main__")


def test_a_photo_becomes_gltf(portrait: Path) -> None:
    pytest.importorskip("bpy")
    command = [sys.executable, EXAMPLES / "photo_to_gltf.py", portrait.name, "face.glb", "--quality", "draft"]
    home = Path(str(likeness.__file__)).parent.parent
    subprocess.run(command, check=True, timeout=600, env={**os.environ, "PYTHONPATH": str(home)})
    data = portrait.with_name("face.glb").read_bytes()
    (size,) = struct.unpack_from("<I", data, 12)  # of the first chunk, which is JSON (glTF 2.0, section 4.4)
    gltf = json.loads(data[20 : 20 + size])
    names = {name for mesh in gltf["meshes"] for name in mesh.get("extras", {}).get("targetNames", [])}
    assert set(likeness.load_model("builtin").expression_names) <= names


@pytest.mark.parametrize("kind", ["npz", "mat"])
def test_coefficients_become_a_mesh(kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    model = likeness.load_model("builtin")
    identity = np.random.default_rng(0).normal(size=20)
    expression = np.linspace(0, 1, len(model.expression_names))
    file, out = tmp_path / f"face.{kind}", tmp_path / "face.obj"
    if kind == "npz":
        np.savez(file, identity=identity, expression=expression)
    else:
        savemat(file, {"id": identity[None], "exp": expression[None]})
    run("bfm_coefficients_to_mesh.py", monkeypatch, file, out, "--model", "builtin")
    rows = [line.split() for line in out.read_text(encoding="utf-8").splitlines()]
    vertices = np.array([row[1:] for row in rows if row[0] == "v"], float)
    faces = np.array([row[1:] for row in rows if row[0] == "f"], int)
    np.testing.assert_allclose(vertices, model.shape(identity, expression), atol=1e-6)
    np.testing.assert_array_equal(faces - 1, model.triangles())


def test_of_257_numbers_the_identity_comes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    np.savez(tmp_path / "none.npz", identity=[], expression=[])
    file, out = tmp_path / "none.npz", tmp_path / "face.obj"
    coefficients = run("bfm_coefficients_to_mesh.py", monkeypatch, file, out, "--model", "builtin")["coefficients"]
    np.save(tmp_path / "face.npy", np.arange(257.0)[None])
    identity, expression = coefficients(tmp_path / "face.npy")
    np.testing.assert_array_equal(identity, np.arange(80))
    np.testing.assert_array_equal(expression, np.arange(80, 144))


def test_two_faces_exchange_their_expressions(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    anna = sheet_reconstruction()
    ben = replace(anna, mesh=replace(anna.mesh, vertices=1.1 * anna.mesh.vertices, expression=np.array([0.75, 2.0])))
    anna.save(tmp_path / "anna")
    ben.save(tmp_path / "ben")
    run("exchange_expressions.py", monkeypatch, tmp_path / "anna", tmp_path / "ben", tmp_path / "out")
    first, second = (
        likeness.read_reconstruction(tmp_path / "out" / name) for name in ("first.likeness", "second.likeness")
    )
    for found, face, other in ((first, anna, ben), (second, ben, anna)):
        np.testing.assert_allclose(found.mesh.vertices, face.mesh.vertices, atol=1e-7)
        np.testing.assert_allclose(found.mesh.expression, other.mesh.expression)
        assert found.coefficients == anna.coefficients | {"expression": other.mesh.expression.tolist()}


def test_faces_of_different_models_exchange_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sheet = sheet_reconstruction()
    sheet.save(tmp_path / "one")
    replace(sheet, model=sheet.model | {"id": "another"}).save(tmp_path / "two")
    with pytest.raises(SystemExit, match="2"):
        run("exchange_expressions.py", monkeypatch, tmp_path / "one", tmp_path / "two", tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_the_notebook_has_no_outputs() -> None:
    notebook = json.loads(NOTEBOOK.read_text(encoding="utf-8"))
    assert (notebook["nbformat"], notebook["nbformat_minor"]) == (4, 5)
    cells = notebook["cells"]
    assert len({cell["id"] for cell in cells}) == len(cells)
    for cell in cells:
        if cell["cell_type"] == "code":
            assert (cell["outputs"], cell["execution_count"]) == ([], None)


def test_the_notebook_runs(portrait: Path) -> None:
    namespace: dict[str, Any] = {}
    for cell in json.loads(NOTEBOOK.read_text(encoding="utf-8"))["cells"]:
        if cell["cell_type"] == "code":
            exec(compile("".join(cell["source"]), cell["id"], "exec"), namespace)
    saved = likeness.read_reconstruction("surprised.likeness")
    values = dict(zip(saved.mesh.shape_key_names, saved.mesh.expression, strict=True))
    assert values["jawOpen"] == pytest.approx(0.7)
    assert Image.open("surprised.png").width == 1599
