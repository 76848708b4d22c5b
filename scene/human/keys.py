"""A head as shape keys of a human: one that makes the human's head the face's, and on it the face's expressions."""

from __future__ import annotations

import json

import bpy
import numpy as np

from ...geometry.arrays import Bools, Floats
from ..axes import to_blender
from ..expressions.closed_lids import drive_lid_closers, undriven
from ..read_mesh import key_vertices, neutral_vertices
from ..state import state_of
from .fit import HeadFit, follow
from .head_cage import HeadCage

BODY = "body"  # MPFB2's vertex group of what is seen; the rest of the mesh shows where eyes, hair and joints belong
LONGEST_NAME = 63  # bytes


def own_shape(human: bpy.types.Object, name: str) -> tuple[bpy.types.ShapeKey, Floats]:
    """A new key that holds what the human's own keys make of it, and that shape (N, 3), metres; earlier heads go.

    The key is the one to become the head: it is at 0.
    """
    _take_off(human)
    human.show_only_shape_key = False
    if human.data.shape_keys is None:
        human.shape_key_add(name="Basis", from_mix=False)
    key = human.shape_key_add(name=_short(f"Likeness: {name}"), from_mix=True)
    key.value = 0.0
    return key, key_vertices(key).astype(np.float64)


def worn_moves(human: bpy.types.Object) -> Floats:
    """How an earlier head moves the vertices (N, 3) of a human, metres."""
    names = worn_names(human)
    basis = neutral_vertices(human)
    if not names or names[0] not in human.data.shape_keys.key_blocks:
        return np.zeros_like(basis)
    return key_vertices(human.data.shape_keys.key_blocks[names[0]]) - basis


def worn_names(human: bpy.types.Object) -> list[str]:
    """The keys that a head has brought, its shape's own first."""
    return json.loads(state_of(human).worn_keys or "[]")


def put_on(human: bpy.types.Object, key: bpy.types.ShapeKey, own: Floats, head: Floats, cage: HeadCage) -> Floats:
    """Let ``key`` at 1 make the human's shape ``own`` (N, 3) that of the head (B, 3); returns how it moves (N, 3)."""
    moves = np.zeros(own.shape)
    moves[cage.base] = head - own[cage.base]
    helpers = _helpers(human)
    moves[helpers] = follow(own[helpers], own[cage.base], moves[cage.base])
    _write(key, neutral_vertices(human) + moves)
    key.value = 1.0
    state_of(human).worn_keys = json.dumps([key.name])
    return moves


def put_expressions_on(human: bpy.types.Object, face: bpy.types.Object, fit: HeadFit, cage: HeadCage) -> None:
    """Give the human every key of the face, by its name and at 0."""
    basis = neutral_vertices(human)
    names = worn_names(human)
    keys = face.data.shape_keys
    for source in keys.key_blocks[1:] if keys else ():
        deltas = key_vertices(source) - key_vertices(source.relative_key)
        taken = human.data.shape_keys.key_blocks.get(source.name)
        if taken is not None:
            taken.name = _short(f"{source.name} of {human.name}")
        shape = basis.copy()
        shape[cage.base] += fit.moves(deltas[cage.vertices])
        key = human.shape_key_add(name=source.name, from_mix=False)
        _write(key, shape)
        key.slider_max, key.slider_min = source.slider_max, source.slider_min
        key.value = 0.0
        names.append(key.name)
    drive_lid_closers(human)
    state_of(human).worn_keys = json.dumps(names)


def _take_off(human: bpy.types.Object) -> None:
    for name in worn_names(human):
        key = human.data.shape_keys.key_blocks.get(name)
        if key is not None:
            human.shape_key_remove(undriven(key))


def _helpers(human: bpy.types.Object) -> Bools:
    """(N,) the vertices that are no body; none where MPFB2's group of it is gone."""
    body = human.vertex_groups.get(BODY)
    vertices = human.data.vertices
    if body is None:
        return np.zeros(len(vertices), bool)
    return np.array([all(entry.group != body.index for entry in vertex.groups) for vertex in vertices])


def _write(key: bpy.types.ShapeKey, shape: Floats) -> None:
    key.points.foreach_set("co", np.ascontiguousarray(to_blender(shape), dtype=np.float32).ravel())


def _short(name: str) -> str:
    return name.encode()[:LONGEST_NAME].decode(errors="ignore")
