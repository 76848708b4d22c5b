"""Measure where the dense landmarks sit on heads: the mean and the modes of the built-in face model.

``python -m likeness.training.builtin_model.measure_landmarks --ict ict_facekit.npz`` renders random heads from many
known cameras, runs the landmark detector on every picture, triangulates each landmark over the views in which the
surface faces the camera, and drops it onto the head's surface. Points beyond the face oval, which the detector does
not know, are found by casting rays in fixed directions. Mean and principal modes over many heads (each with its
mirror image) are written to ``measured_landmarks.npz`` beside this file: statistics of measurements, no mesh of anyone.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from scipy.spatial import cKDTree

from ...anatomy.landmarks import DENSE_FACE_COUNT, FACE_OVAL_LOOP, Dense, dense_mirror
from ...geometry.arrays import Floats, Ints, Pixels
from ...geometry.normals import triangle_normals
from ...geometry.similarity import umeyama
from ...inference.detectors import mediapipe_models
from .ict_renders import PICTURE, Heads, load_heads, random_light, render_head, view_camera

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
SKIRT_RINGS = 3
MODES = 60
RIGID_POINTS = (
    *Dense.RIGHT_EYE_CORNERS, *Dense.LEFT_EYE_CORNERS[::-1],
    Dense.NOSE_BRIDGE, 6, 197, 195, 5, Dense.NOSE_TIP, 1, Dense.UNDER_NOSE, 9, 8,
    Dense.RIGHT_MOUTH_CORNER, Dense.LEFT_MOUTH_CORNER, Dense.BEFORE_RIGHT_EAR, Dense.BEFORE_LEFT_EAR,
    Dense.CHIN, Dense.FOREHEAD_TOP,
)  # fmt: skip


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


def measure_skirt(dense: Floats, vertices: Floats, heads: Heads) -> Floats:
    """Points (SKIRT_RINGS, 36, 3) beyond the face oval: rays from inside the head, turned further and further back."""
    oval = dense[list(FACE_OVAL_LOOP)]
    center = np.array([0.0, oval[:, 1].mean(), oval[:, 2].mean() - 0.015])
    rays = []
    direction = oval - center
    direction /= np.linalg.norm(direction, axis=1, keepdims=True)
    back = np.array([0.0, 0.0, -1.0])
    for ring in range(1, SKIRT_RINGS + 1):
        turned = direction + back * np.tan(np.radians(9.0 * ring))
        rays.append(turned / np.linalg.norm(turned, axis=1, keepdims=True))
    reach = np.linalg.norm(oval - center, axis=1)
    hits = cast_rays(center, np.concatenate(rays), vertices[heads.skin_triangles])
    hits = hits.reshape(SKIRT_RINGS, -1)
    previous = reach
    for ring in range(SKIRT_RINGS):  # no jump onto shoulders or ears: at most 12 % longer than the ring inside it
        hits[ring] = np.where(np.isfinite(hits[ring]), hits[ring], previous)
        hits[ring] = np.clip(hits[ring], previous * 0.85, previous * 1.12)
        previous = hits[ring]
    return center + np.stack(rays) * hits[..., None]


def cast_rays(origin: Floats, directions: Floats, triangles: Floats) -> Floats:
    """Distance (N,) of the first hit of rays from one origin on triangles (T, 3, 3), or inf (Moeller, Trumbore).

    Every ray tries every triangle: a hundred rays a head are not worth a library.
    """
    edge1, edge2 = triangles[:, 1] - triangles[:, 0], triangles[:, 2] - triangles[:, 0]
    to_origin = origin - triangles[:, 0]
    q = np.cross(to_origin, edge1)
    distances = np.full(len(directions), np.inf)
    for i, direction in enumerate(directions):
        p = np.cross(direction, edge2)
        det = np.einsum("ij,ij->i", edge1, p)
        det = np.where(np.abs(det) < 1e-15, 1e-15, det)
        u = np.einsum("ij,ij->i", to_origin, p) / det
        v = q @ direction / det
        along = np.einsum("ij,ij->i", edge2, q) / det
        hit = (u >= 0) & (v >= 0) & (u + v <= 1) & (along > 0)
        if hit.any():
            distances[i] = along[hit].min()
    return distances


def align(points: Floats, target: Floats, rigid: Sequence[int]) -> Floats:
    """Rotate and shift points (N, 3) so that the rigid ones lie on the target's (no scale)."""
    return umeyama(points[list(rigid)], target[list(rigid)], scale=1.0).apply(points)


def symmetrised_statistics(samples: Floats, mirror: Ints) -> tuple[Floats, Floats, Floats]:
    """Samples (S, N, 3) -> symmetric mean (N, 3), modes (M, N, 3) scaled to one sigma, and the sigma left over (N,)."""
    flip = np.array([-1.0, 1.0, 1.0])
    reference = samples[0]
    rigid = list(RIGID_POINTS)
    both = np.concatenate([samples, samples[:, mirror] * flip])
    for _ in range(4):
        both = np.stack([align(s, reference, rigid) for s in both])
        reference = both.mean(axis=0)
        reference = (reference + reference[mirror] * flip) / 2
    flat = (both - reference).reshape(len(both), -1)
    _, s, vt = np.linalg.svd(flat, full_matrices=False)
    modes = (vt[:MODES] * s[:MODES, None] / np.sqrt(len(both))).reshape(-1, *reference.shape)
    left_over = flat - (flat @ vt[:MODES].T) @ vt[:MODES]
    return reference, modes, np.sqrt((left_over.reshape(both.shape) ** 2).sum(axis=2).mean(axis=0))


def skirt_mirror() -> Ints:
    """Mirror permutation of the skirt points (SKIRT_RINGS * 36,), following the face oval's."""
    mirror = dense_mirror()
    position = {point: i for i, point in enumerate(FACE_OVAL_LOOP)}
    ring = np.array([position[int(mirror[p])] for p in FACE_OVAL_LOOP])
    return np.concatenate([ring + i * len(ring) for i in range(SKIRT_RINGS)])


def main() -> None:
    """Measure the heads and write mean, covariance and the detector's noise."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--ict", type=Path, required=True, help="packed ICT-FaceKit (ict_facekit.npz)")
    parser.add_argument("--heads", type=int, default=160)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("-o", "--output", type=Path, default=OUTPUT)
    args = parser.parse_args()
    rng = np.random.default_rng(args.seed)
    heads, samples = load_heads(args.ict), []
    for index in range(args.heads):
        vertices = heads.sample(rng)
        dense = measure_head(vertices, heads, rng)
        if dense is not None:
            samples.append(np.concatenate([dense, measure_skirt(dense, vertices, heads).reshape(-1, 3)]))
        print(f"\r{index + 1}/{args.heads} heads, {len(samples)} measured", end="", flush=True)
    mirror = np.concatenate([dense_mirror(), skirt_mirror() + len(dense_mirror())])
    mean, modes, noise = symmetrised_statistics(np.stack(samples), mirror)
    count = len(dense_mirror())
    np.savez_compressed(
        args.output,
        mean=mean[:count].astype(np.float32),
        modes=modes[:, :count].astype(np.float32),
        noise=noise[:count].astype(np.float32),
        skirt_mean=mean[count:].reshape(SKIRT_RINGS, -1, 3).astype(np.float32),
        skirt_modes=modes[:, count:].reshape(len(modes), SKIRT_RINGS, -1, 3).astype(np.float32),
        heads=np.int32(len(samples)),
    )
    print(f"\nwrote {args.output.name}: sigma of the first modes {np.linalg.norm(modes[:6], axis=2).mean(axis=1)}")


if __name__ == "__main__":
    main()
