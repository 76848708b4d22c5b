"""A face on a human of MPFB2's documented layout: shape, neck, keys, skin, parts, bones, and what it says otherwise."""

# pyright: reportAttributeAccessIssue=none, reportArgumentType=none, reportOptionalMemberAccess=none
from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import bpy
import numpy as np
import pytest
from data_blocks import count_blocks, purge
from likeness.errors import LikenessError
from likeness.geometry.similarity import umeyama
from likeness.scene.axes import from_blender, to_blender
from likeness.scene.human.put import put_on_human
from likeness.scene.read_mesh import joints, key_vertices, neutral_vertices
from likeness.scene.state import state_of
from mpfb_base import real_base
from toy_human import AROUND, COLLAR, EYE, Base, build_bust, human_of, rig_on, tube

SHAPE = np.array([1.25, 1.0, 1.15])  # of the person beside the base, so that neck and head differ from the human's
BONES = {"head": (0.0, 1.5, 0.0), "jaw": (0.0, 1.52, 0.02), "eye.L": tuple(EYE)}


@pytest.fixture(params=["toy", "MPFB2"])
def base(request: pytest.FixtureRequest) -> Base:
    """The toy's base mesh, and the real one where LIKENESS_MPFB_BASE names it."""
    return tube() if request.param == "toy" else real_base()


def person(base: Base) -> np.ndarray:
    """Another head (V, 3) than the base's, elsewhere, larger and a little turned."""
    turn = np.array([[1.0, 0.0, 0.0], [0.0, np.cos(0.1), -np.sin(0.1)], [0.0, np.sin(0.1), np.cos(0.1)]])
    return 1.1 * (base.vertices * SHAPE) @ turn.T + [0.4, -1.3, 0.2]


def keys_of(base: Base) -> dict[str, np.ndarray]:
    """One expression that moves all of the head (V, 3), metres."""
    delta = np.zeros_like(base.vertices)
    delta[:, 1] = -0.01 + 0.02 * base.vertices[:, 0]
    return {"jawOpen": delta}


def shown(human: bpy.types.Object) -> np.ndarray:
    """What the human's keys make of it: vertices (V, 3), model axes."""
    mix = human.shape_key_add(name="mix", from_mix=True)
    shape = key_vertices(mix).astype(np.float64)
    human.shape_key_remove(mix)
    return shape


def share_of(human: bpy.types.Object) -> np.ndarray:
    values = np.empty(len(human.data.vertices), np.float32)
    human.data.attributes["likeness_share"].data.foreach_get("value", values)
    return values


def test_the_head_is_the_persons_and_the_body_stays(tmp_path: Path, base: Base) -> None:
    human, face = human_of(base), build_bust(tmp_path, base, person(base), keys_of(base))
    before = shown(human)
    put_on_human(face, human)
    after, share = shown(human), share_of(human)
    below = np.setdiff1d(np.unique(base.body), base.head)
    np.testing.assert_allclose(after[below], before[below], atol=1e-6)
    full = base.head[share[base.head] == 1.0]
    assert len(full) > 0.4 * len(base.head)
    head = neutral_vertices(face)[: len(base.head)][np.isin(base.head, full)].astype(np.float64)
    fit = umeyama(head, after[full])
    np.testing.assert_allclose(fit.apply(head), after[full], atol=2e-6)
    # The size is the human's: neither the person's own nor what one strange neck would make of it.
    width = np.ptp(after[base.head, 0]) / np.ptp(before[base.head, 0])
    assert 0.8 < width < 1.25


def test_the_neck_has_no_step(tmp_path: Path, base: Base) -> None:
    human, face = human_of(base), build_bust(tmp_path, base, person(base), {})
    before = shown(human)
    put_on_human(face, human)
    moved, share = shown(human) - before, share_of(human)
    inside = np.isin(base.body, base.head)
    collar = np.intersect1d(base.body[~inside.all(axis=1)], base.head)
    np.testing.assert_allclose(moved[collar], 0.0, atol=1e-6)
    assert (share[collar] == 0.0).all()
    edges = np.concatenate([base.body[:, pair] for pair in ((0, 1), (1, 2), (2, 3), (3, 0))])
    edges = edges[np.isin(edges, base.head).all(axis=1)]
    assert np.abs(np.diff(share[edges], axis=1)).max() < 0.6


