"""Relief out of photos of a sheet whose relief and paint are known."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
from likeness.inference.detail.shape_from_shading import shape_from_shading
from sheets import HALF, SKIN, Scene, scene

SIZE = 256
TEXEL = 2 * HALF / SIZE


def texel_positions() -> tuple[np.ndarray, np.ndarray]:
    centres = (np.arange(SIZE) + 0.5) * TEXEL - HALF
    x, y = np.meshgrid(centres, -centres)
    return x, y


def inside() -> np.ndarray:
    x, y = texel_positions()
    return (np.abs(x) < 0.035) & (np.abs(y) < 0.035)


def folds(x: np.ndarray, y: np.ndarray, height: float = 0.0003) -> np.ndarray:
    """Ridges and valleys askew, about 6 mm from one to the next, that wane along their way."""
    k = 2 * np.pi / 0.006
    return height * np.sin(k * (x + 0.3 * y)) * np.cos(0.1 * k * (y - 0.2 * x) + 0.2)


def grain(x: np.ndarray, y: np.ndarray, height: float = 0.00008) -> np.ndarray:
    """Hills and pits without an order, of about a millimetre."""
    k = 2 * np.pi / 0.0025 * np.array([[1.0, 0.2], [-0.3, 1.1], [0.8, -0.9], [0.5, 0.7]])
    return height * sum(np.sin(a * x + b * y + 1.7 * n) for n, (a, b) in enumerate(k))


def spots(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """(N,) 1 in round spots of 3 mm on a grid of 14 mm, soft at their edges."""
    grid = 0.014
    distance = np.hypot(x - grid * np.round(x / grid), y - grid * np.round(y / grid))
    return 1.0 / (1.0 + np.exp((distance - 0.0015) / 0.0002))


def test_relief_in_side_light_is_recovered_in_place_and_in_metres(side_light: Scene) -> None:
    detail = shape_from_shading(side_light.photo(folds), side_light.model, side_light.fit, SIZE)
    truth, found = folds(*texel_positions())[inside()], detail.displacement[inside()]
    assert np.corrcoef(truth, found)[0, 1] > 0.8
    assert 0.6 < (truth * found).sum() / (truth**2).sum() < 1.4


def test_the_same_light_from_the_other_side_gives_the_same_relief(side_light: Scene) -> None:
    other = scene(ambient=0.45, sideways=-0.5, frontal=0.25)
    maps = [shape_from_shading(s.photo(folds), s.model, s.fit, SIZE).displacement for s in (side_light, other)]
    assert np.corrcoef(maps[0][inside()], maps[1][inside()])[0, 1] > 0.8


def test_smooth_skin_stays_smooth(side_light: Scene) -> None:
    detail = shape_from_shading(side_light.photo(), side_light.model, side_light.fit, SIZE)
    assert np.abs(detail.displacement).max() < 1e-5
    assert np.abs(detail.normal_map.astype(int) - (128, 128, 255)).max() <= 2


def test_coloured_moles_are_no_relief_but_equally_dark_relief_is(side_light: Scene) -> None:
    def moles(x: np.ndarray, y: np.ndarray) -> np.ndarray:
        # Melanin takes blue most and red least.
        return np.array(SKIN) * np.exp(-spots(x, y)[:, None] * np.array([0.25, 0.4, 0.6]))

    def grey(x: np.ndarray, y: np.ndarray) -> np.ndarray:
        return np.array(SKIN) * np.exp(-0.4 * spots(x, y)[:, None])

    maps = [
        shape_from_shading(side_light.photo(paint=p), side_light.model, side_light.fit, SIZE).displacement
        for p in (moles, grey)
    ]
    coloured, colourless = (np.sqrt(np.square(m[inside()]).mean()) for m in maps)
    assert coloured < 2e-5
    assert coloured < 0.25 * colourless


def test_dark_is_deep_in_diffuse_light(soft_light: Scene) -> None:
    def creases(x: np.ndarray) -> np.ndarray:
        return np.exp(-0.5 * ((x - 0.01 * np.round(x / 0.01)) / 0.0008) ** 2)

    def dirt(x: np.ndarray, y: np.ndarray) -> np.ndarray:
        return np.array(SKIN) * np.exp(-0.1 * creases(x)[:, None])

    detail = shape_from_shading(soft_light.photo(paint=dirt), soft_light.model, soft_light.fit, SIZE)
    shade = creases(texel_positions()[0])
    assert detail.displacement[inside() & (shade > 0.9)].mean() < -2e-5
    assert detail.displacement[inside() & (shade < 0.01)].mean() > -1e-5


def test_what_has_no_lines_is_mostly_no_relief(side_light: Scene) -> None:
    folded, grainy = (
        shape_from_shading(side_light.photo(relief), side_light.model, side_light.fit, SIZE).displacement
        for relief in (folds, grain)
    )
    shares = [
        np.std(found[inside()]) / np.std(truth(*texel_positions())[inside()])
        for found, truth in ((folded, folds), (grainy, grain))
    ]
    assert shares[1] < 0.35 * shares[0]


def test_black_strands_leave_no_relief(side_light: Scene) -> None:
    def strand(x: np.ndarray, y: np.ndarray) -> np.ndarray:
        return np.array(SKIN) * np.where(np.abs(y + 0.3 * x) < 0.0008, 0.15, 1.0)[:, None]

    detail = shape_from_shading(side_light.photo(paint=strand), side_light.model, side_light.fit, SIZE)
    assert np.abs(detail.displacement[inside()]).max() < 5e-5


def test_displacement_ends_without_a_step(side_light: Scene) -> None:
    detail = shape_from_shading(side_light.photo(folds), side_light.model, side_light.fit, SIZE)
    slopes = np.hypot(*np.gradient(detail.displacement, TEXEL))
    truth = np.hypot(*np.gradient(folds(*texel_positions()), TEXEL))
    assert slopes.max() < 1.5 * truth.max()
    assert np.abs(detail.displacement[[0, -1]]).max() < 1e-6


def test_pixel_size_does_not_change_the_relief(side_light: Scene) -> None:
    photo = side_light.photo(folds)
    large = replace(photo, pixels=cv2.resize(photo.pixels, None, fx=2, fy=2, interpolation=cv2.INTER_CUBIC))
    fit = replace(side_light.fit, camera=side_light.fit.camera.scaled(2.0))
    maps = [
        shape_from_shading(p, side_light.model, f, SIZE).displacement[inside()]
        for p, f in ((photo, side_light.fit), (large, fit))
    ]
    assert np.corrcoef(*maps)[0, 1] > 0.95
    assert abs(np.std(maps[1]) / np.std(maps[0]) - 1) < 0.3


def test_there_is_no_relief_but_on_bare_skin(side_light: Scene) -> None:
    x, _ = texel_positions()
    photo = side_light.photo(folds)
    whole, half = (
        shape_from_shading(photo, side_light.model, side_light.fit, SIZE, bare).displacement
        for bare in (None, (x < 0.0).astype(np.float32))
    )
    assert np.abs(half[inside() & (x > 0.002)]).max() == 0.0
    kept = inside() & (x < -0.005)
    assert np.corrcoef(whole[kept], half[kept])[0, 1] > 0.95
