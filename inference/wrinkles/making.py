"""The folds of a face's expressions: what of them the photo shows, and what it cannot show.

Where the photo has an expression, the relief that runs along its lines is its folds at that activation. Their map is
that relief over the activation, so they leave the face with the expression, and only the photo tells how deep they
are: a fold that the photo lacks would stand out from the neutral face the wrong way round. Folds of expressions that
the photo does not show are made by themselves, as deep as the person's skin lets expect.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from ...geometry.arrays import Floats32, Floats64
from ...geometry.smoothstep import smoothstep
from ..uv.atlas import uv_atlas
from ..uv.blending import pad_charts, padding
from .aligned import along_lines
from .course import Course, course_of
from .expressions import ExpressiveFace, GroupMotion, group_motions
from .layers import LAYERS
from .person import wrinkledness
from .profile import fold_relief
from .storing import GroupFolds, within_skin

MOST_TEXELS = 1024  # along a side: folds are broader than finer ones
_ACTIVE = (0.08, 0.2)  # activation between which a photo comes to show an expression's folds
_DEEPER = 1.5  # times a layer's depth, to which folds go that a photo shows in part
_SPARED = 0.00004  # metres that made folds may stand out from the neutral face the wrong way round


@dataclass(frozen=True)
class PhotoRelief:
    """What a photo shows of the skin's relief."""

    heights: Floats32  # (T, T) metres along the smooth normal
    seen: Floats32  # (T, T) 0 to 1, what of it is the photo's own
    pixel: float  # metres of skin that one of its pixels spans


def expression_folds(face: ExpressiveFace, relief: PhotoRelief, irregular: float = 1.0) -> list[GroupFolds]:
    """The folds of each group that a face's shape keys offer.

    Args:
        face: in the photo's expression.
        relief: of that photo.
        irregular: how much lines that are made wander, break off and differ.
    """
    motions = group_motions(face)
    if not motions:
        return []
    size = min(len(relief.heights), MOST_TEXELS)
    heights, seen = (_resized(image, size) for image in (relief.heights, relief.seen))
    atlas = uv_atlas(face.model, size)
    courses = {
        motion.name: [course_of(layer, motion.moved, face.neutral, atlas) for layer in LAYERS[motion.name]]
        for motion in motions
    }
    depth = wrinkledness([course for each in courses.values() for course in each], heights, seen, relief.pixel)
    shown = _shown(motions, courses, heights)
    folds = []
    for motion in motions:
        made = made_folds(motion.name, courses[motion.name], size, irregular) * depth
        made *= _SPARED / (_SPARED + motion.photo * np.abs(made).max(initial=0.0))
        total = pad_charts((made + shown[motion.name])[..., None], atlas.mask, padding(size))[..., 0]
        folds.append(GroupFolds(motion.name, motion.keys, motion.photo, total.astype(np.float32)))
    return folds


def made_folds(group: str, courses: Sequence[Course], size: int, irregular: float = 1.0) -> Floats64:
    """A group's folds (T, T), metres, on a face that has many: nothing of a photo."""
    total = np.zeros(size * size)
    for number, course in enumerate(courses):
        seed = zlib.crc32(f"{group} {number}".encode()) % 100_000
        total[course.texels] += course.strength * fold_relief(course.phase, course.along, course.layer, seed, irregular)
    return total.reshape(size, size)


def _shown(motions: Sequence[GroupMotion], courses: dict[str, list[Course]], heights: Floats32) -> dict[str, Floats32]:
    """For each group its folds (T, T) at full activation, as far as the photo shows them.

    What runs along the lines of several groups is given to the most active one.
    """
    rest = heights.ravel().astype(np.float32)
    found = {motion.name: np.zeros(heights.shape, np.float32) for motion in motions}
    for motion in sorted(motions, key=lambda motion: -motion.photo):
        share = float(smoothstep(*_ACTIVE, np.asarray(motion.photo)))
        if share <= 0.0:
            break
        folds = found[motion.name].ravel()
        for course in courses[motion.name]:
            seen = share * along_lines(rest.reshape(heights.shape), course)
            own = within_skin(seen / motion.photo, _DEEPER * course.layer.depth)
            folds[course.texels] += own
            rest[course.texels] -= motion.photo * own
    return found


def _resized(image: Floats32, size: int) -> Floats32:
    if len(image) == size:
        return np.asarray(image, np.float32)
    return np.asarray(cv2.resize(image, (size, size), interpolation=cv2.INTER_AREA), np.float32)
