"""A mask in Blender has something behind its lips, and gives its own mesh back."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import bpy
import numpy as np
import pytest
from likeness.anatomy.parts import PartName
from likeness.result.folder import read_reconstruction, write_reconstruction
from likeness.result.mouth_lining import DEPTH
from likeness.scene.building.build import build_face
from likeness.scene.exporting.export_folder import export_folder
from likeness.scene.pose import reset_pose
from likeness.scene.shape_keys import expression_keys
from masks import MOUTH, mask_mesh
from synthetic import sheet_reconstruction


@pytest.fixture
def mask_folder(tmp_path: Path) -> Path:
    """The sheet with a hole for a mouth."""
    folder = tmp_path / "mask.likeness"
    write_reconstruction(replace(sheet_reconstruction(), mesh=mask_mesh()), folder)
    return folder


def test_the_mouth_of_a_mask_ends_in_the_dark(mask_folder: Path) -> None:
    face = build_face(mask_folder)
    reset_pose(face)
    for key in expression_keys(face):
        key.value = 0.0
    bpy.context.view_layer.update()
    x, y = MOUTH
    _, place, _, index = face.ray_cast((x, -0.3, y), (0, 1, 0))
    assert place.y > -0.1 + DEPTH / 2
    material = face.data.materials[face.data.polygons[index].material_index]
    assert material.name.endswith(PartName.LINING)
    assert not any(node.type == "TEX_IMAGE" for node in material.node_tree.nodes)
    assert max(material.node_tree.nodes["Principled BSDF"].inputs["Base Color"].default_value[:3]) < 0.1


def test_an_exported_mask_is_the_model_s_own_mesh(mask_folder: Path, tmp_path: Path) -> None:
    export_folder(tmp_path / "again", build_face(mask_folder))
    own, again = (read_reconstruction(folder).mesh for folder in (mask_folder, tmp_path / "again"))
    assert again.part_names == own.part_names
    np.testing.assert_array_equal(again.faces, own.faces)
    np.testing.assert_allclose(again.vertices, own.vertices, atol=1e-7)
    np.testing.assert_allclose(again.shape_key_deltas, own.shape_key_deltas, atol=1e-7)
    np.testing.assert_array_equal(again.landmarks68, own.landmarks68)
