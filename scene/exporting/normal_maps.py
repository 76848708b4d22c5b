"""Normal maps for exporters, which do not follow the nodes behind a strength or a bump, and know no drivers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import bpy

from ..building.material import NORMAL_MAP
from ..displacement import detail_strength
from ..node_wiring import surface_shader
from ..state import state_of
from ..wrinkles.controls import neutral_amounts
from ..wrinkles.maps import normals_with
from ..wrinkles.nodes import BUMP


@contextmanager
def plain_normal_maps(face: bpy.types.Object) -> Iterator[None]:
    """Let the materials of a face have plain normal maps for a while: an image, and the detail's strength as a number.

    Where the wrinkles follow the expression the image is the neutral face's, whose keys a file brings along.
    """
    trees = [slot.material.node_tree for slot in face.material_slots if slot.material and slot.material.node_tree]
    mapped = [tree for tree in dict.fromkeys(trees) if NORMAL_MAP in tree.nodes]
    with ExitStack() as undoing:
        for tree in mapped:
            _put_number(tree, detail_strength(face), undoing.callback)
            _skip_bump(tree, undoing.callback)
        amounts = neutral_amounts(face)
        source = state_of(face).normal
        if mapped and source is not None and any(amounts):
            neutral = normals_with(face, amounts, f"{source.name} neutral")
            undoing.callback(bpy.data.images.remove, neutral)
            for tree in mapped:
                _show(tree, source, neutral, undoing.callback)
        yield


def _put_number(tree: bpy.types.NodeTree, strength: float, undo: Callable[..., Any]) -> None:
    socket: Any = tree.nodes[NORMAL_MAP].inputs["Strength"]
    if socket.is_linked:
        undo(tree.links.new, socket.links[0].from_socket, socket)
        tree.links.remove(socket.links[0])
        socket.default_value = strength


def _skip_bump(tree: bpy.types.NodeTree, undo: Callable[..., Any]) -> None:
    """Link what the bump is put on to where the bump leads."""
    node, shader = tree.nodes.get(BUMP), surface_shader(tree)
    if node is None or shader is None or not node.inputs["Normal"].is_linked:
        return
    normal = shader.inputs["Normal"]
    if normal.is_linked and normal.links[0].from_node == node:
        undo(tree.links.new, node.outputs["Normal"], normal)
        tree.links.new(node.inputs["Normal"].links[0].from_socket, normal)


def _show(tree: bpy.types.NodeTree, image: bpy.types.Image, other: bpy.types.Image, undo: Callable[..., Any]) -> None:
    """Put another image in an image's place."""
    for node in tree.nodes:
        if node.type == "TEX_IMAGE" and node.image == image:
            undo(setattr, node, "image", image)
            node.image = other
