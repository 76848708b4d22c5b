"""A small bust with a cage: every kind of part, the joints of a head with its neck, and the keys that turn them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from likeness.anatomy.joints import BUST_JOINT_PARENTS, BUST_JOINTS
from likeness.anatomy.parts import PartName
from likeness.geometry.cage import Cage
from likeness.result.reconstruction import ALBEDO_IMAGE, Mesh, Reconstruction
from synthetic import sheet_reconstruction

# Blender's own Python has no SciPy: there, what needs this head is left out.
subdivide = pytest.importorskip("likeness.geometry.subdivision", reason="subdividing takes SciPy").subdivide

SIDE = 5  # vertices along a side of a patch's cage
# Middle (x, y, z) and size of each part's patch, metres: the skin first, whose vertices are those of MPFB2.
PATCHES = {
    PartName.SKIN: ((0.0, 0.0, 0.0), 0.2),
    PartName.MOUTH: ((0.0, -0.03, 0.0), 0.03),
    PartName.GUMS: ((0.0, -0.03, 0.002), 0.025),
    PartName.TEETH: ((0.0, -0.03, 0.004), 0.02),
    PartName.TONGUE: ((0.0, -0.035, 0.006), 0.02),
    PartName.EYE_LEFT: ((0.03, 0.03, 0.01), 0.02),
    PartName.IRIS_LEFT: ((0.03, 0.03, 0.012), 0.01),
    PartName.PUPIL_LEFT: ((0.03, 0.03, 0.014), 0.004),
    PartName.EYE_RIGHT: ((-0.03, 0.03, 0.01), 0.02),
    PartName.IRIS_RIGHT: ((-0.03, 0.03, 0.012), 0.01),
    PartName.PUPIL_RIGHT: ((-0.03, 0.03, 0.014), 0.004),
    PartName.TEAR_LINE: ((0.03, 0.02, 0.016), 0.01),
    PartName.LASHES: ((0.03, 0.04, 0.018), 0.02),
}
COUNT = SIDE * SIDE
# Where each joint of `BUST_JOINTS` is, metres.
JOINTS = ((0.0, -0.2, -0.08), (0.0, -0.1, -0.06), (0.0, -0.02, -0.03), (0.0, -0.02, 0.0), (0.03, 0.03, 0.0),
          (-0.03, 0.03, 0.0), (0.0, -0.03, -0.01))  # fmt: skip
LASH_CHART = (0.5, 0.75)  # where the lashes' rectangle begins, both ways; it is as long as any patch's: a fifth


def bust_mesh() -> Mesh:
    """A patch per part, once subdivided; ``jawOpen`` takes the skin's lower half down, ``eyeBlinkLeft`` moves the rest.

    The skin's weights go from the root at its lower edge over neck and head to the jaw; all else is the head's.
    """
    grid = np.linspace(-0.5, 0.5, SIDE)
    square = np.stack([a.ravel() for a in np.meshgrid(grid, grid)], axis=-1)
    ids = np.arange(COUNT).reshape(SIDE, SIDE)
    quads = np.stack([ids[:-1, :-1], ids[:-1, 1:], ids[1:, 1:], ids[1:, :-1]], axis=-1).reshape(-1, 4)
    places = [middle + size * np.insert(square, 2, 0.0, axis=1) for middle, size in PATCHES.values()]
    faces = np.concatenate([quads + COUNT * index for index in range(len(PATCHES))]).astype(np.int32)
    parts = np.repeat(np.arange(len(PATCHES)), len(quads)).astype(np.int32)
    charts = [0.2 * (square + 0.5) + _corner(name, index) for index, name in enumerate(PATCHES)]
    control = np.concatenate(places)
    fine = subdivide(faces, len(control), 1)
    base_faces = np.where(parts[:, None] == 0, faces, 0)
    base = subdivide(faces[parts == 0], COUNT, 1)
    return Mesh(
        vertices=fine.matrix @ control,
        faces=fine.faces,
        uv=fine.matrix @ np.concatenate(charts),
        faces_uv=fine.faces,
        shape_key_names=("jawOpen", "eyeBlinkLeft"),
        shape_key_deltas=np.stack([fine.matrix @ delta for delta in _deltas(control)]),
        shape_key_ranges=np.array([[0.0, 1.0], [0.0, 1.0]]),
        expression=np.array([0.25, 0.5]),
        landmarks68=np.arange(68),
        joint_names=BUST_JOINTS,
        joint_parents=np.array(BUST_JOINT_PARENTS),
        joint_positions=np.array(JOINTS),
        skin_weights=fine.matrix @ _weights(control),
        parts=parts[fine.parents],
        part_names=tuple(PATCHES),
        cage=Cage(
            faces=faces,
            faces_uv=faces,
            base_vertices=100 + np.arange(COUNT),
            base_uv=base.matrix @ (0.8 * square + 0.5),
            base_faces_uv=np.concatenate([base.faces, np.zeros_like(fine.faces[len(base.faces) :])]),
            base_cage_faces_uv=base_faces,
        ),
    )


def bust_reconstruction() -> Reconstruction:
    """The bust where the sheet would be, its texture included."""
    sheet = sheet_reconstruction()
    images = {name: image for name, image in sheet.images.items() if name != ALBEDO_IMAGE}
    return replace(sheet, mesh=bust_mesh(), images=images | {ALBEDO_IMAGE: sheet.images[ALBEDO_IMAGE]})


def _corner(name: str, index: int) -> tuple[float, float]:
    return LASH_CHART if name == PartName.LASHES else (0.2 * (index % 4), 0.2 * (index // 4))


def _deltas(control: np.ndarray) -> np.ndarray:
    deltas = np.zeros((2, *control.shape))
    deltas[0, :COUNT, 1] = np.minimum(control[:COUNT, 1], 0.0) / 5
    deltas[1, COUNT:, 2] = 0.01
    return deltas


def _weights(control: np.ndarray) -> np.ndarray:
    weights = np.zeros((len(control), len(BUST_JOINTS)))
    bones = np.searchsorted([-0.09, -0.04, 0.01], control[:COUNT, 1])  # rows of the skin, from below
    order = [BUST_JOINTS.index(name) for name in ("root", "neck", "jaw", "head")]
    weights[np.arange(COUNT), np.array(order)[bones]] = 1.0
    weights[COUNT:, BUST_JOINTS.index("head")] = 1.0
    return weights
