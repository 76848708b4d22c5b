"""How far the detector's points wander over the skin from face to face, though each stands for one place of a model.

Measured on renders of many heads whose meshes are known (`training.builtin_model.measure_landmarks`): a point of the
cheek is found a few millimetres from where the same vertex is, a corner of an eye hardly. A fit that did not know this
would explain it by the shape of the face.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np

from ...anatomy.landmarks import DENSE, LEFT_EYE_LOOP, RIGHT_EYE_LOOP, LandmarkScheme
from ...geometry.arrays import Floats

WANDER_FILE = Path(__file__).with_name("landmark_wander.npz")
LID_WANDER = 0.005  # at most: lids of renders have no lashes, which show a detector where those of photos end


@cache
def landmark_wander(scheme: LandmarkScheme) -> Floats:
    """One sigma (L,) along either axis, as a share of the distance of the outer eye corners; 0 where not measured."""
    if scheme != DENSE:
        return np.zeros(scheme.count)
    with np.load(WANDER_FILE, allow_pickle=False) as arrays:
        wander = arrays["dense"].astype(np.float64)
    lids = [*RIGHT_EYE_LOOP, *LEFT_EYE_LOOP]
    wander[lids] = np.minimum(wander[lids], LID_WANDER)
    return wander
