"""A sheet of skin before a camera, and the same sheet as FaceScape would lay it out."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from facescape_files import Head, head
from likeness.geometry.faces import triangulate
from likeness.inference.facescape_relief.layout import FaceScapeLayout
from sheets import HALF, Scene, scene


@pytest.fixture(scope="session")
def made_head() -> Head:
    return head()


@pytest.fixture(scope="session")
def lit() -> Scene:
    """The sheet, with a brow and a smile among its expressions: each moves one side of it."""
    shown = scene(ambient=0.9, sideways=0.0, frontal=0.0)
    mean = shown.model.mean
    sides = [np.clip(sign * mean[:, 0] / HALF, 0, 1)[:, None] * [0.0, 0.0, 0.004] for sign in (1, -1)]
    model = replace(
        shown.model,
        expression_basis=np.stack([*sides, sides[0] + sides[1]]),
        expression_names=("mouthSmileLeft", "mouthSmileRight", "browInnerUp"),
        expression_ranges=np.tile([0.0, 1.0], (3, 1)),
        expression_std=np.ones(3),
    )
    return Scene(model, replace(shown.fit, expression=shown.fit.neutral.new_tensor([0.25, 0.0, 0.0])))


@pytest.fixture(scope="session")
def layout(lit: Scene) -> FaceScapeLayout:
    """The sheet's vertices in the middle of the window, the wrong way up and smaller than in its own texture."""
    model = lit.model
    triangles = triangulate(model.faces)
    uv = np.array([0.5, 0.62]) + (model.uv - 0.5) * [0.3, -0.3]
    return FaceScapeLayout(
        vertices=model.mean.astype(np.float64),
        triangles=triangles,
        uv=uv,
        triangles_uv=triangulate(model.faces_uv),
        front=np.arange(len(triangles)),
        landmarks68=np.arange(68),
        mask=np.ones((1024, 1024), bool),
    )
