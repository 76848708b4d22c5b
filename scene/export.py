"""Saving what was built: the .blend with its images inside, and glTF with named morph targets."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import bpy

from ..errors import LikenessError
from .material import NORMAL_MAP


def save_blend(path: Path) -> None:
    """Save a copy of the file, images packed. Raises `LikenessError` if it cannot be written."""
    try:
        bpy.ops.wm.save_as_mainfile(filepath=str(path), copy=True, compress=True, check_existing=False)
    except RuntimeError as error:
        raise LikenessError(f"{path} cannot be written ({_first_line(error)}).") from error


def export_glb(path: Path, face: bpy.types.Object) -> None:
    """Export a face with its rig; every expression is a morph target by name. Raises `LikenessError` if it fails."""
    try:
        with _only_selected([face, face.parent]), _full_normal_maps(face):
            bpy.ops.export_scene.gltf(
                filepath=str(path),
                export_format="GLB",
                use_selection=True,
                export_animations=False,
                export_morph=True,
                export_skins=True,
            )
    except RuntimeError as error:
        raise LikenessError(f"{path} cannot be written ({_first_line(error)}).") from error


@contextmanager
def _only_selected(wanted: list[bpy.types.Object]) -> Iterator[None]:
    before = list(bpy.context.selected_objects)
    for item in before:
        item.select_set(False)
    for item in wanted:
        item.select_set(True)
    try:
        yield
    finally:
        for item in wanted:
            item.select_set(False)
        for item in before:
            item.select_set(True)


@contextmanager
def _full_normal_maps(face: bpy.types.Object) -> Iterator[None]:
    """glTF knows no displacement: there the normal map carries all of the detail."""
    trees = [slot.material.node_tree for slot in face.material_slots if slot.material]
    trees = [tree for tree in trees if NORMAL_MAP in tree.nodes]
    drivers = [curve for tree in trees if tree.animation_data for curve in tree.animation_data.drivers]
    strengths = [tree.nodes[NORMAL_MAP].inputs["Strength"] for tree in trees]
    before = [strength.default_value for strength in strengths]
    for curve in drivers:
        curve.mute = True
    for strength in strengths:
        strength.default_value = 1.0
    try:
        yield
    finally:
        for strength, value in zip(strengths, before, strict=True):
            strength.default_value = value
        for curve in drivers:
            curve.mute = False


def _first_line(error: Exception) -> str:
    return str(error).strip().splitlines()[0]
