"""Maps of 20 key expressions as wrinkle groups: what FaceScape's paper blends for any expression, in a few maps.

With D_0 the map of the neutral face, D_i that of key expression i, a_ij how much of ARKit's expression j there is in
it, and A_j where that one moves the skin, a face whose expressions have the values k_j has the relief

    (1 - sum M_i) D_0 + sum M_i D_i,    M_i = sum over j of a_ij k_j A_j.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import cv2
import numpy as np

from ...anatomy.arkit import ARKIT_NAMES, values_for
from ...bfm.face_model import FaceModel
from ...geometry.arrays import Floats32
from ...result.wrinkles import GROUPS
from ..fitting.face_fit import FaceFit
from ..uv.atlas import UvAtlas

_BOTH = ("Left", "Right")


def _sides(**values: float) -> dict[str, float]:
    return {f"{name}{side}": value for name, value in values.items() for side in _BOTH}


# FaceScape's key expressions after the neutral face, in its order, as ARKit's expressions.
KEY_EXPRESSIONS: tuple[Mapping[str, float], ...] = (
    _sides(mouthSmile=1.0, cheekSquint=0.5),  # smile
    {"jawOpen": 1.0},  # mouth stretch
    _sides(browDown=1.0, noseSneer=0.5, eyeSquint=0.6, mouthPress=0.5),  # anger
    {"jawLeft": 1.0},
    {"jawRight": 1.0},
    {"jawForward": 1.0},
    {"mouthLeft": 1.0},
    {"mouthRight": 1.0},
    _sides(mouthDimple=1.0),  # dimpler
    {"mouthShrugLower": 1.0, "mouthShrugUpper": 0.6},  # chin raiser
    {"mouthPucker": 1.0},  # lip puckerer
    {"mouthFunnel": 1.0},  # lip funneler
    {"browInnerUp": 0.6, **_sides(mouthFrown=1.0)},  # sadness
    {"mouthRollLower": 1.0, "mouthRollUpper": 1.0},  # lip roll
    _sides(mouthStretch=0.8, mouthUpperUp=0.6, mouthLowerDown=0.6, mouthSmile=0.5),  # grin
    {"cheekPuff": 1.0},  # cheek blowing
    _sides(eyeBlink=1.0, eyeSquint=0.4),  # eyes closed
    {"browInnerUp": 1.0, **_sides(browOuterUp=1.0)},  # brow raiser
    _sides(browDown=1.0, noseSneer=0.3),  # brow lower
)
_BLINKS = _sides(eyeBlink=1.0).keys()
_NEUTRAL = 0.4  # value of an expression from which a face is not neutral any more
_SOFT = 8 / 1024  # sigma of the blur of where an expression moves, share of the texture
_MOST = 5.0  # times a group's weights, at which all of its expressions are full


def values_of(model: FaceModel, fit: FaceFit) -> dict[str, float]:
    """The values that the model's expressions have in the photo of a fit."""
    return dict(zip(model.expression_names, fit.expression.detach().cpu().double().tolist(), strict=True))


def is_neutral(values: Mapping[str, float]) -> bool:
    """Whether a face whose shape keys have these values shows little of any expression; blinks do not count."""
    meant = values_for(ARKIT_NAMES, values)
    return all(meant.get(name, 0.0) < _NEUTRAL for key in KEY_EXPRESSIONS for name in key if name not in _BLINKS)


def full_expression(group: str) -> dict[str, float]:
    """The least values of ARKit's expressions at which a wrinkle group is active in full."""
    weights = GROUPS[group]
    low, high = 0.0, _MOST
    for _ in range(40):  # the activation grows with the factor
        middle = 0.5 * (low + high)
        active = sum(weight * min(1.0, middle * weight) for weight in weights.values()) >= 1.0
        low, high = (low, middle) if active else (middle, high)
    return {name: min(1.0, high * weight) for name, weight in weights.items()}


def folds(values: Mapping[str, float], change: Callable[[int], Floats32], moves: Callable[[str], Floats32]) -> Floats32:
    """What an expression adds to the neutral face's relief.

    Args:
        values: of ARKit's expressions.
        change: D_i - D_0 (T, T) of key expression i, from 1.
        moves: A_j (T, T) of ARKit's expression j.
    """
    shares = {}
    for number, key in enumerate(KEY_EXPRESSIONS, start=1):
        parts = [key[name] * value * moves(name) for name, value in values.items() if value and name in key]
        if parts:
            shares[number] = np.clip(sum(parts), 0.0, 1.0)
    if not shares:
        raise ValueError("no key expression shows any of it")
    total = np.maximum(sum(shares.values()), 1.0)
    return np.asarray(sum(share / total * change(number) for number, share in shares.items()), np.float32)


def where_it_moves(name: str, atlas: UvAtlas) -> Floats32:
    """A_j (T, T) in [0, 1]: how far ARKit's expression ``name`` moves each texel, as a share of the farthest."""
    model = atlas.model
    values = values_for(model.expression_names, {name: 1.0})
    moved = sum(value * model.expression_basis[model.expression_names.index(key)] for key, value in values.items())
    length = np.linalg.norm(np.zeros((len(model.mean), 3)) + moved, axis=1)
    share = atlas.interpolate((length / max(float(length.max()), 1e-9))[:, None])[..., 0]
    return np.asarray(cv2.GaussianBlur(share, (0, 0), _SOFT * atlas.size), np.float32)
