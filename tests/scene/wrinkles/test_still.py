"""Bake Still: what is seen stays, follows no more, and belongs to this face alone."""

from __future__ import annotations

from pathlib import Path

import bpy
import numpy as np
import pytest
from evaluated import evaluated_vertices
from likeness.scene.displacement import DETAIL
from likeness.scene.state import state_of
from likeness.scene.wrinkles.controls import DYNAMIC, GROUP, groups_of
from likeness.scene.wrinkles.maps import read_pixels
from likeness.scene.wrinkles.nodes import WRINKLES
from likeness.scene.wrinkles.still import bake_still
from wrinkled import build_wrinkled, found_amounts


@pytest.fixture
def face(tmp_path: Path) -> bpy.types.Object:
    """A face with another expression than in its photo, a group of which is stronger; all is displaced."""
    made = build_wrinkled(tmp_path)
    made.modifiers[WRINKLES].show_viewport = made.modifiers[DETAIL].show_viewport = True
    express(made, 1.0)
    made[GROUP + "Smile left"] = 2.0
    return made


def express(face: bpy.types.Object, value: float) -> None:
    face.data.shape_keys.key_blocks["raise"].value = value
    face.update_tag()


def test_what_is_seen_stays_and_follows_no_more(face: bpy.types.Object) -> None:
    before, photo = evaluated_vertices(face), read_pixels(state_of(face).normal)
    bake_still(face)
    np.testing.assert_allclose(evaluated_vertices(face), before, atol=1e-5)
    assert np.ptp(read_pixels(state_of(face).displacement)[..., 0]) > 1e-3
    assert np.abs(read_pixels(state_of(face).normal) - photo).max() > 0.01
    assert not face[DYNAMIC]
    express(face, 0.0)
    assert found_amounts(face) == [0.0, 0.0]


def test_followed_again_it_is_the_same(face: bpy.types.Object) -> None:
    seen = {}
    for value in (0.0, 1.0):
        express(face, value)
        seen[value] = evaluated_vertices(face)
    bake_still(face)
    face[DYNAMIC] = True
    for value, points in seen.items():
        express(face, value)
        # Of the millimetres that move, some are along the normals of what is displaced already.
        np.testing.assert_allclose(evaluated_vertices(face), points, atol=1e-4)
    assert [group.photo for group in groups_of(face)] == pytest.approx([1.0, 0.8])


def test_it_is_baked_for_this_face_alone(face: bpy.types.Object) -> None:
    bpy.ops.object.duplicate()
    copy = bpy.context.object
    shared, before = state_of(face).normal, evaluated_vertices(copy)
    bake_still(face)
    assert state_of(copy).normal == shared
    assert {image_of(copy), image_of(face)} == {shared, state_of(face).normal}
    assert copy[DYNAMIC]
    np.testing.assert_allclose(evaluated_vertices(copy), before, atol=1e-6)
    assert copy.modifiers[DETAIL].texture != face.modifiers[DETAIL].texture


def image_of(face: bpy.types.Object) -> bpy.types.Image:
    """The normal map that the skin shows."""
    nodes = face.material_slots[0].material.node_tree.nodes
    return next(node for node in nodes if node.type == "NORMAL_MAP").inputs["Color"].links[0].from_node.image


def test_old_maps_that_nothing_shows_go(face: bpy.types.Object) -> None:
    count = len(bpy.data.images), len(bpy.data.textures)
    bake_still(face)
    assert (len(bpy.data.images), len(bpy.data.textures)) == count
