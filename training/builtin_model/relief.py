"""Relief of the built-in model between its landmarks: measured offsets along the surface's normals.

Catmull-Clark surfaces through 468 landmarks are smooth where a face is not quite; ``training.measure_relief`` measures
the difference. Where a landmark detector's and a range scanner's word would quarrel (lids, lips' inside, nostrils,
eyeballs) the relief fades out.
"""

from __future__ import annotations

from ...geometry.arrays import Floats, Ints
from ...geometry.laplacians import umbrella


def smoothed(field: Floats, faces: Ints, rounds: int) -> Floats:
    """Fields (..., V) averaged with their neighbours along edges, ``rounds`` times."""
    bend = umbrella(faces, field.shape[-1])
    for _ in range(rounds):
        field = field - 0.5 * (bend @ field.reshape(-1, field.shape[-1]).T).T.reshape(field.shape)
    return field
