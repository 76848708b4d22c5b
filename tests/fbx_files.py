"""What stands in an FBX file, as a program reads it that is not Blender's importer."""

# pyright: reportAttributeAccessIssue=none, reportMissingImports=none
from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import bpy
import numpy as np
from likeness.result.choices import PLAIN, UNREAL
from likeness.scene.exporting.export_fbx import export_fbx
from mathutils import Euler, Matrix, Vector

SECOND = 46186158000  # the format's own ticks
DEFAULTS = {b"Lcl Translation": (0.0, 0.0, 0.0), b"Lcl Rotation": (0.0, 0.0, 0.0), b"Lcl Scaling": (1.0, 1.0, 1.0)}


@dataclass(frozen=True)
class Node:
    """A model: its kind and how it is placed in its parent."""

    name: str
    kind: str
    translation: tuple[float, ...]
    rotation: tuple[float, ...]  # degrees, XYZ
    scaling: tuple[float, ...]

    @property
    def matrix(self) -> Matrix:
        """From the node to its parent."""
        turn = Euler(np.radians(self.rotation).tolist(), "XYZ")
        return Matrix.LocRotScale(Vector(self.translation), turn, Vector(self.scaling))


def units_of(target: str) -> float:
    """How many of a target's units are a metre."""
    return 100.0 if target in (PLAIN, UNREAL) else 1.0


class FbxFile:
    """A file's elements by kind."""

    def __init__(self, path: Path) -> None:
        from io_scene_fbx import parse_fbx

        root, self.version = parse_fbx.parse(str(path))
        self._root = root

    def _all(self, kind: bytes) -> list[Any]:
        return [element for element in _child(self._root, b"Objects").elems if element.id == kind]

    @cached_property
    def settings(self) -> dict[str, Any]:
        """GlobalSettings by name."""
        return {name.decode(): values[0] for name, values in _properties(_child(self._root, b"GlobalSettings")).items()}

    @cached_property
    def nodes(self) -> dict[str, Node]:
        """Models by name."""
        found = {}
        for element in self._all(b"Model"):
            own = DEFAULTS | _properties(element)
            name = _name(element)
            found[name] = Node(name, element.props[2].decode(), *(tuple(own[key]) for key in DEFAULTS))
        return found

    @cached_property
    def parents(self) -> dict[str, str]:
        """The parent of every model that has one, by name."""
        by_id = {element.props[0]: _name(element) for element in self._all(b"Model")}
        links = [tuple(c.props[1:3]) for c in _child(self._root, b"Connections").elems if c.props[0] == b"OO"]
        return {by_id[child]: by_id[parent] for child, parent in links if child in by_id and parent in by_id}

    def world(self, name: str) -> Matrix:
        """From a model to the file."""
        above = self.parents.get(name)
        return (self.world(above) if above else Matrix.Identity(4)) @ self.nodes[name].matrix

    @cached_property
    def points(self) -> np.ndarray:
        """Vertices (N, 3) of the mesh."""
        (mesh,) = [element for element in self._all(b"Geometry") if element.props[2] == b"Mesh"]
        return np.array(_child(mesh, b"Vertices").props[0]).reshape(-1, 3)

    @cached_property
    def binding(self) -> dict[str, Matrix]:
        """Where each bone is, in the file, when the mesh hangs on it."""
        clusters = [element for element in self._all(b"Deformer") if element.props[2] == b"Cluster"]
        return {
            _name(cluster): Matrix(np.array(_child(cluster, b"TransformLink").props[0]).reshape(4, 4).T.tolist())
            for cluster in clusters
        }

    @cached_property
    def channels(self) -> dict[str, float]:
        """The value of each key, 1 for all of it, by name."""
        found = [element for element in self._all(b"Deformer") if element.props[2] == b"BlendShapeChannel"]
        return {_name(channel): _child(channel, b"DeformPercent").props[0] / 100.0 for channel in found}

    @cached_property
    def takes(self) -> dict[str, tuple[float, float]]:
        """When each take begins and ends, in seconds, by name."""
        times = {_name(take): _properties(take) for take in self._all(b"AnimationStack")}
        return {
            name: tuple(own[end][0] / SECOND for end in (b"LocalStart", b"LocalStop")) for name, own in times.items()
        }

    @cached_property
    def textures(self) -> dict[str, tuple[str, bytes]]:
        """The path beside the file and the bytes inside it of every image, by file name."""
        found = {}
        for video in self._all(b"Video"):
            path = _child(video, b"RelativeFilename").props[0].decode().replace("\\", "/")
            content = _child(video, b"Content")
            found[Path(path).name] = (path, content.props[0] if content else b"")
        return found


def _child(element: Any, kind: bytes) -> Any:
    return next((child for child in element.elems if child.id == kind), None)


def _name(element: Any) -> str:
    return element.props[1].split(b"\0\1")[0].decode()


def _properties(element: Any) -> dict[bytes, list[Any]]:
    return {entry.props[0]: entry.props[4:] for entry in _child(element, b"Properties70").elems}


def written(face: bpy.types.Object, folder: Path, target: str = PLAIN, animation: bool = True) -> FbxFile:
    """A face exported as ``out.fbx``."""
    export_fbx(folder / "out.fbx", face, animation, target)
    return FbxFile(folder / "out.fbx")
