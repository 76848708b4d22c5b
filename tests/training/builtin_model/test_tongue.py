"""The tongue at rest and put out."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from likeness.anatomy.parts import PartName
from likeness.training.builtin_model.dentition import Jaw
from likeness.training.builtin_model.mouth_place import ICT_PLACE
from likeness.training.builtin_model.part_cage import PartCage
from likeness.training.builtin_model.teeth import teeth_cage
from likeness.training.builtin_model.tongue import CELLS, tongue_cage, tongue_out, tongue_weight
from part_checks import assert_sound, face_normals, fine, inside_a_tooth, uv_areas


@pytest.fixture(scope="module")
def cage() -> PartCage:
    return tongue_cage(ICT_PLACE)


def put_out(cage: PartCage, amount: float = 1.0) -> PartCage:
    return replace(cage, vertices=cage.vertices + amount * tongue_out(ICT_PLACE))


def opened(points: np.ndarray, degrees: float) -> np.ndarray:
    """Points (N, 3) turned with the jaw."""
    angle = np.radians(degrees)
    cos, sin = np.cos(angle), np.sin(angle)
    turn = np.array([[1, 0, 0], [0, cos, -sin], [0, sin, cos]])
    return (points - ICT_PLACE.jaw_hinge) @ turn.T + ICT_PLACE.jaw_hinge


@pytest.mark.parametrize("amount", [0.0, 0.5, 1.0])
def test_it_is_sound_however_far_out(cage: PartCage, amount: float) -> None:
    moved = put_out(cage, amount)
    assert_sound(moved, 2 * sum(CELLS))
    assert set(moved.face_parts) == {PartName.TONGUE}
    vertices, found = fine(moved)
    normals, middles = face_normals(vertices, found.faces).sum(axis=0), vertices[found.faces].mean(axis=1)
    spine = np.stack([np.interp(middles[:, 2], *sorted_by_z(vertices, axis)) for axis in range(3)], axis=1)
    assert ((normals * (middles - spine)).sum(axis=1) > 0).mean() > 0.95
    assert (uv_areas(moved) > 0).all()


def sorted_by_z(vertices: np.ndarray, axis: int) -> tuple[np.ndarray, np.ndarray]:
    """The middle line of the tongue along Z: means over slices."""
    edges = np.linspace(vertices[:, 2].min(), vertices[:, 2].max(), 9)
    which = np.clip(np.digitize(vertices[:, 2], edges) - 1, 0, 7)
    return (edges[1:] + edges[:-1]) / 2, np.array([vertices[which == k, axis].mean() for k in range(8)])


def test_at_rest_it_lies_behind_the_lower_teeth(cage: PartCage) -> None:
    tongue, teeth = fine(cage)[0], fine(teeth_cage(Jaw.LOWER, ICT_PLACE))[0]
    assert tongue[:, 2].max() < teeth[np.abs(teeth[:, 0]) < 0.003][:, 2].max() - 0.003
    assert tongue[:, 1].max() < fine(teeth_cage(Jaw.UPPER, ICT_PLACE))[0][:, 1].max()
    assert not any(inside_a_tooth(tongue, teeth_cage(jaw, ICT_PLACE)).any() for jaw in Jaw)


def test_it_has_a_groove(cage: PartCage) -> None:
    points = fine(cage)[0]
    back = points[np.abs(points[:, 2] - 0.078) < 0.006]
    middle, beside = back[np.abs(back[:, 0]) < 0.001], back[np.abs(np.abs(back[:, 0]) - 0.006) < 0.003]
    assert middle[:, 1].max() < beside[:, 1].max() - 0.0005


def test_put_out_it_rests_on_the_lower_lip(cage: PartCage) -> None:
    rest, out = fine(cage)[0], fine(put_out(cage))[0]
    tip = out[:, 2].argmax()
    assert 0.022 < (out - rest)[tip, 2] < 0.035
    assert out[tip, 1] < ICT_PLACE.lower_lip[1]  # it hangs over the lip
    over_lip = out[(np.abs(out[:, 2] - ICT_PLACE.lower_lip[2]) < 0.003) & (np.abs(out[:, 0]) < 0.005)]
    assert -0.0005 < over_lip[:, 1].min() - ICT_PLACE.lower_lip[1] < 0.004


def test_it_passes_between_the_teeth(cage: PartCage) -> None:
    """With the jaw open by ten degrees, as 0.4 of ICT-FaceKit's jawOpen does, nothing of it is in a tooth."""
    out = fine(put_out(cage))[0]
    upper, lower = (teeth_cage(jaw, ICT_PLACE) for jaw in Jaw)
    assert not inside_a_tooth(out, lower).any()
    assert not inside_a_tooth(opened(out, 10), upper).any()
    assert inside_a_tooth(out, upper).any()  # as it would be with the jaw closed


def test_the_root_stays_and_weights_rise_to_the_tip(cage: PartCage) -> None:
    moved = np.linalg.norm(tongue_out(ICT_PLACE), axis=1)
    back = cage.vertices[:, 2] < np.sort(cage.vertices[:, 2])[2 * sum(CELLS) - 1] + 1e-6
    assert moved[back].max() == 0
    weight = tongue_weight()
    assert weight.shape == (len(cage.vertices),)
    assert weight[back].max() == 0
    assert weight[cage.vertices[:, 2] > 0.085].min() > 0.9
    np.testing.assert_array_equal(weight, weight[cage.mirror])
