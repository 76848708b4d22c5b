"""The built-in mean face, at rest and smiling."""

from __future__ import annotations

import numpy as np
import pytest
from likeness.bfm.face_model import FaceModel
from likeness.bfm.library.registry import expressions_for, load_model
from likeness.inference.uv.atlas import UvAtlas, uv_atlas
from likeness.inference.wrinkles.course import Course, course_of
from likeness.inference.wrinkles.expressions import ExpressiveFace, group_motions
from likeness.inference.wrinkles.layers import LAYERS

SIZE = 512  # texels


@pytest.fixture(scope="session")
def model() -> FaceModel:
    return load_model("builtin")


@pytest.fixture(scope="session")
def calm(model: FaceModel) -> ExpressiveFace:
    """The mean face at rest."""
    neutral = np.asarray(model.mean, np.float64)
    return ExpressiveFace(model, neutral, expressions_for(model, neutral), np.zeros(len(model.expression_names)))


@pytest.fixture(scope="session")
def atlas(model: FaceModel) -> UvAtlas:
    return uv_atlas(model, SIZE)


@pytest.fixture(scope="session")
def courses(calm: ExpressiveFace, atlas: UvAtlas) -> dict[str, list[Course]]:
    """The lines of each group."""
    return {
        motion.name: [course_of(layer, motion.moved, calm.neutral, atlas) for layer in LAYERS[motion.name]]
        for motion in group_motions(calm)
    }
