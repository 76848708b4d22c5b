"""GNM Head's file: what comes out of it, and what is refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from gnm_files import gnm_arrays
from likeness.bfm.formats.gnm import reader
from likeness.bfm.library.registry import load_model
from likeness.errors import LikenessError

COUNT = len(load_model("builtin").mean)


@pytest.fixture(scope="module")
def arrays() -> dict[str, np.ndarray]:
    return gnm_arrays()


@pytest.fixture(scope="module")
def model_file(arrays: dict[str, np.ndarray], tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("gnm") / "gnm_head.npz"
    np.savez(path, **arrays)
    return path


def test_source_model(arrays: dict[str, np.ndarray], model_file: Path) -> None:
    source = reader.read(model_file.parent)
    assert source.id == "gnm"
    np.testing.assert_array_equal(source.mean, arrays["template_vertex_positions"])
    np.testing.assert_array_equal(source.identity_basis, arrays["vertex_identity_basis"])
    assert source.expression_names == ("eyes_0", "eyes_1", "mouth_0", "mouth_0_003", "a", "b", "c")
    assert source.joint_names == ("head", "neck", "eye.L", "eye.R")
    assert source.joint_parents.tolist() == [-1, 0, 1, 1]
    np.testing.assert_allclose(source.joint_regressor @ source.mean, arrays["template_joint_positions"], atol=1e-6)
    np.testing.assert_allclose(source.joint_regressor.sum(axis=1), 1, atol=1e-9)
    np.testing.assert_allclose(source.skin_weights.sum(axis=1), 1)
    for part, side in (("eye_left", 1), ("eye_right", -1)):
        corners = source.faces[source.face_parts == source.part_names.index(part)]
        assert len(corners) > 100
        assert (side * source.mean[corners, 0] > 0).all()
    assert (source.face_parts == source.part_names.index("mouth")).sum() > 500


def test_layout_keeps_the_skins_and_parts_the_rest(arrays: dict[str, np.ndarray], model_file: Path) -> None:
    source = reader.read(model_file)
    assert source.uv.min() >= 0
    assert source.uv.max() <= 1
    skin = source.face_parts == 0
    given, found = arrays["quad_uvs"][skin].reshape(-1, 2), source.uv[source.faces_uv[skin]].reshape(-1, 2)
    for axis in range(2):
        slope, offset = np.polyfit(given[:, axis], found[:, axis], 1)
        assert slope > 0
        np.testing.assert_allclose(found[:, axis], slope * given[:, axis] + offset, atol=1e-6)
    others = source.uv[source.faces_uv[~skin]]
    assert others[..., 1].max() < found[:, 1].min()


def test_landmarks_beside(model_file: Path, tmp_path: Path) -> None:
    (tmp_path / "gnm_head.npz").write_bytes(model_file.read_bytes())
    rows = np.stack([[k, 0.2, 100 + k, 0.7, 200 + k, 0.1] for k in range(68)])
    np.savetxt(tmp_path / reader.LANDMARKS, rows)
    assert reader.source_files(tmp_path) == [tmp_path / "gnm_head.npz", tmp_path / reader.LANDMARKS]
    np.testing.assert_array_equal(reader.read(tmp_path).landmarks68, 100 + np.arange(68))
    for wrong in ("no numbers", "1 2 3\n", "\n".join(["99999999 1 0 0 0 0"] * 68)):
        (tmp_path / reader.LANDMARKS).write_text(wrong, encoding="utf-8")
        with pytest.raises(LikenessError, match=r"head_sparse_68\.txt"):
            reader.read(tmp_path)


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("quads", None, "no array 'quads'"),
        ("quads", np.array([[0, 1, 2, 99999]]), r"'quad_uvs' of size \d+ x 4 x 2, which fits no other"),
        ("expression_basis", np.zeros((7, 3, 3)), "'expression_basis' of size 7 x 3 x 3"),
        ("vertex_identity_basis", np.full((5, COUNT, 3), np.inf, np.float16), "no numbers"),
        ("joint_parent_indices", np.array([0, 3, 1, 2]), "hang together"),
        ("skinning_weights", np.zeros((4, COUNT)), "follow no joint"),
        ("joint_names", np.arange(4), "another kind"),
        ("expression_names", np.array(["a"] * 7, dtype=object), "more than plain arrays"),
    ],
)
def test_wrong_contents(arrays: dict[str, np.ndarray], tmp_path: Path, name: str, value: Any, sentence: str) -> None:
    changed = {key: array for key, array in {**arrays, name: value}.items() if array is not None}
    np.savez(tmp_path / "gnm_head.npz", **changed)
    with pytest.raises(LikenessError, match=sentence):
        reader.read(tmp_path)


@pytest.mark.parametrize("end", [0, 1000, 1 << 20, -1000])
def test_cut_off(model_file: Path, tmp_path: Path, end: int) -> None:
    (tmp_path / "gnm_head.npz").write_bytes(model_file.read_bytes()[:end])
    with pytest.raises(LikenessError, match="damaged"):
        reader.read(tmp_path)


def test_not_gnm(tmp_path: Path) -> None:
    np.savez(tmp_path / "other.npz", mean=np.zeros(3))
    assert not reader.recognises(tmp_path / "other.npz")
    assert not reader.recognises(tmp_path)
    with pytest.raises(LikenessError, match="no GNM Head"):
        reader.read(tmp_path)
