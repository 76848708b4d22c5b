"""The named regions of a face, which a model gives as weights of its vertices."""

from __future__ import annotations


class RegionName:
    """The names of regions; all but the last three are skin."""

    SKIN = "skin"
    LIPS, LIDS, BROWS, NOSE, CHEEKS = "lips", "lids", "brows", "nose", "cheeks"
    FOREHEAD, CHIN, JAW = "forehead", "chin", "jaw"
    EYES = "eyes"  # eyeballs
    MOUTH_INTERIOR = "mouth_interior"
    SKIRT = "skirt"  # what closes the surface beyond the face's edge
    ALL = (SKIN, LIPS, LIDS, BROWS, NOSE, CHEEKS, FOREHEAD, CHIN, JAW, EYES, MOUTH_INTERIOR, SKIRT)
