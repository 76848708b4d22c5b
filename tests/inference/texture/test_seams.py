"""A strip of skin cut in two charts: whatever colours they got, both sides of the cut end with one."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from likeness.inference.rendering.rasterizer import rasterize_uv
from likeness.inference.texture.seams import close_seams
from likeness.inference.uv.atlas import UvAtlas
from toy_face import toy_model

SIZE = 128
COLUMNS = 41  # of vertices along the strip; it is cut at the middle one
MIDDLE = COLUMNS // 2
LEFT, RIGHT = np.array([0.5, 0.3, 0.2]), np.array([0.4, 0.3, 0.3])


def strip(cut: bool) -> UvAtlas:
    """A strip of quads along u, its right half lower in the texture if it is cut."""
    columns, rows = np.meshgrid(np.arange(COLUMNS), np.arange(2), indexing="ij")
    vertex = columns * 2 + rows
    points = np.stack([columns / (COLUMNS - 1) * 0.9 + 0.05, rows * 0.2 + 0.7], axis=-1).reshape(-1, 2)
    doubled = np.concatenate([points, points - [0.0, 0.5]])
    quads = np.stack([vertex[:-1, 0], vertex[1:, 0], vertex[1:, 1], vertex[:-1, 1]], axis=1)
    moved = np.where(cut & (np.arange(COLUMNS - 1) >= MIDDLE), len(points), 0)[:, None]
    triangles, triangles_uv = (
        np.concatenate([corners[:, [0, 1, 2]], corners[:, [0, 2, 3]]]) for corners in (quads, quads + moved)
    )
    fragments = rasterize_uv(torch.as_tensor(doubled).float(), torch.as_tensor(triangles_uv), SIZE)
    return UvAtlas(
        toy_model(), SIZE, triangles, triangles_uv, np.zeros(len(triangles), int),
        fragments.triangle_ids[0].to(torch.int32).numpy(), fragments.barycentrics[0].numpy(),
    )  # fmt: skip


def coloured(atlas: UvAtlas) -> np.ndarray:
    """LEFT on the upper half of the texture, RIGHT on the lower."""
    upper = np.arange(SIZE)[:, None, None] < SIZE // 2
    return np.where(upper & atlas.mask[..., None], LEFT, np.where(atlas.mask[..., None], RIGHT, 0.0)).astype(np.float32)


def test_both_sides_of_a_cut_become_their_mean_and_what_is_far_stays() -> None:
    atlas = strip(cut=True)
    every = np.ones(len(atlas.triangles), bool)
    closed = close_seams(coloured(atlas), atlas, every)
    ends = np.linspace(0.05, 0.95, COLUMNS) * SIZE
    middle = round(ends[MIDDLE])
    above, below = closed[round(0.2 * SIZE)], closed[round(0.7 * SIZE)]
    assert above[middle - 1] == pytest.approx(np.sqrt(LEFT * RIGHT), rel=0.02)
    assert below[middle] == pytest.approx(above[middle - 1], rel=0.02)
    assert above[round(ends[0])] == pytest.approx(LEFT, rel=0.02)
    assert below[round(ends[-1]) - 1] == pytest.approx(RIGHT, rel=0.02)
    steps = np.abs(np.diff(np.log(above[round(ends[0]) + 1 : middle]), axis=0))
    assert steps.max() < 0.03, "the correction fades without a step"


def test_a_layout_without_cuts_is_left_alone() -> None:
    atlas = strip(cut=False)
    image = coloured(atlas)
    assert close_seams(image, atlas, np.ones(len(atlas.triangles), bool)) is image


def test_the_border_of_the_skin_is_no_cut() -> None:
    atlas = strip(cut=True)
    skin = np.isin(np.arange(len(atlas.triangles)) % (COLUMNS - 1), np.arange(MIDDLE))
    image = coloured(atlas)
    assert close_seams(image, atlas, skin) is image
