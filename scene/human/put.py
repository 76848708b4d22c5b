"""`put_on_human`: a face becomes the head of a human that MPFB2 made, of the same topology.

All that comes of it is Blender's own: shape keys, a texture layout, materials, drivers, weights. The human stays
MPFB2's, and what is added moves without Likeness and without MPFB2.
"""

from __future__ import annotations

import bpy
import numpy as np

from ...anatomy.landmarks import Ibug
from ...errors import LikenessError
from ...geometry.arrays import Floats
from ..hair.grow import hair_of
from ..mode import object_mode
from ..read_mesh import joints, neutral_vertices
from ..record import recall
from .find import replaced_parts, rig_of
from .fit import HeadFit, fit_head
from .head_cage import HeadCage, head_cage, place_on
from .keys import own_shape, put_expressions_on, put_on, worn_moves
from .parts import put_parts_on
from .rig import fit_bones, skull_bone
from .skin import check_layers, put_skin_on


def put_on_human(face: bpy.types.Object, human: bpy.types.Object) -> None:
    """Make a face the head of a human; a head put on earlier goes. The face itself is hidden and stays active.

    Raises:
        LikenessError: the face or the human is not one that fits, or cannot be changed. The human is as it was.
    """
    _check(human)
    with object_mode():
        cage = head_cage(face)
        place = place_on(human, cage)
        jaw = recall(face).landmark_points[Ibug.JAW]
        joints(face)  # nothing after this refuses: the human is changed from here on
        earlier = worn_moves(human)
        key, own = own_shape(human, face.name)
        head = neutral_vertices(face)[cage.vertices]
        fit = fit_head(head, own[cage.base], cage.faces, place.collar, jaw)
        moves = put_on(human, key, own, fit.place(head, own[cage.base]), cage)
        put_expressions_on(human, face, fit, cage)
        put_skin_on(human, face, cage, place, fit.share)
        _fit_rig(human, face, (fit, cage), own + earlier, moves - earlier)
        put_parts_on(human, face, fit, cage)
        for part in replaced_parts(human):
            part.hide_viewport = part.hide_render = True
        _put_away(face)


def _check(human: bpy.types.Object) -> None:
    rig = rig_of(human)
    for block in (human, human.data, *((rig, rig.data) if rig else ())):
        if block.library is not None:
            raise LikenessError(f"{block.name} is linked from another file: make it local to give it a head.")
    if rig is not None and not rig.visible_get():
        raise LikenessError(f"{rig.name} is hidden: show it, for its bones move with the head.")
    check_layers(human)


def _put_away(face: bpy.types.Object) -> None:
    """A first face stands where a first human does: at its feet."""
    for thing in (face, face.parent, hair_of(face)):
        if thing is not None and thing.name in bpy.context.view_layer.objects:
            thing.hide_set(True)
            thing.hide_render = True


def _fit_rig(
    human: bpy.types.Object, face: bpy.types.Object, fitted: tuple[HeadFit, HeadCage], shape: Floats, moves: Floats
) -> None:
    fit, cage = fitted
    skull = skull_bone(human, cage, fit)
    if skull is not None:
        fit_bones(human, face, skull, fit, shape[cage.base], np.asarray(moves)[cage.base])
