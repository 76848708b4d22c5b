"""Whether faces made with a model may be sold, as far as it is certain. The model's own licence is what counts."""

from __future__ import annotations

READ = "read its licence"

_COMMERCIAL_USE = {
    "builtin": "yes",
    "ict": "yes",
    "gnm": "yes",
    "bfm2009": "no",
    "bfm2009_full": "no",
    "bfm2017": "no",
    "bfm2019": "no",
    "flame2020": "no",
    "facescape": "no",
}


def commercial_use(model_id: str) -> str:
    """``yes``, ``no``, or to read the licence where it depends on the edition or is not stated."""
    return _COMMERCIAL_USE.get(model_id, READ)
