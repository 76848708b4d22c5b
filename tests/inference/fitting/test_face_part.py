"""The vertices that count: the face of a head, the fitted expressions, and one weight per area of skin."""

from __future__ import annotations

import gc
import weakref
from dataclasses import replace

import numpy as np
import pytest
import torch
from known_faces import detected, known_face, landmarks_of
from likeness.anatomy.landmarks import DENSE, IBUG68
from likeness.bfm.face_model import FaceModel
from likeness.geometry.colour import linear_to_srgb
from likeness.geometry.subdivision import subdivide
from likeness.inference.fitting.face_crop import FaceCrop
from likeness.inference.fitting.face_part import REACH, FacePart, face_part
from likeness.inference.fitting.fit import fit_faces
from likeness.inference.fitting.landmark_fit import LandmarkBases
from likeness.inference.fitting.model_tensors import ModelTensors, model_tensors, thinned, vertex_areas
from likeness.inference.fitting.photometric import PosedFace, color_equations, fit_appearances
from likeness.inference.fitting.settings import FitSettings, PhotometricSettings
from likeness.inference.fitting.view import View
from likeness.inference.images import Photo
from likeness.inference.lighting import uniform_light
from likeness.training.synthesis.shading import render
from torch import Tensor

QUICK = replace(FitSettings(), photometric=PhotometricSettings(iterations=1))


@pytest.fixture(scope="module")
def part(tensors: ModelTensors) -> FacePart:
    return face_part(tensors.model, dtype=torch.float64)


@pytest.fixture(scope="module")
def picture(tensors: ModelTensors) -> tuple[Photo, Tensor, Tensor]:
    """A photo of a known face, its mask, its dense landmarks."""
    face = known_face(tensors, seed=4, turn=(10.0, 0.0, 0.0), values={"mouthSmileLeft": 0.4, "mouthSmileRight": 0.4})
    light = uniform_light(0.7, tensors.mean)
    light[1:4] += tensors.mean.new_tensor([0.2, 0.25, 0.3])[:, None]
    shape = tensors.shape(face.identity, face.expression)[None]
    drawn = render(shape, tensors.triangles, face.camera, tensors.albedo_mean, light)
    linear = torch.where(drawn.mask[0, ..., None], drawn.color[0], torch.full_like(drawn.color[0], 0.2))
    pixels = (linear_to_srgb(linear.clamp(0, 1)) * 255).round().to(torch.uint8).numpy()
    return Photo(None, pixels), drawn.mask[0].double(), landmarks_of(face, LandmarkBases.of(tensors, DENSE))


def test_landmarks_and_fields_are_those_of_the_whole(tensors: ModelTensors, part: FacePart) -> None:
    assert face_part(tensors.model, dtype=torch.float64) is part
    for scheme in (DENSE, IBUG68):
        assert len(part.at(scheme, part.mean)) == scheme.count
        torch.testing.assert_close(part.at(scheme, part.mean), tensors.at(scheme, tensors.mean))
        torch.testing.assert_close(part.at(scheme, part.identity_basis), tensors.at(scheme, tensors.identity_basis))
    field = torch.rand(2, len(part.mean), 3, dtype=torch.float64)
    spread = part.spread(field)
    torch.testing.assert_close(spread[:, part.ids], field)
    torch.testing.assert_close(spread[:, part.loose], field[:, part.bearers])
    elsewhere = torch.ones(part.count, dtype=torch.bool).index_fill(0, torch.cat([part.ids, part.loose]), False)
    assert not spread[:, elsewhere].any()


def test_of_other_devices_nothing_is_kept(tensors: ModelTensors) -> None:
    """The meta device, whose tensors have no numbers, stands in for a GPU."""
    for make in (model_tensors, face_part):
        elsewhere = make(tensors.model, "meta", torch.float64)
        found = [*vars(elsewhere).values(), *(part for p in elsewhere.landmarks.values() for part in vars(p).values())]
        assert {value.device.type for value in found if isinstance(value, Tensor)} == {"meta"}
        assert elsewhere.to("meta") is elsewhere
        assert make(tensors.model, "cpu", torch.float64) is make(tensors.model, "cpu", torch.float64)
        kept = weakref.ref(elsewhere)
        del elsewhere, found
        gc.collect()
        assert kept() is None


