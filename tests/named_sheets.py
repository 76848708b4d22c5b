"""Small faces with shapes of any names: for what goes by names, a sheet does as well as a head."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
from likeness.anatomy.arkit import ARKIT_NAMES
from likeness.result.folder import write_reconstruction
from likeness.result.reconstruction import Reconstruction
from synthetic import sheet_reconstruction

ARKIT_FACE = dict.fromkeys(ARKIT_NAMES, 0.0)


def named_sheet(values: Mapping[str, float], model: str = "builtin", span: float = 1.0) -> Reconstruction:
    """A sheet whose shapes are called, and show, ``values``; sliders go from 0, or -span if that is not 1, to span."""
    sheet = sheet_reconstruction()
    count = len(values)
    lowest = 0.0 if span == 1.0 else -span
    mesh = replace(
        sheet.mesh,
        shape_key_names=tuple(values),
        shape_key_deltas=np.tile(sheet.mesh.shape_key_deltas[:1], (count, 1, 1)),
        shape_key_ranges=np.tile([[lowest, span]], (count, 1)),
        expression=np.array(list(values.values())),
    )
    return replace(sheet, mesh=mesh, model={**sheet.model, "id": model})


def build_named(folder: Path, values: Mapping[str, float], **options: object):
    """Build `named_sheet` in the scene, by way of ``folder``, and return its object."""
    from likeness.scene.building.build import build_face

    target = folder / f"{len(list(folder.iterdir()))}.likeness"
    write_reconstruction(named_sheet(values, **options), target)
    return build_face(target)


def values_of(face) -> dict[str, float]:
    """What a face shows, without what it does not."""
    keys = face.data.shape_keys.key_blocks[1:]
    return {key.name: round(key.value, 6) for key in keys if key.value != 0.0}
