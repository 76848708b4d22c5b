"""Lids made to measure: they close, and what they hide stays behind them."""

from __future__ import annotations

import numpy as np
import pytest
from likeness.bfm.builtin.blink import BLINKS, builtin_lids, personal_expressions
from likeness.bfm.builtin.eyes import height
from likeness.bfm.library.registry import load_model


@pytest.mark.parametrize("side", [0, 1])
def test_closed_lids_meet_with_their_inner_side_behind(side: int) -> None:
    model, lids = load_model("builtin"), builtin_lids()
    keys = personal_expressions(model, model.mean)
    order = lids.mirror if side else np.arange(len(model.mean))
    rings = order[lids.rings]
    closed = (model.mean + keys[model.expression_names.index(BLINKS[side])])[rings]
    gap = np.linalg.norm(closed[-1, 0] - closed[-1, 1], axis=-1)
    assert gap.max() < 0.0002
    centre = model.joint_regressor[model.joint_names.index(("eye.L", "eye.R")[side])] @ model.mean
    off = height(closed - centre)
    assert off.min() > -0.0002
    assert (off[:-1] < off[-1] + 0.0005).all()
