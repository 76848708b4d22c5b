"""A depth map without scale and place, put onto a fitted sheet whose true shape is known."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import torch
from likeness.errors import LikenessError
from likeness.inference.depth.alignment import aligned
from likeness.inference.depth.depth_map import DepthMap
from likeness.inference.depth.on_face import finer_than_mesh
from likeness.inference.depth.source import DepthSource
from likeness.inference.detail.picture import face_picture
from likeness.inference.detectors.crop import Crop
from likeness.inference.images import Photo
from likeness.inference.rendering.rasterizer import rasterize
from sheets import FINE, HALF, SIDE, Scene, scene, sheet

Field = Callable[[np.ndarray, np.ndarray], np.ndarray]
WINDOW = Crop((SIDE / 2 + 4.0, SIDE / 2 - 3.0), SIDE * 1.1, resolution=512)
SIZE = 128


@pytest.fixture(scope="module")
def lit() -> Scene:
    return scene(ambient=0.9, sideways=0.0, frontal=0.0)


def broad(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Hills of 1.5 mm, 30 mm from one to the next."""
    return 0.0015 * np.sin(2 * np.pi * x / 0.03) * np.cos(2 * np.pi * y / 0.04)


def fine(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Wrinkles of 0.2 mm, 5 mm from one to the next."""
    return 0.0002 * np.sin(2 * np.pi * (x + 0.4 * y) / 0.005)


def depth_of(shown: Scene, height: Field, scale: float = 1.3, place: float = 40.0, slant: float = 0.0) -> DepthMap:
    """What a perfect network would say of the sheet pushed out by ``height(x, y)``, in its own units and place."""
    vertices, quads = sheet(FINE)
    triangles = torch.as_tensor(np.concatenate([quads[:, :3], quads[:, [0, 2, 3]]]))
    vertices = vertices + np.stack([0 * vertices[:, 0], 0 * vertices[:, 0], height(*vertices[:, :2].T)], axis=1)
    camera, side = shown.fit.camera, WINDOW.resolution
    matrix = np.linalg.inv(np.vstack([WINDOW.affine(), [0, 0, 1]])) @ camera.intrinsics.double().numpy()
    placed = camera.to_camera(torch.as_tensor(vertices, dtype=torch.float32))[None]
    depth = rasterize(placed, triangles, torch.as_tensor(matrix).float(), (side, side)).depth[0].numpy()
    unit = WINDOW.side / side * 0.6 / float(camera.intrinsics[0, 0])
    across = np.linspace(-1.0, 1.0, side)
    nearness = -depth / unit / scale + place + slant * across
    return DepthMap(np.where(depth > 0, nearness, np.nan).astype(np.float32), depth > 0, WINDOW)


def nothing(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    return 0.0 * x * y


@pytest.mark.parametrize("scale", [0.6, 1.0, 1.8])
def test_scale_place_and_slant_do_not_matter(scale: float, lit: Scene) -> None:
    picture = face_picture(lit.photo(), lit.model, lit.fit)
    found = aligned(depth_of(lit, nothing, scale, -7.0, slant=5.0), picture, 1, "It")
    assert found.explained > 0.99
    assert np.abs(found.residual).max() < 5e-5


def test_what_differs_is_told_in_metres_and_in_its_place(lit: Scene) -> None:
    picture = face_picture(lit.photo(), lit.model, lit.fit)

    def hill(x: np.ndarray, y: np.ndarray) -> np.ndarray:
        return 0.002 * np.exp(-((x - 0.02) ** 2 + (y - 0.01) ** 2) / (2 * 0.006**2))

    found = aligned(depth_of(lit, hill), picture, 1, "It")
    row, column = np.unravel_index(found.residual.argmax(), found.residual.shape)
    assert found.residual.max() == pytest.approx(0.002, rel=0.1)
    x, y = ((n + 0.5) * picture.pixel for n in (column, row))
    left, top = (0.6 / 1400.0 * (c - SIDE / 2) for c in picture.corner)
    # The hill is broad and the slant takes a little of it.
    assert x + left == pytest.approx(0.02, abs=2e-3)
    assert -(y + top) == pytest.approx(0.01, abs=2e-3)


def test_vertices_go_where_the_map_has_them(lit: Scene) -> None:
    source = DepthSource("It", depth_of(lit, broad), 1, 0.006)
    [moved] = source.moved(lit.photo(), lit.model, [lit.fit])
    x, y = lit.model.mean[:, :2].T
    inner = (np.abs(x) < 0.04) & (np.abs(y) < 0.04)
    offset = (moved.neutral - lit.fit.neutral).numpy()[:, 2]
    assert torch.equal(moved.posed - lit.fit.posed, moved.neutral - lit.fit.neutral)
    assert np.corrcoef(offset[inner], broad(x, y)[inner])[0, 1] > 0.95
    error = np.abs(offset - broad(x, y))[inner]
    assert np.sqrt((error**2).mean()) < 0.35 * np.sqrt((broad(x, y)[inner] ** 2).mean())


def test_no_vertex_goes_farther_than_allowed(lit: Scene) -> None:
    source = DepthSource("It", depth_of(lit, lambda x, y: 4.0 * broad(x, y)), 1, 0.001)
    [moved] = source.moved(lit.photo(), lit.model, [lit.fit])
    assert (moved.neutral - lit.fit.neutral).norm(dim=1).max() <= 0.001001


def test_all_photos_of_a_person_get_the_same_shape(lit: Scene) -> None:
    first, second = DepthSource("It", depth_of(lit, broad), 1, 0.006).moved(lit.photo(), lit.model, [lit.fit, lit.fit])
    assert torch.equal(first.neutral, second.neutral)


@pytest.fixture(scope="module")
def side_light() -> Scene:
    return scene(ambient=0.45, sideways=0.5, frontal=0.25)


def relief_of(shown: Scene, photo: Photo) -> tuple[np.ndarray, np.ndarray]:
    """The wrinkles that a network tells, and those that a face of this photo gets, in the middle of the sheet."""
    source = DepthSource("It", depth_of(shown, lambda x, y: broad(x, y) + fine(x, y)), 1, 0.006)
    [moved] = source.moved(photo, shown.model, [shown.fit])
    detail = source.relief(photo, shown.model, moved, SIZE, None)
    centres = (np.arange(SIZE) + 0.5) * 2 * HALF / SIZE - HALF
    x, y = np.meshgrid(centres, -centres)
    inner = (np.abs(x) < 0.03) & (np.abs(y) < 0.03)
    return fine(x, y)[inner], detail.displacement[inner]


def test_what_the_mesh_cannot_carry_is_relief(side_light: Scene) -> None:
    truth, found = relief_of(side_light, side_light.photo(fine))
    assert np.corrcoef(truth, found)[0, 1] > 0.8
    assert 0.5 < (truth * found).sum() / (truth**2).sum() < 1.3


def test_wrinkles_that_the_photo_contradicts_are_no_relief(side_light: Scene) -> None:
    """A smooth face, and one whose valleys lie where the network says ridges."""
    for photo in (side_light.photo(), side_light.photo(lambda x, y: -fine(x, y))):
        truth, found = relief_of(side_light, photo)
        assert np.std(found) < 0.1 * np.std(truth)


def test_a_smooth_map_leaves_no_relief(lit: Scene) -> None:
    picture = face_picture(lit.photo(), lit.model, lit.fit)
    found = aligned(depth_of(lit, nothing), picture, 1, "It")
    assert np.abs(finer_than_mesh(found, picture)).max() < 2e-5


@pytest.mark.parametrize("kind", ["noise", "flat", "reversed"])
def test_a_map_of_something_else_is_refused(kind: str, lit: Scene) -> None:
    depth = depth_of(lit, nothing)
    values = {
        "noise": np.random.default_rng(0).normal(size=depth.nearness.shape),
        "flat": np.ones(depth.nearness.shape),
        "reversed": -depth.nearness,
    }[kind].astype(np.float32)
    picture = face_picture(lit.photo(), lit.model, lit.fit)
    with pytest.raises(LikenessError, match="What It says of the depth of this face does not fit it"):
        aligned(DepthMap(values, depth.known, WINDOW), picture, 1, "It")


def test_a_map_that_hardly_touches_the_face_is_refused(lit: Scene) -> None:
    depth = depth_of(lit, nothing)
    known = np.zeros_like(depth.known)
    known[:4, :4] = True
    with pytest.raises(LikenessError, match="too little of this face"):
        aligned(DepthMap(depth.nearness, known, WINDOW), face_picture(lit.photo(), lit.model, lit.fit), 1, "It")
