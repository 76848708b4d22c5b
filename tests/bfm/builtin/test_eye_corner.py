"""The inner corner of an eye is closed behind: one does not look past the eyeball into the head."""

from __future__ import annotations

import numpy as np
import pytest
from likeness.anatomy.joints import JointName
from likeness.bfm.builtin.blink import FLIP, builtin_lids
from likeness.bfm.builtin.eyes import height
from likeness.bfm.library.registry import load_model
from likeness.bfm.model_ids import BUILTIN

INNERMOST = slice(0, 3)  # columns of the lids whose rims lie beside the eyeball


@pytest.mark.parametrize("side", [0, 1])
@pytest.mark.parametrize("seed", [None, 0, 1, 2, 3])
def test_the_lids_meet_the_eyeball_before_its_side(side: int, seed: int | None) -> None:
    model, lids = load_model(BUILTIN), builtin_lids()
    modes = len(model.identity_basis)
    identity = None if seed is None else np.random.default_rng(seed).normal(size=modes)
    vertices = model.shape(identity=identity)
    centre = dict(zip(model.joint_names, model.joint_regressor @ vertices, strict=True))[JointName.EYES[side]]
    order = lids.mirror if side else np.arange(len(vertices))
    edge = (vertices[order[lids.rings[0, :, INNERMOST]]] - centre) * (FLIP if side else 1.0)
    assert np.abs(height(edge)).max() < 0.0003
    forward = np.degrees(np.arctan2(edge[..., 2], np.hypot(edge[..., 0], edge[..., 1])))
    assert forward.min() > 25.0  # where only the ball's front can be seen beyond
