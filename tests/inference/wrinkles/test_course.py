"""Where folds run on a face: across the compression, on bare skin alone, alike on both sides."""

from __future__ import annotations

import numpy as np
import pytest
from likeness.anatomy.regions import RegionName
from likeness.bfm.face_model import FaceModel
from likeness.geometry.strain import compression
from likeness.inference.uv.atlas import UvAtlas
from likeness.inference.uv.mirror import SKIN, mirror_coordinates, mirrored, part_groups
from likeness.inference.wrinkles.course import Course, Lines, lines_of
from likeness.inference.wrinkles.expressions import ExpressiveFace, group_motions
from likeness.inference.wrinkles.layers import LAYERS
from likeness.inference.wrinkles.making import made_folds
from likeness.inference.wrinkles.patch import gradients
from likeness.result.wrinkles import GROUPS, GroupName

MM = 0.001
# The axis from line to line, and how many of the folds run across it.
AXES = {GroupName.BROW_RAISE: (0.0, 1.0, 0.0), GroupName.FROWN: (1.0, 0.0, 0.0), GroupName.NOSE: (0.0, 1.0, 0.0)}


def lines(face: ExpressiveFace, group: str, number: int = 0) -> tuple[Lines, np.ndarray]:
    """The lines of a layer on the mesh, and the face that makes them."""
    motion = next(each for each in group_motions(face) if each.name == group)
    return lines_of(LAYERS[group][number], motion.moved, face.neutral, face.model), motion.moved


def slopes(found: Lines) -> np.ndarray:
    """(T, 3) lines per metre in each triangle of the patch."""
    return (gradients(found.patch) @ found.phase).reshape(3, -1).T


def well_inside(found: Lines) -> np.ndarray:
    return (found.place[found.patch.triangles] > 0.9).all(axis=1)


@pytest.mark.parametrize("group", [GroupName.BROW_RAISE, GroupName.SMILE_LEFT, GroupName.NOSE])
def test_lines_run_across_the_compression(calm: ExpressiveFace, group: str) -> None:
    found, moved = lines(calm, group)
    values, vectors = np.linalg.eigh(compression(calm.neutral, moved, found.patch.corners))
    across = slopes(found)
    across /= np.linalg.norm(across, axis=1, keepdims=True)
    pressed = well_inside(found) & (values[:, -1] > 0.05) & (values[:, -1] > 2.0 * values[:, -2])
    assert pressed.sum() > 50
    angle = np.degrees(np.arccos(np.clip(np.abs((across * vectors[:, :, -1]).sum(axis=1)), 0.0, 1.0)))[pressed]
    assert np.median(angle) < 20.0


@pytest.mark.parametrize("group", AXES)
def test_anatomy_and_spacing(calm: ExpressiveFace, group: str) -> None:
    found, _ = lines(calm, group)
    across = slopes(found)[well_inside(found)]
    steepness = np.linalg.norm(across, axis=1)
    assert np.median(steepness) == pytest.approx(1.0 / LAYERS[group][0].spacing, rel=0.25)
    assert np.median(np.abs(across @ AXES[group]) / steepness) > 0.9


@pytest.mark.parametrize("number", [0, 1])
def test_crows_feet_radiate_from_the_outer_corner(calm: ExpressiveFace, number: int) -> None:
    layer = LAYERS[GroupName.SQUINT][number]
    assert layer.fan is not None
    found, _ = lines(calm, GroupName.SQUINT, number)
    corner = calm.model.dense_points(calm.neutral)[layer.fan[0]]
    rays = found.patch.points[found.patch.triangles].mean(axis=1) - corner
    along = np.cross(slopes(found), np.cross(*np.moveaxis(_sides(found), 1, 0)))
    cosine = np.abs((rays * along).sum(axis=1)) / np.linalg.norm(rays, axis=1) / np.linalg.norm(along, axis=1)
    assert np.median(cosine[well_inside(found)]) > 0.85


def _sides(found: Lines) -> np.ndarray:
    corners = found.patch.points[found.patch.triangles]
    return np.stack([corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]], axis=1)


def test_the_fold_of_a_smile_runs_from_the_nose_to_beside_the_mouth(calm: ExpressiveFace) -> None:
    found, _ = lines(calm, GroupName.SMILE_RIGHT)
    dense = calm.model.dense_points(calm.neutral)
    for landmark in LAYERS[GroupName.SMILE_RIGHT][0].anchor:
        near = np.linalg.norm(found.patch.points - dense[landmark], axis=1).argmin()
        assert abs(found.phase[near]) < 0.25
    beside = found.patch.points[(np.abs(found.phase) < 0.1) & (found.strength > 0.5)]
    assert np.ptp(beside[:, 1]) > 20 * MM


@pytest.mark.parametrize("group", GROUPS)
def test_no_folds_on_lips_lids_eyes_and_scalp(
    calm: ExpressiveFace, atlas: UvAtlas, courses: dict[str, list[Course]], group: str
) -> None:
    model = calm.model
    height = np.abs(made_folds(group, courses[group], atlas.size))
    assert height.max() > 0.05 * MM
    bare = [RegionName.LIPS, RegionName.LIDS, RegionName.EYES, RegionName.MOUTH_INTERIOR]
    for name in bare:
        whole = atlas.interpolate(model.region(name)[:, None])[..., 0] > 0.999
        assert height[whole].max(initial=0.0) < 1e-6, name
    assert not height[part_groups(model.part_names)[atlas.parts()] != SKIN].any()
    assert not height[~atlas.mask].any()
    top = model.dense_points(calm.neutral)[10]
    surface = atlas.interpolate(calm.neutral)
    assert height[atlas.mask & (surface[..., 1] > top[1] + 15 * MM)].max(initial=0.0) == 0.0
    assert height[atlas.mask & (surface[..., 2] < top[2] - 90 * MM)].max(initial=0.0) == 0.0  # ears, neck, back


def test_both_sides_smile_alike(model: FaceModel, atlas: UvAtlas, courses: dict[str, list[Course]]) -> None:
    left, right = (
        made_folds(name, courses[name], atlas.size, irregular=0.0)
        for name in (GroupName.SMILE_LEFT, GroupName.SMILE_RIGHT)
    )
    at = mirror_coordinates(model, atlas.size)
    reflected = mirrored(left.astype(np.float32), at)
    known = at[..., 0] >= 0.0
    assert np.abs(reflected - right)[known].mean() < 0.05 * np.abs(right[known & (right != 0.0)]).mean()
    deep = right < 0.6 * right.min()
    assert np.corrcoef(reflected[deep & known], right[deep & known])[0, 1] > 0.8
