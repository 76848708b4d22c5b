"""Eyes that are shut, which a mesh network does not quite say.

It keeps a slit between shut lids, of 4 to 7 % of the eye's width, and an iris in it that nobody sees: taken at its
word, an eye looks down under a lid that is nearly shut. The narrowest eyes that see, of people who laugh, are open by
11 % and more.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from torch import Tensor

from ...anatomy.arkit import canonical_name, shuts_eye, turns_eye
from ...anatomy.landmarks import LEFT_EYE_LOOP, LEFT_IRIS, RIGHT_EYE_LOOP, RIGHT_IRIS
from ...geometry.arrays import Floats
from ...geometry.smoothstep import smoothstep
from ..detectors.landmarks import FaceLandmarks
from .landmark_fit import Observations

_SEEING = (0.07, 0.1)  # height of the opening over the eye's width, from shut to open
_UNSEEN = 1e3  # times its uncertainty: an iris behind a lid
_LEAST_GAZE = 0.2  # share of its usual spread that a gaze has behind a lid
_SHUT_BLINK = 10.0  # and the lid itself: that it is shut is seen, and no reason for narrow eyes
# Each eye by the end of the names of its keys.
_EYES = {"Right": (RIGHT_EYE_LOOP, RIGHT_IRIS), "Left": (LEFT_EYE_LOOP, LEFT_IRIS)}


def seeing(landmarks: FaceLandmarks) -> dict[str, float]:
    """How far each eye sees, from 0 for a shut one to 1, "Right" and "Left"; 1 where a detector tells no irises."""
    if not landmarks.scheme.places:
        return dict.fromkeys(_EYES, 1.0)
    return {side: _seeing(landmarks.points[list(loop)]) for side, (loop, _) in _EYES.items()}


def with_shut_lids(seen: Observations, eyes: dict[str, float]) -> Observations:
    """Observations in which the lids of eyes that do not see meet, and their irises say nothing."""
    points, sigma, places = seen.points.clone(), seen.sigma.clone(), seen.places.clone()
    for side, share in eyes.items():
        loop, iris = _EYES[side]
        if share == 1.0:
            continue
        for k in range(1, len(loop) // 2):
            upper, lower = loop[k], loop[-k]
            points[upper] = points[lower] + share * (points[upper] - points[lower])
        sigma[list(iris)] *= _UNSEEN ** (1.0 - share)
        shows = places[:, list(iris)].abs().sum(dim=1) > 0.0
        places[shows] *= share
    return replace(seen, points=points, sigma=sigma, places=places)


def eye_shares(names: Sequence[str], eyes: dict[str, float], gaze: float) -> list[float]:
    """Shares of their usual spread that expressions (E,) have by the ``eyes``; ``gaze`` is that of eyes that see."""
    return [_share(name, eyes, gaze) for name in names]


def with_shut_eyes(expression: Tensor, names: Sequence[str], eyes: dict[str, float]) -> Tensor:
    """Values (E,) of expressions in which eyes that do not see are wholly shut, which landmarks alone do not tell."""
    blinks = expression.new_tensor([1.0 - _seen(name, eyes) if shuts_eye(name) else 0.0 for name in names])
    return expression + blinks * (1.0 - expression).clamp_min(0.0)


def _share(name: str, eyes: dict[str, float], gaze: float) -> float:
    seen = _seen(name, eyes)
    if turns_eye(name):
        return _LEAST_GAZE + seen * (gaze - _LEAST_GAZE)
    return _SHUT_BLINK + seen * (1.0 - _SHUT_BLINK) if shuts_eye(name) else 1.0


def _seen(name: str, eyes: dict[str, float]) -> float:
    """How far the eye sees that a key is of; 1 for keys of none."""
    return next((share for side, share in eyes.items() if canonical_name(name).endswith(side.lower())), 1.0)


def _seeing(loop: Floats) -> float:
    """How far an eye with a loop (16, 2) of lid points sees."""
    half = len(loop) // 2
    inner = range(half // 2 - 1, half // 2 + 2)
    height = np.mean([np.linalg.norm(loop[k] - loop[-k]) for k in inner])
    width = max(float(np.linalg.norm(loop[0] - loop[half])), 1e-9)
    return float(smoothstep(*_SEEING, np.asarray(height / width)))
