"""The 52 ARKit expressions of the built-in model.

Skin moves as ICT-FaceKit's does, carried over vertex by vertex; surfaces that it does not show bend as the Face Units
pack's shapes do there. Eyes, teeth and tongue move as what they are: balls that turn, bones that go with the jaw.
Left and right are exact mirror images.
"""

from __future__ import annotations

import numpy as np

from ...anatomy.arkit import ARKIT_NAMES, ARKIT_WITH_TONGUE, TONGUE_OUT, mirrored_name
from ...bfm.formats.ict_facekit.eyes import IN_OUT, UP_DOWN
from ...bfm.formats.ict_facekit.parts import RANGES
from ...geometry.arrays import Floats
from .base_mesh import FLIP, symmetric
from .head_mesh import HeadMesh
from .laying import IctHead, LaidHead
from .piece_names import PieceName
from .tongue import tongue_out

STILL, SURELY = 1.5e-5, 6e-5  # metres: what moves less than the first does not, what moves more does so wholly
GUIDED = 1.5  # at most so many times its own size a face unit guides the hidden surfaces
# By themselves these leave the lips closed; ICT-FaceKit's part them by one or two millimetres here and there.
CLOSED = ("cheekPuff", "cheekSquint", "mouthDimple", "mouthFrown", "mouthPress", "mouthSmile")
UNGUIDED = ("cheekPuff",)  # the face unit blows up the mouth's bag more than the cheeks
LOWER = (PieceName.LOWER_TEETH, PieceName.LOWER_GUMS, PieceName.TONGUE)
# Degrees that a left eye turns: up, to the subject's left. A key is a straight way, so half way along it the turned
# points are too near to the axis; a slightly enlarged end shares that error between the middle and the end.
GAZE = {
    "eyeLookUpLeft": (UP_DOWN, 0.0), "eyeLookDownLeft": (-UP_DOWN, 0.0),
    "eyeLookInLeft": (0.0, -IN_OUT), "eyeLookOutLeft": (0.0, IN_OUT),
}  # fmt: skip


def expression_basis(head: HeadMesh, laid: LaidHead, ict: IctHead) -> Floats:
    """Displacements (52, V, 3), metres at slider 1.0, in the order of `ARKIT_WITH_TONGUE`."""
    skins = {}
    for name in ARKIT_NAMES:
        unit = laid.carry_own(head.base.face_unit(name))
        moved = skin_motion(laid, ict.expressions[name], 0.0 * unit if name in UNGUIDED else unit)
        skins[name] = head.seal.sealed(moved[None])[0] if name.startswith(CLOSED) else moved
    return np.stack([_expression(head, name, skins, ict) for name in ARKIT_WITH_TONGUE])


def skin_motion(laid: LaidHead, motion: Floats, unit: Floats) -> Floats:
    """ICT's motion (26719, 3) on the skin (S, 3); the face unit (S, 3) guides what does not ride on ICT's."""
    share = (laid.carry(motion) * unit).sum() / max((unit**2).sum(), 1e-12)
    moved = laid.carry(motion, unit * np.clip(share, 0.0, GUIDED))
    size = np.linalg.norm(moved, axis=1, keepdims=True)
    return moved * np.clip((size - STILL) / (SURELY - STILL), 0, 1)


def _expression(head: HeadMesh, name: str, skins: dict[str, Floats], ict: IctHead) -> Floats:
    if name == TONGUE_OUT:
        out = head.whole(np.zeros_like(head.skin), {PieceName.TONGUE: tongue_out(head.place)})
        return symmetric(out, head.mirror)
    other = mirrored_name(name)
    own, opposite = (_one_side(head, side, skins[side], ict) for side in (name, other))
    return (own + opposite[head.mirror] * FLIP) / 2


def _one_side(head: HeadMesh, name: str, skin: Floats, ict: IctHead) -> Floats:
    """The whole head's displacement (V, 3), before it is made the mirror image of its twin."""
    parts = {piece: skin[ids] for piece, ids in head.rims.items()}
    lower = jaw_motion(ict, name)
    for piece in LOWER:
        at = head.piece(piece).cage.vertices + head.origin
        parts[piece] = np.concatenate([at, np.ones((len(at), 1))], axis=1) @ lower
    parts[PieceName.EYES] = _gaze(head, name, head.piece(PieceName.EYES).cage.vertices)
    return head.whole(skin, parts)


def jaw_motion(ict: IctHead, name: str) -> Floats:
    """The affine map (4, 3) of a bone with ICT's lower teeth: displacement of (x, y, z, 1), ICT's axes, metres."""
    teeth = slice(*RANGES["teeth"][:2])
    opened = np.linalg.norm(ict.expressions["jawOpen"][teeth], axis=1)
    lower = np.flatnonzero(opened > opened.max() / 2) + teeth.start
    points = np.concatenate([ict.vertices[lower], np.ones((len(lower), 1))], axis=1)
    return np.linalg.lstsq(points, ict.expressions[name][lower], rcond=None)[0]


def _gaze(head: HeadMesh, name: str, eyes: Floats) -> Floats:
    """Displacement (C, 3) of both eyeballs' cage, of which an expression turns one at most."""
    moved = np.zeros_like(eyes)
    half = len(eyes) // 2
    left = name if name in GAZE else mirrored_name(name)
    if left not in GAZE:
        return moved
    up, aside = np.radians(GAZE[left])
    side = 0 if name in GAZE else 1
    if side:
        aside = -aside
    rows = slice(side * half, (side + 1) * half)
    arm = eyes[rows] - head.eye_centres[side]
    about_x = np.array([[1, 0, 0], [0, np.cos(up), np.sin(up)], [0, -np.sin(up), np.cos(up)]])
    about_y = np.array([[np.cos(aside), 0, np.sin(aside)], [0, 1, 0], [-np.sin(aside), 0, np.cos(aside)]])
    turned = arm @ (about_y @ about_x).T
    across = np.array([up == 0, aside == 0, True])
    turned[:, across] *= 1 + (1 - np.cos((up or aside) / 2)) / 2
    moved[rows] = turned - arm
    return moved
