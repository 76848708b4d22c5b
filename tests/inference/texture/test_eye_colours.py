"""Eyes of known colour, photographed and measured; and what is painted with what was measured."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest
from likeness.anatomy.landmarks import DENSE
from likeness.anatomy.parts import PartName
from likeness.bfm.builtin.eyes import SCLERA
from likeness.bfm.face_model import FaceModel
from likeness.bfm.library.registry import load_model
from likeness.geometry.colour import linear_to_srgb
from likeness.inference.detectors.landmarks import FaceLandmarks
from likeness.inference.fitting.face_fit import FaceFit
from likeness.inference.fitting.view import View
from likeness.inference.images import Photo
from likeness.inference.texture.eye_colours import TYPICAL_EYES, EyeColours, measure_eyes
from likeness.inference.texture.eye_shape import eye_shapes
from likeness.inference.texture.iris import eye_paint, painted_eyes
from likeness.inference.texture.texture import Texture, with_eyes
from likeness.inference.uv.atlas import uv_atlas
from toy_face import photograph, toy_fit

SIZE = 512
IRISES = {
    "dark brown": (0.035, 0.016, 0.008),
    "brown": (0.10, 0.05, 0.022),
    "hazel": (0.12, 0.085, 0.04),
    "blue": (0.10, 0.13, 0.17),
}


@pytest.fixture(scope="module")
def model() -> FaceModel:
    return load_model("builtin")


def with_painted(model: FaceModel, iris: tuple[float, ...], white: float = 0.6) -> np.ndarray:
    """Vertex albedo (V, 3) of the mean face with irises of a colour and a white so bright as this."""
    paint = np.asarray(model.albedo_mean, float).copy()
    for eye in PartName.EYEBALLS:
        ball, disc = model.part_vertices(*eye), model.part_vertices(eye[1])
        paint[ball] = white * SCLERA / SCLERA.mean()
        paint[disc], paint[model.part_vertices(eye[2])] = iris, 0.006
    return paint


def view(model: FaceModel, fit: FaceFit, paint: np.ndarray) -> View:
    """A photo of the painted face with the landmarks that a detector would find."""
    photo = photograph(model, fit, paint, (0.2, 0.2, 0.2))
    points = fit.camera.project(fit.posed.new_tensor(model.dense_points(model.mean))).double().numpy()
    box = np.concatenate([points.min(axis=0), points.max(axis=0)])
    return View(photo, FaceLandmarks(points, DENSE, np.ones(len(points)), None, box, "tests", 1.0))


def measured(model: FaceModel, seen: View, fit: FaceFit) -> EyeColours:
    found = measure_eyes(seen, model, fit)
    assert found is not None
    return found


@pytest.mark.parametrize("name", IRISES)
@pytest.mark.parametrize("pixels", [300, 900])
def test_the_colour_of_irises_is_found(model: FaceModel, name: str, pixels: int) -> None:
    fit = toy_fit(model, pixels=pixels)
    found = measured(model, view(model, fit, with_painted(model, IRISES[name])), fit)
    np.testing.assert_allclose(linear_to_srgb(found.iris), linear_to_srgb(np.array(IRISES[name])), atol=0.09)
    red, _, blue = found.iris
    assert (red > 1.5 * blue) == (name != "blue")


def test_dark_irises_stay_darker_than_light_ones(model: FaceModel) -> None:
    fit = toy_fit(model, pixels=600)
    levels = [measured(model, view(model, fit, with_painted(model, IRISES[name])), fit).iris.mean() for name in IRISES]
    assert levels == sorted(levels)
    assert levels[0] < 0.03


def test_the_white_is_no_brighter_than_it_is_seen(model: FaceModel) -> None:
    fit = toy_fit(model, pixels=600)
    whites = [
        measured(model, view(model, fit, with_painted(model, IRISES["brown"], white)), fit).white.mean()
        for white in (0.35, 0.5)
    ]
    assert whites[0] < 0.35 * 1.2
    assert whites[0] < whites[1] < 0.5 * 1.1


def test_lamps_mirrored_in_the_eye_are_no_colour_of_it(model: FaceModel) -> None:
    fit = toy_fit(model, pixels=900)
    seen = view(model, fit, with_painted(model, IRISES["dark brown"]))
    plain = measured(model, seen, fit)
    lit = seen.photo.pixels.copy()
    for eye in eye_shapes(model):
        x, y = seen.landmarks.points[eye.iris[0]]
        radius = np.ptp(seen.landmarks.points[list(eye.iris), 0]) / 2
        cv2.circle(lit, (round(x + 0.3 * radius), round(y + 0.3 * radius)), round(0.25 * radius), (250, 250, 255), -1)
    glinting = measured(model, replace(seen, photo=Photo(None, lit)), fit)
    np.testing.assert_allclose(glinting.iris, plain.iris, rtol=0.25)


def test_in_a_grey_photo_eyes_are_grey(model: FaceModel) -> None:
    fit = toy_fit(model, pixels=600)
    seen = view(model, fit, with_painted(model, IRISES["brown"]))
    grey = cv2.cvtColor(cv2.cvtColor(seen.photo.pixels, cv2.COLOR_RGB2GRAY), cv2.COLOR_GRAY2RGB)
    found = measured(model, replace(seen, photo=Photo(None, grey)), fit)
    assert np.ptp(255 * linear_to_srgb(found.iris)) < 1.0
    assert np.ptp(255 * linear_to_srgb(found.white)) < 1.0


def test_coloured_light_is_taken_out(model: FaceModel) -> None:
    fit = toy_fit(model, pixels=600)
    warm = replace(fit, light=fit.light * fit.light.new_tensor([1.25, 1.0, 0.7]))
    plain = measured(model, view(model, fit, with_painted(model, IRISES["blue"])), fit)
    found = measured(model, view(model, warm, with_painted(model, IRISES["blue"])), warm)
    np.testing.assert_allclose(linear_to_srgb(found.iris), linear_to_srgb(plain.iris), atol=0.03)


@pytest.mark.parametrize("what", ["no iris", "dark glasses", "turned away"])
def test_eyes_that_are_not_seen_have_no_colour(model: FaceModel, what: str) -> None:
    fit = toy_fit(model, 85.0 if what == "turned away" else 0.0, pixels=600)
    paint = with_painted(model, (0.42, 0.39, 0.37) if what == "no iris" else IRISES["brown"], 0.4)
    if what == "dark glasses":
        paint = np.minimum(paint, 0.02)
    assert measure_eyes(view(model, fit, paint), model, fit) is None


def test_what_is_painted_is_what_was_measured(model: FaceModel) -> None:
    colours = EyeColours(np.array(IRISES["hazel"]), 0.5 * SCLERA, 1.0, TYPICAL_EYES.rims)
    texture = painted_eyes(np.full((SIZE, SIZE, 3), 0.3, np.float32), model, colours)
    atlas = uv_atlas(model, SIZE)
    ids, weights = atlas.triangle_ids, atlas.barycentrics
    places = (model.mean[atlas.triangles[ids]] * weights[..., None]).sum(axis=2)
    for eye in eye_shapes(model):
        ball = np.isin(atlas.parts(), eye.parts)
        off = np.linalg.norm(eye.off_axis(places[ball]), axis=-1)
        colour = texture[ball]
        np.testing.assert_allclose(colour[off < 0.2].max(), 0.006, atol=0.003)
        np.testing.assert_allclose(colour[(off > 0.5) & (off < 0.85)].mean(axis=0), colours.iris, rtol=0.12)
        np.testing.assert_allclose(np.median(colour[(off > 1.2) & (off < 1.5)], axis=0), colours.white, rtol=0.1)
    assert (texture[atlas.parts() == 0] == np.float32(0.3)).all()


def test_an_iris_is_drawn_finely() -> None:
    """A dark rim, fibres that spread the brightness, an edge between pupil and iris that no pupil's colour crosses."""
    y, x = np.mgrid[-2.0:2.0:401j, -2.0:2.0:401j]
    across = np.stack([x.ravel(), y.ravel()], axis=-1)
    colours = EyeColours(np.array(IRISES["blue"]), 0.5 * SCLERA, 1.0, TYPICAL_EYES.rims)
    off, level = np.hypot(*across.T), eye_paint(across, colours).mean(axis=-1)
    ring = level[(off > 0.6) & (off < 0.65)]
    assert 0.04 < ring.std() / ring.mean() < 0.4
    assert level[(off > 0.93) & (off < 0.97)].mean() < 0.8 * ring.mean()
    assert level[off < 0.28].max() < 0.01


def test_eyes_that_no_photo_shows_are_painted_and_called_guessed(model: FaceModel) -> None:
    whole = np.ones((SIZE, SIZE), np.float32)
    blank = Texture(np.full((SIZE, SIZE, 3), 0.3, np.float32), whole, whole)
    eyes = np.isin(uv_atlas(model, SIZE).parts(), [part for eye in eye_shapes(model) for part in eye.parts])
    guessed, known = with_eyes(blank, model, None), with_eyes(blank, model, TYPICAL_EYES)
    assert guessed.confidence[eyes].max() == 0.0
    assert known.confidence.min() == 1.0
    np.testing.assert_array_equal(guessed.albedo, known.albedo)
