"""A short haircut on a face: hair curves that Blender's own assets make many of, and that go with the skin."""

from __future__ import annotations

from typing import Any

import bpy
import numpy as np

from ...errors import LikenessError
from ...geometry.arrays import Floats
from ..axes import to_blender
from ..belongings import mark
from ..building.transaction import all_or_nothing
from ..hair_colour import UNKNOWN, kept_hair_colour
from ..mesh import UV_LAYER
from ..mode import object_mode
from ..node_wiring import connect, lay_out, local_group, modifier_group
from ..state import state_of
from .assets import Attribute, add_asset
from .guides import POINTS, Guides, guide_hairs
from .hair_material import hair_material
from .head_scalp import ATTRIBUTE, scalp_of

GUIDES = 1500
DENSITY = 900_000.0  # hairs per square metre: half as many as people have, who have finer ones
VIEWPORT_SHARE = 0.06  # of them in the viewport, where a slider must move the face at once
RADIUS_M = 0.00006
CLUMP_M = 0.004  # between the strands that hairs gather in
WAVES_M = 0.0015
HAIR, FOLLOW = "Hair", "Likeness Follow Skin"


def hair_of(face: bpy.types.Object) -> bpy.types.Object | None:
    """The hair that was added to a face, as long as it is in a scene; that of its original is none of a duplicate's."""
    hair = state_of(face).hair
    return hair if hair is not None and hair.users_scene and hair.data.surface == face else None


def add_hair(face: bpy.types.Object) -> bpy.types.Object:
    """Give a face hair in the colour of its photo's, in place of what it had.

    Raises:
        LikenessError: it is linked or has no scalp, or Blender no hair assets; all is as it was.
    """
    if face.library is not None or face.data.library is not None:
        raise LikenessError(f"{face.name} is linked from another file: make it local to give it hair.")
    with object_mode(), all_or_nothing():
        guides = guide_hairs(scalp_of(face), GUIDES)
        hair = _curves(face, guides)
        hair.data.materials.append(hair_material(HAIR, kept_hair_colour(face) or UNKNOWN))
        _dress(hair, face)
    remove_hair(face)
    hair.name = hair.data.name = hair.active_material.name = f"{face.name} {HAIR}"
    state_of(face).hair = hair
    mark(face)
    return hair


def remove_hair(face: bpy.types.Object) -> None:
    """Take a face's hair away, with all that only it uses."""
    hair, state_of(face).hair = state_of(face).hair, None
    if hair is None or hair.data.surface != face:
        return
    if bpy.context.view_layer.objects.active == hair:
        bpy.context.view_layer.objects.active = face
    data, materials = hair.data, [material for material in hair.data.materials if material is not None]
    bpy.data.objects.remove(hair)
    for block in (data, *materials):
        if not block.users:
            bpy.data.batch_remove([block])


def _curves(face: bpy.types.Object, guides: Guides) -> bpy.types.Object:
    """The guides as an object that belongs to the skin."""
    curves: Any = bpy.data.hair_curves.new(HAIR)
    curves.add_curves([POINTS] * len(guides.points))
    curves.attributes["position"].data.foreach_set("vector", _flat(to_blender(guides.points)))
    curves.attributes.new("surface_uv_coordinate", "FLOAT2", "CURVE").data.foreach_set("vector", _flat(guides.uv))
    curves.surface, curves.surface_uv_map = face, UV_LAYER
    hair = bpy.data.objects.new(HAIR, curves)
    hair.parent = face
    for collection in face.users_collection:
        collection.objects.link(hair)
    face.add_rest_position_attribute = True  # by which hair knows how far the skin has moved
    return hair


def _dress(hair: bpy.types.Object, face: bpy.types.Object) -> None:
    """The modifiers: many hairs between the guides, in strands, a little wavy, thin at the tip, going with the skin."""
    add_asset(
        hair,
        "Interpolate Hair Curves",
        Surface=face,
        Surface_UV_Map=Attribute(UV_LAYER),
        Surface_Rest_Position=True,
        Part_by_Mesh_Islands=False,
        Interpolation_Guides=3,
        Density=DENSITY,
        Density_Mask=Attribute(ATTRIBUTE),
        Viewport_Amount=VIEWPORT_SHARE,
    )
    add_asset(
        hair, "Clump Hair Curves", Factor=0.6, Shape=0.3, Tip_Spread=0.001, Guide_Distance=CLUMP_M,
        Existing_Guide_Map=False,
    )  # fmt: skip
    waves = add_asset(
        hair, "Hair Curves Noise", Distance=WAVES_M, Shape=0.6, Scale=40.0, Scale_along_Curve=0.6,
        Offset_per_Curve=0.3, Cumulative_Offset=False,
    )  # fmt: skip
    waves.show_viewport = False
    add_asset(hair, "Set Hair Curve Profile", Radius=RADIUS_M, Shape=0.4, Factor_Min=0.15, Factor_Max=1.0)
    follow: Any = hair.modifiers.new(FOLLOW, "NODES")
    follow.node_group = _follow_group()


def _follow_group() -> bpy.types.NodeTree:
    known = local_group(FOLLOW)
    if known is not None:
        return known
    group = modifier_group(FOLLOW)
    source, follow = group.nodes.new("NodeGroupInput"), group.nodes.new("GeometryNodeDeformCurvesOnSurface")
    connect(group, source.outputs["Geometry"], follow.inputs["Curves"])
    connect(group, follow.outputs["Curves"], group.nodes.new("NodeGroupOutput").inputs["Geometry"])
    lay_out(group)
    return group


def _flat(values: Floats) -> Floats:
    return np.ascontiguousarray(values, np.float32).ravel()
