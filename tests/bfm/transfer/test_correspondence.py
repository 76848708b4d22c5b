"""Which point is which: exact on itself, right on a disguised copy, remembered, and looked for anew when stale."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from likeness.bfm.face_model import FaceModel
from likeness.bfm.library import layings
from likeness.bfm.library.layings import FOLDER, correspondence, fingerprint, laid_builtin
from likeness.bfm.library.networks import FACESCAPE_LAYOUT
from likeness.bfm.library.registry import load_model
from likeness.bfm.library.store import models_folder
from likeness.bfm.transfer.correspondence import Correspondence, composed, mended
from other_face import of_face, order, other_model, warped
from other_source import other_source

MM = 0.001


@pytest.fixture(scope="module")
def other() -> FaceModel:
    return other_model()


def test_a_model_on_itself_is_exact() -> None:
    builtin = load_model("builtin")
    found = correspondence(builtin, builtin)
    field = np.random.default_rng(0).normal(size=(2, len(builtin.mean), 3))
    np.testing.assert_array_equal(found.carry(field), field)
    assert found.distance.max() == 0
    assert found.trust.min() == 1


def test_both_ways_on_a_disguised_copy(other: FaceModel) -> None:
    builtin = load_model("builtin")
    face = of_face()
    onto = correspondence(builtin, other)
    error = np.linalg.norm(onto.carry(other.mean) - warped(builtin.mean), axis=1)
    assert np.median(error[face]) < 0.3 * MM
    back = correspondence(other, builtin)
    error = np.linalg.norm(back.carry(builtin.mean) - builtin.mean[order()], axis=1)
    assert np.median(error[face[order()]]) < 0.3 * MM
    assert back.trust[face[order()]].mean() > 0.95


def test_there_and_back_is_nearly_where_it_was(other: FaceModel) -> None:
    builtin = load_model("builtin")
    loop = composed(correspondence(builtin, other), correspondence(other, builtin))
    assert loop.triangles.shape == (len(builtin.mean), 9)
    np.testing.assert_allclose(loop.weights.sum(axis=1), 1, atol=1e-6)
    error = np.linalg.norm(loop.carry(builtin.mean) - builtin.mean, axis=1)
    assert np.percentile(error[of_face()], 95) < 0.5 * MM


def test_touching_lips_are_told_apart(other: FaceModel) -> None:
    builtin = load_model("builtin")
    jaw = builtin.expression_basis[builtin.expression_names.index("jawOpen")]
    lips = builtin.region("lips")[order()] > 0.5
    error = np.linalg.norm(correspondence(other, builtin).carry(jaw) - jaw[order()], axis=1)
    assert np.percentile(error[lips], 99) < 2 * MM


def test_torn_pieces_go_with_what_surrounds_them() -> None:
    side = np.arange(12)
    x, y = np.meshgrid(side, side)
    vertices = np.stack([x.ravel(), y.ravel(), np.zeros(144)], axis=1) * 0.002
    corner = (x[:-1, :-1] + 12 * y[:-1, :-1]).ravel()
    triangles = np.concatenate(
        [np.stack([corner, corner + 1, corner + 13], axis=1), np.stack([corner, corner + 13, corner + 12], axis=1)]
    )
    motion = np.tile([0.0, 0.01, 0.0], (144, 1))
    torn = motion.copy()
    torn[[65, 66, 77]] = [0.0, -0.02, 0.0]
    healed = mended(torn, vertices, triangles)
    assert np.abs(healed - motion).max() < 0.0005
    np.testing.assert_array_equal(mended(motion, vertices, triangles), motion)


def test_carrying_is_the_weighted_sum_of_three() -> None:
    rng = np.random.default_rng(3)
    triangles, weights = rng.integers(0, 9, (5, 3)), rng.dirichlet(np.ones(3), 5)
    field = rng.normal(size=(4, 9, 2))
    found = Correspondence(triangles, weights, np.zeros(5), 9).carry(field)
    expected = np.zeros((4, 5, 2))
    for k in range(5):
        for corner in range(3):
            expected[:, k] += weights[k, corner] * field[:, triangles[k, corner]]
    np.testing.assert_allclose(found, expected, atol=1e-12)


def test_a_laying_is_remembered_until_the_model_changes(other: FaceModel, monkeypatch: pytest.MonkeyPatch) -> None:
    first = laid_builtin(other)
    made = []

    def remade(*_: object) -> object:
        made.append(True)
        return first

    monkeypatch.setattr(layings, "lay_builtin", remade)
    again = laid_builtin(other)
    assert not made
    np.testing.assert_array_equal(again.back.triangles, first.back.triangles)
    np.testing.assert_allclose(again.laid, first.laid, atol=1e-7)

    changed = replace(other, mean=other.mean * np.float32(1.01))
    assert fingerprint(changed) != fingerprint(other)
    laid_builtin(changed)
    assert len(made) == 1
    remembered = models_folder() / FOLDER / "builtin--other.npz"
    whole = remembered.read_bytes()
    for damaged in (b"not an archive", whole[:200] + bytes(64) + whole[264:]):
        made.clear()
        remembered.write_bytes(damaged)
        laid_builtin(changed)
        assert made


def test_what_cannot_be_remembered_leaves_nothing(other: FaceModel, monkeypatch: pytest.MonkeyPatch) -> None:
    first = laid_builtin(other)

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(layings, "lay_builtin", lambda *_: first)
    monkeypatch.setattr(layings.np, "savez_compressed", full)
    laid_builtin(replace(other, mean=other.mean * np.float32(1.01)))
    assert [path.name for path in (models_folder() / FOLDER).iterdir()] == ["builtin--other.npz"]


def test_of_single_faces_only_the_known_one_is_remembered(other: FaceModel, monkeypatch: pytest.MonkeyPatch) -> None:
    first, made = laid_builtin(other), []
    monkeypatch.setattr(layings, "lay_builtin", lambda model: made.append(model.id) or first)
    for model_id in ("somebody", FACESCAPE_LAYOUT):
        face = replace(other_source(model_id), mean=other.mean)
        for _ in range(2):
            laid_builtin(face)
    assert made == ["somebody", "somebody", FACESCAPE_LAYOUT]
    names = {path.name for path in (models_folder() / FOLDER).iterdir()}
    assert names == {"builtin--other.npz", f"builtin--{FACESCAPE_LAYOUT}.npz"}
