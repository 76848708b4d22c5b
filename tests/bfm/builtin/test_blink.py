"""Lids made to measure: they close, and what they hide stays behind them."""

from __future__ import annotations

import numpy as np
import pytest
from likeness.bfm.builtin.blink import BLINKS, builtin_lids, lifted, personal_expressions
from likeness.bfm.builtin.eyes import height, on_eyeball
from likeness.bfm.library.registry import load_model
from likeness.geometry.arrays import Floats

# Straight ways over the eyeball of about its radius, of a point that touches it and of one of a rim's thickness off it.
TOUCHING, THICK = 0.0002, 0.0018


def slide(off: float) -> tuple[Floats, Floats]:
    """Start and motion (1, 3) of a point so far off an eyeball about the origin, from its top to its front."""
    directions = np.array([[0.0, 0.5, 1.0], [0.0, -0.5, 1.0]])
    directions /= np.linalg.norm(directions, axis=1, keepdims=True)
    start, end = on_eyeball(directions) + off * directions
    return start[None], (end - start)[None]


def test_a_rim_is_lifted_over_the_eyeball_and_what_it_hides_stays_behind_it() -> None:
    (start, motion), (inner_start, inner_motion) = slide(THICK), slide(TOUCHING)
    rim, inner = lifted(start, motion, np.zeros(3)), lifted(inner_start, inner_motion, np.zeros(3))
    assert height(start + 0.5 * motion) < 0.0 < height(start + 0.5 * rim)
    assert height(inner_start + inner) < height(start + rim)
    assert height(inner_start + inner) > 0.0


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
    assert off.min() > 0.0
    assert (off[:-1] < off[-1] + 0.0005).all()
