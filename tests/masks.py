"""The sheet as a mask: a hole for a mouth, whose lower lip a key takes down, and one for an eye."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from likeness.result.reconstruction import Mesh
from synthetic import sheet_mesh

MOUTH, EYE = (0.0, -0.03), (0.04, 0.04)  # middles of the holes, metres


def mask_mesh() -> Mesh:
    """`sheet_mesh` of 17 x 17 vertices with two holes and the key ``jawOpen`` in place of ``raise``."""
    sheet = sheet_mesh(side=17)
    middles = sheet.vertices[sheet.faces[:, :3], :2].mean(axis=1)
    far = [np.abs(middles - hole).max(axis=1) > 0.018 for hole in (MOUTH, EYE)]
    kept = far[0] & far[1]
    deltas = sheet.shape_key_deltas.copy()
    deltas[0] = 0.0
    deltas[0, sheet.vertices[:, 1] < MOUTH[1], 1] = -0.02
    return replace(
        sheet,
        faces=sheet.faces[kept],
        faces_uv=sheet.faces_uv[kept],
        parts=sheet.parts[kept],
        shape_key_names=("jawOpen", "widen"),
        shape_key_deltas=deltas,
    )
