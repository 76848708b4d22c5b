"""How many wrinkles a person has: from the photo's relief in places where skin has lines at rest with the years."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ...geometry.arrays import Floats32
from ...geometry.smoothstep import smoothstep
from .aligned import along_lines
from .course import Course

# Root mean square of the relief along the lines, metres, of smooth skin and of an old face; seen in photos of people
# between 25 and 70.
_SMOOTH, _FURROWED = 12e-6, 50e-6
_LEAST = 0.3  # share of the depth that folds have on smooth skin
UNKNOWN = 0.5  # where a photo does not tell
_BLIND, _SHARP = 0.0020, 0.0007  # metres of skin that a pixel of the photo spans: it tells nothing, or all
_ENOUGH = 0.3  # of one place's skin, that must be seen for the photo to be believed


def wrinkledness(courses: Sequence[Course], relief: Floats32, seen: Floats32, pixel: float) -> float:
    """Depth of a person's folds, 0.3 to 1, as a share of those of a face that has many.

    Args:
        courses: of lines of any layers; those that come with age count.
        relief: (T, T) metres, of the photo.
        seen: (T, T) 0 to 1, what of it is the photo's own.
        pixel: metres of skin that a pixel of the photo spans.
    """
    energy, weight = 0.0, 0.0
    for course in (each for each in courses if each.layer.ages):
        shown = course.place * seen.ravel()[course.texels]
        size = max(float(course.place.sum()), 1e-9)
        energy += float((shown * along_lines(relief, course) ** 2).sum()) / size
        weight += float(shown.sum()) / size
    if weight <= 0.0:
        return UNKNOWN
    found = (np.sqrt(energy / weight) - _SMOOTH) / (_FURROWED - _SMOOTH)
    measured = _LEAST + (1.0 - _LEAST) * float(np.clip(found, 0.0, 1.0))
    belief = float(smoothstep(_BLIND, _SHARP, np.asarray(pixel))) * min(weight / _ENOUGH, 1.0)
    return UNKNOWN + belief * (measured - UNKNOWN)
