"""Whether faces made with a model may be sold, as far as it is certain. The model's own licence is what counts."""

from __future__ import annotations

from ..model_ids import BFM2009, BFM2009_FULL, BFM2017, BFM2019, BUILTIN, FACESCAPE, FLAME2020, GNM, ICT

READ = "read its licence"

_COMMERCIAL_USE = {
    BUILTIN: "yes",
    ICT: "yes",
    GNM: "yes",
    BFM2009: "no",
    BFM2009_FULL: "no",
    BFM2017: "no",
    BFM2019: "no",
    FLAME2020: "no",
    FACESCAPE: "no",
}


def commercial_use(model_id: str) -> str:
    """``yes``, ``no``, or to read the licence where it depends on the edition or is not stated."""
    return _COMMERCIAL_USE.get(model_id, READ)
