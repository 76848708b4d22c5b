"""A face as OBJ files: the neutral mesh with its materials, and one more file per key in the same vertex order.

OBJ knows no keys. What sculpting and rigging programs read as blend shapes are meshes that share their vertex order,
so beside ``name.obj`` there are ``name.mtl``, ``name_textures/`` and ``name_keys/KEY.obj``.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import bpy
import numpy as np

from ...geometry.arrays import Floats
from ..mode import object_mode
from ..node_wiring import surface_shader
from ..read_mesh import corner_starts, corner_uv, corner_vertices, face_materials, key_vertices, neutral_vertices
from ..shape_keys import expression_keys
from ..staged_files import file_stem, free_path, staged_files
from ..textures.images import save_image
from .normal_maps import plain_normal_maps

# Statement of the material file -> input of Blender's surface shader that the image hangs on.
TEXTURES = {"map_Kd": "Base Color", "norm": "Normal", "map_d": "Alpha"}


def export_obj(path: Path, face: bpy.types.Object) -> None:
    """Write the OBJ files of a face, metres, Y up. Raises `LikenessError`; an earlier export is as it was."""
    with staged_files(path) as folder, object_mode(), plain_normal_maps(face):
        _write_materials(folder / f"{path.stem}.mtl", face)
        surface = _surface(face)
        head = f"mtllib {path.stem}.mtl\n"
        _write(folder / path.name, head + _lines("v %.6f %.6f %.6f\n", neutral_vertices(face)) + surface)
        keys = folder / f"{path.stem}_keys"
        keys.mkdir()
        for key in expression_keys(face):
            text = _lines("v %.6f %.6f %.6f\n", key_vertices(key)) + surface
            _write(free_path(keys, file_stem(key.name), ".obj"), text)


def _surface(face: bpy.types.Object) -> str:
    """Texture points and faces: what all files have in common."""
    mesh = face.data
    points, corner_points = corner_uv(mesh)
    vertices, starts, used = corner_vertices(mesh), corner_starts(mesh), face_materials(mesh)
    corners = [f"{v}/{t}" for v, t in zip((vertices + 1).tolist(), (corner_points + 1).tolist(), strict=True)]
    names = _material_names(face)
    lines = [_lines("vt %.6f %.6f\n", points), "s 1\n"]
    for index in np.unique(used).tolist():
        if index < len(names):
            lines.append(f"usemtl {names[index]}\n")
        lines += [f"f {' '.join(corners[starts[i] : starts[i + 1]])}\n" for i in np.flatnonzero(used == index).tolist()]
    return "".join(lines)


def _write_materials(path: Path, face: bpy.types.Object) -> None:
    """The material file, and the images it names in a folder beside it, each once."""
    textures = path.with_name(f"{path.stem}_textures")
    textures.mkdir()
    written: dict[bpy.types.Image, str] = {}
    text = []
    for slot, name in zip(face.material_slots, _material_names(face), strict=True):
        text.append(f"newmtl {name}\n{_colour(slot.material)}{_opacity(slot.material)}")
        for statement, node in _textures(slot.material).items():
            image = node.image
            if image not in written:
                file = Path(image.filepath or image.name)
                target = free_path(textures, file_stem(file.stem), file.suffix or ".png")
                save_image(image, target)
                written[image] = f"{textures.name}/{target.name}"
            text.append(f"{statement} {_placement(node)}{written[image]}\n")
    _write(path, "".join(text))


def _material_names(face: bpy.types.Object) -> list[str]:
    # A statement ends at white space.
    return [
        "_".join(slot.material.name.split()) if slot.material else f"material_{i}"
        for i, slot in enumerate(face.material_slots)
    ]


def _shader(material: bpy.types.Material | None) -> bpy.types.Node | None:
    return surface_shader(material.node_tree) if material else None


def _colour(material: bpy.types.Material | None) -> str:
    """The statement of the colour of a material; a picture of it is multiplied with white."""
    shader = _shader(material)
    base: Any = shader.inputs["Base Color"] if shader else None
    red, green, blue = (1.0, 1.0, 1.0) if base is None or base.is_linked else tuple(base.default_value)[:3]
    return f"Kd {red:.6g} {green:.6g} {blue:.6g}\n"


def _opacity(material: bpy.types.Material | None) -> str:
    """The statement of how opaque a material is that has no picture of it; "" for one that is."""
    shader = _shader(material)
    alpha: Any = shader.inputs["Alpha"] if shader else None
    return f"d {alpha.default_value:.6g}\n" if alpha and not alpha.is_linked and alpha.default_value < 1.0 else ""


def _textures(material: bpy.types.Material | None) -> dict[str, Any]:
    """The image nodes of a material by the statement that names their image."""
    shader = _shader(material)
    found = {}
    for statement, socket in TEXTURES.items() if shader else ():
        node = _source(shader.inputs[socket])
        node = _source(node.inputs["Color"]) if node is not None and node.type == "NORMAL_MAP" else node
        if node is not None and node.type == "TEX_IMAGE" and getattr(node, "image", None) is not None:
            found[statement] = node
    return found


def _placement(node: Any) -> str:
    """The options that say where an image lies in the layout; "" for one that covers it."""
    mapping: Any = _source(node.inputs["Vector"])
    if mapping is None or mapping.type != "MAPPING":
        return ""
    place, size = (" ".join(f"{v:.6g}" for v in mapping.inputs[name].default_value) for name in ("Location", "Scale"))
    return f"-o {place} -s {size} "


def _source(socket: bpy.types.NodeSocket) -> bpy.types.Node | None:
    return socket.links[0].from_node if socket.is_linked else None


def _lines(template: str, rows: Floats) -> str:
    """One line a row; formatting all numbers at once is ten times as fast as row by row."""
    return template * len(rows) % tuple(rows.ravel().tolist())


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", errors="surrogateescape", newline="\n")  # a name's own bytes
