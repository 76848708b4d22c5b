"""What people have before their faces: strands of hair over the forehead and beside it, and glasses."""

from __future__ import annotations

import cv2
import numpy as np

from ...anatomy.landmarks import Ibug
from ...geometry.arrays import Bools, Floats, Floats32

_STRANDS = (60, 260)
_SHIFT = 4  # bits of a fraction of a pixel, as OpenCV wants them
_RIM_STEPS = np.linspace(0.0, 2.0 * np.pi, 24, endpoint=False)


def draw_hair(colours: Floats32, landmarks: Floats, rng: np.random.Generator) -> Bools:
    """Strands from above the brows into the picture (S, S, 3) linear RGB, which is changed; where they are (S, S).

    ``landmarks`` are iBUG's 68 in pixels.
    """
    side = len(colours)
    brows, chin = landmarks[Ibug.BROWS], landmarks[Ibug.CHIN]
    face = float(np.linalg.norm(chin - brows.mean(axis=0)))
    left, right = landmarks[Ibug.RIGHT_JAW_END], landmarks[Ibug.LEFT_JAW_END]
    top = brows[:, 1].min() - 0.55 * face
    deep = rng.uniform(0.15, 0.6) * face  # how far a fringe comes down
    tint = np.exp(rng.normal(np.log(0.08), 0.9)) * np.array([1.0, 0.72, 0.5])
    covered = np.zeros((side, side), np.uint8)
    parting = rng.uniform(-0.2, 1.2)
    for _ in range(int(rng.integers(*_STRANDS))):
        at = rng.uniform(-0.1, 1.1)
        root = np.array([left[0] + at * (right[0] - left[0]), top + rng.normal(0.0, 0.05) * face])
        beside = abs(at - 0.5) > 0.42  # there it hangs down
        length = face * rng.uniform(0.8, 1.6) if beside else deep * rng.uniform(0.5, 1.3)
        lean = (at - parting) * rng.uniform(0.2, 0.8) * length
        t = np.linspace(0.0, 1.0, 6)[:, None]
        line = root + t * [lean, length] + 0.06 * length * np.sin(3.0 * t + rng.uniform(0, 6)) * [1.0, 0.0]
        colour = tint * np.exp(rng.normal(0.0, 0.35))
        thick = int(rng.integers(1, 3))
        points = [np.round(line * 2**_SHIFT).astype(np.int32)]
        cv2.polylines(colours, points, False, tuple(map(float, colour)), thick, cv2.LINE_AA, _SHIFT)
        cv2.polylines(covered, points, False, (1,), thick, shift=_SHIFT)
    return covered.astype(bool)


def draw_glasses(colours: Floats32, points: Floats, project: object, rng: np.random.Generator) -> Bools:
    """Frames and lenses into the picture (S, S, 3) linear RGB, which is changed; where they are (S, S).

    Args:
        colours: the picture.
        points: iBUG's 68 on the face, (68, 3) camera space, metres.
        project: camera space (N, 3) -> pixels (N, 2).
        rng: chooses their form.
    """
    side = len(colours)
    across = points[Ibug.LEFT_EYE].mean(axis=0) - points[Ibug.RIGHT_EYE].mean(axis=0)
    across /= np.linalg.norm(across)
    down = points[Ibug.CHIN] - points[Ibug.NOSE_BRIDGE]
    down -= (down @ across) * across
    down /= np.linalg.norm(down)
    ahead = np.cross(across, down)
    ahead *= -np.sign(ahead[2])
    wide, high = rng.uniform(0.021, 0.028), rng.uniform(0.014, 0.023)
    squared = rng.uniform(0.35, 1.0)
    colour = tuple(np.exp(rng.normal(-3.5, 1.0)) * np.ones(3))
    thick, dark = int(rng.integers(1, max(2, side // 90) + 1)), rng.uniform(0.0, 0.25) * (rng.random() < 0.6)
    covered, lenses = np.zeros((side, side), np.uint8), np.zeros((side, side), np.float32)
    form = np.stack([np.cos(_RIM_STEPS), np.sin(_RIM_STEPS)], axis=1)
    form = np.sign(form) * np.abs(form) ** squared * [wide, high]
    inner = []
    for eye in (Ibug.RIGHT_EYE, Ibug.LEFT_EYE):
        middle = points[eye].mean(axis=0) + 0.018 * ahead + 0.003 * down
        rim = middle + form[:, :1] * across + form[:, 1:] * down
        inner.append(middle - (1 if eye is Ibug.LEFT_EYE else -1) * wide * across)
        drawn = [np.round(project(rim) * 2**_SHIFT).astype(np.int32)]  # type: ignore[operator]
        cv2.fillPoly(lenses, drawn, (1.0,), cv2.LINE_AA, _SHIFT)
        cv2.polylines(covered, drawn, True, (1,), thick, shift=_SHIFT)
    bridge = [np.round(project(np.stack(inner)) * 2**_SHIFT).astype(np.int32)]  # type: ignore[operator]
    cv2.polylines(covered, bridge, False, (1,), thick, shift=_SHIFT)
    colours *= (1.0 - dark * lenses)[..., None]
    if rng.random() < 0.4:  # the sky in them
        colours += (rng.uniform(0.02, 0.15) * lenses * np.linspace(1.0, 0.0, side)[:, None])[..., None]
    soft = cv2.GaussianBlur(covered.astype(np.float32), (0, 0), 0.5)[..., None]
    colours *= 1.0 - soft
    colours += soft * np.array(colour, np.float32)
    return (covered > 0) | (lenses > 0.5)
