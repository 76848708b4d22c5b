"""The real heads with ground truth and the pictures of them (shared/bench), in millimetres.

+X subject's left, +Y up, +Z out of the face. The seven landmarks: right eye outer and inner corner, left eye inner and
outer corner, subnasale, right and left mouth corner ("right" is the subject's).
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from ..errors import LikenessError
from ..geometry.arrays import Floats, Ints
from ..geometry.normals import area_normals, vertex_normals
from ..inference.camera import Camera

RADIUS_MM = 95.0  # the scored face: scan points this near the face centre
SAMPLES = 20_000
COARSE_MM = 3.0  # a scan with a longer median edge cuts its own corners: only its vertices are the truth
INNER_SHEET = -0.2  # z of the normal; below it is the inside of a nostril or the back of an ear
SHARED_VARIABLE = "LIKENESS_SHARED"


@dataclass(frozen=True)
class Scan:
    """A scanned face and the points on it that are scored."""

    vertices: Floats  # (V, 3) mm
    triangles: Ints  # (T, 3)
    normals: Floats  # (V, 3)
    landmarks7: Floats  # (7, 3) mm
    centre: Floats  # (3,) mm, between the nose and the eyes
    points: Floats  # (P, 3) mm: SAMPLES uniform by area, or a coarse scan's own vertices
    point_normals: Floats  # (P, 3)


@dataclass(frozen=True)
class Head:
    """A scanned person: pictures and ``cameras.json`` in ``folder/NAME``, surface and landmarks in ``folder/gt``."""

    name: str
    folder: Path

    @property
    def cameras(self) -> Path:
        """The file with the pictures' true cameras."""
        return self.folder / self.name / "cameras.json"


@dataclass(frozen=True)
class ScanPicture:
    """One picture of a scan. The camera is `Camera`, but its translation is in millimetres like the scan."""

    name: str
    picture: Path
    camera: Camera
    light: str
    yaw: float  # degrees; not a number for a photograph, which was not turned by design


def shared_folder() -> Path:
    """The folder with data, photos and benchmark scans: ``LIKENESS_SHARED``, or ``shared`` beside the repository."""
    beside = Path(__file__).resolve().parents[2] / "shared"
    folder = Path(os.environ.get(SHARED_VARIABLE, beside))
    if not (folder / "bench").is_dir():
        raise LikenessError(
            f"The benchmark needs the scan and the pictures of it, and {folder} has no 'bench' folder; "
            f"set {SHARED_VARIABLE} to the folder that has."
        )
    return folder


def heads_at_hand(bench: Path) -> list[Head]:
    """The heads of the ``bench`` folder: those in it, then those in its ``heads``, each by name."""
    folders = (bench, bench / "heads")
    return [Head(file.parent.name, folder) for folder in folders for file in sorted(folder.glob("*/cameras.json"))]


def load_scan(head: Head) -> Scan:
    """Read the scan of a head and draw the scored points, always the same ones."""
    truth = head.folder / "gt"
    with np.load(truth / f"{head.name}_face.npz", allow_pickle=False) as archive:
        vertices, triangles = archive["v"].astype(np.float64), archive["f"].astype(np.int64)
    return make_scan(vertices, triangles, np.loadtxt(truth / f"{head.name}_landmarks7.txt"))


def make_scan(vertices: Floats, triangles: Ints, landmarks7: Floats) -> Scan:
    """A scan from its surface (mm) and seven landmarks."""
    between_eyes = (landmarks7[1] + landmarks7[2]) / 2
    centre = landmarks7[4] + 0.3 * (between_eyes - landmarks7[4])
    normals = vertex_normals(vertices, triangles)
    if _is_coarse(vertices, triangles):
        scored = (np.linalg.norm(vertices - centre, axis=1) < RADIUS_MM) & (normals[:, 2] > INNER_SHEET)
        points, point_normals = vertices[scored], normals[scored]
    else:
        points, point_normals = _sample(vertices, triangles, normals, centre)
    return Scan(vertices, triangles, normals, landmarks7, centre, points, point_normals)


def load_pictures(head: Head) -> list[ScanPicture]:
    """The pictures of a head with their true cameras, in the file's order."""
    entries = json.loads(head.cameras.read_text())
    views = []
    for name, entry in entries.items():
        pose = [torch.tensor(entry[key], dtype=torch.float64) for key in ("K", "R", "t")]
        camera = Camera(*pose, image_size=(entry["width"], entry["height"]))
        picture, yaw = head.cameras.with_name(entry["file"]), entry.get("yaw", float("nan"))
        views.append(ScanPicture(name, picture, camera, entry["light"], yaw))
    return views


def _is_coarse(vertices: Floats, triangles: Ints) -> bool:
    sides = vertices[triangles] - vertices[np.roll(triangles, 1, axis=1)]
    return float(np.median(np.linalg.norm(sides, axis=2))) > COARSE_MM


def _sample(vertices: Floats, triangles: Ints, normals: Floats, centre: Floats) -> tuple[Floats, Floats]:
    """Points and normals uniform by area over the triangles within the scored face."""
    corners = vertices[triangles]
    area = np.linalg.norm(area_normals(corners), axis=1)
    near = np.linalg.norm(corners.mean(axis=1) - centre, axis=1) < RADIUS_MM
    scored = (near & (normals[triangles].mean(axis=1)[:, 2] > INNER_SHEET)).nonzero()[0]
    generator = np.random.default_rng(1)
    chosen = generator.choice(scored, SAMPLES, p=area[scored] / area[scored].sum())
    uv = generator.random((SAMPLES, 2))
    uv[uv.sum(axis=1) > 1] = 1 - uv[uv.sum(axis=1) > 1]  # fold the square's far half back into the triangle
    weights = np.column_stack([1 - uv.sum(axis=1), uv])
    points = np.einsum("nk,nkd->nd", weights, corners[chosen])
    point_normals = np.einsum("nk,nkd->nd", weights, normals[triangles[chosen]])
    return points, point_normals / np.linalg.norm(point_normals, axis=1, keepdims=True)
