"""BFM 2017 and 2019: what their .h5 files say, and one sentence for whatever is wrong with them."""

from __future__ import annotations

import shutil
from contextlib import suppress
from pathlib import Path

import h5py
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from likeness.bfm.formats.basel.statismo import read, recognises, source_files
from likeness.errors import LikenessError
from small_basel_files import write_statismo

ANY_FOLDER = [HealthCheck.function_scoped_fixture]


@pytest.fixture
def model(tmp_path: Path) -> Path:
    path = tmp_path / "model2017-1_bfm_nomouth.h5"
    write_statismo(path)
    return path


def test_numbers_in_metres_per_standard_deviation(tmp_path: Path) -> None:
    arrays = write_statismo(tmp_path / "model2019_bfm.h5")
    model = read(tmp_path)
    shape = arrays["shape/model/mean"].reshape(-1, 3) / 1000
    np.testing.assert_allclose(model.mean, shape - shape.mean(axis=0), atol=1e-7)
    assert np.array_equal(model.faces[:, :3].T, arrays["shape/representer/cells"])
    for name, basis in (("shape", model.identity_basis), ("expression", model.expression_basis[:-1])):
        mode, variance = arrays[f"{name}/model/pcaBasis"][:, 1], arrays[f"{name}/model/pcaVariance"][1]
        np.testing.assert_allclose(basis[1].ravel(), mode * np.sqrt(variance) / 1000, rtol=1e-5, atol=1e-9)
    assert model.albedo_mean is not None
    assert model.albedo_basis is not None
    colour = arrays["color/model/mean"].reshape(-1, 3).astype(np.float64)
    np.testing.assert_allclose(model.albedo_mean, ((colour + 0.055) / 1.055) ** 2.4, atol=1e-6)
    assert model.albedo_basis.shape == (4, len(colour), 3)


def test_the_mean_expression_is_a_slider_that_the_fit_leaves_alone(tmp_path: Path) -> None:
    arrays = write_statismo(tmp_path / "a.h5")
    model = read(tmp_path / "a.h5")
    assert model.expression_names == ("exp_00", "exp_01", "exp_02", "exp_03", "exp_mean")
    np.testing.assert_allclose(model.expression_basis[-1].ravel() * 1000, arrays["expression/model/mean"], atol=1e-5)
    assert model.expression_std.tolist() == [1, 1, 1, 1, 0]
    assert model.expression_ranges[-1].tolist() == [0, 1]


def test_the_edition_is_told_by_the_name(model: Path) -> None:
    assert read(model).id == "bfm2017"
    assert read(model.rename(model.with_name("model2019_face12.h5"))).id == "bfm2019"


def test_recognised_by_name_or_content(model: Path, tmp_path: Path) -> None:
    assert recognises(model)
    assert recognises(tmp_path)
    assert source_files(tmp_path) == [model]
    other = model.rename(tmp_path / "mine.h5")
    assert recognises(other)
    with h5py.File(other, "a") as file:
        del file["shape"]
    assert not recognises(other)
    assert not recognises(tmp_path)


def test_several_files_in_a_folder(model: Path, tmp_path: Path) -> None:
    shutil.copyfile(model, tmp_path / "model2019_fullHead.h5")
    with pytest.raises(LikenessError, match=r"several .* point at the file of one: model2017.*, model2019_fullHead"):
        read(tmp_path)


def change(path: Path, name: str, values: np.ndarray | h5py.ExternalLink | None) -> None:
    with h5py.File(path, "a") as file:
        del file[name]
        if values is not None:
            file[name] = values


@pytest.mark.parametrize(
    ("name", "values", "sentence"),
    [
        ("color/model/pcaVariance", None, "no Basel Face Model of 2017 or 2019: it has no color/model/pcaVariance"),
        ("color/model/pcaVariance", np.full(4, -1.0), "variances of its color are negative"),
        ("shape/model/mean", np.full(216, np.nan), "numbers that cannot be"),
        ("shape/model/mean", np.zeros(217), "217 numbers, no multiple of 3"),
        ("expression/model/mean", np.zeros(219), r"the form \(219,\)"),
        ("shape/model/mean", np.array([b"text"]), "the form"),
        ("shape/representer/cells", np.full((3, 9), 72), "outside its 72 vertices"),
        ("shape/model/mean", h5py.ExternalLink("/etc/passwd", "shape"), "has no shape/model/mean"),
    ],
)
def test_what_is_wrong_is_said(model: Path, name: str, values: np.ndarray | None, sentence: str) -> None:
    change(model, name, values)
    with pytest.raises(LikenessError, match=sentence):
        read(model)


def test_the_2009_model_in_this_format_is_refused(tmp_path: Path) -> None:
    points = 53490 * 3
    with h5py.File(tmp_path / "model2009-publicmm1-bfm.h5", "w") as file:
        file["shape/representer/cells"] = np.zeros((3, 1), int)
        file["shape/model/mean"] = np.zeros(points, np.float32)
        file["shape/model/pcaBasis"] = np.zeros((points, 1), np.float32)
        file["shape/model/pcaVariance"] = np.ones(1, np.float32)
    with pytest.raises(LikenessError, match=r"2009 in another format, without expressions: .* 01_MorphableModel.mat"):
        read(tmp_path)


def test_a_forged_size_allocates_nothing(model: Path) -> None:
    with h5py.File(model, "a") as file:
        del file["shape/model/mean"]
        file.create_dataset("shape/model/mean", shape=(3 << 40,), dtype="f4", chunks=(1 << 20,))
    with pytest.raises(LikenessError, match="cannot be"):
        read(model)


@settings(max_examples=40, suppress_health_check=ANY_FOLDER)
@given(data=st.data())
def test_damage_is_a_sentence_or_a_model(data: st.DataObject, model: Path) -> None:
    content = bytearray(model.read_bytes())
    for _ in range(data.draw(st.integers(1, 6))):
        content[data.draw(st.integers(0, len(content) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    damaged = model.with_name("model2019_damaged.h5")
    damaged.write_bytes(content[: data.draw(st.sampled_from([len(content), len(content) - 1, len(content) // 2, 9]))])
    with suppress(LikenessError):
        assert np.isfinite(read(damaged).mean).all()
