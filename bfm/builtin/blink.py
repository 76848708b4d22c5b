"""Lids made to measure: what a linear basis cannot do for every identity.

Eyes open wider or less wide, so that the mean's blink would leave a gap or an overlap of a millimetre or two on other
faces. On a given face both rims are therefore led to one line, the lids' skin with them, and no lid's straight way cuts
into the eyeball. The model's file holds which vertices these are (`LeftLids.arrays`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from ...anatomy.joints import JointName
from ...geometry.arrays import Floats, Ints
from ..face_model import FaceModel
from .eyes import height
from .loading import BUILTIN_FILE

BLINKS = ("eyeBlinkLeft", "eyeBlinkRight")
FLIP = np.array([-1.0, 1.0, 1.0])
SEAM = 0.25  # where closed lids meet, from the lower (0) to the upper rim (1) as the basis alone would close them
CLEARANCE = 0.0003  # metres between the eyeball and the lid that slides over it
# How far each ring of a margin, from the hidden edge outwards, follows its rim to where lids close.
FOLLOWS = (0.08, 0.2, 0.4, 0.65, 0.85, 0.95)
# Metres that a point may come nearer to the eyeball than at rest, and at most be in it: were a margin that lies on it
# not to sink at all, its straight way would lead off along the tangent.
GIVES, SINKS = 0.0004, 0.00005
STEPS = np.linspace(0.1, 1.0, 10)
ROUNDS = 6
PREFIX = "lid_"  # of the arrays' names in the model's file


@dataclass(frozen=True, eq=False)
class LeftLids:
    """The left eye's lids on the built-in mesh: R rings of N columns, L vertices that go with them."""

    rings: Ints  # (R, 2, N) upper and lower, from the hidden edge to the rim, from the inner to the outer corner
    skin: Ints  # (L,) the lids' skin, margins, lashes and tear line
    spread: Floats  # (L, 2 N) how they go with the rims' vertices, the upper's first
    mirror: Ints  # (V,) permutation of all vertices

    def arrays(self) -> dict[str, np.ndarray]:
        """By the names that they have in the model's file."""
        return {
            PREFIX + "rings": self.rings.astype(np.int32),
            PREFIX + "skin": self.skin.astype(np.int32),
            PREFIX + "spread": self.spread.astype(np.float16),
            PREFIX + "mirror": self.mirror.astype(np.int32),
        }


def lids_of(archive: Mapping[str, np.ndarray]) -> LeftLids:
    """The lids in the model's file. Raises KeyError where it has none."""
    rings, skin, spread, mirror = (archive[PREFIX + name] for name in ("rings", "skin", "spread", "mirror"))
    return LeftLids(rings, skin, spread.astype(np.float64), mirror)


@lru_cache(maxsize=1)
def builtin_lids() -> LeftLids:
    """The built-in model's, read once."""
    with np.load(BUILTIN_FILE, allow_pickle=False) as archive:
        return lids_of(archive)


def personal_expressions(model: FaceModel, vertices: Floats, lids: LeftLids | None = None) -> Floats:
    """The built-in model's expressions (E, V, 3), metres at slider 1.0, whose lids close and slide on this face.

    vertices: (V, 3) its neutral, metres, model axes.
    """
    lids = builtin_lids() if lids is None else lids
    basis = np.array(model.expression_basis, dtype=np.float32)
    neutral = np.asarray(vertices, dtype=np.float64)
    joints = dict(zip(model.joint_names, model.joint_regressor @ neutral, strict=True))
    for side, blink in enumerate(BLINKS):
        # The right eye is the mirrored face's left one.
        flip, order = (FLIP, lids.mirror) if side else (np.ones(3), np.arange(len(neutral)))
        centre = joints[JointName.EYES[side]] * flip
        face = neutral[order] * flip
        fields = basis[:, order[lids.skin]] * flip
        start, number = face[lids.skin], model.expression_names.index(blink)
        fields[number] = _closed(lids, start, fields[number], centre)
        fields = [lifted(start, field, centre) for field in fields]
        fields[number] = _met(lids, start, fields[number], centre)
        basis[:, order[lids.skin]] = np.stack(fields) * flip
    return basis


def _closed(lids: LeftLids, start: Floats, motion: Floats, centre: Floats) -> Floats:
    """The motion (L, 3) of the lids' vertices (L, 3) led to where the rims meet; margins follow along the eyeball."""
    met = _met(lids, start, motion, centre)
    rings = _places(lids)
    seam = start[rings[-1]] + met[rings[-1]] - centre
    direction = seam / np.linalg.norm(seam, axis=-1, keepdims=True)
    for ring, follows in zip(rings[:-1], FOLLOWS, strict=True):
        rest = start[ring] - centre
        away = np.linalg.norm(rest, axis=-1, keepdims=True)
        way = (1 - follows) * rest / away + follows * direction
        met[ring] = away * way / np.linalg.norm(way, axis=-1, keepdims=True) - rest
    return met


def _met(lids: LeftLids, start: Floats, motion: Floats, centre: Floats) -> Floats:
    """The motion (L, 3) whose rims end on one line, as far from the ball as the farther one and all behind it."""
    rings = _places(lids)
    ends = start[rings] + motion[rings] - centre
    seam = SEAM * ends[-1, 0] + (1 - SEAM) * ends[-1, 1]
    reach = np.linalg.norm(ends, axis=-1).max(axis=(0, 1))[:, None]
    common = seam / np.linalg.norm(seam, axis=1, keepdims=True) * reach
    return motion + lids.spread @ (common - ends[-1]).reshape(-1, 3)


def _places(lids: LeftLids) -> Ints:
    """Where the rings' vertices (R, 2, N) stand among ``lids.skin``."""
    order = np.argsort(lids.skin)
    return order[np.searchsorted(lids.skin, lids.rings, sorter=order)]


def lifted(start: Floats, motion: Floats, centre: Floats) -> Floats:
    """The motion (N, 3) of points (N, 3), its end lifted where its straight way would cut into the eyeball.

    No point needs to keep more than a clearance; what lies on the eyeball may sink by as little as nobody sees.
    """
    moved = np.flatnonzero(np.abs(motion).max(axis=1) > 0)
    rest = start[moved] - centre
    end = rest + motion[moved]
    wanted = np.clip(height(rest) - GIVES, -SINKS, CLEARANCE)
    for _ in range(ROUNDS):
        along = rest + STEPS[:, None, None] * (end - rest)
        missing = ((wanted - height(along)) / STEPS[:, None]).max(axis=0, initial=0.0)
        if missing.max(initial=0.0) <= 1e-6:
            break
        end = end + (missing / np.linalg.norm(end, axis=1))[:, None] * end
    result = np.zeros_like(rest, shape=motion.shape)
    result[moved] = end - rest
    return result
