"""The built-in model's charts among the texels."""

from __future__ import annotations

import numpy as np
from likeness.anatomy.parts import PartName
from likeness.bfm.library.registry import load_model
from likeness.geometry.edges import unique_edges
from likeness.inference.uv.atlas import EMPTY, uv_atlas
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components


def test_charts_keep_two_empty_texels_apart_even_at_512() -> None:
    """But for teeth, lashes and tear lines: each is all of one colour, and its charts share a rectangle."""
    model = load_model("builtin")
    atlas = uv_atlas(model, 512)
    links = unique_edges(atlas.triangles_uv)
    count = len(model.uv)
    _, chart = connected_components(coo_matrix((np.ones(len(links)), links.T), (count, count)), directed=False)
    owner = chart[atlas.triangles_uv[:, 0]]
    for name in (PartName.TEETH, PartName.LASHES, PartName.TEAR_LINE):
        one = atlas.triangle_parts == model.part_names.index(name)
        rectangle = model.uv[atlas.triangles_uv[one, 0], 0] < 0.5
        owner[one] = owner.max() + 1 + rectangle
    picture = np.where(atlas.mask, owner[atlas.triangle_ids], EMPTY)
    for down, right in np.ndindex(3, 5):
        here, there = picture[: 512 - down, 2:-2], picture[down:, right : 508 + right]
        assert not ((here != there) & (here != EMPTY) & (there != EMPTY)).any(), (down, right - 2)
