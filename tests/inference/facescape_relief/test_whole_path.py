"""From FaceScape's official files to a face in Blender, with made-up weights of a few channels."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from facescape_files import Head, write_predef
from likeness.bfm.library import store
from likeness.inference.networks import official
from likeness.inference.networks.pix2pix_generator import GlobalGenerator
from likeness.result.folder import read_reconstruction
from likeness.result.image_files import read_image, read_layers
from PIL import Image
from shared_tools import tool

WIDTH = 2


@pytest.mark.slow
@pytest.mark.usefixtures("face_finder")
@pytest.mark.parametrize(("file", "channels"), [("dpmap_single_net_G.pth", 3), ("dpmap_rig_net_G.pth", 6)])
def test_official_files_become_wrinkles_in_blender(
    file: str,
    channels: int,
    made_head: Head,
    photo_astronaut: np.ndarray,
    shared_dir: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pytest.importorskip("bpy")
    from likeness.cli import main

    for network_id, inputs in (("facescape_single", 3), ("facescape_rig", 6)):
        monkeypatch.setitem(official._BUILDERS, network_id, lambda _, inputs=inputs: GlobalGenerator(inputs, 1, WIDTH))
    monkeypatch.setenv(store.FOLDER_VARIABLE, str(tmp_path / "library"))
    weights = GlobalGenerator(channels, 1, WIDTH).state_dict()
    torch.save(tool(shared_dir, "hash_fill").hash_fill_state_dict(weights), tmp_path / file)
    predef = write_predef(tmp_path / "predef", made_head, positions=channels == 6)
    photo, folder = tmp_path / "portrait.png", tmp_path / "portrait.likeness"
    Image.fromarray(photo_astronaut).save(photo)
    for path in (tmp_path / file, predef):
        assert main.main(["models", "add", str(path)]) == 0
    command = [str(photo), "-o", str(folder), "--detail", "facescape", "--texture-size", "512", "--network-files"]
    assert main.main(command) == 0
    names = {path.name for path in folder.iterdir()}
    assert {"face.blend", "face.glb", "facescape.obj", "displacement.exr"} <= names
    assert (folder / "face.blend").stat().st_size > 1_000_000
    face = read_reconstruction(folder)
    displacement = read_image(folder / "displacement.exr")
    assert 2e-5 < np.abs(displacement).max() < 0.00094
    assert 0.03 < (displacement != 0).mean() < 0.5  # on bare skin alone
    assert len(face.wrinkles) == 8
    if channels == 3:  # whose folds of other expressions are made as with any relief
        assert "facescape_dpmap.png" in names
        return
    for group in face.wrinkles:
        own = read_layers(folder / group.image)[..., group.channel]
        assert 1e-6 < np.abs(own).max() < 0.002
        assert group.keys.keys() <= set(face.mesh.shape_key_names)
        assert ((own != 0) & (displacement == 0)).mean() < 0.01  # the network's, on bare skin as well
    assert len([name for name in names if name.startswith("facescape_dpmap_")]) == 20
    assert any("made for neutral faces" in warning for warning in face.warnings)  # she smiles
