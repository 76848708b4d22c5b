"""Parts that one looks through hide nothing, and no photo is projected onto them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from lashes import DARK, lashed
from likeness.bfm.face_model import FaceModel
from likeness.bfm.library.registry import load_model
from likeness.inference.detail.picture import face_picture
from likeness.inference.fitting.face_part import face_part
from likeness.inference.fitting.model_tensors import model_tensors
from likeness.inference.preview.studio import subject_of
from likeness.inference.texture.texture import build_texture
from likeness.inference.uv.atlas import texel_geometry, uv_atlas
from likeness.result.reconstruction import ALBEDO_IMAGE
from synthetic import model_reconstruction
from toy_face import SKIN, painted, photograph, toy_fit, toy_model

SIZE = 256


@pytest.fixture(scope="module")
def model() -> FaceModel:
    return lashed(toy_model())


def test_texels_behind_are_seen(model: FaceModel) -> None:
    atlas = uv_atlas(model, SIZE)
    geometry = texel_geometry(atlas, toy_fit(model))
    sheet = atlas.parts() == 1
    assert sheet.sum() > 100
    tip = model.mean[model.mean[:, 2].argsort()[-5]]  # the sheet's own four are the foremost
    behind = (np.abs(geometry.positions[..., :2] - tip[:2]).max(axis=-1) < 0.008) & (atlas.parts() == 0)
    assert behind.sum() > 20
    assert geometry.visibility[behind & (geometry.facing > 0.7)].min() > 0.9


def test_they_keep_the_model_s_colour(model: FaceModel) -> None:
    fit = toy_fit(model)
    without = replace(fit, posed=fit.posed[:-4], neutral=fit.neutral[:-4])
    photo = photograph(toy_model(), without, painted(toy_model()), (0.2, 0.2, 0.2))
    made = build_texture([photo], model, [fit], SIZE)
    sheet = uv_atlas(model, SIZE).parts() == 1
    np.testing.assert_allclose(made.albedo[sheet], DARK, atol=1e-5)
    assert made.confidence[sheet].max() == 0


def test_detail_sees_the_skin_behind(model: FaceModel) -> None:
    bare, fit = toy_model(), toy_fit(model)
    without = replace(fit, posed=fit.posed[:-4], neutral=fit.neutral[:-4])
    photo = photograph(bare, without, np.tile(SKIN, (len(bare.mean), 1)), (0.2, 0.2, 0.2))
    found, expected = face_picture(photo, model, fit), face_picture(photo, bare, without)
    np.testing.assert_array_equal(found.depth, expected.depth)
    np.testing.assert_array_equal(found.trust, expected.trust)


def test_the_fit_does_not_know_them() -> None:
    builtin = load_model("builtin")
    with_lashes = lashed(builtin)
    assert int(model_tensors(with_lashes).triangles.max()) < len(builtin.mean)
    found, expected = face_part(with_lashes), face_part(builtin)
    torch.testing.assert_close(found.ids, expected.ids)
    torch.testing.assert_close(found.triangles, expected.triangles)
    moved = found.spread(torch.rand(len(found.ids), 3, generator=torch.Generator().manual_seed(1)) + 1)
    torch.testing.assert_close((moved[:, 0] > 0).nonzero()[:, 0], torch.cat([found.ids, found.loose]).sort()[0])
    tip = int(builtin.mean[:, 2].argmax())
    assert np.abs(builtin.mean[found.ids[found.bearers[-4:]]] - builtin.mean[tip]).max() < 0.03


def test_the_preview_leaves_them_out(model: FaceModel) -> None:
    result = model_reconstruction(model, np.full((64, 64, 3), 90, np.uint8))
    subject = subject_of(replace(result, images={ALBEDO_IMAGE: result.images[ALBEDO_IMAGE]}))
    assert int(subject.triangles.max()) < len(model.mean) - 4
    assert len(subject.triangles) == len(subject.triangles_uv) == len(subject.eyes) == len(toy_model().triangles())
