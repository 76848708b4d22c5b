"""BFM 2009 read from its files is what Deep3D's own converter makes of the same files."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from likeness.bfm.formats.basel.reader import read, recognises, source_files
from likeness.bfm.source_model import SourceModel
from scipy.io import loadmat, savemat

TOLERANCE = 1e-5
DECIMETRES = 10.0  # per metre


@pytest.fixture(scope="module")
def source(bfm_files: Path) -> SourceModel:
    return read(bfm_files)


@pytest.fixture(scope="module")
def reference(shared_dir: Path) -> dict[str, np.ndarray]:
    with np.load(shared_dir / "data" / "bfm_front_reference.npz") as archive:
        return dict(archive)


def columns(basis: np.ndarray) -> np.ndarray:
    """(K, V, 3) as the columns (3V, K) of the official arrays."""
    return basis.reshape(len(basis), -1).T


@pytest.mark.parametrize("name", ["idBase", "exBase", "texBase", "meantex"])
def test_numbers_agree(source: SourceModel, reference: dict[str, np.ndarray], name: str) -> None:
    ours = {
        "idBase": columns(source.identity_basis) * DECIMETRES,
        "exBase": columns(source.expression_basis) * DECIMETRES,
        "texBase": columns(np.asarray(source.extra["texture_basis"])),
        "meantex": np.asarray(source.extra["texture_mean"]).reshape(1, -1),
    }[name]
    assert ours.shape == tuple(reference[f"{name}_shape"])
    np.testing.assert_allclose(ours.ravel()[reference[f"{name}_index"]], reference[f"{name}_value"], atol=TOLERANCE)
    assert np.linalg.norm(ours.astype(np.float64)) == pytest.approx(float(reference[f"{name}_norm"]), rel=TOLERANCE)


def test_the_mean_is_the_official_one_around_its_vertices(
    source: SourceModel, reference: dict[str, np.ndarray]
) -> None:
    index, value = reference["meanshape_index"], reference["meanshape_value"]
    difference = value - source.mean.ravel()[index] * DECIMETRES
    for axis in range(3):
        assert np.ptp(difference[index % 3 == axis]) < TOLERANCE
    assert np.abs(source.mean.mean(axis=0)).max() < 1e-6


def test_tables_agree(source: SourceModel, reference: dict[str, np.ndarray], bfm_files: Path) -> None:
    info = loadmat(bfm_files / "facemodel_info.mat")
    assert np.array_equal(source.faces[:, :3] + 1, info["tri"])
    assert (source.faces[:, 3] == -1).all()
    assert source.landmarks68 is not None
    assert np.array_equal(source.landmarks68 + 1, info["keypoints"][0])
    for name in ("point_buf", "frontmask2_idx"):
        assert source.extra[name].sum() + source.extra[name].size == reference[f"{name}_sum"]
    assert source.extra["point_buf"].max() == len(source.faces)
    assert source.extra["skinmask"].sum() == reference["skinmask_sum"]


def test_faces_look_outwards(source: SourceModel) -> None:
    """Counter-clockwise from outside: at the nose's tip the normal points at the camera; X is the subject's left."""
    assert source.landmarks68 is not None
    tip = source.landmarks68[30]
    a, b, c = (source.mean[source.faces[(source.faces == tip).any(axis=1), k]] for k in range(3))
    normal = np.cross(b - a, c - a).sum(axis=0)
    assert normal[2] > 0.9 * np.linalg.norm(normal)
    assert source.mean[source.landmarks68[45]][0] > source.mean[source.landmarks68[36]][0]


def test_linear_colours_are_those_of_the_texture(source: SourceModel) -> None:
    """The mean exactly; a mode, which is straight in sRGB and not in linear light, for small changes."""
    mean, basis = (np.asarray(source.extra[name], np.float64) / 255 for name in ("texture_mean", "texture_basis"))

    def linear(colour: np.ndarray) -> np.ndarray:
        return np.where(colour <= 0.04045, colour / 12.92, ((colour + 0.055) / 1.055) ** 2.4)

    assert source.albedo_mean is not None
    assert source.albedo_basis is not None
    np.testing.assert_allclose(source.albedo_mean, linear(mean), atol=1e-6)
    slope = (linear(mean + 1e-4 * basis[0]) - linear(mean - 1e-4 * basis[0])) / 2e-4
    np.testing.assert_allclose(source.albedo_basis[0], slope, atol=1e-4)


def test_the_converters_file_gives_the_same(source: SourceModel, bfm_files: Path, tmp_path: Path) -> None:
    info = loadmat(bfm_files / "facemodel_info.mat")
    arrays = {name: info[name] for name in ("tri", "point_buf", "tri_mask2", "keypoints", "frontmask2_idx", "skinmask")}
    arrays["meanshape"] = source.mean.reshape(1, -1) * np.float32(DECIMETRES) + np.tile(
        np.float32([0, 0.1, 0.2]), len(source.mean)
    )
    arrays["meantex"] = np.asarray(source.extra["texture_mean"]).reshape(1, -1)
    arrays["idBase"], arrays["exBase"] = (
        columns(basis) * DECIMETRES for basis in (source.identity_basis, source.expression_basis)
    )
    arrays["texBase"] = columns(np.asarray(source.extra["texture_basis"]))
    savemat(tmp_path / "BFM_model_front.mat", arrays)
    assert recognises(tmp_path)
    assert [path.name for path in source_files(tmp_path)] == ["BFM_model_front.mat"]
    again = read(tmp_path)
    for name in ("mean", "identity_basis", "expression_basis", "albedo_mean", "albedo_basis", "faces", "landmarks68"):
        np.testing.assert_allclose(getattr(again, name), getattr(source, name), atol=1e-6, err_msg=name)


def test_the_full_model_holds_the_front(source: SourceModel, bfm_files: Path) -> None:
    full = read(bfm_files, full=True)
    assert full.id == "bfm2009_full"
    assert full.mean.shape == (53215, 3)
    assert full.identity_basis.shape == (199, 53215, 3)
    assert full.expression_basis.shape == (79, 53215, 3)
    front = loadmat(bfm_files / "BFM_front_idx.mat")["idx"].ravel().astype(int) - 1
    np.testing.assert_allclose(full.mean[front], source.mean, atol=1e-6)
    np.testing.assert_array_equal(full.identity_basis[:80, front], source.identity_basis)
    np.testing.assert_array_equal(full.expression_basis[:64, front], source.expression_basis)
    np.testing.assert_array_equal(front[source.landmarks68], full.landmarks68)

    def canonical(triangles: np.ndarray) -> set[tuple[int, ...]]:
        return {tuple(np.roll(t, -int(t.argmin()))) for t in triangles}

    assert canonical(front[source.faces[:, :3]]) <= canonical(full.faces[:, :3])
