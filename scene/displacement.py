"""Fine detail as geometry: a Subdivision and a Displace modifier on the float map of metres."""

from __future__ import annotations

import bpy

from .mesh import UV_LAYER

SUBDIVISION = "Likeness Subdivision"
DETAIL = "Likeness Detail"
VIEWPORT_LEVELS = 2
RENDER_LEVELS = 3


def add_subdivision(face: bpy.types.Object) -> None:
    """Smooth subdivision, UV borders kept where they are: the baked maps were made for the unsmoothed layout."""
    modifier = face.modifiers.new(SUBDIVISION, "SUBSURF")
    modifier.levels = VIEWPORT_LEVELS
    modifier.render_levels = RENDER_LEVELS
    modifier.uv_smooth = "PRESERVE_BOUNDARIES"


def add_displacement(face: bpy.types.Object, image: bpy.types.Image) -> None:
    """Move every vertex along its normal by the map's value in metres (mid level 0, strength 1)."""
    texture = bpy.data.textures.new(image.name, "IMAGE")
    texture.image = image
    texture.extension = "EXTEND"
    modifier = face.modifiers.new(DETAIL, "DISPLACE")
    modifier.texture = texture
    modifier.texture_coords = "UV"
    modifier.uv_layer = UV_LAYER
    modifier.direction = "NORMAL"
    modifier.mid_level = 0.0
    modifier.strength = 1.0
