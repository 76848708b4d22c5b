"""Measure what the built-in model's surface misses between its landmarks.

``python -m likeness.training.builtin_model.measure_relief --ict ict_facekit.npz`` fits the model (made without
relief) to the
triangulated landmarks of random heads, then measures at every skin vertex how far the head's surface lies along the
normal, as a range scanner would. The mean over the heads is the mean's relief; what follows the landmarks linearly
(ridge regression on the identity coefficients) belongs to the identity modes. Written to
``training/builtin_model/measured_relief.npz``.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
from scipy.spatial import cKDTree

from ...anatomy.landmarks import DENSE_FACE_COUNT
from ...bfm.face_model import FaceModel
from ...geometry.arrays import Floats
from ...geometry.faces import both_triangulations
from ...geometry.normals import area_normals, unit, vertex_normals
from .ict_renders import Heads, load_heads
from .make import MEASURED, RELIEF, load_measured, make_model
from .mean_face import build_mean
from .measure_landmarks import align, measure_head

LANDMARK_SIGMA = 0.0007  # metres: what triangulation and the detector's own habits leave
FURTHEST = 0.006  # metres; a surface further away is another one (an ear, the other lip)
SURFACE_SAMPLES = 400_000
REGRESSED = 40  # leading identity coefficients that relief may follow
RIDGE = 8.0  # heads' worth of prior that it does not


def fit_identity(model: FaceModel, dense: Floats, rounds: int = 30) -> tuple[Floats, Floats]:
    """Identity coefficients (I,) and the landmarks (468, 3) aligned to the model, by ridge regression."""
    basis = model.identity_basis[:, :DENSE_FACE_COUNT].astype(np.float64).reshape(len(model.identity_basis), -1)
    mean = model.mean[:DENSE_FACE_COUNT].astype(np.float64)
    normal = basis @ basis.T / LANDMARK_SIGMA**2 + np.eye(len(basis))
    coefficients = np.zeros(len(basis))
    everywhere = list(range(DENSE_FACE_COUNT))
    for _ in range(rounds):
        current = mean + (coefficients @ basis).reshape(-1, 3)
        aligned = align(dense[:DENSE_FACE_COUNT], current, everywhere)
        coefficients = np.linalg.solve(normal, basis @ (aligned - mean).ravel() / LANDMARK_SIGMA**2)
    return coefficients, aligned


def surface_samples(vertices: Floats, heads: Heads, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """Points spread evenly over a head's skin with their unit normals."""
    corners = vertices[heads.skin_triangles]
    size = np.linalg.norm(area_normals(corners), axis=1)
    picked = rng.choice(len(corners), SURFACE_SAMPLES, p=size / size.sum())
    weights = rng.dirichlet((1.0, 1.0, 1.0), SURFACE_SAMPLES)
    normals = vertex_normals(vertices, heads.skin_triangles)
    smooth = np.einsum("nk,nkd->nd", weights, normals[heads.skin_triangles[picked]])
    return np.einsum("nk,nkd->nd", weights, corners[picked]), unit(smooth)


def offsets_along(points: Floats, normals: Floats, surface: Floats, surface_normals: Floats) -> Floats:
    """Distance (N,) along each normal to the surface, NaN where none that faces the same way is near."""
    tree, offset = cKDTree(surface), np.zeros(len(points))
    for _ in range(4):
        here = points + offset[:, None] * normals
        near = tree.query(here, k=4)[1]
        gap = np.einsum("nkd,nd->nk", surface[near] - here[:, None], normals)
        agree = np.einsum("nkd,nd->nk", surface_normals[near], normals)
        weight = np.clip(agree, 0, 1) + 1e-9
        offset = offset + (weight * gap).sum(axis=1) / weight.sum(axis=1)
    lost = (agree.max(axis=1) < 0.5) | (np.abs(offset) > FURTHEST)
    return np.where(lost, np.nan, offset)


def main() -> None:
    """Measure how far the heads lie off the subdivided landmarks, and write it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--ict", type=Path, required=True, help="packed ICT-FaceKit (ict_facekit.npz)")
    parser.add_argument("--heads", type=int, default=100)
    parser.add_argument("--seed", type=int, default=2)
    parser.add_argument("-o", "--output", type=Path, default=RELIEF)
    args = parser.parse_args()
    rng, everywhere = np.random.default_rng(args.seed), list(range(DENSE_FACE_COUNT))
    measured = load_measured(MEASURED)
    model, mirror = make_model(measured), build_mean(measured).mirror
    heads, offsets, codes = load_heads(args.ict), [], []
    for index in range(args.heads):
        vertices = heads.sample(rng)
        dense = measure_head(vertices, heads, rng)
        if dense is None:
            continue
        code, aligned = fit_identity(model, dense)
        shape = model.shape(code)
        together = np.concatenate([dense[:DENSE_FACE_COUNT], vertices])
        head = align(together, np.concatenate([aligned, vertices]), everywhere)[DENSE_FACE_COUNT:]
        normals = vertex_normals(shape, both_triangulations(model.faces))
        offset = offsets_along(shape, normals, *surface_samples(head, heads, rng))
        offsets += [offset, offset[mirror]]
        parity = model.identity_basis[:, mirror] * np.array([-1.0, 1.0, 1.0])
        sign = np.sign((parity * model.identity_basis).sum(axis=(1, 2)))
        codes += [code, code * sign]
        print(f"\r{index + 1}/{args.heads} heads", end="", flush=True)
    mean, modes = relief_statistics(np.stack(offsets), np.stack(codes)[:, :REGRESSED])
    np.savez_compressed(args.output, mean=mean.astype(np.float16), modes=modes.astype(np.float16))
    print(f"\nwrote {args.output.name}: relief of the mean {np.abs(mean[mean != 0]).mean() * 1000:.2f} mm")


def relief_statistics(offsets: Floats, codes: Floats) -> tuple[Floats, Floats]:
    """Offsets (S, V) with NaN where unknown, codes (S, K) -> mean relief (V,) and relief per coefficient (K, V).

    Both are zero at vertices that most heads could not tell anything about.
    """
    known = np.isfinite(offsets).mean(axis=0) > 0.9
    filled = np.where(np.isfinite(offsets), offsets, np.nan)
    mean = np.where(known, np.nanmedian(np.where(known, filled, 0.0), axis=0), 0.0)
    deviation = np.where(np.isfinite(filled) & known, filled - mean, 0.0)
    centred = codes - codes.mean(axis=0)
    modes = np.linalg.solve(centred.T @ centred + RIDGE * np.eye(codes.shape[1]), centred.T @ deviation)
    return mean, modes


if __name__ == "__main__":
    main()