def test_expressions_move_the_human_as_the_face(tmp_path: Path, base: Base) -> None:
    human, face = human_of(base), build_bust(tmp_path, base, person(base), keys_of(base))
    put_on_human(face, human)
    key = human.data.shape_keys.key_blocks["jawOpen"]
    assert key.value == 0.0
    full = share_of(human)[base.head] == 1.0
    own = key_vertices(face.data.shape_keys.key_blocks["jawOpen"]) - neutral_vertices(face)
    given = (key_vertices(key) - neutral_vertices(human))[base.head]
    head = neutral_vertices(face)[: len(base.head)].astype(np.float64)
    fit = umeyama(head[full], shown(human)[base.head][full])
    expected = fit.scale * own[: len(base.head)] @ fit.rotation.T
    np.testing.assert_allclose(given[full], expected[full], atol=2e-6)
    assert np.abs(given[share_of(human)[base.head] == 0.0]).max() < 1e-6


def test_the_texture_lies_on_the_same_faces(tmp_path: Path, base: Base) -> None:
    human, face = human_of(base), build_bust(tmp_path, base, person(base), {})
    put_on_human(face, human)
    assert human.data.uv_layers.active.name == "UVMap"
    inside = np.isin(base.body, base.head).all(axis=1)
    uv = np.empty(2 * len(human.data.loops), np.float32)
    human.data.uv_layers["Likeness"].data.foreach_get("uv", uv)
    corners = uv.reshape(-1, 4, 2)[: len(base.body)]
    count = len(base.head) + len(np.unique(base.eye))
    expected = np.searchsorted(base.head, base.body[inside]) / count
    np.testing.assert_allclose(corners[inside, :, 0], expected, atol=1e-6)
    np.testing.assert_allclose(corners[inside, :, 1], np.broadcast_to(np.arange(4) / 4.0, expected.shape), atol=1e-6)
    assert not corners[~inside].any()
    names = [human.data.materials[polygon.material_index].name for polygon in human.data.polygons]
    assert [name == "face skin on Human" for name in names[: len(base.body)]] == inside.tolist()
    assert set(names[len(base.body) :]) == {"Human Body"}


def test_the_skin_fades_into_the_bodys_own(tmp_path: Path) -> None:
    base = tube()
    human, face = human_of(base), build_bust(tmp_path, base, person(base), {})
    own = bpy.data.materials.new("MPFB skin")
    if own.node_tree is None:  # Blender 4
        own.use_nodes = True
    picture = own.node_tree.nodes.new("ShaderNodeTexImage")
    picture.image = bpy.data.images.new("body", 4, 4)
    human.data.materials.append(own)
    put_on_human(face, human)
    assert [material.name for material in human.data.materials] == ["MPFB skin", "face skin on Human"]
    nodes = human.data.materials[1].node_tree.nodes
    (mix,) = (node for node in nodes if node.type == "MIX_SHADER")
    assert mix.inputs[0].links[0].from_node.attribute_name == "likeness_share"
    body, skin = (mix.inputs[index].links[0].from_node for index in (1, 2))
    assert body.inputs["Base Color"].links[0].from_node.image == picture.image
    assert not body.inputs["Base Color"].links[0].from_node.inputs["Vector"].is_linked
    image = skin.inputs["Base Color"].links[0].from_node
    assert image.inputs["Vector"].links[0].from_node.uv_map == "Likeness"
    (normal,) = (node for node in nodes if node.type == "NORMAL_MAP")
    assert normal.uv_map == "Likeness"
    assert normal.inputs["Strength"].default_value == 1.0
    assert not normal.inputs["Strength"].is_linked
    # The face's own material is as it was.
    assert not any(node.type == "MIX_SHADER" for node in face.data.materials[0].node_tree.nodes)


def test_parts_follow_keys_and_bones(tmp_path: Path) -> None:
    base = tube()
    human = human_of(base)
    rig = rig_on(human, base, BONES)
    face = build_bust(tmp_path, base, person(base), keys_of(base))
    put_on_human(face, human)
    parts = bpy.data.objects["face Parts"]
    assert len(parts.data.polygons) == 4 * len(base.eye)
    assert [group.name for group in parts.vertex_groups] == ["head", "jaw", "eye.L"]
    full = share_of(human)[base.head] == 1.0
    shape = neutral_vertices(face).astype(np.float64)
    fit = umeyama(shape[: len(base.head)][full], shown(human)[base.head][full])
    eye = np.unique([polygon.vertices[:] for polygon in face.data.polygons if polygon.material_index == 1])
    np.testing.assert_allclose(neutral_vertices(parts), fit.apply(shape[eye]), atol=2e-6)
    human.data.shape_keys.key_blocks["jawOpen"].value = 0.75
    rig.pose.bones["head"].location.x = 0.1
    bpy.context.view_layer.update()
    evaluated = parts.evaluated_get(bpy.context.evaluated_depsgraph_get())
    assert evaluated.data.shape_keys.key_blocks["jawOpen"].value == pytest.approx(0.75)
    moved = np.array([vertex.co for vertex in evaluated.data.vertices]) - [v.co for v in parts.data.vertices]
    np.testing.assert_allclose(moved[:, 0], 0.1, atol=1e-3)
    assert (moved[:, 2] < -0.004).all()


