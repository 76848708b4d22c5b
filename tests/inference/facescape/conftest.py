"""A bilinear model of FaceScape's form on the built-in head, in the library; its people differ in how they smile."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from bilinear_file import install_bilinear
from likeness.bfm.face_model import FaceModel
from likeness.bfm.formats.facescape.fitting_arrays import CONTOURS, JAW, MIXTURE, NOWHERE
from likeness.bfm.formats.facescape.names import SLOTS, SPREADS
from likeness.bfm.formats.facescape.personal_keys import BY_IDENTITY
from likeness.bfm.library.registry import load_model
from likeness.bfm.model_ids import FACESCAPE
from likeness.inference.facescape.bilinear import BilinearPoints, bilinear_points

MODES, PERSONAL = 8, 6
LINE = 16  # candidates of a landmark of the jaw


@pytest.fixture(scope="session")
def bilinear_model() -> FaceModel:
    """The built-in head with FaceScape's id and sliders, some of its modes, and one slider for artists at the end."""
    head = load_model("builtin")
    slots = [head.expression_names.index(name) for name in (*SLOTS, "tongueOut")]
    return replace(
        head,
        id=FACESCAPE,
        identity_basis=np.asarray(head.identity_basis[:MODES]),
        expression_basis=np.asarray(head.expression_basis)[slots],
        expression_names=tuple(head.expression_names[slot] for slot in slots),
        expression_ranges=np.tile([0.0, 1.0], (len(slots), 1)),
        expression_std=np.array([*SPREADS, 0.0]),
    )


@pytest.fixture(scope="session")
def changes(bilinear_model: FaceModel) -> np.ndarray:
    """(K, 51, V, 3): a sigma moves a key by up to a fifth of itself, more on one side of the face than on the other."""
    side = np.stack([np.sin(25 * (mode + 1) * bilinear_model.mean[:, 0]) for mode in range(PERSONAL)])
    keys = np.asarray(bilinear_model.expression_basis[: len(SLOTS)])
    return (0.2 * side[:, None, :, None] * keys).astype(np.float16)


@pytest.fixture(scope="session")
def contour_lines(bilinear_model: FaceModel) -> np.ndarray:
    """(17, C): some vertices at the height of each landmark of the jaw, on its side, and those about the chin."""
    mean, jaw = bilinear_model.mean, bilinear_model.landmarks68[:JAW]
    table = np.full((JAW, LINE + 1), NOWHERE, np.int32)
    skin = bilinear_model.part_vertices("skin")
    for row, vertex in zip(table, jaw, strict=True):
        apart = np.abs(mean[skin] - mean[vertex]) * [0.2, 1.0, 0.2]
        row[:LINE] = skin[np.argsort(apart.sum(axis=1))[:LINE]]
    return table


@pytest.fixture(scope="session")
def mixture() -> dict[str, np.ndarray]:
    """Two kinds of people: still faces, and smiling ones with an open jaw."""
    smile = np.zeros(len(SLOTS))
    smile[[SLOTS.index(name) for name in ("mouthSmileLeft", "mouthSmileRight", "jawOpen")]] = 0.6
    covariance = np.diag(np.maximum(SPREADS, 0.05)) ** 2
    return dict(
        zip(MIXTURE, (np.array([0.7, 0.3]), np.stack([0 * smile, smile]), np.stack([covariance] * 2)), strict=True)
    )


@pytest.fixture
def bilinear_file(bilinear_model, changes, contour_lines, mixture) -> Path:
    """The model of a full file in the library of the test."""
    return install_bilinear(bilinear_model, {BY_IDENTITY: changes, CONTOURS: contour_lines, **mixture})


@pytest.fixture
def old_file(bilinear_model: FaceModel, changes: np.ndarray) -> Path:
    """The model of a file from before May 2021, likewise."""
    return install_bilinear(bilinear_model, {BY_IDENTITY: changes})


@pytest.fixture
def points(bilinear_model: FaceModel, bilinear_file: Path) -> BilinearPoints:
    return bilinear_points(bilinear_model, bilinear_file)


@pytest.fixture
def old_points(bilinear_model: FaceModel, old_file: Path) -> BilinearPoints:
    return bilinear_points(replace(bilinear_model), old_file)
