"""BFM 2009's files wherever they lie, and one sentence for each that is missing, damaged or another one."""

from __future__ import annotations

import shutil
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from likeness.bfm.formats.basel.raw import EXPRESSION_SPREADS
from likeness.bfm.formats.basel.reader import read, recognises, source_files
from likeness.errors import LikenessError
from scipy.io import loadmat, savemat
from small_basel_files import LAYOUT, mask, write_bfm2009

NAMES = ("01_MorphableModel.mat", "Exp_Pca.bin", "BFM_exp_idx.mat", "BFM_front_idx.mat", "facemodel_info.mat")
ANY_FOLDER = [HealthCheck.function_scoped_fixture]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "bfm"
    path.mkdir()
    write_bfm2009(path)
    return path


def change(path: Path, **arrays: np.ndarray | None) -> None:
    """Replace or remove variables of a .mat file."""
    held = {name: values for name, values in loadmat(path).items() if not name.startswith("__")} | arrays
    savemat(path, {name: values for name, values in held.items() if values is not None})


def test_a_small_model(folder: Path) -> None:
    front, full = read(folder, layout=LAYOUT), read(folder, full=True, layout=LAYOUT)
    points, triangles = mask()
    np.testing.assert_allclose(front.mean, (points - points.mean(axis=0)) / 10, atol=1e-6)
    assert np.array_equal(front.faces[:, :3], triangles)
    assert np.array_equal(full.faces[:, :3], triangles + 2)
    assert front.identity_basis.shape == (4, 72, 3)
    assert full.identity_basis.shape == (5, 74, 3)
    np.testing.assert_array_equal(full.expression_basis[:3, 2:], front.expression_basis)


def test_found_in_folders_below_and_in_any_case(folder: Path, tmp_path: Path) -> None:
    nested = tmp_path / "repository" / "BFM" / "PublicMM1"
    nested.mkdir(parents=True)
    shutil.copytree(folder, nested.parent, dirs_exist_ok=True)
    (nested.parent / NAMES[0]).rename(nested / NAMES[0].upper())
    (nested.parent / NAMES[1]).rename(nested.parent / NAMES[1].lower())
    expected = read(folder, layout=LAYOUT)
    for path in (tmp_path / "repository", nested.parent):
        assert recognises(path)
        np.testing.assert_array_equal(read(path, layout=LAYOUT).mean, expected.mean)


def test_pointing_at_one_of_the_files(folder: Path) -> None:
    assert recognises(folder / NAMES[0])
    assert read(folder / NAMES[0], layout=LAYOUT).id == "bfm2009"
    assert [path.name for path in source_files(folder / NAMES[0])] == [*NAMES, "std_exp.txt"]
    assert not recognises(folder / "std_exp.txt")
    assert not recognises(folder / "absent")


def test_missing_files_are_named_with_their_givers(folder: Path) -> None:
    (folder / NAMES[0]).unlink()
    (folder / NAMES[1]).unlink()
    assert recognises(folder)
    sentence = r"Missing in .*bfm: 01_Mor.*faces\.dmi\.unibas\.ch.*; Exp_Pca\.bin.*Juyong/3DFace.*Put them there"
    for ask in (source_files, read):
        with pytest.raises(LikenessError, match=sentence):
            ask(folder)


def test_without_the_list_of_spreads_its_authors_numbers_serve(folder: Path) -> None:
    before = read(folder, layout=LAYOUT).expression_basis[0] / 6e4
    (folder / "std_exp.txt").unlink()
    np.testing.assert_allclose(
        read(folder, layout=LAYOUT).expression_basis[0] / EXPRESSION_SPREADS[0], before, rtol=1e-5
    )
    assert len(EXPRESSION_SPREADS) == 79


