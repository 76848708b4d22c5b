"""Which pixels show the face's own skin: evidence for the fit and the texture.

Colours are learned from the photo itself: two Gaussian mixtures over log luminance and log chromaticity (light
changes add there), one for skin and one for everything else, start from where the landmarks say skin and not-skin are
and are improved by a few rounds of expectation and maximisation, as in GrabCut (Rother et al., 2004) but soft. The
per-pixel odds are smoothed along edges by a guided filter (He et al., 2010).
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from ...anatomy.landmarks import Ibug
from ...geometry.arrays import Bools, Floats, Pixels
from ...geometry.colour import LUMINANCE, srgb_to_linear
from ..detectors.crop import Crop
from ..detectors.landmarks import FaceLandmarks
from ..filters import disc
from ..images import Photo
from ..uv.blending import opponent
from .consensus import agreeing
from .mixture import fit_mixture, log_density
from .person import person_mask

RESOLUTION = 320  # pixels of the working window
WINDOW = 2.2  # its side / side of the face
ROUNDS = 3
SKIN_PARTS, OTHER_PARTS = 4, 6  # Gaussians of the two mixtures
HUE_SCALE = (0.2, 0.4)  # log chromaticity; limits of the spread called skin
LINE_WIDTH = 0.8  # widest dark line, in tenths of nose root to chin
LINE_CONTRAST, LINE_ODDS = 0.45, 14.0  # wrinkles stay below the contrast
BURNT = 0.95  # linear; a channel above it has lost the hue
SHADE, SHADE_FALL = 1.5, 0.5  # log luminance: shadows a face may cast on itself, and how fast belief ends below
LIGHT = 1.8  # log brightness that may lie between the places of a face that show skin
DARK = 0.01  # linear; below it colour is noise
BEARD = (
    0.45  # least confidence of dark, skin-tinted pixels where beards grow: the surface is the face's, its colour hair
)
SHADOW = 0.7  # the same under the brows
RIM = 0.2  # tenths of nose root to chin round the eyes: wet corners and lashes, which landmarks miss, are no skin
OWN = 0.9  # brows, lips and nostrils look like hair and shadow but belong to the face as much as the skin round them

Mask = Floats


def skin_confidence(photo: Photo, landmarks: FaceLandmarks) -> Mask:
    """(H, W) in [0, 1]: this pixel shows this face's own skin, lips or brows.

    Near 0: hair, glasses, hands and things of another colour, background, eyes, the inside of the mouth. Middling:
    beards. Skin that is not the face's but looks alike and touches it (neck, ears, the own hand) stays high.
    """
    x0, y0, x1, y1 = landmarks.box
    side = WINDOW * landmarks.size
    window = Crop(((x0 + x1) / 2, (y0 + y1) / 2), side, resolution=RESOLUTION)
    pixels = window.take(photo.pixels)
    regions = _Regions(window.from_photo(landmarks.ibug68()), window.from_photo(landmarks.oval()), pixels)
    features = _features(pixels, regions.core)
    prior = regions.prior() * (0.02 + 0.98 * person_mask(pixels))
    odds = _along_edges(_odds(features, prior, regions), pixels)
    odds -= LINE_ODDS * _dark_lines(features[..., 0], regions.unit)
    confidence = 1 / (1 + np.exp(-odds))
    confidence = _own_features(confidence, features, regions)
    return _to_photo(confidence, window, photo.size)


class _Regions:
    """Areas of the window that the landmarks outline, each a (R, R) mask in [0, 1]."""

    def __init__(self, points: Floats, oval: Floats, pixels: Pixels) -> None:
        # A tenth of nose root to chin.
        self.unit = float(np.linalg.norm(points[Ibug.NOSE_BRIDGE] - points[Ibug.CHIN])) / 10
        self.face = _fill(oval)
        self.eyes = np.maximum(_fill(points[Ibug.RIGHT_EYE]), _fill(points[Ibug.LEFT_EYE]))
        self.mouth = _fill(points[Ibug.INNER_LIPS])
        self.lips = _fill(points[Ibug.OUTER_LIPS])
        self.brows = _line(points[Ibug.RIGHT_BROW], self.unit), _line(points[Ibug.LEFT_BROW], self.unit)
        self.nostrils = _line(points[Ibug.NOSTRILS], self.unit * 0.9)
        self.chin = _fill(np.concatenate([points[2:15], points[Ibug.NOSTRILS][::-2]]))
        below_right = [Ibug.RIGHT_EYE_INNER, *Ibug.RIGHT_LOWER_LID, Ibug.RIGHT_EYE_OUTER]
        below_left = [Ibug.LEFT_EYE_OUTER, *Ibug.LEFT_LOWER_LID, Ibug.LEFT_EYE_INNER]
        sockets = ((Ibug.RIGHT_BROW, below_right), (Ibug.LEFT_BROW, below_left))
        self.sockets = np.maximum(*(_fill(np.concatenate([points[brow], points[lid]])) for brow, lid in sockets))
        corners = (Ibug.RIGHT_EYE_CORNERS, Ibug.LEFT_EYE_CORNERS)
        around_eyes = np.maximum(*(_line(points[list(pair)], 3.4 * self.unit) for pair in corners))
        features = np.maximum.reduce([self.eyes, self.lips, *self.brows, self.nostrils, around_eyes])
        sure = np.clip(_shrink(self.face, self.unit) - features, 0, 1)
        self.sure = sure if sure.max() > 0.5 else self.face  # an extreme profile leaves no room between the features
        places = [(self.face * _line(line, 2.0 * self.unit) > 0.5, say) for line, say in _places(points)]
        core = _core(pixels, [(place, say) for place, say in places if place.any()])
        self.core = core if core.any() else self.sure

    def prior(self) -> Mask:
        """How likely skin is before looking at colours: from the oval inwards near 1, far outside near 0."""
        inside = cv2.distanceTransform((self.face > 0.5).astype(np.uint8), cv2.DIST_L2, 5)
        outside = cv2.distanceTransform((self.face <= 0.5).astype(np.uint8), cv2.DIST_L2, 5)
        depth = (inside - outside) / self.unit
        return (0.03 + 0.92 / (1 + np.exp(-1.2 * (depth + 0.3)))).astype(np.float32)


def _places(points: Floats) -> list[tuple[Floats, float]]:
    """Lines where skin shows when anything does, and what each has to say, as in `zones`."""
    brows, ridge = points[[Ibug.RIGHT_BROW.stop - 1, Ibug.LEFT_BROW.start]].mean(axis=0), points[Ibug.NOSE_RIDGE]
    chin = 0.5 * (points[Ibug.LOWER_LIP] + points[Ibug.CHIN])
    spots = [(brows, 2.0), (brows + 0.6 * (brows - ridge[1]), 1.5), (chin, 0.5)]
    for lid, corner, jaw in (
        (Ibug.RIGHT_LOWER_LID, Ibug.RIGHT_MOUTH_CORNER, Ibug.RIGHT_JAW_CORNER),
        (Ibug.LEFT_LOWER_LID, Ibug.LEFT_MOUTH_CORNER, Ibug.LEFT_JAW_CORNER),
    ):
        below, mouth = points[list(lid)].mean(axis=0), points[corner]
        spots += [(0.7 * below + 0.3 * mouth, 0.75), (0.5 * below + 0.5 * mouth, 0.75)]
        spots += [(0.5 * (mouth + points[jaw]), 0.5)]
    return [(ridge[:2], 2.0), (ridge[2:], 0.75), *((np.stack([spot, spot]), say) for spot, say in spots)]


def _core(pixels: Pixels, places: Sequence[tuple[Bools, float]]) -> Mask:
    """(R, R) 1 in the places that show skin; light may differ much between them, hue may not."""
    if not places:
        return np.zeros(pixels.shape[:2], np.float32)
    linear = srgb_to_linear(pixels) + DARK
    colours = opponent(np.stack([np.median(linear[place], axis=0) for place, _ in places]))
    same = agreeing(colours, np.array([say for _, say in places]), LIGHT)
    return np.logical_or.reduce([place for (place, _), one in zip(places, same, strict=True) if one]).astype(np.float32)


def _features(pixels: Pixels, core: Mask) -> Floats:
    """(R, R, 3): log luminance, log red/green, log blue/green of slightly smoothed linear colour.

    A little of the skin's own colour is added everywhere: the hue of nearly black pixels is noise.
    """
    linear = cv2.GaussianBlur(srgb_to_linear(pixels), (0, 0), 0.8)
    skin = np.median(linear[core > 0.5], axis=0)
    linear = linear + DARK * (skin + 1e-4) / (skin.max() + 1e-4)
    luminance = linear @ LUMINANCE
    red, green, blue = (np.log(linear[..., i]) for i in range(3))
    return np.stack([np.log(luminance), 2 * (red - green), 2 * (blue - green)], axis=-1).astype(np.float32)


def _odds(features: Floats, prior: Mask, regions: _Regions) -> Mask:
    """(R, R) log odds of skin against everything else."""
    flat, prior_odds = features.reshape(-1, 3), np.log(prior / (1 - prior)).ravel()
    lit = np.exp(-0.5 * np.clip((_darker(features, regions.core) - SHADE) / SHADE_FALL, 0, None) ** 2)
    # What is hardly alike may be most of the face, a mask: it must not become a part of skin.
    alike = np.clip(1.25 * (_hue_of_skin(features, regions.core) * lit).ravel() - 0.25, 0, None)
    sure = regions.sure.ravel() * prior.ravel()
    skin = fit_mixture(flat, sure * alike, SKIN_PARTS)
    other = fit_mixture(flat, np.maximum(1 - 2 * prior.ravel(), sure * (1 - alike)), OTHER_PARTS)
    odds = prior_odds
    for _ in range(ROUNDS):
        odds = np.clip(log_density(skin, flat) - log_density(other, flat), -6, 6) + prior_odds
        posterior = 1 / (1 + np.exp(-odds))
        skin = fit_mixture(flat, sure * alike * posterior, SKIN_PARTS, start=skin)
        other = fit_mixture(flat, 1 - posterior, OTHER_PARTS, start=other)
    return odds.reshape(prior.shape)


def _hue_of_skin(features: Floats, core: Mask) -> Mask:
    """(R, R) 1 where log chromaticity is that of the core of the face, falling to 0 for paint, cloth or a glove."""
    chroma = features[..., 1:]
    inside = chroma[core > 0.5]
    middle = np.median(inside, axis=0)
    scale = np.clip(1.5 * np.median(np.abs(inside - middle), axis=0), *HUE_SCALE)
    away = np.linalg.norm((chroma - middle) / scale, axis=-1)
    alike = np.exp(-0.5 * np.clip(away - 2, 0, None) ** 2)
    return np.where(features[..., 0] > np.log(BURNT), 1, alike)


def _darker(features: Floats, core: Mask) -> Mask:
    """(R, R) how much darker, in log luminance, than the darker part of the core of the face."""
    return np.percentile(features[..., 0][core > 0.5], 25) - features[..., 0]


def _dark_lines(luminance: Mask, unit: float) -> Mask:
    """(R, R) how much darker, in log luminance, thin things are than what is round them: rims, strands, lashes.

    A black top-hat; wrinkles stay under ``LINE_CONTRAST``.
    """
    closed = np.asarray(cv2.morphologyEx(luminance, cv2.MORPH_CLOSE, disc(LINE_WIDTH * unit / 2)), np.float32)
    return np.clip(closed - luminance - LINE_CONTRAST, 0, None)


def _along_edges(odds: Mask, pixels: Pixels) -> Mask:
    """Log odds (R, R) averaged along the picture's edges."""
    guide = pixels.astype(np.float32) / 255
    return np.asarray(cv2.ximgproc.guidedFilter(guide, np.clip(odds, -6, 6), 3, 4e-4), np.float32)


