"""Which keys make which folds, and what of them a photo shows."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from likeness.inference.wrinkles.expressions import ExpressiveFace, GroupMotion, group_motions
from likeness.result.wrinkles import GROUPS, GroupName
from other_face import with_halves

NAMES = tuple(GROUPS)


def motion(face: ExpressiveFace, group: str) -> GroupMotion:
    return next(each for each in group_motions(face) if each.name == group)


def test_the_strongest_key_is_moved_whole(calm: ExpressiveFace) -> None:
    names = calm.model.expression_names
    smile, dimple, stretch = (
        calm.expressions[names.index(name)] for name in ("mouthSmileLeft", "mouthDimpleLeft", "mouthStretchLeft")
    )
    found = motion(calm, GroupName.SMILE_LEFT)
    np.testing.assert_allclose(found.moved - calm.neutral, smile + 0.3 * dimple + 0.3 * stretch, atol=1e-9)
    assert found.keys == GROUPS[GroupName.SMILE_LEFT]


def test_a_whole_and_its_halves_move_the_skin_once(calm: ExpressiveFace) -> None:
    halved = with_halves(calm.model, "browInnerUp")
    face = ExpressiveFace(halved, calm.neutral, halved.expression_basis, np.zeros(len(halved.expression_names)))
    whole = replace(calm, expressions=np.asarray(calm.model.expression_basis))
    found, expected = (motion(each, GroupName.BROW_RAISE) for each in (face, whole))
    np.testing.assert_allclose(found.moved, expected.moved, atol=1e-6)
    for shown in ({"browInnerUp": 1.0}, {"browInnerUpLeft": 1.0, "browInnerUpRight": 1.0}):
        values = np.array([shown.get(name, 0.0) for name in halved.expression_names])
        assert motion(replace(face, values=values), GroupName.BROW_RAISE).photo == pytest.approx(0.5)


def test_what_the_photo_shows(calm: ExpressiveFace) -> None:
    shown = {"mouthSmileLeft": 0.4, "browDownLeft": 1.0, "browDownRight": 1.0, "jawOpen": 1.0}
    face = replace(calm, values=np.array([shown.get(name, 0.0) for name in calm.model.expression_names]))
    found = {each.name: each.photo for each in group_motions(face)}
    assert found == pytest.approx(dict.fromkeys(NAMES, 0.0) | {GroupName.SMILE_LEFT: 0.4, GroupName.FROWN: 1.0})