def test_bones_stand_where_the_person_has_them(tmp_path: Path) -> None:
    base = tube()
    human = human_of(base)
    rig = rig_on(human, base, BONES | {"nose": (0.0, 1.57, 0.09)})
    rig.location, rig.rotation_euler.z, human.location.x = (0.3, -0.2, 0.1), 0.4, 0.05
    bpy.context.view_layer.update()
    face = build_bust(tmp_path, base, person(base), {})
    head = neutral_vertices(face)[: len(base.head)].astype(np.float64)
    noses = []
    for _ in range(2):  # the second time nothing is left to move
        put_on_human(face, human)
        full = share_of(human)[base.head] == 1.0
        fit = umeyama(head[full], shown(human)[base.head][full])
        names, _, places = joints(face)
        expected = fit.apply(np.asarray(places, dtype=np.float64))
        for name in ("jaw", "eye.L"):
            place = from_blender(np.array(rig.data.bones[name].head_local) - human.location)
            np.testing.assert_allclose(place, expected[names.index(name)], atol=2e-6)
        assert np.array(rig.data.bones["head"].head_local) == pytest.approx([0.0, 0.0, 1.5], abs=1e-6)
        noses.append(np.array(rig.data.bones["nose"].head_local))
    assert np.linalg.norm(noses[0] - to_blender(np.array([0.0, 1.57, 0.09]))) > 0.002
    np.testing.assert_allclose(noses[1], noses[0], atol=1e-6)


def test_bones_that_follow_others_stay(tmp_path: Path) -> None:
    base = tube()
    human = human_of(base)
    rig = rig_on(human, base, BONES)
    rig.pose.bones["jaw"].constraints.new("COPY_TRANSFORMS")
    before = {bone.name: tuple(bone.head_local) for bone in rig.data.bones}
    put_on_human(build_bust(tmp_path, base, person(base), {}), human)
    assert {bone.name: tuple(bone.head_local) for bone in rig.data.bones} == before


def test_a_rig_without_jaw_and_eyes_carries_all_by_its_skull(tmp_path: Path) -> None:
    base = tube()
    human = human_of(base)
    rig_on(human, base, {"mixamorig:Head": (0.0, 1.5, 0.0)})
    put_on_human(build_bust(tmp_path, base, person(base), {}), human)
    parts = bpy.data.objects["face Parts"]
    assert [group.name for group in parts.vertex_groups] == ["mixamorig:Head"]
    assert all(vertex.groups[0].weight == pytest.approx(1.0) for vertex in parts.data.vertices)


def test_mpfbs_own_eyes_are_hidden_not_removed(tmp_path: Path) -> None:
    base = tube()
    human = human_of(base)
    kinds = ("Eyes", "Teeth", "Tongue", "Eyelashes", "Eyebrows", "Hair", "Clothes")
    for kind in kinds:
        thing = bpy.data.objects.new(kind, bpy.data.meshes.new(kind))
        bpy.context.collection.objects.link(thing)
        thing["MPFB_GEN_object_type"], thing.parent = kind, human
    put_on_human(build_bust(tmp_path, base, person(base), {}), human)
    hidden = {kind for kind in kinds if bpy.data.objects[kind].hide_viewport and bpy.data.objects[kind].hide_render}
    assert hidden == set(kinds) - {"Hair", "Clothes"}


def test_helpers_follow_so_that_mpfb_fits_hair_to_the_new_head(tmp_path: Path) -> None:
    base = tube()
    human = human_of(base)
    before = shown(human)
    put_on_human(build_bust(tmp_path, base, person(base), {}), human)
    moved = shown(human) - before
    eye = np.unique(base.eye)
    near = np.linalg.norm(before[base.head] - before[eye].mean(axis=0), axis=1).argsort()[:8]
    assert np.linalg.norm(moved[eye].mean(axis=0) - moved[base.head[near]].mean(axis=0)) < 0.005
    assert np.linalg.norm(moved[eye].mean(axis=0)) > 0.002