def test_a_part_is_outer_and_near_the_landmarks(tensors: ModelTensors, part: FacePart) -> None:
    landmarks = tensors.at(DENSE, tensors.mean)
    assert torch.cdist(part.mean, landmarks).amin(dim=1).max() < REACH
    mouth = set(tensors.model.part_vertices("mouth").tolist()) - set(tensors.model.part_vertices("skin").tolist())
    assert mouth
    assert not mouth & set(part.ids.tolist())
    corners = {frozenset(t) for t in tensors.triangles.tolist()}
    assert all(frozenset(t) in corners for t in part.ids[part.triangles[::50]].tolist())


def test_equations_are_those_of_the_whole_where_it_has_weight(
    tensors: ModelTensors, part: FacePart, picture: tuple[Photo, Tensor, Tensor]
) -> None:
    """Away from the cut, where normals know all their triangles."""
    face = known_face(tensors, seed=4, turn=(10.0, 0.0, 0.0))
    settings = PhotometricSettings()
    inner = torch.cdist(tensors.mean, tensors.at(DENSE, tensors.mean)).amin(dim=1) < 0.6 * REACH
    even = tensors.even * inner
    pixels = torch.rand(480, 640, 3, dtype=torch.float64, generator=torch.Generator().manual_seed(3)) * 0.1 + 0.3
    crop = FaceCrop(pixels, picture[1], (0, 0), (1.0, 1.0))
    counted = replace(tensors, area=torch.zeros_like(tensors.area).index_copy(0, part.ids, part.area), even=even)
    part = replace(part, even=even[part.ids])
    modes = tensors.identity_basis[:4]

    def equations(some: ModelTensors, modes: Tensor) -> tuple[Tensor, Tensor]:
        posed = PosedFace(some.mean, face.camera, crop)
        (appearance,) = fit_appearances(some, [posed], settings)
        return color_equations(some, modes, posed, appearance, settings)

    whole, few = equations(counted, modes), equations(part, modes[:, part.ids])
    assert whole[1].abs().min() > 0
    for one, other in zip(whole, few, strict=True):
        torch.testing.assert_close(one, other, rtol=1e-6, atol=1e-6 * float(one.abs().max()))


def test_unfitted_expressions_stay_at_zero_and_change_nothing(
    tensors: ModelTensors, picture: tuple[Photo, Tensor, Tensor]
) -> None:
    model, (photo, mask, points) = tensors.model, picture
    generator = np.random.default_rng(0)
    extra = generator.normal(0, 0.003, (2, *model.mean.shape))
    order = np.array([0, -1, *range(1, len(model.expression_names)), -2])  # among the fitted ones and behind them
    with_artists = replace(
        model,
        expression_basis=np.concatenate([model.expression_basis, extra])[order],
        expression_names=tuple(np.array([*model.expression_names, "one", "two"])[order]),
        expression_ranges=np.concatenate([model.expression_ranges, [[0, 1], [-3, 3]]])[order],
        expression_std=np.concatenate([model.expression_std, [0, 0]])[order],
    )
    view = View(photo, detected(points, 0.7), skin=mask.numpy())
    (plain,) = fit_faces([view], tensors, QUICK)
    (more,) = fit_faces([view], model_tensors(with_artists, dtype=torch.float64), QUICK)
    assert more.expression.shape == (len(order),)
    unfitted = with_artists.expression_std == 0
    assert not more.expression[torch.from_numpy(unfitted)].any()
    torch.testing.assert_close(more.expression[torch.from_numpy(order >= 0)], plain.expression)
    torch.testing.assert_close(more.posed, plain.posed)


