"""What a face model says of its own parts."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from lashes import lashed
from toy_face import toy_model


def test_what_one_looks_through_is_not_opaque() -> None:
    model = toy_model()
    with_lashes = lashed(model)
    np.testing.assert_array_equal(with_lashes.opaque_triangles(), model.triangles())
    assert len(with_lashes.triangles()) == len(model.triangles()) + 2


def test_vertices_of_parts() -> None:
    model = replace(toy_model(), part_names=("skin", "eye_left", "iris_left"))
    parts = np.zeros(len(model.faces), int)
    parts[:2], parts[2:5] = 1, 2
    model = replace(model, face_parts=parts)
    np.testing.assert_array_equal(model.part_vertices("iris_left"), np.unique(model.faces[2:5]))
    np.testing.assert_array_equal(model.part_vertices("eye_left", "iris_left"), np.unique(model.faces[:5]))
    assert len(model.part_vertices("pupil_left")) == 0


def test_the_missing_corners_of_triangles_are_no_vertices() -> None:
    model = toy_model()
    faces = model.faces.copy()
    faces[:, 3] = -1
    found = replace(model, faces=faces).part_vertices("skin")
    np.testing.assert_array_equal(found, np.unique(faces[:, :3]))
