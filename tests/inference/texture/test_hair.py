"""The colour of hair on a rendered head: found where there is hair, and nothing where there is none."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from likeness.anatomy.landmarks import Ibug
from likeness.bfm.library.registry import load_model
from likeness.inference.fitting.face_fit import FaceFit
from likeness.inference.images import Photo
from likeness.inference.texture import hair
from likeness.inference.texture.hair import SeenHair, seen_hair
from likeness.inference.texture.scalp import with_stubble
from likeness.inference.uv.atlas import uv_atlas
from likeness.result.colouring import Colour
from likeness.result.scalp import depth_in_scalp, hair_density
from toy_face import photograph, toy_fit, with_skin

MODEL = load_model("builtin")
LIGHT_SKIN, DARK_SKIN = (0.52, 0.3, 0.22), (0.1, 0.05, 0.033)
BLACK, BROWN, RED, BLOND, WHITE = (
    (0.012, 0.01, 0.009), (0.09, 0.05, 0.028), (0.2, 0.065, 0.03), (0.4, 0.28, 0.13), (0.6, 0.58, 0.55),
)  # fmt: skip
WALL, SIZE = (1.0, 1.0, 1.0), 256


def person(
    skin: tuple[float, ...],
    top: tuple[float, ...],
    monkeypatch: pytest.MonkeyPatch,
    grain: float = 0.25,
    bald: np.ndarray | None = None,
) -> tuple[Photo, FaceFit]:
    """A head with something of one colour on its scalp, before a white wall; its fit knows where it is."""
    fit = toy_fit(MODEL)
    fit = replace(fit, camera=replace(fit.camera, translation=torch.tensor([0.0, 0.0, 1.2])))
    scalp = hair_density(depth_in_scalp(MODEL.mean, MODEL.landmarks68))[:, None] > 0.5
    strands = np.exp(grain * np.random.default_rng(0).standard_normal((len(scalp), 1)))
    hairy = scalp if bald is None else scalp & ~bald[:, None]
    paint = np.where(hairy, np.array(top) * strands, np.array(skin))
    photo = photograph(MODEL, fit, paint, WALL)
    shown = photograph(MODEL, replace(fit, light=fit.light * 0 + 3.5), np.where(scalp, 0.0, 1.0) * [1, 1, 1], (0, 0, 0))

    monkeypatch.setattr(hair, "person_mask", lambda pixels: (pixels.min(axis=-1) < 250).astype(np.float32))
    return photo, with_skin(fit, (shown.pixels[..., 0] > 128).astype(np.float32))


@pytest.mark.parametrize("skin", [LIGHT_SKIN, DARK_SKIN], ids=["light skin", "dark skin"])
@pytest.mark.parametrize("colour", [BLACK, BROWN, RED, BLOND, WHITE], ids=["black", "brown", "red", "blond", "white"])
def test_hair_has_its_own_colour(
    skin: tuple[float, ...], colour: tuple[float, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    photo, fit = person(skin, colour, monkeypatch)
    found = seen_hair(photo, MODEL, fit)
    assert found is not None
    np.testing.assert_allclose(found.colour, colour, rtol=0.2, atol=0.003)
    assert found.cover.min() > 0.5
    assert found.cover.mean() > 0.98


@pytest.mark.parametrize("skin", [LIGHT_SKIN, DARK_SKIN], ids=["light skin", "dark skin"])
def test_a_bald_head_has_no_hair(skin: tuple[float, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    photo, fit = person(skin, tuple(0.95 * np.array(skin)), monkeypatch, grain=0.0)
    assert seen_hair(photo, MODEL, fit) is None


def test_a_bald_crown_stays_bald_also_where_it_is_not_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    across, up, forward = (MODEL.mean - MODEL.mean[MODEL.landmarks68[Ibug.NOSE_BRIDGE]]).T
    crown = (np.abs(across) < 0.04) & (up > 0.05)
    monkeypatch.setattr(hair, "LEAST_AREA", 0.05)  # this head's hair does not stand out beside it
    monkeypatch.setattr(hair, "LEAST_SHARE", 0.3)
    photo, fit = person(LIGHT_SKIN, BROWN, monkeypatch, bald=crown)
    found = seen_hair(photo, MODEL, fit)
    assert found is not None
    top = (np.abs(across) < 0.012) & (up > 0.095)
    behind = (up < 0.03) & (forward < -0.15)
    beside = (np.abs(across) > 0.07) & (up > 0.02) & (up < 0.05) & (forward < -0.07)
    assert found.cover[top].max() < 0.7
    assert found.cover[behind].min() == 1.0
    assert found.cover[beside].mean() > 0.9


@pytest.mark.parametrize("cap", [(0.02, 0.06, 0.5), (0.6, 0.02, 0.02), (0.9, 0.05, 0.4), (0.02, 0.3, 0.25)])
def test_a_coloured_cap_is_no_hair(cap: tuple[float, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    photo, fit = person(LIGHT_SKIN, cap, monkeypatch, grain=0.05)
    assert seen_hair(photo, MODEL, fit) is None


def test_grey_pictures_give_grey_hair(monkeypatch: pytest.MonkeyPatch) -> None:
    photo, fit = person(LIGHT_SKIN, BROWN, monkeypatch)
    grey = np.repeat(photo.pixels.astype(float).mean(axis=-1, keepdims=True), 3, axis=-1).astype(np.uint8)
    light = fit.light.mean(dim=1, keepdim=True).expand(-1, 3)
    found = seen_hair(replace(photo, pixels=grey), MODEL, replace(fit, light=light))
    assert found is not None
    assert max(found.colour) - min(found.colour) < 0.002


def test_without_a_skin_mask_nothing_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    photo, fit = person(LIGHT_SKIN, BROWN, monkeypatch)
    assert seen_hair(photo, MODEL, replace(fit, skin_confidence=None)) is None


def stubbled(hair: Colour, bare: float = 0.0) -> tuple[np.ndarray, np.ndarray]:
    """Texels (T, T, 3) of plain light skin with stubble, and how much scalp each is."""
    atlas, skin = uv_atlas(MODEL, SIZE), np.full((SIZE, SIZE, 3), LIGHT_SKIN, np.float32)
    seen = np.full((SIZE, SIZE), bare, np.float32)
    covered = SeenHair(hair, depth_in_scalp(MODEL.mean, MODEL.landmarks68), np.ones(len(MODEL.mean)))
    return with_stubble(skin, seen, covered, atlas), atlas.interpolate(
        hair_density(depth_in_scalp(MODEL.mean, MODEL.landmarks68))[:, None]
    )[..., 0]


def test_stubble_tints_the_scalp_and_nothing_else() -> None:
    made, scalp = stubbled(BROWN)
    deep = scalp == 1.0
    np.testing.assert_array_equal(made[scalp == 0.0], np.full_like(made[scalp == 0.0], LIGHT_SKIN))
    share = (np.array(LIGHT_SKIN) - made[deep]).mean(axis=0) / (np.array(LIGHT_SKIN) - BROWN)
    assert ((share > 0.5) & (share < 0.85)).all()  # skin shines through
    assert made[deep].std(axis=0).min() > 0.01  # and it is no cap of one colour
    rim = made[(scalp > 0.1) & (scalp < 0.4)].mean()
    assert made[deep].mean() + 0.02 < rim < np.mean(LIGHT_SKIN)


def test_stubble_lighter_than_the_skin_shows_less() -> None:
    (dark, scalp), (light, _) = stubbled(BLACK), stubbled((0.6, 0.6, 0.6))
    deep = scalp == 1.0
    shares = [
        np.mean((made[deep] - LIGHT_SKIN).mean(axis=0) / (np.array(hair) - LIGHT_SKIN))
        for made, hair in ((dark, BLACK), (light, (0.6, 0.6, 0.6)))
    ]
    assert shares[1] < 0.7 * shares[0]


def test_skin_that_the_photo_shows_bare_stays_bare() -> None:
    made, _ = stubbled(BLACK, bare=1.0)
    np.testing.assert_allclose(made, np.full_like(made, LIGHT_SKIN), atol=1e-6)
