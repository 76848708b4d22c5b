"""Brows that no photo shows are as dark as the hair, and never lighter than skin."""

from __future__ import annotations

import numpy as np
import pytest
from likeness.anatomy.regions import RegionName
from likeness.bfm.library.registry import load_model
from likeness.inference.texture.brows import with_usual_brows
from likeness.inference.uv.atlas import uv_atlas

SIZE = 256
SKIN = np.array([0.45, 0.28, 0.21], np.float32)


@pytest.mark.parametrize(
    ("hair", "least", "most"),
    [((0.02, 0.015, 0.01), 0.35, 0.6), (None, 0.5, 0.75), ((0.7, 0.65, 0.6), 0.75, 0.95)],
    ids=["black", "unknown", "white"],
)
def test_brows_follow_the_hair(hair: tuple[float, float, float] | None, least: float, most: float) -> None:
    model = load_model("builtin")
    atlas = uv_atlas(model, SIZE)
    brows = atlas.interpolate(model.region(RegionName.BROWS)[:, None])[..., 0]
    skin = np.tile(SKIN, (SIZE, SIZE, 1))
    made = with_usual_brows(skin, np.zeros((SIZE, SIZE), np.float32), hair, atlas, model) / SKIN
    assert least < made[brows > 0.8].mean() < most
    np.testing.assert_array_equal(made[brows == 0.0], 1.0)
    own = with_usual_brows(skin, np.ones((SIZE, SIZE), np.float32), hair, atlas, model)
    np.testing.assert_array_equal(own, skin)
