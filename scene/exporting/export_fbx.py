"""A face as FBX, in the units and axes of the program that it is for: rig, take, and every key a channel by name."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import bpy
from bpy_extras.io_utils import axis_conversion
from mathutils import Matrix

from ...result.choices import PLAIN
from ..mode import object_mode
from ..staged_files import file_stem, free_path, staged_files
from ..textures.images import save_image
from .fbx_targets import METRES, TARGETS, FbxTarget
from .normal_maps import plain_normal_maps
from .stand_in import Conversion, stand_in

# The exporter takes Blender's unit for 100 of the file's. This makes them one and the same.
ONE_TO_ONE = 0.01


def export_fbx(path: Path, face: bpy.types.Object, animation: bool = False, target: str = PLAIN) -> None:
    """Export a face with its rig, at rest, as FBX; every key is a blend-shape channel by name.

    Modifiers stay out: subdivided, the mesh would lose its keys.

    Args:
        animation: take the keyframes along, from the first to the last; without any there is no take.
        target: the program it is for, one of `TARGETS`.

    Raises:
        LikenessError: it cannot be written; an earlier file is as it was.
    """
    wanted = TARGETS[target]
    with (
        staged_files(path) as folder,
        object_mode(),
        plain_normal_maps(face),
        _texture_files(face, wanted.textures_inside),
        stand_in(face, _conversion(wanted), animation) as moves,
    ):
        _write(folder / path.name, wanted, moves)


def _conversion(target: FbxTarget) -> Conversion:
    up, forward = target.axes
    axes = axis_conversion(to_forward=forward, to_up=up).to_4x4() @ Matrix.Scale(target.units_per_metre, 4)
    return Conversion(axes, target.keeps_place, target.rig_name)


def _write(path: Path, target: FbxTarget, moves: bool) -> None:
    """Write the context's scene, whose numbers are the file's already: the exporter only says what they mean."""
    in_metres = target.units_per_metre == METRES
    bpy.ops.export_scene.fbx(
        filepath=str(path),
        check_existing=False,
        object_types={"ARMATURE", "MESH"},
        apply_unit_scale=False,
        apply_scale_options="FBX_SCALE_UNITS" if in_metres else "FBX_SCALE_NONE",
        global_scale=1.0 if in_metres else ONE_TO_ONE,
        axis_up=target.axes[0],
        axis_forward=target.axes[1],
        use_space_transform=False,
        primary_bone_axis=target.bone_axes[0],
        secondary_bone_axis=target.bone_axes[1],
        add_leaf_bones=False,
        use_armature_deform_only=not target.all_bones,
        use_mesh_modifiers=False,
        mesh_smooth_type="FACE",
        bake_anim=moves,
        bake_anim_use_nla_strips=False,
        bake_anim_use_all_actions=False,
        path_mode="COPY",
        embed_textures=target.textures_inside,
    )


@contextmanager
def _texture_files(face: bpy.types.Object, inside: bool) -> Iterator[None]:
    """Let the images be as they were painted, and packed ones lie in files for a while: no others are put beside."""
    trees = [slot.material.node_tree for slot in face.material_slots if slot.material and slot.material.node_tree]
    used = {node.image for tree in trees for node in tree.nodes if node.type == "TEX_IMAGE" and node.image}
    for image in used:
        if image.is_dirty:
            image.pack()
    packed = {} if inside else {image: image.filepath_raw for image in used if image.packed_file}
    with tempfile.TemporaryDirectory() as folder:
        try:
            for image, path in packed.items():
                name = Path(path or image.name)
                image.filepath_raw = str(free_path(Path(folder), file_stem(name.stem), name.suffix or ".png"))
                save_image(image, Path(image.filepath_raw))
            yield
        finally:
            for image, path in packed.items():
                image.filepath_raw = path
