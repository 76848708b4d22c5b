"""What the colours of a toy face's texture say: beards are its own, masks and strands not, and none of them is bare."""

from __future__ import annotations

import numpy as np
import pytest
from likeness.inference.skin.evidence import SkinEvidence, skin_evidence
from likeness.inference.skin.zones import face_zones
from likeness.inference.uv.atlas import uv_atlas
from toy_face import SKIN, toy_model

SIZE = 256
MODEL = toy_model()
ATLAS = uv_atlas(MODEL, SIZE)
ZONES = face_zones(MODEL, SIZE)
X, Y, _ = np.moveaxis(ATLAS.interpolate(MODEL.mean), -1, 0)
POINTS = MODEL.dense_points(MODEL.mean)
DARK_BROWN, BLUE, BLACK = (0.05, 0.035, 0.025), (0.3, 0.45, 0.7), (0.01, 0.01, 0.01)


def evidence(
    covered: np.ndarray, colour: tuple[float, ...], skin: tuple[float, ...] = SKIN, trust: float = 0.5
) -> SkinEvidence:
    """Of a plain face with something over it, which was trusted to be skin by ``trust`` at first sight."""
    grain = np.exp(0.05 * np.random.default_rng(0).standard_normal((SIZE, SIZE, 1)))
    albedo = np.where(covered[..., None], colour, np.array(skin) * grain).astype(np.float32)
    seen = ATLAS.mask.astype(np.float32)
    return skin_evidence(albedo, seen, np.where(covered, trust, 1.0).astype(np.float32), ATLAS, MODEL)


def near(point: int, radius: float = 0.006) -> np.ndarray:
    away = ATLAS.interpolate(MODEL.mean) - POINTS[point]
    return ATLAS.mask & (np.linalg.norm(away, axis=-1) < radius)


@pytest.mark.parametrize("skin", [SKIN, (0.6, 0.45, 0.38), (0.12, 0.07, 0.05), (0.4, 0.4, 0.4)])
def test_a_plain_face_is_skin(skin: tuple[float, ...]) -> None:
    found = evidence(np.zeros_like(ATLAS.mask), BLACK, skin)
    inner = (ZONES.inner > 0.9) & ATLAS.mask
    assert found.own[inner].min() > 0.95
    assert found.bare[inner & (ZONES.features < 0.01)].mean() > 0.9


def test_a_beard_is_the_persons_own_but_not_bare() -> None:
    beard = (ZONES.beard > 0.9) & (ZONES.features < 0.5) & ATLAS.mask
    found = evidence(beard, DARK_BROWN)
    chin = near(199) & beard
    assert found.own[chin].mean() > 0.9
    assert found.bare[chin].max() < 0.05
    assert found.own[near(9)].min() > 0.95


@pytest.mark.parametrize("colour", [BLUE, BLACK])
def test_a_mask_is_nobodys_own(colour: tuple[float, ...]) -> None:
    mask = (POINTS[195, 1] > Y) & ATLAS.mask
    found = evidence(mask, colour, trust=0.4)
    for point in (4, 0, 17, 199):  # tip of the nose, lips, chin
        assert found.own[near(point, 0.004)].max() < 0.05
    assert found.own[near(9)].min() > 0.95


def test_a_strand_from_the_hair_vanishes_and_a_mole_stays() -> None:
    cheek = POINTS[280]
    hair = (POINTS[10, 1] + 0.003 < Y) & ATLAS.mask
    strand = (np.abs(X - cheek[0]) < 0.0025) & (cheek[1] < Y) & ATLAS.mask
    mole = near(50, 0.002)
    found = evidence(hair | strand | mole, DARK_BROWN, trust=0.2)
    assert found.own[strand & (cheek[1] + 0.01 > Y)].max() < 0.05
    assert found.own[mole].mean() > 0.9
    assert found.bare[near(50, 0.015) & ~near(50, 0.006)].mean() > 0.5