def test_another_face_takes_the_place_of_the_first(tmp_path: Path) -> None:
    base = tube()
    human = human_of(base)
    first = build_bust(tmp_path, base, person(base), keys_of(base), "Ann")
    second = build_bust(tmp_path, base, base.vertices * [1.1, 1.1, 1.0], keys_of(base), "Bob")
    put_on_human(second, human)
    alone = shown(human)
    purge()
    blocks = count_blocks()
    put_on_human(first, human)
    assert np.abs(shown(human) - alone).max() > 0.002
    put_on_human(second, human)
    np.testing.assert_allclose(shown(human), alone, atol=2e-6)
    keys = [key.name for key in human.data.shape_keys.key_blocks]
    assert keys[-2:] == ["Likeness: Bob", "jawOpen"]
    assert len(keys) == 5
    purge()
    assert count_blocks() == blocks


def test_a_key_of_the_humans_own_keeps_its_shape_under_another_name(tmp_path: Path) -> None:
    base = tube()
    human = human_of(base)
    own = human.shape_key_add(name="jawOpen", from_mix=False)
    own.value = 0.0
    put_on_human(build_bust(tmp_path, base, person(base), keys_of(base)), human)
    assert {"jawOpen", "jawOpen of Human"} <= set(human.data.shape_keys.key_blocks.keys())


def test_keys_that_blink_and_gaze_drive_do_so_on_the_human(tmp_path: Path) -> None:
    base = tube()
    human = human_of(base)
    moves = next(iter(keys_of(base).values()))
    face = build_bust(tmp_path, base, person(base), {"eyeBlinkLeft": moves, "eyeLookUpLeft": moves})
    name = "eyeBlinkLeft_eyeLookUpLeft"
    face.shape_key_add(name=name, from_mix=False)
    for _ in range(2):  # the second time the earlier head goes
        put_on_human(face, human)
        parts = state_of(human).worn_parts
        for value in (1.0, 0.0):
            for key in ("eyeBlinkLeft", "eyeLookUpLeft"):
                human.data.shape_keys.key_blocks[key].value = value
            bpy.context.view_layer.update()
            for item in (human, parts):
                assert item.data.shape_keys.key_blocks[name].value == pytest.approx(value)
    assert len(human.data.shape_keys.animation_data.drivers) == 1


def test_a_human_without_keys_gets_them(tmp_path: Path) -> None:
    base = tube()
    human = human_of(base)
    human.shape_key_clear()
    put_on_human(build_bust(tmp_path, base, person(base), keys_of(base)), human)
    assert [key.name for key in human.data.shape_keys.key_blocks] == ["Basis", "Likeness: face", "jawOpen"]


def test_what_does_not_fit_is_one_sentence_and_changes_nothing(tmp_path: Path) -> None:
    base = tube()
    human = human_of(base)
    keys = human.data.shape_keys.key_blocks.keys()
    older = build_bust(tmp_path, base, person(base), {}, "old", with_cage=False)
    with pytest.raises(LikenessError, match=r"^old is of a model that does not fit MPFB's human"):
        put_on_human(older, human)
    face = build_bust(tmp_path, base, person(base), {})
    other = human_of(replace(base, body=base.body[:-AROUND]), "Crownless")
    with pytest.raises(LikenessError, match=r"^The head of Crownless is no longer that of MPFB"):
        put_on_human(face, other)
    bust = human_of(replace(base, body=base.body[AROUND * COLLAR :]), "Bust")
    with pytest.raises(LikenessError, match=r"^Bust has no body below its head"):
        put_on_human(face, bust)
    for index in range(7):
        human.data.uv_layers.new(name=f"map {index}")
    with pytest.raises(LikenessError, match=r"^Human has 8 UV maps"):
        put_on_human(face, human)
    human.data.uv_layers.remove(human.data.uv_layers["map 6"])
    rig = rig_on(human, base, BONES)
    rig.hide_set(True)
    with pytest.raises(LikenessError, match=r"^Human.rig is hidden"):
        put_on_human(face, human)
    assert human.data.shape_keys.key_blocks.keys() == keys
    assert len(human.data.uv_layers) == 7
