"""Maps of groups as a result keeps them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from likeness.inference.wrinkles.storing import HIGHEST, GroupFolds, stored_wrinkles, within_skin
from likeness.result.folder import read_reconstruction, write_reconstruction
from likeness.result.image_files import read_layers
from likeness.result.wrinkles import GROUPS, activation
from synthetic import sheet_reconstruction


def folds(count: int, height: float = 5e-5) -> list[GroupFolds]:
    rng = np.random.default_rng(1)
    return [
        GroupFolds(name, {"raise": 0.5, "widen": -0.25}, 0.125, height * rng.standard_normal((16, 16)))
        for name in list(GROUPS)[:count]
    ]


@pytest.mark.parametrize(("count", "files"), [(0, 0), (1, 1), (3, 1), (4, 2), (8, 3)])
def test_three_groups_a_file(count: int, files: int) -> None:
    groups, images = stored_wrinkles(folds(count))
    assert [group.name for group in groups] == list(GROUPS)[:count]
    assert len(images) == files
    for group, made in zip(groups, folds(count), strict=True):
        np.testing.assert_allclose(images[group.image][..., group.channel], made.heights, atol=1e-6)


def test_a_result_carries_them(tmp_path: Path) -> None:
    groups, images = stored_wrinkles(folds(5))
    sheet = sheet_reconstruction()
    write_reconstruction(replace(sheet, wrinkles=groups, images=sheet.images | images), tmp_path / "face")
    read = read_reconstruction(tmp_path / "face")
    assert read.wrinkles == groups
    assert activation(read.wrinkles[4], {"raise": 1.0}) == 0.5
    for name, layers in images.items():
        np.testing.assert_allclose(read_layers(read.images[name]), layers, atol=5e-7)


def test_no_height_exceeds_skin() -> None:
    groups, images = stored_wrinkles(folds(1, height=0.01))
    heights = images[groups[0].image]
    assert np.abs(heights).max() <= HIGHEST
    small = np.array([-0.5, 0.1, 0.5]) * HIGHEST
    np.testing.assert_allclose(within_skin(small, HIGHEST), small, rtol=0.02)


def test_more_groups_than_there_is_room_for_are_refused() -> None:
    with pytest.raises(ValueError, match="nine"):
        stored_wrinkles([*folds(8), *folds(8)])
