"""FaceScape's bilinear files: what is read of them, what is refused, and expressions of one person."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from likeness.anatomy.arkit import ARKIT_NAMES
from likeness.bfm.face_model import FaceModel, save_face_model
from likeness.bfm.formats.facescape import reader
from likeness.bfm.formats.facescape.fitting_arrays import CONTOURS, MIXTURE, fitting_arrays
from likeness.bfm.formats.facescape.names import LANDMARKS68, SLOTS
from likeness.bfm.formats.facescape.personal_keys import BY_IDENTITY, identity_of, personal_expressions
from likeness.bfm.library.registry import expressions_for, load_model
from likeness.bfm.library.store import MODEL_FILE
from likeness.errors import LikenessError

MODES = 3
NAME = "facescape_bm_v1.6_847_50_52_id_front.npz"


class Canary:
    """Makes a folder when it is unpickled."""

    def __init__(self, place: Path) -> None:
        self.place = place

    def __reduce__(self) -> tuple[Any, ...]:
        return os.mkdir, (str(self.place),)


@pytest.fixture(scope="module")
def arrays() -> dict[str, np.ndarray]:
    """A file's arrays: an ellipsoid in millimetres with a core of few modes."""
    random = np.random.default_rng(0)
    points = random.normal(0, 1, (reader.VERTICES, 3))
    points *= [75, 120, 95] / np.linalg.norm(points, axis=1, keepdims=True)
    core = random.normal(0, 1, (3 * reader.VERTICES, 52, MODES)).astype(np.float32)
    core[..., 0] += 20 * points.reshape(-1, 1).astype(np.float32)
    triangles = np.arange(1, 26278).reshape(-1, 3)
    return {
        "shape_bm_core": core,
        "id_mean": np.array([0.05, 0.001, -0.002]),
        "id_var": np.array([1e-6, 4e-6, 9e-6]),
        "fv_indices": np.concatenate([triangles, [[26276, 26277, 26278]]]),
        "ft_indices": np.concatenate([triangles, [[1, 2, 3]]]),
        "texcoords": random.uniform(0, 1, (26278, 2)),
    }


