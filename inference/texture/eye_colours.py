"""The colours of a person's eyes, measured in the photo: iris and white, the light taken out.

The iris is looked for as a dark disc where the fitted eyeball has it. Its colour is that of its lower part, which lids
and lashes do not shade, without the lamps mirrored in it; the white of the same eye says how much light falls there,
and half of what colour that light is: the rest of it is the fitted light's word, for the white of an eye may be red or
yellow.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from ...anatomy.landmarks import DENSE
from ...bfm.builtin.eyes import SCLERA
from ...bfm.face_model import FaceModel
from ...geometry.arrays import Bools, Floats, Floats64, Image
from ...geometry.colour import srgb_to_linear
from ...geometry.smoothstep import smoothstep
from ..detectors.crop import Crop
from ..fitting.face_fit import FaceFit
from ..fitting.view import View
from ..images import Photo
from ..lighting import shade, to_view_frame
from .eye_shape import RING, EyeShape, eye_shapes
from .lid_rims import TYPICAL_RIMS, measure_rim

_REACH = 2.6  # iris radii from the middle of the window to its sides
_RADIUS = 16.0  # pixels of the window
_SIDE = round(2 * _REACH * _RADIUS)
_SHIFTS = np.linspace(-0.3, 0.3, 9)  # iris radii by which fitted irises may be beside those of the photo
_SIZES = np.linspace(0.85, 1.15, 7)
_ARCS = np.radians([*range(-40, 41, 10), *range(140, 221, 10)])  # of the edge: where no lid covers it
_UNSURE = 0.15  # log brightness that an edge at the border of shifts and sizes must be sharper by
IRIS_RINGS, _LOWER = (0.5, 0.85), np.radians(25.0)  # where its colour is read: off, and how far above, its middle
_WHITE, _LID = (1.2, 2.4), 0.18  # the same of the white; what lids shade and landmarks miss, iris radii
_FEWEST = 30  # pixels of the window, which has 800 in an iris
_FACING = 0.4  # cosine between the axis of an eye and the view: below it the iris is a line
_SMALLEST = 2.0  # pixels of the photo: radius of an iris that has a colour
_CONTRAST = 0.7  # an iris is darker than this share of its white; or it is hidden, or shut
_DIMMEST = 0.12  # what of the fitted light reaches the white of an open eye; under dark glasses it is less
_VEIL = 0.02  # of the light: what the cornea mirrors of a bright room
_LIT = (0.42, 0.85)  # share of the fitted light that lids and lashes may leave to the white of an eye
_GLINT = 0.8  # of the white's brightness: what is brighter in an iris is a lamp in the cornea
_GLOW = 5  # pixels of the window round a glint that it brightens
_TINT = 1.12  # the largest ratio by which a channel of the white may leave that of the usual white
_DARKEST, _LIGHTEST = 0.008, 0.25  # mean albedo of irises
# Melanin alone makes an iris dark, so dark ones are brown, the sooner the darker the skin (mean albedo) is: what else
# their colour says is mirrored surroundings.
TYPICAL_IRIS = np.array([0.070, 0.031, 0.014])
_BROWN_BELOW, _BROWN_BELOW_IN_DARK_SKIN, _DARK_SKIN = np.array([0.008, 0.03]), np.array([0.03, 0.08]), (0.28, 0.12)
_GREEN = (0.9, 1.3)  # of the geometric mean of red and blue: an iris is neither purple nor green as grass


@dataclass(frozen=True)
class EyeColours:
    """Albedo of a person's eyes, linear RGB."""

    iris: Floats64  # (3,) its mean; what is painted, and what a result tells of it
    white: Floats64  # (3,) as the photo shows it: not brighter, a little tinted
    size: float  # radius of the iris over the model's
    rims: Floats64  # (16, 3) of the lids, as shares of the skin's colour; in the order of `EyeShape.rim`


TYPICAL_EYES = EyeColours(TYPICAL_IRIS, 0.6 * SCLERA, 1.0, TYPICAL_RIMS)


@dataclass(frozen=True)
class _Eye:
    """What one eye shows, linear RGB as the camera saw it."""

    iris: Floats64  # (3,)
    white: Floats64  # (3,)
    light: Floats64  # (3,) the fitted light's shading of its front
    size: float  # radius of the iris over what the fit says
    rim: Floats64  # (16, 3)
    weight: float  # pixels of the photo