def _own_features(confidence: Mask, features: Floats, regions: _Regions) -> Mask:
    """Brows, lips and nostrils as sure as the skin round them, beards middling, eyes and open mouth none."""
    for region in (*regions.brows, regions.lips, regions.nostrils):
        ring = np.clip(_grow(region, regions.unit) - region - regions.eyes, 0, 1) * regions.face
        around = float((confidence * ring).sum() / max(float(ring.sum()), 1e-6))
        confidence = np.maximum(confidence, OWN * min(1.0, 1.5 * around) * region * regions.face)
    stubble = np.clip(_darker(features, regions.core) - 1.1, 0, 0.5) / 0.5
    confidence = np.minimum(confidence, 1 - (1 - BEARD) * regions.chin * stubble)
    own_dark = np.maximum(BEARD * regions.chin, SHADOW * regions.sockets) * regions.face
    confidence = np.maximum(confidence, own_dark * _dark_skin(features, regions))
    eyes = _grow(regions.eyes, RIM * regions.unit)
    hidden = cv2.GaussianBlur(np.maximum(eyes, regions.mouth), (0, 0), 0.8)
    return np.clip(confidence * (1 - hidden), 0, 1)


def _dark_skin(features: Floats, regions: _Regions) -> Mask:
    """(R, R) 1 where a pixel is darker than the skin but not of another hue, and no thin line."""
    darker = (_darker(features, regions.core) > 0) * np.exp(-3 * _dark_lines(features[..., 0], regions.unit))
    return np.asarray(cv2.GaussianBlur(_hue_of_skin(features, regions.core) * darker, (0, 0), 1.0), np.float32)


def _fill(outline: Floats) -> Mask:
    mask = np.zeros((RESOLUTION, RESOLUTION), np.uint8)
    cv2.fillPoly(mask, [np.round(outline * 16 - 8).astype(np.int32)], (255,), cv2.LINE_AA, 4)
    return mask.astype(np.float32) / 255


def _line(points: Floats, width: float) -> Mask:
    mask = np.zeros((RESOLUTION, RESOLUTION), np.uint8)
    line = np.round(points * 16 - 8).astype(np.int32)
    cv2.polylines(mask, [line], False, (255,), max(1, round(width)), cv2.LINE_AA, 4)
    return mask.astype(np.float32) / 255


def _grow(mask: Mask, radius: float) -> Mask:
    return np.asarray(cv2.dilate(mask, disc(radius)), np.float32)


def _shrink(mask: Mask, radius: float) -> Mask:
    return np.asarray(cv2.erode(mask, disc(radius)), np.float32)


def _to_photo(mask: Mask, window: Crop, size: tuple[int, int]) -> Mask:
    """The window's mask on the photo's grid (H, W), 0 outside the window."""
    matrix = window.pixel_affine()
    return np.asarray(cv2.warpAffine(mask, matrix, size, flags=cv2.INTER_LINEAR), np.float32)