@pytest.fixture(scope="module")
def model_file(arrays: dict[str, np.ndarray], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """With a pickled member beside the plain ones, as the real files have."""
    folder = tmp_path_factory.mktemp("facescape")
    pickled = np.array([Canary(folder / "canary")], dtype=object)
    np.savez(folder / NAME, **arrays, vc_dict_front=pickled)
    return folder / NAME


def _official(arrays: dict[str, np.ndarray], identity: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Vertices in metres as the toolkit makes them: the residual core with identity and [1, w1 .. w51]."""
    core = arrays["shape_bm_core"].astype(np.float64)
    residual = core - core[:, :1]
    residual[:, 0] = core[:, 0]
    vertices = np.einsum("nek,k,e->n", residual, identity, np.concatenate([[1.0], weights]))
    return vertices.reshape(-1, 3) / 1000


def test_faces_are_the_toolkits(arrays: dict[str, np.ndarray], model_file: Path) -> None:
    source = reader.read(model_file)
    random = np.random.default_rng(1)
    sigmas, weights = random.normal(0, 1, MODES), random.uniform(0, 1, 51)
    identity = arrays["id_mean"] + sigmas * np.sqrt(arrays["id_var"])
    neutral = source.mean + np.tensordot(sigmas, source.identity_basis, axes=1)
    np.testing.assert_allclose(neutral, _official(arrays, identity, np.zeros(51)), atol=1e-7)
    changes = source.expression_basis + np.tensordot(sigmas, source.extra[BY_IDENTITY].astype(np.float64), axes=1)
    posed = neutral + np.tensordot(weights, changes, axes=1)
    np.testing.assert_allclose(posed, _official(arrays, identity, weights), atol=1e-6)


def test_source_model(model_file: Path) -> None:
    source = reader.read(model_file.parent)
    assert source.id == "facescape"
    assert set(source.expression_names) == set(ARKIT_NAMES)
    assert set(source.extra) == {BY_IDENTITY}  # as of an old file
    assert source.extra[BY_IDENTITY].dtype == np.float16
    assert source.faces.min() == -1
    assert source.faces[:, :3].min() == 0
    assert source.faces.max() == reader.VERTICES - 1
    assert source.landmarks68 is not None
    assert len(set(source.landmarks68.tolist())) == 68
    assert not (model_file.parent / "canary").exists()


def _lists(rows: list[Any]) -> np.ndarray:
    """Rows of different lengths, which NumPy pickles."""
    array = np.empty(len(rows), dtype=object)
    array[:] = rows
    return array


def _fitting(left: Any = None) -> dict[str, np.ndarray]:
    """What files since May 2021 have beside the rest."""
    right = _lists([[], [7, 9], [np.int64(8)], *([[row, row + 20, row + 40] for row in range(5)])])
    random = np.random.default_rng(4)
    covariances = np.eye(51) * random.uniform(0.01, 0.1, (2, 51, 1))
    return {
        "contour_line_left": np.arange(16).reshape(8, 2) if left is None else left,
        "contour_line_right": right,
        "bottom_cand": np.array([3, 5, 26277]),
        "exp_gmm_weights": np.array([0.25, 0.75]),
        "exp_gmm_means": random.uniform(0, 1, (2, 51)),
        "exp_gmm_covariances": covariances,
    }


def test_what_landmarks_are_fitted_with(arrays: dict[str, np.ndarray], tmp_path: Path) -> None:
    fitting = _fitting()
    np.savez(tmp_path / NAME, **arrays, **fitting)
    extra = reader.read(tmp_path).extra
    lines = [row[row != -1].tolist() for row in extra[CONTOURS]]
    assert lines[:3] == [[0, 1], [2, 3], [4, 5]]
    assert lines[8:12] == [[3, 5, 26277], [], [7, 9], [8]]
    assert lines[16] == [4, 24, 44]
    assert len(lines) == 17
    for name, official in zip(MIXTURE, ("exp_gmm_weights", "exp_gmm_means", "exp_gmm_covariances"), strict=True):
        np.testing.assert_allclose(extra[name], fitting[official])


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("contour_line_left", _lists([[1]] * 7)),
        ("contour_line_left", _lists([[1]] * 7 + [[26278]])),
        ("contour_line_left", _lists([[1]] * 7 + [["a"]])),
        ("contour_line_left", _lists([[1]] * 7 + [[Canary(Path("canary"))]])),
        ("contour_line_left", None),
        ("bottom_cand", np.array([0.5])),
        ("bottom_cand", _lists([])),
        ("exp_gmm_means", np.zeros((2, 50))),
        ("exp_gmm_means", np.full((2, 51), np.nan)),
        ("exp_gmm_covariances", np.zeros((2, 51, 51))),
        ("exp_gmm_weights", np.array([1.0, -0.5])),
        ("exp_gmm_weights", None),
    ],
)
def test_what_cannot_be_fitted_with_is_left_out(tmp_path: Path, name: str, value: Any) -> None:
    """The rest of a file is good without; the outline and the mixture do not need each other."""
    kept = {key: array for key, array in {**_fitting(), name: value}.items() if array is not None}
    np.savez(tmp_path / NAME, **kept)
    found = fitting_arrays(tmp_path / NAME, reader.VERTICES)
    assert set(found) == ({CONTOURS} if name.startswith("exp") else set(MIXTURE))
    assert not Path("canary").exists()


def test_slots_follow_the_toolkit() -> None:
    """The pairs that it numbers the other way round, and some single ones."""
    slots = {name: slot for slot, name in enumerate(SLOTS, start=1)}
    assert (slots["eyeBlinkLeft"], slots["eyeLookUpRight"], slots["browOuterUpLeft"]) == (1, 14, 18)
    assert (slots["jawOpen"], slots["mouthUpperUpLeft"], slots["cheekSquintRight"]) == (20, 25, 51)
    assert (LANDMARKS68[8], LANDMARKS68[30], LANDMARKS68[67]) == (1681, 1855, 21858)


def _bilinear_face() -> tuple[FaceModel, np.ndarray]:
    face, random = load_model("builtin"), np.random.default_rng(2)
    count = len(face.mean)
    bases = {
        "identity_basis": random.normal(0, 2e-3, (4, count, 3)),
        "expression_basis": random.normal(0, 1e-2, (2, count, 3)),
    }
    names = {
        "expression_names": ("jawOpen", "own"),
        "expression_ranges": np.zeros((2, 2)),
        "expression_std": np.ones(2),
    }
    return replace(face, **bases, **names), random.normal(0, 1e-3, (4, 1, count, 3)).astype(np.float16)


def test_expressions_of_one_person() -> None:
    model, by_identity = _bilinear_face()
    coefficients = np.array([1.0, -2.0, 0.5, 0.0])
    neutral = model.shape(coefficients) + np.random.default_rng(3).normal(0, 1e-4, model.mean.shape)
    np.testing.assert_allclose(identity_of(model, neutral), coefficients, atol=0.02)
    found = personal_expressions(model, neutral, by_identity)
    expected = model.expression_basis[0] + np.tensordot(coefficients, by_identity[:, 0].astype(float), axes=1)
    np.testing.assert_allclose(found[0], expected, atol=1e-4)
    np.testing.assert_allclose(found[1], model.expression_basis[1], atol=1e-8)


def test_a_stranger_stays_among_the_models_people() -> None:
    model, _ = _bilinear_face()
    flat = replace(model, identity_basis=model.identity_basis * 1e-6)
    assert np.abs(identity_of(flat, model.mean + np.array([0.01, 0.0, 0.0]))).max() < 0.1


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("id_mean", None, "no array 'id_mean'.*8 December 2021"),
        ("id_var", np.array([1.0, -1.0, 1.0]), "no numbers"),
        ("id_mean", np.array([5.0, 0.0, 0.0]), "mean face of"),
        ("id_mean", np.zeros(4), "'id_mean' of size 4 instead of 3"),
        ("shape_bm_core", np.zeros((78951, 52, 3), np.float32), "78951 x 52 x 3 instead of 78834 x 52 x 3"),
        ("fv_indices", np.array([[1, 2, 26279]]), "do not fit"),
        ("ft_indices", np.zeros((5, 2), int), "no triangles"),
        ("id_var", np.array(["1", "2", "3"]), "no numbers"),
        ("texcoords", np.zeros(26278), "no texture points"),
        ("texcoords", np.full((26278, 2), np.nan), "no texture points"),
        ("texcoords", np.array([Canary(Path("canary"))], dtype=object), "holds more than arrays"),
    ],
)  # fmt: skip
def test_wrong_contents(arrays: dict[str, np.ndarray], tmp_path: Path, name: str, value: Any, sentence: str) -> None:
    changed = {key: array for key, array in {**arrays, name: value}.items() if array is not None}
    np.savez(tmp_path / NAME, **changed)
    with pytest.raises(LikenessError, match=sentence):
        reader.read(tmp_path)
    assert not Path("canary").exists()


def test_other_versions_and_editions(arrays: dict[str, np.ndarray], tmp_path: Path) -> None:
    np.save(tmp_path / "core_847_50_52.npy", np.zeros(3))
    with pytest.raises(LikenessError, match=r"version 1\.6 is needed"):
        reader.read(tmp_path)
    mixed = tmp_path / "facescape_bm_v1.6_847_50_52_id_exp.npz"
    np.savez(mixed, shape_bm_core=np.zeros(3))
    with pytest.raises(LikenessError, match="mixed by a PCA"):
        reader.read(mixed)


@pytest.mark.parametrize("end", [0, 1000, 1 << 20, -1000])
def test_cut_off(model_file: Path, tmp_path: Path, end: int) -> None:
    path = tmp_path / NAME
    path.write_bytes(model_file.read_bytes()[:end])
    assert reader.recognises(path)
    with pytest.raises(LikenessError, match=r"damaged|no array"):
        reader.read(path)


def test_not_facescape(tmp_path: Path) -> None:
    np.savez(tmp_path / "other.npz", mean=np.zeros(3))
    assert not reader.recognises(tmp_path / "other.npz")
    with pytest.raises(LikenessError, match="no FaceScape model"):
        reader.read(tmp_path)


def test_the_library_has_expressions_of_one_person(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LIKENESS_MODELS", str(tmp_path))
    face, by_identity = _bilinear_face()
    model = replace(face, id="facescape")
    neutral = model.shape(np.array([1.0, 0.0, 0.0, 0.0]))
    np.testing.assert_array_equal(expressions_for(model, neutral), model.expression_basis)
    for folder, extra in (("facescape", {BY_IDENTITY: by_identity}), ("linear", {})):
        (tmp_path / folder).mkdir()
        save_face_model(model, tmp_path / folder / MODEL_FILE, extra, compressed=False)
    expected = personal_expressions(model, neutral, by_identity)
    np.testing.assert_allclose(expressions_for(model, neutral), expected)
    assert np.abs(expected - model.expression_basis).max() > 1e-4
    linear = replace(model, id="linear")
    np.testing.assert_array_equal(expressions_for(linear, neutral), linear.expression_basis)
