"""The colour of a face's skin, from places where skin shows when anything does: what most of them agree on.

A fringe covers the forehead, glasses the cheeks under the eyes, a mask all below them, a beard the chin: no single
place is sure, but what covers one leaves the others.
"""

from __future__ import annotations

import numpy as np

from ...geometry.arrays import Bools, Floats
from ...geometry.smoothstep import smoothstep

_HUE = (0.25, 0.3)  # log red/green, log blue/green: places of skin differ by less
_REDDISH = (0.0, 0.2)  # log red/green between which a colour looks like skin in white light
_LEAST = 0.4  # say of a place that does not


def agreeing(colours: Floats, say: Floats, brightness: float) -> Bools:
    """Which of the places (N,) show skin.

    Args:
        colours: (N, 3) log brightness, log red/green, log blue/green.
        say: (N,) weight of each place.
        brightness: differences in log brightness that light may make between them.
    """
    alike = (((colours[:, None] - colours) / (brightness, *_HUE)) ** 2).sum(axis=-1) < 1.0
    say = say * (_LEAST + (1.0 - _LEAST) * smoothstep(*_REDDISH, colours[:, 1]))
    return alike[np.argmax(alike @ say)]