@pytest.mark.parametrize("text", ["1 2 3", "1 2 3 4 5 six", "1 2 3 4 5 -6", "1 2 3 4 5 nan", ""])
def test_a_wrong_list_of_spreads(folder: Path, text: str) -> None:
    (folder / "std_exp.txt").write_text(text)
    with pytest.raises(LikenessError, match="not a list of 6 standard deviations: remove it"):
        read(folder, layout=LAYOUT)


@pytest.mark.parametrize(
    ("taken", "instead", "sentence"),
    [
        (0, 1, "01_MorphableModel.mat is not a readable MATLAB file"),
        (1, 0, "Exp_Pca.bin is a MATLAB file, not Exp_Pca.bin"),
        (0, 4, "is not 01_MorphableModel.mat .*: it has no shapeMU, it holds frontmask2_idx, keypoints"),
        (2, 3, "is not BFM_exp_idx.mat .*: it has no trimIndex, it holds idx"),
        (4, 0, "is not facemodel_info.mat .*: it has no tri"),
    ],
)
def test_swapped_files(folder: Path, taken: int, instead: int, sentence: str) -> None:
    shutil.copyfile(folder / NAMES[instead], folder / NAMES[taken])
    with pytest.raises(LikenessError, match=sentence):
        read(folder, layout=LAYOUT)


@pytest.mark.parametrize(
    ("name", "variable", "values", "sentence"),
    [
        (NAMES[0], "shapePC", np.ones((228, 4)), "its shapePC is 228 x 4, not 228 x 5; the University"),
        (NAMES[0], "texMU", np.full((228, 1), np.nan), "its texMU has numbers that cannot be"),
        (NAMES[0], "shapeEV", np.full((5, 1), 1e30), "its shapeEV has numbers that cannot be"),
        (NAMES[2], "trimIndex", np.full((74, 1), 77.0), "its trimIndex are not whole numbers from 1 to 76"),
        (NAMES[3], "idx", np.full((72, 1), 0.0), "its idx are not whole numbers from 1 to 74"),
        (NAMES[4], "tri", np.full((9, 3), 1.5), "its tri are not whole numbers from 1 to 72"),
        (NAMES[4], "keypoints", np.ones((1, 5)), "its keypoints is 1 x 5, not 1 x 68"),
    ],
)
def test_wrong_contents(folder: Path, name: str, variable: str, values: np.ndarray, sentence: str) -> None:
    change(folder / name, **{variable: values})
    with pytest.raises(LikenessError, match=sentence):
        read(folder, layout=LAYOUT)


def test_a_front_of_another_size_is_refused(folder: Path) -> None:
    with pytest.raises(LikenessError, match="its trimIndex is 74 x 1, not 53215 x 1"):
        read(folder)


@pytest.mark.parametrize("keep", [0, 3, 100, -1])
def test_a_truncated_expression_basis(folder: Path, keep: int) -> None:
    content = (folder / NAMES[1]).read_bytes()
    (folder / NAMES[1]).write_bytes(content[:keep])
    with pytest.raises(LikenessError, match=f"not the whole Exp_Pca.bin: .* not {len(content)} bytes and 6"):
        read(folder, layout=LAYOUT)


@settings(max_examples=40, suppress_health_check=ANY_FOLDER)
@given(data=st.data(), full=st.booleans(), compressed=st.booleans())
def test_damage_is_a_sentence_or_a_model(tmp_path: Path, data: st.DataObject, full: bool, compressed: bool) -> None:
    write_bfm2009(tmp_path, compressed)
    path = tmp_path / data.draw(st.sampled_from([*NAMES, "std_exp.txt"]))
    content = bytearray(path.read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    path.write_bytes(content[: data.draw(st.sampled_from([len(content), len(content) - 1, len(content) // 2]))])
    with suppress(LikenessError):
        model = read(tmp_path, full, LAYOUT)
        assert len(model.mean) == (74 if full else 72)
        assert np.isfinite(model.mean).all()
        assert np.isfinite(model.identity_basis).all()
        assert model.faces.max() < len(model.mean)