def measure_eyes(view: View, model: FaceModel, fit: FaceFit) -> EyeColours | None:
    """Colours of the eyes of a fitted face; None where the photo does not show them."""
    points = _points(view, model, fit)
    looks = [_look(view.photo, points, fit, eye) for eye in eye_shapes(model)]
    eyes = [eye for eye in looks if eye is not None]
    if not eyes:
        return None
    weights = np.array([eye.weight for eye in eyes]) / sum(eye.weight for eye in eyes)
    skin = float(fit.skin_tone.mean())
    irises, whites = (np.exp(weights @ np.log([_albedo(eye, skin)[which] for eye in eyes])) for which in (0, 1))
    rims = np.exp(np.tensordot(weights, np.log([eye.rim for eye in eyes]), axes=1))
    return EyeColours(irises, whites, float(weights @ [eye.size for eye in eyes]), rims)


def _points(view: View, model: FaceModel, fit: FaceFit) -> Floats64:
    """The dense landmarks (478, 2) in the photo: the detector's, or those of the fitted face."""
    if view.landmarks.scheme is DENSE:
        return view.landmarks.points
    posed = fit.camera.rotation.new_tensor(model.dense_points(fit.posed.detach().cpu().double().numpy()))
    return fit.camera.project(posed).detach().cpu().double().numpy()


def _albedo(eye: _Eye, skin: float) -> tuple[Floats64, Floats64]:
    """Iris and white (3,) of an eye in the light that its white tells of; ``skin``: mean albedo of the face."""
    grey = np.ptp(eye.iris) < 0.01 * eye.iris.mean() and np.ptp(eye.white) < 0.01 * eye.white.mean()
    usual = np.full(3, SCLERA.mean()) if grey else SCLERA
    lit = np.clip((eye.white / usual).mean() / eye.light.mean(), *_LIT)
    hue = np.ones(3) if grey else _hue(np.sqrt(_hue(eye.white / usual) * _hue(eye.light)))
    light = lit * eye.light.mean() * hue
    iris = np.maximum(eye.iris / light - _VEIL, 0.4 * eye.iris / light)
    between = np.sqrt(iris[0] * iris[2])
    iris[1] = np.clip(iris[1], _GREEN[0] * between, _GREEN[1] * between)
    level = np.clip(iris.mean(), _DARKEST, _LIGHTEST)
    below = _BROWN_BELOW + smoothstep(*_DARK_SKIN, np.array(skin)) * (_BROWN_BELOW_IN_DARK_SKIN - _BROWN_BELOW)
    brown = 0.0 if grey else 1.0 - smoothstep(below[0], below[1], level)
    iris = level * _hue(_hue(iris) ** (1.0 - brown) * _hue(TYPICAL_IRIS) ** brown)
    tint = np.clip(_hue(eye.white / hue) / _hue(usual), 1 / _TINT, _TINT)
    return iris, lit * usual * _hue(tint)


