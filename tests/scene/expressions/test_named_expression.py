"""A face that shows its expression by a statistical basis, told in named shapes."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from likeness.result.folder import write_reconstruction
from likeness.scene.building.build import build_face
from likeness.scene.expressions.expression import expression_of, transfer_expression
from likeness.scene.expressions.named_expression import named_expression
from named_sheets import build_named, values_of
from synthetic import sheet_reconstruction

NAMED = ("jawOpen", "mouthSmileLeft", "mouthSmileRight")


def build_mixed(folder: Path, numbered: list[float], named: list[float] | None = None):
    """A sheet with three named shapes of smooth bumps and as many axes, each a mixture of them."""
    sheet = sheet_reconstruction()
    x, y, _ = sheet.mesh.vertices.T
    bumps = np.stack([np.exp(-((x - a) ** 2 + (y - b) ** 2) / 0.002) for a, b in ((0, -0.05), (0.04, 0), (-0.04, 0))])
    moves = 0.01 * bumps[:, :, None] * np.array([0.0, 0.3, 1.0])
    mixture = np.array([[1.0, 0.5, 0.5], [0.0, 1.0, -1.0], [0.5, 0.0, 1.0]])
    mesh = replace(
        sheet.mesh,
        shape_key_names=("exp_00", "exp_01", "exp_02", *NAMED),
        shape_key_deltas=np.concatenate([np.tensordot(mixture, moves, axes=1), moves]),
        shape_key_ranges=np.array([[-3.0, 3.0]] * 3 + [[0.0, 1.0]] * 3),
        expression=np.array([*numbered, *(named or [0.0] * 3)]),
    )
    write_reconstruction(replace(sheet, mesh=mesh, model={**sheet.model, "id": "bfm2009"}), folder / "mixed.likeness")
    return build_face(folder / "mixed.likeness"), mixture


@pytest.mark.usefixtures("empty_file")
def test_the_named_shapes_do_what_the_basis_does(tmp_path: Path) -> None:
    face, mixture = build_mixed(tmp_path, [0.4, 0.1, 0.2])
    assert list(named_expression(face).values()) == pytest.approx(np.array([0.4, 0.1, 0.2]) @ mixture, abs=0.03)


@pytest.mark.usefixtures("empty_file")
def test_sliders_end_where_they_end(tmp_path: Path) -> None:
    face, _ = build_mixed(tmp_path, [3.0, -2.0, 0.0])
    found = named_expression(face)
    assert found["jawOpen"] == found["mouthSmileRight"] == 1.0
    assert all(0.0 <= value <= 1.0 for value in found.values())


@pytest.mark.usefixtures("empty_file")
def test_a_basis_at_rest_leaves_the_named_shapes_as_they_are(tmp_path: Path) -> None:
    face, _ = build_mixed(tmp_path, [0.0, 0.0, 0.0], [0.3, 0.0, 1.0])
    assert named_expression(face) == pytest.approx(dict(zip(NAMED, (0.3, 0.0, 1.0), strict=True)))


@pytest.mark.usefixtures("empty_file")
def test_the_expression_of_another_model_replaces_that_of_the_basis(tmp_path: Path) -> None:
    face = build_named(tmp_path, {"exp_00": 0.5, "jawOpen": 0.2}, model="bfm2009")
    assert transfer_expression({"jawOpen": 0.6, "exp_00": 0.9}, "builtin", face) == 1
    assert values_of(face) == {"jawOpen": 0.6}
    assert transfer_expression({"exp_00": 0.9}, "bfm2009", face) == 1
    assert expression_of(face) == pytest.approx({"exp_00": 0.9, "jawOpen": 0.6})
