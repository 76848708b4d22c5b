"""Files that know no drivers get the neutral face's normal map where the wrinkles follow the expression."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import bpy
import numpy as np
import pytest
from likeness.scene.exporting.export import export_glb
from likeness.scene.exporting.export_fbx import export_fbx
from likeness.scene.exporting.export_obj import export_obj
from likeness.scene.state import state_of
from likeness.scene.wrinkles.controls import DYNAMIC, GROUP
from likeness.scene.wrinkles.maps import normals_with, read_pixels
from likeness.scene.wrinkles.nodes import BUMP
from wrinkled import GROUPS, build_wrinkled

STEP = 1.01 / 255

IMPORTERS: dict[str, Callable[[str], object]] = {
    ".glb": lambda path: bpy.ops.import_scene.gltf(filepath=path),
    ".fbx": lambda path: bpy.ops.import_scene.fbx(filepath=path),
}
EXPORTERS = {".glb": export_glb, ".fbx": export_fbx, ".obj": export_obj}


def exported_normals(path: Path, face: bpy.types.Object) -> np.ndarray:
    """The colours (H, W, 3) of the normal map in a file of the face."""
    EXPORTERS[path.suffix](path, face)
    if path.suffix == ".obj":  # whose importer passes normal maps over
        (name,) = re.findall(r"^norm (.*)$", path.with_suffix(".mtl").read_text(encoding="utf-8"), re.MULTILINE)
        return read_pixels(bpy.data.images.load(str(path.parent / name)))[..., :3]
    bpy.ops.wm.read_factory_settings(use_empty=True)
    IMPORTERS[path.suffix](str(path))
    nodes = [node for material in bpy.data.materials for node in material.node_tree.nodes]
    maps = [node for node in nodes if node.type == "NORMAL_MAP" and node.inputs["Color"].is_linked]
    assert [node.inputs["Strength"].default_value for node in maps] == [1.0]
    return read_pixels(maps[0].inputs["Color"].links[0].from_node.image)[..., :3]


@pytest.mark.parametrize("suffix", EXPORTERS)
@pytest.mark.parametrize("is_dynamic", [True, False])
def test_the_neutral_map_goes_out(tmp_path: Path, suffix: str, is_dynamic: bool) -> None:
    face = build_wrinkled(tmp_path)
    face[GROUP + "Smile left"] = 2.0
    face[DYNAMIC] = is_dynamic
    photo = read_pixels(state_of(face).normal)[..., :3]
    amounts = [-GROUPS[0].photo, -2.0 * GROUPS[1].photo]
    neutral = read_pixels(normals_with(face, amounts, "expected"))[..., :3]
    assert np.abs(neutral - photo).max() > 5 * STEP
    found = exported_normals(tmp_path / f"face{suffix}", face)
    np.testing.assert_allclose(found, neutral if is_dynamic else photo, atol=STEP)


@pytest.mark.parametrize("suffix", EXPORTERS)
def test_the_face_is_as_it_was(tmp_path: Path, suffix: str) -> None:
    face = build_wrinkled(tmp_path)
    tree = face.material_slots[0].material.node_tree

    def links() -> set[tuple[str, str, str]]:
        return {(link.from_node.name, link.to_node.name, link.to_socket.name) for link in tree.links}

    before, images = links(), set(bpy.data.images)
    EXPORTERS[suffix](tmp_path / f"face{suffix}", face)
    assert links() == before
    assert any(source == BUMP for source, _, _ in before)
    assert set(bpy.data.images) == images
    (normal_map,) = [node for node in tree.nodes if node.type == "NORMAL_MAP"]
    assert normal_map.inputs["Color"].links[0].from_node.image == state_of(face).normal
