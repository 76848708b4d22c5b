"""What ``make demo`` does, from the photo to the Blender file, in a process of its own."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from likeness.anatomy.arkit import ARKIT_NAMES
from likeness.result.folder import read_reconstruction
from PIL import Image


@pytest.mark.slow
def test_a_portrait_becomes_a_face(photo_astronaut: np.ndarray, tmp_path: Path) -> None:
    pytest.importorskip("bpy")
    photo, folder = tmp_path / "portrait.jpg", tmp_path / "portrait.likeness"
    Image.fromarray(photo_astronaut).save(photo, quality=95)
    command = [sys.executable, "-m", "likeness", str(photo), "--texture-size", "512", "--json"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, timeout=300)
    assert done.returncode == 0, done.stderr
    outcome = json.loads(done.stdout)
    assert outcome["folder"] == str(folder)
    assert {"face.blend", "face.glb", "preview.png", "albedo.png", "confidence.png"} <= set(outcome["files"])
    assert outcome["note"] == ""

    face = read_reconstruction(folder)
    assert face.mesh.shape_key_names[: len(ARKIT_NAMES)] == ARKIT_NAMES
    values = dict(zip(face.mesh.shape_key_names, face.mesh.expression, strict=True))
    assert min(values["mouthSmileLeft"], values["mouthSmileRight"]) > 0.2  # she smiles
    assert max(values["eyeBlinkLeft"], values["eyeBlinkRight"]) < 0.5  # with open eyes
    assert all(name in (folder / "face.glb").read_bytes().decode("latin-1") for name in face.mesh.shape_key_names)


@pytest.mark.usefixtures("face_finder")
def test_the_fit_lies_on_the_photo(photo_astronaut: np.ndarray, tmp_path: Path) -> None:
    from likeness.inference.pipeline import PipelineOptions, reconstruct

    photo = tmp_path / "portrait.png"
    Image.fromarray(photo_astronaut).save(photo)
    face = reconstruct(photo, PipelineOptions(quality="draft"))
    mesh = face.mesh
    posed = mesh.vertices + np.tensordot(mesh.expression, mesh.shape_key_deltas, axes=1)
    placed = posed[mesh.landmarks68] @ face.rotation.T + face.translation
    pixels = (placed / placed[:, 2:]) @ face.intrinsics.T
    seen = np.asarray(face.landmarks["ibug68"])
    between_eyes = np.linalg.norm(seen[36] - seen[45])
    inner = slice(17, 68)  # the outline's points slide along the face
    errors = np.linalg.norm(pixels[inner, :2] - seen[inner], axis=1) / between_eyes
    assert np.median(errors) < 0.04
