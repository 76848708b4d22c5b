"""Saving what was built: the .blend with its images inside, and glTF with named keys and the rig."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import bpy

from ..mode import object_mode
from ..staged_files import staged_files
from .normal_maps import plain_normal_maps
from .origin import at_origin
from .units import metres_per_unit


def save_blend(path: Path) -> None:
    """Save a copy of the file, images packed. Raises `LikenessError` if it cannot be written; an earlier one stays."""
    with staged_files(path) as folder:
        bpy.ops.wm.save_as_mainfile(
            filepath=str(folder / path.name),
            copy=True,
            compress=True,
            check_existing=False,
            relative_remap=False,  # paths are those of the file's own place
        )


def export_glb(path: Path, face: bpy.types.Object, animation: bool = False) -> None:
    """Export a face with its rig, at rest, as binary glTF, in metres; every key is a morph target by name.

    glTF knows no displacement: the normal map carries the detail there, of the neutral face if wrinkles follow the
    expression.

    Args:
        animation: take the keyframes along.

    Raises:
        LikenessError: it cannot be written; an earlier file is as it was.
    """
    with (
        staged_files(path) as folder,
        object_mode(),
        _only_selected(_with_rig(face)),
        plain_normal_maps(face),
        at_origin(face),
        _in_metres(face),
    ):
        bpy.ops.export_scene.gltf(
            filepath=str(folder / path.name),
            export_format="GLB",
            use_selection=True,
            export_animations=animation,
            export_animation_mode="ACTIVE_ACTIONS",
            export_morph=True,
            export_skins=True,
        )


@contextmanager
def _in_metres(face: bpy.types.Object) -> Iterator[None]:
    """Let the scene's unit be a metre for a while as far as the face is concerned: the exporter knows no other."""
    carrier = face.find_armature() or face
    metres = metres_per_unit(bpy.context.scene, carrier.matrix_world)
    while carrier.parent is not None:
        carrier = carrier.parent
    location, scale = carrier.location.copy(), carrier.scale.copy()
    carrier.location, carrier.scale = location * metres, scale * metres
    try:
        yield
    finally:
        carrier.location, carrier.scale = location, scale


def _with_rig(face: bpy.types.Object) -> list[bpy.types.Object]:
    rig = face.find_armature()
    return [face] if rig is None else [face, rig]


@contextmanager
def _only_selected(wanted: list[bpy.types.Object]) -> Iterator[None]:
    """Select these and nothing else: exporters take what is selected, and only what is shown can be."""
    before = list(bpy.context.selected_objects)
    # Their own collections may be hidden, and an appended face's rig is in none.
    shown = bpy.data.collections.new("Export")
    bpy.context.scene.collection.children.link(shown)
    for item in wanted:
        shown.objects.link(item)
    hidden = [(item, item.hide_viewport, item.hide_get()) for item in wanted]
    try:
        for item in before:
            item.select_set(False)
        for item in wanted:
            item.hide_viewport = False
            item.hide_set(False)
            item.select_set(True)
        yield
    finally:
        for item, hide_viewport, hide in hidden:
            item.select_set(False)
            item.hide_viewport = hide_viewport
            item.hide_set(hide)
        bpy.data.collections.remove(shown)
        for item in before:
            item.select_set(True)