def _look(photo: Photo, points: Floats64, fit: FaceFit, eye: EyeShape) -> _Eye | None:
    """What one eye shows of dense landmarks (478, 2) in the photo; None where it is shut, covered or turned away."""
    normal = fit.camera.rotation.new_tensor(eye.axis) @ fit.camera.rotation.mT
    middle, ring = points[eye.iris[0]], points[list(eye.iris[1:])]
    radius = RING * float(np.linalg.norm(ring - middle, axis=1).max())
    framed = bool((middle >= 0.0).all() and (middle < photo.size).all())
    if -float(normal[2]) < _FACING or not framed or radius < _SMALLEST:
        return None
    corners = points[[eye.loop[0], eye.loop[len(eye.loop) // 2]]]
    angle = float(np.arctan2(*(corners[1] - corners[0])[::-1]))
    window = Crop((middle[0], middle[1]), 2 * _REACH * radius, angle, _SIDE)
    picture = srgb_to_linear(window.take(photo.pixels)).astype(np.float32)
    opening = _inside(window.from_photo(points[list(eye.loop)]))
    place, size = _find_iris(picture, opening)
    light = shade(to_view_frame(normal), fit.light).detach().cpu().double().numpy()
    found = _read(picture, opening, place, size)
    if found is None or found[1].mean() < _DIMMEST * light.mean() * SCLERA.mean():
        return None
    rim = measure_rim(photo, points, eye)
    return _Eye(*found, np.maximum(light, 1e-3), size, rim, radius**2)


def _read(picture: Image, opening: Image, place: Floats64, size: float) -> tuple[Floats64, Floats64] | None:
    """Colours (3,) of iris and white in a window (S, S, 3) whose iris has its middle at ``place`` (2,); None: no eye.

    ``opening`` (S, S): pixels off the lids.
    """
    y, x = np.mgrid[0.5 : len(picture), 0.5 : len(picture)]
    away = np.stack([x - place[0], y - place[1]], axis=-1) / (size * _RADIUS)
    off, rise = np.hypot(*np.moveaxis(away, -1, 0)), -away[..., 1]
    lower = (
        (off > IRIS_RINGS[0]) & (off < IRIS_RINGS[1]) & (rise < np.sin(_LOWER) * off) & (opening > 0.5 * _LID * _RADIUS)
    )
    beside = (off > _WHITE[0]) & (off < _WHITE[1]) & (opening > _LID * _RADIUS)
    if min(lower.sum(), beside.sum()) < _FEWEST:
        return None
    # Skin is as bright as the shaded white beside it, but never as blue.
    white = _between(picture, beside, picture.min(axis=-1), 0.65, 0.95)
    glints = ((picture.mean(axis=-1) > _GLINT * white.mean()) & (off < 1.0)).astype(np.uint8)
    lower &= cv2.dilate(glints, np.ones((_GLOW, _GLOW), np.uint8)) == 0
    if lower.sum() < _FEWEST:
        return None
    iris = _between(picture, lower, picture.mean(axis=-1), 0.1, 0.55)
    return None if iris.mean() > _CONTRAST * white.mean() else (iris, white)


def _between(picture: Image, mask: Bools, level: Image, low: float, high: float) -> Floats64:
    """Mean colour (3,) of the masked pixels whose level lies between two shares of them."""
    values, colours = level[mask], picture[mask].astype(np.float64)
    bottom, top = np.quantile(values, (low, high))
    return np.maximum(colours[(values >= bottom) & (values <= top)].mean(axis=0), 1e-4)


def _find_iris(picture: Image, opening: Image) -> tuple[Floats64, float]:
    """Middle (2,) and relative radius of the disc in a window with the sharpest edge (Daugman 1993).

    The edge is looked at on both sides, where no lid covers it; the fitted place and size stay unless another one is
    clearly sharper.
    """
    level = np.log(cv2.GaussianBlur(picture.mean(axis=-1), (0, 0), 1.0) + 0.01)
    right, down, sizes = np.meshgrid(_SHIFTS, _SHIFTS, _SIZES, indexing="ij")
    middles = _SIDE / 2 + _RADIUS * np.stack([right, down], axis=-1)  # (X, Y, R, 2)
    around = np.stack([np.cos(_ARCS), -np.sin(_ARCS)], axis=-1)
    edges = [middles[..., None, :] + _RADIUS * (sizes[..., None] + step)[..., None] * around for step in (-0.14, 0.14)]
    inside, outside = (_sample(level, edge) for edge in edges)
    open_there = _sample(opening, edges[1]) > 0.0
    sharpness = ((outside - inside) * open_there).sum(axis=-1) / np.maximum(open_there.sum(axis=-1), 6)
    sharpness -= _UNSURE * ((right**2 + down**2) / _SHIFTS[-1] ** 2 + ((sizes - 1) / (_SIZES[-1] - 1)) ** 2)
    best = np.unravel_index(sharpness.argmax(), sharpness.shape)
    return middles[best], float(sizes[best])


def _sample(image: Image, places: Floats64) -> Floats:
    at = (places.reshape(-1, 1, 2) - 0.5).astype(np.float32)
    values = cv2.remap(image, at, None, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)  # type: ignore[call-overload]
    return np.asarray(values).reshape(places.shape[:-1])


def _inside(outline: Floats64) -> Image:
    """(S, S) distance of the pixels within an outline (N, 2) to it, 0 without."""
    mask = np.zeros((_SIDE, _SIDE), np.uint8)
    cv2.fillPoly(mask, [np.round(outline * 16 - 8).astype(np.int32)], (1,), cv2.LINE_8, 4)
    return np.asarray(cv2.distanceTransform(mask, cv2.DIST_L2, cv2.DIST_MASK_5), np.float32)


def _hue(colour: Floats64) -> Floats64:
    """The colour scaled to a mean of 1."""
    return colour / colour.mean()
