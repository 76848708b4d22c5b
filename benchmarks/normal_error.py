"""Normals of a prediction against the scan's, pixel by pixel in the picture's true camera.

``mean`` is the mean angle. For ``detail`` and ``fine`` both normal maps are high-passed by a Gaussian of 1.5 % or 0.5 %
of the picture's width (about 4 mm: lids, nostrils, lips; about 1.4 mm: creases and pores): correlation ``r`` with the
truth, and RMS energy as a share of the truth's (0 = smooth, 1 = as much as the truth).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from scipy.ndimage import binary_erosion, gaussian_filter

from ..geometry.arrays import Bools, Floats, Ints
from ..geometry.normals import vertex_normals
from ..inference.camera import Camera
from ..inference.rendering.rasterizer import interpolate, rasterize
from .scan import RADIUS_MM, Scan

BANDS = {"detail": 0.015, "fine": 0.005}  # Gaussian sigma, share of the picture's width
BAND_RADIUS_MM = 85.0  # keeps the high-pass away from the rim of the face
DEPTH_GATE_MM = 15.0  # farther apart in depth the two surfaces show different things
GRAZING = -0.15  # z of the true normal in camera space; nearer to zero the surface is seen edge-on


@dataclass(frozen=True)
class SurfaceImage:
    """What a camera sees of a surface."""

    depth: Floats  # (H, W) mm, infinite where nothing is seen
    normals: Floats  # (H, W, 3) unit, scan axes; zero where nothing is seen


@dataclass(frozen=True)
class Band:
    """Agreement of one band of the normals."""

    r: float
    energy: float


@dataclass(frozen=True)
class NormalError:
    """Angles in degrees over the common pixels of the face."""

    mean: float
    median: float
    pixels: int
    detail: Band
    fine: Band


def see(vertices: Floats, triangles: Ints, camera: Camera) -> SurfaceImage:
    """Rasterise a surface (mm, either winding) with smooth normals into the camera's picture."""
    corners = torch.from_numpy(np.ascontiguousarray(triangles, dtype=np.int64))
    placed = camera.to_camera(torch.from_numpy(np.asarray(vertices, dtype=np.float64)))[None]
    fragments = rasterize(placed, corners, camera.intrinsics, camera.image_size, cull_backfaces=False)
    normals = interpolate(fragments, corners, torch.from_numpy(vertex_normals(vertices, triangles)))[0].numpy()
    depth = torch.where(fragments.mask, fragments.depth, torch.inf)[0].numpy()
    return SurfaceImage(depth, normals / (np.linalg.norm(normals, axis=2, keepdims=True) + 1e-20))


def normal_error(scan: Scan, truth: SurfaceImage, seen: SurfaceImage, camera: Camera) -> NormalError:
    """Compare a prediction laid on the scan, as ``seen`` by the camera, with the scan's own image ``truth``."""
    from_centre = np.linalg.norm(_unproject(truth.depth, camera) - scan.centre, axis=2)
    towards_viewer = truth.normals @ camera.rotation.numpy()[2]
    common = np.isfinite(truth.depth) & np.isfinite(seen.depth)
    near = np.abs(np.where(common, truth.depth, 0.0) - np.where(common, seen.depth, 0.0)) < DEPTH_GATE_MM
    face = common & near & (from_centre < RADIUS_MM) & (towards_viewer < GRAZING)
    normals = seen.normals
    if (normals[face] @ camera.rotation.numpy()[2] > 0).mean() > 0.5:
        normals = -normals  # the prediction's triangles wind the other way
    angles = np.degrees(np.arccos(np.clip((truth.normals[face] * normals[face]).sum(axis=1), -1, 1)))
    # Shading sees normals across and up the picture, so the bands compare those two components.
    across = camera.rotation.numpy()[:2].T
    inner = from_centre < BAND_RADIUS_MM
    bands = {
        name: _band(truth.normals @ across, normals @ across, face, inner, share * camera.image_size[0])
        for name, share in BANDS.items()
    }
    return NormalError(float(angles.mean()), float(np.median(angles)), int(face.sum()), **bands)


def _band(truth: Floats, seen: Floats, face: Bools, inner: Bools, sigma: float) -> Band:
    """Correlation and energy of two normal maps (H, W, 2) above the frequency of ``sigma`` pixels."""
    kept = np.logical_and(inner, binary_erosion(face, iterations=max(2, int(2 * sigma))))
    share = gaussian_filter(face.astype(np.float64), sigma) + 1e-6
    fine_truth, fine_seen = (_high_pass(normals, face, share, sigma)[kept] for normals in (truth, seen))
    truth_power, seen_power = (fine_truth**2).sum() + 1e-20, (fine_seen**2).sum()
    r = (fine_truth * fine_seen).sum() / np.sqrt(truth_power * seen_power + 1e-20)
    return Band(float(r), float(np.sqrt(seen_power / truth_power)))


def _high_pass(normals: Floats, face: Bools, share: Floats, sigma: float) -> Floats:
    """Normals minus their Gaussian mean over the face; ``share`` is the Gaussian's weight that lies on the face."""
    channels = np.moveaxis(normals, 2, 0)
    return np.stack([channel - gaussian_filter(channel * face, sigma) / share for channel in channels], axis=2)


def _unproject(depth: Floats, camera: Camera) -> Floats:
    """Depth (H, W) -> scan space points (H, W, 3), the camera's centre where nothing is seen."""
    height, width = depth.shape
    y, x = np.mgrid[:height, :width] + 0.5
    rays = np.stack([x, y, np.ones_like(x)], axis=2) @ np.linalg.inv(camera.intrinsics.numpy()).T
    seen = rays * np.where(np.isfinite(depth), depth, 0.0)[..., None]
    return np.matmul(seen - camera.translation.numpy(), camera.rotation.numpy())
