"""A draft is finished where it stands: texture, detail, keys made to measure and its light; all else stays."""

from __future__ import annotations

import bpy
import numpy as np

from ...geometry.arrays import Floats
from ...result.face_file import face_text
from ...result.kept_fit import is_stock
from ...result.mouth_lining import lined
from ...result.reconstruction import Mesh, Reconstruction
from ..axes import to_blender
from ..displacement import DETAIL, add_displacement
from ..hair_colour import keep_hair_colour
from ..light.lighting import match_photo, shows_photo_light
from ..mode import object_mode
from ..read_mesh import key_vertices
from ..record import recall
from ..shape_keys import expression_keys
from ..state import face_images, state_of
from ..texture_view import show_view
from ..textures.face_images import PROPERTIES
from ..textures.texture_bake import replace_maps
from ..wrinkles.give import give_wrinkles
from .material import add_maps


def finish_face(face: bpy.types.Object, result: Reconstruction, stock: Floats) -> None:
    """Give a draft what ``result``, the same face finished, has besides; ``stock`` (K, V, 3): its model's own keys.

    What an artist has done stays: materials that have textures already, keys and a light that were edited.

    Raises:
        LikenessError: the result is of another layout, or an image of it cannot be read.
    """
    memory, record = state_of(face), recall(face)
    with object_mode():
        replace_maps(face, result)
        images = {file: getattr(memory, name) for file, name in PROPERTIES.items()}
        for part, material in zip(record.part_names, face.data.materials, strict=False):
            if material is not None:
                add_maps(material, part, {file: image for file, image in images.items() if image is not None})
        if DETAIL not in face.modifiers:
            add_displacement(face, memory.displacement)
        keep_hair_colour(face, record.part_names, result.appearance.hair)
        _make_keys_personal(face, lined(result.mesh), stock)
    as_in_photo = shows_photo_light(face)
    memory.light = result.lighting.ravel().tolist()
    if as_in_photo:
        match_photo(face)
    memory.record = face_text(result)
    give_wrinkles(face, result.wrinkles)
    show_view(face, face_images(face), memory.texture_view)


def _make_keys_personal(face: bpy.types.Object, mesh: Mesh, stock: Floats) -> None:
    """Give the keys that are the model's own still those of ``mesh``; none where the mesh has other vertices by now."""
    if len(face.data.vertices) != len(mesh.vertices):
        return
    made = dict(zip(mesh.shape_key_names, zip(stock, mesh.shape_key_deltas, strict=True), strict=True))
    for key in expression_keys(face):
        if key.name not in made:
            continue
        known, personal = made[key.name]
        neutral = key_vertices(key.relative_key)
        if is_stock((key_vertices(key) - neutral)[: len(known)], known):
            shape = to_blender(neutral + personal)
            key.points.foreach_set("co", np.ascontiguousarray(shape, dtype=np.float32).ravel())
    face.data.update()