def test_a_finer_mesh_gives_the_same_fit(tensors: ModelTensors, picture: tuple[Photo, Tensor, Tensor]) -> None:
    photo, mask, points = picture
    view = View(photo, detected(points, 0.7), skin=mask.numpy())
    (coarse,) = fit_faces([view], tensors, QUICK)
    (fine,) = fit_faces([view], model_tensors(split_faces(tensors.model), dtype=torch.float64), QUICK)
    old = torch.arange(len(tensors.mean))
    moved = (fine.posed[old] - coarse.posed).norm(dim=-1)
    change = (coarse.posed - tensors.mean).norm(dim=-1)
    near = face_part(tensors.model, dtype=torch.float64).ids
    assert moved[near].median() < 0.1 * change[near].median()
    torch.testing.assert_close(fine.light, coarse.light, rtol=0.05, atol=0.02)


def split_faces(model: FaceModel) -> FaceModel:
    """Every edge cut at its middle: the same surface from four times the vertices."""
    step = subdivide(model.faces, len(model.mean), 1)
    ends = step.edges.astype(int)
    count = len(model.mean)

    def finer(field: np.ndarray) -> np.ndarray:
        """Vertex fields (..., V, C): old points, edge midpoints, face centres."""
        middle = 0.5 * (field[..., ends[:, 0], :] + field[..., ends[:, 1], :])
        faces = np.where(model.faces[:, 3:] < 0, model.faces[:, :1], model.faces[:, 3:])
        corners = np.concatenate([model.faces[:, :3], faces], axis=1)
        weights = np.where(model.faces[:, 3] < 0, 3.0, 4.0)
        total = field[..., corners, :].sum(axis=-2) - np.where(
            (model.faces[:, 3] < 0)[:, None], field[..., corners[:, 0], :], 0.0
        )
        return np.concatenate([field, middle, total / weights[:, None]], axis=-2)

    regions = finer(np.asarray(model.region_weights)[..., None])[..., 0]
    vertices = finer(np.asarray(model.mean, np.float64))
    assert len(vertices) == step.matrix.shape[0]
    return replace(
        model,
        cage=None,
        mean=vertices,
        identity_basis=finer(np.asarray(model.identity_basis)),
        expression_basis=finer(np.asarray(model.expression_basis)),
        albedo_mean=finer(np.asarray(model.albedo_mean)),
        albedo_basis=finer(np.asarray(model.albedo_basis)),
        faces=step.faces,
        faces_uv=step.faces,
        uv=np.zeros((len(vertices), 2)),
        region_weights=regions,
        face_parts=np.repeat(model.face_parts, np.where(model.faces[:, 3] < 0, 3, 4)),
        joint_regressor=np.concatenate(
            [model.joint_regressor, np.zeros((len(model.joint_names), len(vertices) - count))], axis=1
        ),
        skin_weights=finer(np.asarray(model.skin_weights)),
    )


def test_thinned_areas_keep_their_sum_and_their_distance() -> None:
    points = torch.rand(3000, 3, dtype=torch.float64, generator=torch.Generator().manual_seed(1)) * 0.02
    areas = torch.rand(3000, dtype=torch.float64, generator=torch.Generator().manual_seed(2))
    kept = thinned(points, areas, 0.004)
    assert 60 < (kept > 0).sum() <= 125
    torch.testing.assert_close(kept.sum(), areas.sum())
    cells = (points[kept > 0] / 0.004).floor()
    assert len(cells.unique(dim=0)) == len(cells)
    torch.testing.assert_close(thinned(points, areas, 1e-7), areas)  # finer than the points: all stay


def test_vertex_areas_are_shares_of_the_triangles() -> None:
    square = torch.tensor([[0.0, 0, 0], [2, 0, 0], [2, 1, 0], [0, 1, 0]], dtype=torch.float64)
    found = vertex_areas(square, torch.tensor([[0, 1, 2], [0, 2, 3]]))
    torch.testing.assert_close(found, square.new_tensor([2 / 3, 1 / 3, 2 / 3, 1 / 3]))
