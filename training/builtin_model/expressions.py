"""The 51 ARKit expressions of the built-in model, made from muscle-like displacement fields on its own mesh.

``expressions.toml`` says what each muscle does; this is what reads it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ...anatomy.arkit import ARKIT_NAMES, mirrored_name
from ...bfm.builtin.anatomy import Anatomy
from ...bfm.builtin.muscles import FaceGeometry
from ...geometry.arrays import Floats
from .expression_table import SHARED, both_sides, by_landmark, expression_table
from .jaw import jaw_forward, jaw_left, jaw_open, mouth_close
from .lips import narrowed, pulled, rolled, slid

# What the jaw does is not pulled by muscles of the skin; the other expressions are.
JAW: dict[str, Callable[..., Floats]] = {
    "jawForward": jaw_forward,
    "jawLeft": jaw_left,
    "jawOpen": jaw_open,
    "mouthClose": mouth_close,
}


@dataclass(frozen=True)
class Muscles:
    """An expression's section of the table; the table explains the keys."""

    blink: bool = False
    look: Mapping[str, float] = field(default_factory=dict)
    lids: Mapping[str, float] = field(default_factory=dict)
    lips: Sequence[Mapping[str, Any]] = ()
    slide: Mapping[str, Any] = field(default_factory=dict)
    roll: Mapping[str, Any] = field(default_factory=dict)
    narrow: Mapping[str, Any] = field(default_factory=dict)
    swell: Mapping[str, float] = field(default_factory=dict)
    shared: str = ""
    landmarks: Mapping[str, Sequence[float]] = field(default_factory=dict)
    reach: float = 0.0
    fold: float = 0.0


def expression_basis(geometry: FaceGeometry) -> Floats:
    """Displacements (51, V, 3), metres, of the geometry's vertices at slider 1.0, in the order of `ARKIT_NAMES`."""
    face = Anatomy(geometry)
    fields: dict[str, Floats] = {}
    for name in expression_names():
        other = mirrored_name(name)
        displacement = expression(face, name)
        fields[name] = geometry.symmetric(displacement) if other == name else displacement
        fields.setdefault(other, geometry.mirrored(displacement))
    return np.stack([fields[name] for name in ARKIT_NAMES])


def expression_names() -> tuple[str, ...]:
    """The expressions that the table holds: the symmetric ones, and the left one of every pair."""
    return tuple(name for name in expression_table() if name not in SHARED)


def expression(face: Anatomy, name: str) -> Floats:
    """Displacement (V, 3), metres, of one expression of the table at slider 1.0.

    Raises:
        TypeError: the table gives it a key that is not known.
    """
    section = expression_table()[name]
    if name in JAW:
        return JAW[name](face, **section)
    muscles = Muscles(**section)
    displacement = _eye(face, muscles)
    if pulls := _pulls(face, muscles, symmetric=mirrored_name(name) == name):
        displacement = displacement + face.pull(pulls, muscles.reach)
    if muscles.fold:
        displacement = displacement + nasolabial_fold(face, muscles.fold)
    return displacement


def _eye(face: Anatomy, muscles: Muscles) -> Floats:
    """Displacement (V, 3) of the left eyeball and its lids."""
    displacement = np.zeros_like(face.geometry.vertices)
    if muscles.blink:
        displacement = displacement + face.left_eye.blink()
    if muscles.look:
        displacement = displacement + face.left_eye.look(**muscles.look)
    if muscles.lids:
        displacement = displacement + face.left_eye.lids(**muscles.lids)
    return displacement


def _pulls(face: Anatomy, muscles: Muscles, symmetric: bool) -> dict[int, Floats]:
    """All pulls on the skin, millimetres; of two on one vertex the later holds."""
    pulls: dict[int, Floats] = {}
    for lip in muscles.lips:
        pulls |= pulled(**lip)
    if muscles.slide:
        pulls |= slid(face, **muscles.slide)
    if muscles.roll:
        pulls |= rolled(face, **muscles.roll)
    if muscles.narrow:
        pulls |= narrowed(**muscles.narrow)
    landmarks = {v: face.normals[v] * height for v, height in by_landmark(muscles.swell).items()}
    if muscles.shared:
        landmarks |= by_landmark(expression_table()[muscles.shared]["landmarks"])
    landmarks |= by_landmark(muscles.landmarks)
    return pulls | (both_sides(face, landmarks) if symmetric else landmarks)


def nasolabial_fold(face: Anatomy, depth: float) -> Floats:
    """Displacement (V, 3) of the left fold from nose to mouth, pressed in by ``depth`` millimetres."""
    table = expression_table()["fold"]
    line = face.geometry.sheet.path(table["path"])
    taper = np.sin(np.linspace(table["start"], 1.0, len(line)) * np.pi)[:, None] ** table["sharpness"]
    return face.pull(dict(zip(line.tolist(), -depth * taper * face.normals[line], strict=True)), table["reach"])
