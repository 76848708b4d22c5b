"""Albedo for a model that has none, carried over from the built-in model."""

from __future__ import annotations

import numpy as np

from ...anatomy.parts import PartName
from ...anatomy.regions import RegionName
from ...geometry.arrays import Floats
from ..builtin.eyes import MOUTH_FRONT, RADIUS, eye_color
from ..face_model import FaceModel
from .correspondence import Overlay
from .eyeballs import Ball, fit_ball, lay_eye
from .motions import spread_out
from .shapes import Shape

TEETH = np.array([0.60, 0.54, 0.44])
INSIDE_COLOURS = {PartName.GUMS: MOUTH_FRONT, PartName.TONGUE: MOUTH_FRONT, PartName.TEETH: TEETH}
FRONT = np.array([0.0, 0.0, 1.0])


def carried_albedo(shape: Shape, builtin: FaceModel, laying: Overlay) -> tuple[Floats, Floats]:
    """Mean (V, 3) and modes (A, V, 3), linear RGB: the built-in face's, and its skin's mean beyond the face."""
    skin = builtin.region(RegionName.SKIN)
    fields = np.concatenate([builtin.albedo_mean[None], builtin.albedo_basis])
    rest = np.einsum("v,avc->ac", skin / skin.sum(), fields)
    flat = laying.back.carry(fields).transpose(1, 0, 2).reshape(len(shape.vertices), -1)
    surface = shape.triangles(*PartName.CLOSED_SKIN)
    flat = spread_out(flat, laying.back.trust, rest.ravel(), shape.vertices, surface)
    result = flat.reshape(len(flat), -1, 3).transpose(1, 0, 2)
    for part, colour in INSIDE_COLOURS.items():
        ids = shape.vertices_of(part)
        result[:, ids] = 0
        result[0, ids] = colour
    if shape.has_eyes:
        for eye in PartName.EYEBALLS:
            ids = shape.vertices_of(*eye)
            result[:, ids] = 0
            result[0, ids] = painted_eye(shape.vertices[ids])
    return np.clip(result[0], 0, 1), result[1:]


def painted_eye(vertices: Floats) -> Floats:
    """Colours (V, 3) of an eyeball (V, 3): sclera, iris and pupil of a real eye's size about its optical axis."""
    return eye_color(lay_eye(vertices, fit_ball(vertices), Ball(np.zeros(3), RADIUS, FRONT)))
