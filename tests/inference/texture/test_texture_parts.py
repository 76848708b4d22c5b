"""The texture's tools: atlas, mirror, blending, padding, delighting."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from likeness.bfm.face_model import FaceModel
from likeness.inference.lighting import shade, to_view_frame
from likeness.inference.skin.evidence import skin_evidence
from likeness.inference.texture.delighting import divide_light, even_out, soften_highlights, texel_shading
from likeness.inference.uv.atlas import texel_geometry, uv_atlas
from likeness.inference.uv.blending import blend, pad_charts, push_pull, shrink
from likeness.inference.uv.mirror import mirror_coordinates, mirrored
from toy_face import SKIN, toy_fit, toy_model

SIZE = 128
MODEL = toy_model()
ATLAS = uv_atlas(MODEL, SIZE)


def rough(seed: int, *shape: int) -> np.ndarray:
    return np.random.default_rng(seed).uniform(0.1, 0.9, shape).astype(np.float32)


def plain_skin(size: int = SIZE) -> np.ndarray:
    return np.tile(np.array(SKIN, np.float32), (size, size, 1))


def test_interpolation_equals_a_loop_over_texels() -> None:
    values = np.random.default_rng(0).normal(size=(len(MODEL.mean), 2))
    image = ATLAS.interpolate(values)
    rows, columns = np.nonzero(ATLAS.mask)
    for row, column in list(zip(rows, columns, strict=True))[::97]:
        corners = values[ATLAS.triangles[ATLAS.triangle_ids[row, column]]]
        expected = sum(weight * corner for weight, corner in zip(ATLAS.barycentrics[row, column], corners, strict=True))
        np.testing.assert_allclose(image[row, column], expected, atol=1e-5)
    assert not image[~ATLAS.mask].any()


def test_atlas_is_kept_per_model_object() -> None:
    assert uv_atlas(MODEL, SIZE) is uv_atlas(MODEL, SIZE)
    assert uv_atlas(replace(MODEL), SIZE) is not uv_atlas(MODEL, SIZE)


def test_texel_geometry_agrees_with_camera_and_surface() -> None:
    fit = toy_fit(MODEL, 20.0)
    geometry = texel_geometry(ATLAS, fit)
    inside = ATLAS.mask
    np.testing.assert_allclose(geometry.positions[inside], ATLAS.interpolate(MODEL.mean)[inside], atol=1e-6)
    np.testing.assert_allclose(np.linalg.norm(geometry.normals[inside], axis=-1), 1.0, atol=1e-4)
    pixels = fit.camera.project(torch.from_numpy(geometry.positions[inside]))
    np.testing.assert_allclose(geometry.pixels[inside], pixels, atol=1e-3)
    assert (geometry.visibility[geometry.facing < 0.15] == 0.0).all()
    assert (geometry.visibility[inside & (geometry.facing > 0.7)] > 0.9).mean() > 0.8


@pytest.mark.parametrize("model", [MODEL, toy_model(slide=0.15)], ids=["symmetric", "shifted"])
def test_mirror_finds_the_same_spot_on_the_other_side(model: FaceModel) -> None:
    atlas = uv_atlas(model, SIZE)
    at = mirror_coordinates(model, SIZE)
    positions = atlas.interpolate(model.mean)
    # Away from the chart's edge, where the lookup would mix in the empty outside.
    inner = mirrored(atlas.mask.astype(np.float32), at) > 0.999
    error = np.linalg.norm(mirrored(positions, at) * [-1.0, 1.0, 1.0] - positions, axis=-1)[inner & atlas.mask]
    assert (inner & atlas.mask).sum() > 0.9 * atlas.mask.sum()
    assert np.quantile(error, 0.99) < 1e-3
    assert np.median(error) < 2e-4


def test_mirror_of_the_mirror_is_the_picture() -> None:
    at = mirror_coordinates(MODEL, SIZE)
    picture = ATLAS.interpolate(np.stack([MODEL.mean[:, 0], MODEL.mean[:, 1]], axis=1))
    twice = mirrored(mirrored(picture, at), at)
    inner = mirrored(mirrored(ATLAS.mask.astype(np.float32), at), at) > 0.999
    np.testing.assert_allclose(twice[inner], picture[inner], atol=5e-4)


def test_shrink_is_the_weighted_mean_of_each_cell() -> None:
    image, weight = rough(1, 16, 16, 3), rough(2, 16, 16)
    small, cells = shrink(image, weight, 4)
    block = (slice(4, 8), slice(8, 12))
    np.testing.assert_allclose(cells[1, 2], weight[block].mean(), rtol=1e-5)
    expected = (image[block] * weight[block][..., None]).sum((0, 1)) / weight[block].sum()
    np.testing.assert_allclose(small[1, 2], expected, rtol=1e-5)


@settings(max_examples=20)
@given(st.integers(0, 100), st.integers(3, 40), st.integers(3, 40))
def test_push_pull_keeps_what_is_known_and_stays_in_its_range(seed: int, height: int, width: int) -> None:
    image = rough(seed, height, width, 3)
    known = (rough(seed + 1, height, width) > 0.6).astype(np.float32)
    known[0, 0] = 1.0
    filled = push_pull(image, known)
    sure = known > 0
    np.testing.assert_allclose(filled[sure], image[sure], atol=1e-5)
    assert filled.min() >= image[sure].min() - 1e-4
    assert filled.max() <= image[sure].max() + 1e-4


def test_blend_goes_from_one_picture_to_the_other() -> None:
    below, above = rough(3, 40, 52, 3), rough(4, 40, 52, 3)
    full = np.ones((40, 52), np.float32)
    np.testing.assert_allclose(blend(below, above, full, 3), above, atol=1e-5)
    np.testing.assert_allclose(blend(below, above, 0 * full, 3), below, atol=1e-6)
    np.testing.assert_allclose(blend(below, above, 0.5 * full, 3), (below + above) / 2, atol=1e-5)


def test_blend_softens_a_hard_border_of_flat_colours() -> None:
    weight = np.zeros((64, 64), np.float32)
    weight[:, 32:] = 1.0
    flat = np.zeros((64, 64, 3), np.float32)
    mixed = blend(flat, flat + 1.0, weight, 4)
    assert np.abs(np.diff(mixed, axis=1)).max() < 0.15


def test_padding_is_the_nearest_chart_texel_within_reach() -> None:
    image = rough(5, 32, 32, 3)
    mask = np.zeros((32, 32), bool)
    mask[10:20, 10:20] = True
    padded = pad_charts(image, mask, 4)
    np.testing.assert_array_equal(padded[mask], image[mask])
    np.testing.assert_array_equal(padded[15, 6:10], np.tile(image[15, 10], (4, 1)))
    np.testing.assert_allclose(padded[0, 0], image[mask].mean(axis=0), rtol=1e-5)


def test_texel_shading_is_the_light_on_turned_normals() -> None:
    fit = toy_fit(MODEL, 30.0)
    normals = texel_geometry(ATLAS, fit).normals
    expected = shade(to_view_frame(torch.from_numpy(normals) @ fit.camera.rotation.mT), fit.light)
    np.testing.assert_allclose(texel_shading(normals, fit), expected, atol=1e-5)


def test_dividing_the_light_is_exact_in_light_and_bounded_in_shadow() -> None:
    shading = np.linspace(-0.5, 1.5, 400, dtype=np.float32)[None, :, None].repeat(3, axis=2)
    colour = np.float32(0.3) * np.maximum(shading, 0.02)
    albedo, level = divide_light(colour, shading, np.ones((1, 400), np.float32))
    lit = shading[0, :, 0] > 0.3
    np.testing.assert_allclose(albedo[0, lit], 0.3, rtol=1e-4)
    assert albedo.max() < 0.31
    assert albedo.min() > 0.0
    assert np.abs(np.diff(albedo, axis=1)).max() < 0.02
    assert level[0, 0] == 0.0
    assert level[0, -1] == 1.0


def test_highlights_go_and_matt_skin_stays() -> None:
    skin = plain_skin() * np.exp(0.1 * (rough(7, SIZE, SIZE, 1) - 0.5))
    everywhere = np.ones((SIZE, SIZE), np.float32)
    np.testing.assert_allclose(soften_highlights(skin, everywhere), skin, rtol=0.03)
    y, x = np.mgrid[:SIZE, :SIZE]
    spot = np.exp(-((x - 64) ** 2 + (y - 64) ** 2) / 18.0).astype(np.float32)
    shiny = skin + 0.5 * spot[..., None]
    softened = soften_highlights(shiny, everywhere)
    assert np.abs(softened - skin)[61:67, 61:67].mean() < 0.4 * np.abs(shiny - skin)[61:67, 61:67].mean()
    ratio = softened[61:67, 61:67, 1] / softened[61:67, 61:67, 0]
    assert ratio.max() < 1.15 * SKIN[1] / SKIN[0]


def test_even_out_keeps_skin_and_lifts_shadows() -> None:
    everywhere = np.ones((SIZE, SIZE), np.float32)
    x = np.linspace(-1, 1, SIZE, dtype=np.float32)[None, :, None]
    gentle = plain_skin() * np.exp(0.08 * np.sin(6 * x))
    np.testing.assert_allclose(even_out(gentle, plain_skin(), everywhere), gentle, rtol=0.02)
    shadow = plain_skin() * np.exp(-1.2 * np.exp(-(((x - 0.5) / 0.15) ** 2)))
    lifted = even_out(shadow, plain_skin(), everywhere)
    assert lifted.mean(axis=-1).min() > 1.5 * shadow.mean(axis=-1).min()


def test_skin_evidence_knows_skin_from_hair_but_keeps_brows() -> None:
    x, y, _ = np.moveaxis(ATLAS.interpolate(MODEL.mean), -1, 0)
    albedo = plain_skin() * np.exp(0.1 * (rough(8, SIZE, SIZE, 1) - 0.5))
    brows = MODEL.dense_points(MODEL.mean)[[105, 334]]
    hair = (y > 0.075) & ATLAS.mask
    brow = (np.abs(y - brows[0, 1] + 0.003) < 0.002) & (np.abs(np.abs(x) - brows[1, 0]) < 0.005) & ATLAS.mask
    albedo[hair | brow] = (0.02, 0.015, 0.012)
    evidence = skin_evidence(albedo, ATLAS.mask.astype(np.float32), (~hair).astype(np.float32), ATLAS, MODEL)
    cheek = (np.abs(y) < 0.02) & (x > 0.05) & ATLAS.mask
    assert evidence.own[hair & (y > 0.08)].max() < 0.05
    assert evidence.own[brow].mean() > 0.9
    assert evidence.plain[brow].mean() < 0.3
    assert evidence.own[cheek].mean() > 0.9
