"""Both gums' cages."""

from __future__ import annotations

import numpy as np
import pytest
from likeness.anatomy.parts import PartName
from likeness.geometry.closest import SearchableSurface
from likeness.geometry.edges import edges_of
from likeness.geometry.faces import triangulate
from likeness.geometry.normals import triangle_normals
from likeness.training.builtin_model.dentition import Jaw
from likeness.training.builtin_model.gums import gums_cage
from likeness.training.builtin_model.mouth_place import ICT_PLACE
from likeness.training.builtin_model.part_cage import PartCage
from likeness.training.builtin_model.teeth import teeth_cage
from part_checks import TEETH, assert_sound, face_normals, fine, uv_areas

COLUMNS = 29


@pytest.fixture(scope="module", params=Jaw)
def jaw(request: pytest.FixtureRequest) -> Jaw:
    return request.param


@pytest.fixture(scope="module")
def cage(jaw: Jaw) -> PartCage:
    return gums_cage(jaw, ICT_PLACE)


def test_a_gum_is_sound(jaw: Jaw, cage: PartCage) -> None:
    """The upper one's inner rim is closed by the palate, which ends at the throat; the lower one's is open."""
    outer, ends, throat = COLUMNS - 1, 8, 2
    assert_sound(cage, outer + ends + (throat if jaw is Jaw.UPPER else outer))
    assert set(cage.face_parts) == {PartName.GUMS}
    assert (uv_areas(cage) > 0).all()


def test_its_front_looks_forward_and_the_palate_down(jaw: Jaw, cage: PartCage) -> None:
    vertices, found = fine(cage)
    normals, middles = face_normals(vertices, found.faces).sum(axis=0), vertices[found.faces].mean(axis=1)
    front = found.parents < 2 * (COLUMNS - 1)  # the rows before the collar
    arch_middle = np.array([0.0, 0.0, middles[:, 2].min()])
    outward = (middles - arch_middle) * (1, 0, 1)
    assert ((normals * outward).sum(axis=1)[front] > 0).mean() > 0.97
    if jaw is Jaw.UPPER:
        palate = normals[found.parents >= 4 * (COLUMNS - 1)]
        assert (palate[:, 1] < 0.05 * np.linalg.norm(palate, axis=1)).all()  # steep behind the front teeth
        assert palate[:, 1].sum() < -0.8 * np.linalg.norm(palate, axis=1).sum()


def off_surface(points: np.ndarray, cage: PartCage) -> np.ndarray:
    """How far points (N, 3) lie outside a part's surface, metres; negative inside."""
    vertices, found = fine(cage)
    triangles = triangulate(found.faces)
    hits = SearchableSurface(vertices, triangles).closest(points)
    return ((points - hits.points) * triangle_normals(vertices[triangles])[hits.triangles]).sum(axis=1)


def test_it_clasps_every_neck(jaw: Jaw, cage: PartCage) -> None:
    """At the middle of each tooth both sides of the collar stand off its walls by a few tenths of a millimetre."""
    gum = fine(cage)[0][: 5 * COLUMNS].reshape(5, COLUMNS, 3)
    collar = gum[2:4, np.r_[1 : COLUMNS // 2 : 2, COLUMNS // 2 + 1 : COLUMNS : 2]].reshape(-1, 3)
    off = off_surface(collar, teeth_cage(jaw, ICT_PLACE))
    assert off.min() > 0.0001
    assert off.max() < 0.0008


def test_roots_end_inside_it(jaw: Jaw, cage: PartCage) -> None:
    teeth = teeth_cage(jaw, ICT_PLACE)
    edges = edges_of(teeth.faces)
    ends = fine(teeth)[0][np.unique(edges.ends[edges.border])]
    assert len(ends) == 8 * TEETH
    assert off_surface(ends, cage).max() < -0.0002


def test_papillae_stand_higher_than_the_collar(jaw: Jaw, cage: PartCage) -> None:
    collar = ICT_PLACE.framed(cage.vertices)[2 * COLUMNS : 3 * COLUMNS, 1] * jaw.bites
    teeth, gaps = collar[1:-1:2], collar[2:-2:2]
    assert (gaps > (teeth[:-1] + teeth[1:]) / 2 + 0.002).all()
