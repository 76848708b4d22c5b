"""Which visible texels look like this face's skin: hair, clothes and background that overlap the face do not.

A second look beside the fit's picture-space mask: here the light is already divided out, so skin is one narrow cluster
of colours and its surroundings are judged by it. Between brows, mouth and chin everything belongs to the face.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from ...anatomy.landmarks import Dense
from ...bfm.face_model import FaceModel
from ...geometry.arrays import Floats32, Image
from ...geometry.smoothstep import smoothstep
from ..uv.atlas import UvAtlas
from ..uv.blending import FAINTEST_HUE, enlarge, log_colours, shrink

# Dense landmarks round the features: brows, outer eye corners, cheeks, jaw and chin.
_FEATURES = (70, 63, 105, 66, 107, 336, 296, 334, 293, 300, 263, 280, 291, 422, 378, 152, 149, 202, 61, 50, 33)
_FADE = (-0.06, 0.02)  # signed distance to the outline of the features, in inter-ocular distances
_SIDE = 256  # cells over the texture
_TRIMMED = 0.15  # share of the feature cells that may be something else: eyes, nostrils, glasses
_ODDNESS = (9.0, 20.0)  # squared Mahalanobis distance: surely skin, surely not
_FEWEST = 50  # cells of the features below which the photo says nothing about skin
_ISLAND = 0.003  # of the texture; a smaller patch of skin colour is not skin
_LEAST_SPREAD = (0.10, 0.04, 0.05)  # of log brightness, log red/green, log blue/green


@dataclass(frozen=True)
class SkinEvidence:
    """Texels (T, T) in [0, 1]."""

    own: Image  # skin-coloured, or among the features: part of this face
    plain: Image  # skin-coloured: neither brow nor lip nor highlight


def skin_evidence(albedo: Image, seen: Image, atlas: UvAtlas, model: FaceModel) -> SkinEvidence:
    """What ``albedo`` (T, T, 3), linear RGB and trusted where ``seen`` (T, T) is, says about its own texels."""
    features = atlas.interpolate(_feature_weights(model)[:, None]).reshape(seen.shape)
    small_features, _ = shrink(cv2.merge([features] * 3), atlas.mask.astype(np.float32), _SIDE)
    colours, known = shrink(_opponent(albedo), seen, _SIDE)
    core = (small_features[..., 0] > 0.9) & (known > 0.5)
    if core.sum() < _FEWEST:
        return SkinEvidence(features, features)
    odd = _oddness(colours, colours[core])
    plain = np.where(known > 0.02, 1.0 - smoothstep(*_ODDNESS, odd), 0.0).astype(np.float32)
    plain = cv2.GaussianBlur(_without_islands(plain), (0, 0), 1.0)
    plain = np.clip(enlarge(plain, atlas.size), 0.0, 1.0)
    return SkinEvidence(features + (1.0 - features) * plain, plain)


def _without_islands(plain: Image) -> Image:
    """Shrunk a little, for strands of hair fade into the skin, and without patches that are too small to be skin."""
    window = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (5, 5))
    plain = cv2.erode(plain, window)
    _, labels, stats, _ = cv2.connectedComponentsWithStats((plain > 0.5).astype(np.uint8))
    labels = labels.astype(np.int64)
    small = stats[:, cv2.CC_STAT_AREA] < _ISLAND * plain.size
    return np.where(small[labels] & (labels > 0), 0.0, plain).astype(np.float32)


def _feature_weights(model: FaceModel) -> Image:
    """(V,) 1 inside the outline of the features in the frontal view of the mean, fading to 0 outside."""
    dense = model.dense_points(model.mean.astype(np.float64))
    hull = cv2.convexHull(dense[list(_FEATURES), :2].astype(np.float32))
    scale = float(np.linalg.norm(dense[Dense.RIGHT_EYE_OUTER] - dense[Dense.LEFT_EYE_OUTER]))
    distance = [cv2.pointPolygonTest(hull, (float(x), float(y)), True) for x, y in model.mean[:, :2]]
    in_front = smoothstep(-1.0, -0.6, (model.mean[:, 2] - dense[_FEATURES[0], 2]) / scale)
    return (smoothstep(*_FADE, np.array(distance) / scale) * in_front).astype(np.float32)


def _opponent(albedo: Image) -> Image:
    """Linear RGB (..., 3) -> log brightness, log red/green, log blue/green: light scales, skin moves little."""
    red, green, blue = np.moveaxis(log_colours(albedo, FAINTEST_HUE), -1, 0)
    return np.stack([(red + green + blue) / 3.0, red - green, blue - green], axis=-1)


def _oddness(colours: Image, samples: Floats32) -> Image:
    """Squared Mahalanobis distance (H, W) of ``colours`` from the bulk of ``samples`` (N, 3)."""
    centre = np.median(samples, axis=0)
    spread = np.maximum(1.48 * np.median(np.abs(samples - centre), axis=0), _LEAST_SPREAD)
    near = (((samples - centre) / spread) ** 2).sum(axis=1)
    bulk = samples[near <= np.quantile(near, 1.0 - _TRIMMED)]
    centre = bulk.mean(axis=0)
    covariance = np.cov(bulk.T) + np.diag(np.square(_LEAST_SPREAD))
    offset = colours - centre
    return np.einsum("ijk,kl,ijl->ij", offset, np.linalg.inv(covariance), offset).astype(np.float32)
