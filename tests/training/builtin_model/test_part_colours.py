"""Colours of eyes, mouth, lashes and tear lines."""

from __future__ import annotations

import numpy as np
import pytest
from likeness.anatomy.parts import PartKind
from likeness.bfm.builtin.eyes import LIMBUS, PUPIL, SCLERA
from likeness.training.builtin_model.dentition import Jaw
from likeness.training.builtin_model.eyeballs import eyeball_cage, iris_points
from likeness.training.builtin_model.gums import gums_cage
from likeness.training.builtin_model.mouth_place import ICT_PLACE
from likeness.training.builtin_model.part_colours import GUMS, TEETH, eye_albedo, mouth_albedo, part_albedo
from likeness.training.builtin_model.teeth import teeth_cage
from likeness.training.builtin_model.tongue import tongue_cage
from part_checks import fine

CENTRES = np.array([[0.031, 0.04, 0.08], [-0.031, 0.04, 0.08]])


def test_eyes_have_pupil_iris_and_white() -> None:
    cage = eyeball_cage(CENTRES)
    vertices, _ = fine(cage)
    colours = part_albedo(cage, vertices, ICT_PLACE, CENTRES)
    for side in (0, 1):
        middle, *edge = colours[iris_points(side)]
        np.testing.assert_allclose(middle, PUPIL)
        np.testing.assert_allclose(edge, [LIMBUS] * 4, atol=1e-6)
    back = vertices[:, 2] < CENTRES[0, 2] - 0.01
    assert (colours[back] < SCLERA + 1e-9).all()
    assert colours[back][:, 0] == pytest.approx(SCLERA[0])  # redder
    np.testing.assert_allclose(colours[: len(cage.mirror)], colours[cage.mirror], atol=1e-9)


def test_the_iris_is_darkest_at_its_rim() -> None:
    off = np.array([0.0025, 0.0035, 0.0045, 0.0055, 0.0059])
    colours = eye_albedo(np.stack([off, 0 * off, np.sqrt(0.012**2 - off**2)], axis=1))
    assert (np.diff(colours.sum(axis=1)) <= 1e-12).all()
    assert colours[-1].sum() < 0.5 * colours[0].sum()


def test_teeth_are_yellower_at_the_neck_and_darker_at_the_back() -> None:
    edge, neck, back = mouth_albedo(PartKind.TEETH, np.array([[0.0, 0, 0], [0, 9.5, 0], [25, 0, -40]]))
    np.testing.assert_allclose(edge, TEETH)
    assert neck.sum() < edge.sum()
    assert neck[0] / neck[2] > 1.2 * edge[0] / edge[2]
    np.testing.assert_allclose(back / back[0], edge / edge[0])
    assert back.sum() < 0.9 * edge.sum()


@pytest.mark.parametrize("jaw", Jaw)
def test_colours_of_the_mouth_are_symmetric_and_possible(jaw: Jaw) -> None:
    for cage in (teeth_cage(jaw, ICT_PLACE), gums_cage(jaw, ICT_PLACE), tongue_cage(ICT_PLACE)):
        colours = part_albedo(cage, fine(cage)[0], ICT_PLACE, CENTRES)
        assert colours.min() > 0
        assert colours.max() < 1
        np.testing.assert_allclose(colours[: len(cage.mirror)], colours[cage.mirror], atol=1e-9)


def test_gums_are_redder_than_teeth() -> None:
    assert GUMS[0] / GUMS[1] > 2 > TEETH[0] / TEETH[1]
