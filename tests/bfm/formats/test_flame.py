"""FLAME's files, its forward function and the model that comes out."""

from __future__ import annotations

from pathlib import Path

import flame_files
import numpy as np
import pytest
from likeness.bfm.formats.flame import reader
from likeness.bfm.formats.flame.files import PARENTS, read_flame
from likeness.bfm.formats.flame.skinning import flame_vertices, rotations
from likeness.errors import LikenessError
from scipy.spatial.transform import Rotation


@pytest.fixture(scope="module")
def model_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return flame_files.write_flame(tmp_path_factory.mktemp("FLAME2020") / "generic_model.pkl")


def _naive(
    arrays: dict, identity: np.ndarray, expression: np.ndarray, pose: np.ndarray, some: np.ndarray
) -> np.ndarray:
    """The forward function for some vertices, one after another, with 4x4 matrices."""
    betas = np.zeros(400)
    betas[: len(identity)], betas[300 : 300 + len(expression)] = identity, expression
    shaped = arrays["v_template"] + arrays["shapedirs"] @ betas
    joints = arrays["J_regressor"] @ shaped
    turns = [Rotation.from_rotvec(p).as_matrix() for p in pose]
    feature = np.concatenate([(turn - np.eye(3)).ravel() for turn in turns[1:]])
    chains = []
    for joint, parent in enumerate(PARENTS):
        local = np.eye(4)
        local[:3, :3], local[:3, 3] = turns[joint], joints[joint] - (joints[parent] if joint else 0)
        chains.append(chains[parent] @ local if joint else local)
    result = []
    for vertex in some:
        point = shaped[vertex] + arrays["posedirs"][vertex] @ feature
        moved = np.zeros(3)
        for joint, chain in enumerate(chains):
            moved += arrays["weights"][vertex, joint] * (chain @ np.append(point - joints[joint], 1))[:3]
        result.append(moved)
    return np.array(result)


def test_forward_function_against_a_loop(model_file: Path) -> None:
    random = np.random.default_rng(0)
    identity, expression = random.normal(0, 1, (2, 300)), random.normal(0, 1, (2, 50))
    pose = random.normal(0, 0.4, (2, 5, 3))
    some = random.integers(0, 5023, 40)
    found = flame_vertices(read_flame(model_file), identity, expression, pose)
    assert found.shape == (2, 5023, 3)
    for k in range(2):
        expected = _naive(flame_files.flame_arrays(), identity[k], expression[k], pose[k], some)
        np.testing.assert_allclose(found[k][some], expected, atol=1e-9)


def test_rotations_at_and_near_zero() -> None:
    vectors = np.array([[0.0, 0, 0], [1e-9, 0, 0], [0, np.pi, 0], [0.3, -0.2, 0.1]])
    np.testing.assert_allclose(rotations(vectors), Rotation.from_rotvec(vectors).as_matrix(), atol=1e-12)


def test_source_model(model_file: Path) -> None:
    source = reader.read(model_file)
    assert source.id == "flame2020"
    assert source.identity_basis.shape == (300, 5023, 3)
    assert source.expression_names[:2] == ("exp_00", "exp_01")
    assert len(source.expression_names) == len(source.expression_basis) == len(source.expression_std) == 111
    assert source.joint_names == ("head", "neck", "jaw", "eye.L", "eye.R")
    np.testing.assert_allclose(np.sum(source.skin_weights, axis=1), 1)
    for part, side in ((1, 1), (2, -1)):
        corners = source.faces[source.face_parts == part][:, :3]
        assert len(np.unique(corners)) == 546
        assert (side * source.mean[corners, 0] > 0).all()


def test_bases_are_the_files(model_file: Path) -> None:
    """Coefficients mean what they mean to FLAME."""
    source = reader.read(model_file)
    random = np.random.default_rng(1)
    identity, expression = random.normal(0, 1, 300), random.normal(0, 1, 100)
    expected = flame_vertices(read_flame(model_file), identity, expression, np.zeros((5, 3)))
    found = source.mean + np.tensordot(identity, source.identity_basis, axes=1)
    found += np.tensordot(expression, source.expression_basis[:100], axes=1)
    np.testing.assert_allclose(found, expected, atol=1e-7)


def _moved(source: reader.SourceModel, name: str, vertex: int | np.ndarray) -> np.ndarray:
    return source.expression_basis[source.expression_names.index(name)][vertex]


def test_joints_move_to_the_named_sides(model_file: Path) -> None:
    source = reader.read(model_file)
    chin = int(np.argmin(np.linalg.norm(source.mean - [0.0, -0.11, 0.09], axis=1)))
    assert _moved(source, "jawOpen", chin)[1] < -0.015
    assert _moved(source, "jawLeft", chin)[0] > 0.005
    assert _moved(source, "jawRight", chin)[0] < -0.005
    for part, side, inwards in ((1, "Left", -1), (2, "Right", 1)):
        corners = np.unique(source.faces[source.face_parts == part][:, :3])
        pupil = int(corners[source.mean[corners, 2].argmax()])
        assert _moved(source, f"eyeLookUp{side}", pupil)[1] > 0.004
        assert _moved(source, f"eyeLookDown{side}", pupil)[1] < -0.004
        assert inwards * _moved(source, f"eyeLookIn{side}", pupil)[0] > 0.004
        assert inwards * _moved(source, f"eyeLookOut{side}", pupil)[0] < -0.004
        skin = np.unique(source.faces[source.face_parts == 0][:, :3])
        assert abs(_moved(source, f"eyeLookUp{side}", skin)).max() < 2e-4


def test_jaw_key_has_the_correctives(model_file: Path) -> None:
    source, none = reader.read(model_file), np.zeros(0)
    joint, turn, _ = reader.POSE_KEYS["jawOpen"]
    pose = np.zeros((5, 3))
    pose[joint] = turn
    expected = _naive(flame_files.flame_arrays(), none, none, pose, np.arange(0, 3931, 131))
    found = source.mean + source.expression_basis[source.expression_names.index("jawOpen")]
    np.testing.assert_allclose(found[:3931:131], expected, atol=1e-7)


def test_editions_and_folders(model_file: Path, tmp_path: Path) -> None:
    assert reader.recognises(model_file.parent)
    assert reader.source_files(model_file.parent) == [model_file]
    assert not reader.recognises(tmp_path)
    for folder, edition in (("Flame 2023 Open", "flame2023"), ("2023-05", "flame2020")):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "generic_model.pkl").write_bytes(model_file.read_bytes())
        assert reader.read(tmp_path / folder).id == edition
    newer = tmp_path / "flame2023_no_jaw.pkl"
    newer.write_bytes(model_file.read_bytes())
    source = reader.read(tmp_path)
    assert source.id == "flame2023"
    assert source.expression_std[source.expression_names.index("jawOpen")] == 0
    assert source.expression_std[source.expression_names.index("eyeLookUpLeft")] > 0


def test_converted_file(model_file: Path, tmp_path: Path) -> None:
    path = tmp_path / "flame.npz"
    np.savez(path, **flame_files.flame_arrays())
    assert reader.recognises(path)
    np.testing.assert_array_equal(reader.read(path).identity_basis, reader.read(model_file).identity_basis)
    np.savez(tmp_path / "other.npz", mean=np.zeros(3))
    assert not reader.recognises(tmp_path / "other.npz")


def test_damage_inside_a_converted_file(tmp_path: Path) -> None:
    """Which zlib finds, not the zip's directory."""
    path, layout = tmp_path / "flame.npz", tmp_path / "FLAME_texture.npz"
    np.savez_compressed(path, **flame_files.flame_arrays())
    np.savez_compressed(layout, vt=np.random.default_rng(0).uniform(0, 1, (500, 2)), ft=np.zeros((9976, 3), int))
    for damaged in (layout, path):
        content = damaged.read_bytes()
        damaged.write_bytes(content[:200] + bytes(64) + content[264:])
        with pytest.raises(LikenessError, match=f"{damaged.name} (is damaged|has no readable arrays)"):
            reader.read(path)


def test_what_lies_beside(model_file: Path, tmp_path: Path) -> None:
    path = tmp_path / model_file.name
    path.write_bytes(model_file.read_bytes())
    faces = flame_files.flame_arrays()["f"].astype(int)
    chosen, weights = np.arange(0, 6800, 100), np.tile([0.2, 0.5, 0.3], (68, 1))
    flame_files.write_flame(
        tmp_path / "flame_static_embedding_68.pkl", {"lmk_face_idx": chosen, "lmk_b_coords": weights}
    )
    uv = np.random.default_rng(0).uniform(0, 1, (5023, 2))
    np.savez(tmp_path / "FLAME_texture.npz", vt=uv, ft=faces)
    source = reader.read(path)
    np.testing.assert_array_equal(source.landmarks68, faces[chosen, 1])
    np.testing.assert_array_equal(source.uv, uv)
    np.testing.assert_array_equal(source.faces_uv[:, :3], faces)
    assert [file.name for file in reader.source_files(path)] == [
        path.name,
        "FLAME_texture.npz",
        "flame_static_embedding_68.pkl",
    ]
    lines = [f"vt {u} {v}" for u, v in uv] + ["f " + " ".join(f"{c + 1}/{c + 1}" for c in face) for face in faces]
    (tmp_path / "FLAME_texture.npz").unlink()
    (tmp_path / "head_template.obj").write_text("\n".join(lines), encoding="utf-8")
    np.testing.assert_allclose(reader.read(path).uv, uv)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("FLAME_texture.npz", b"damaged"),
        ("head_template.obj", b"vt 0 0\nf 1/1 2/2 3/3\n"),
        ("head_template.obj", b"\xff\xff"),
        ("flame_static_embedding_68.pkl", b"damaged"),
        ("flame_static_embedding_68.pkl", b"\x80\x02}."),
    ],
)
def test_wrong_files_beside(model_file: Path, tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / model_file.name).write_bytes(model_file.read_bytes())
    (tmp_path / name).write_bytes(content)
    with pytest.raises(LikenessError, match=name):
        reader.read(tmp_path)


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("shapedirs", np.zeros((5023, 3, 10)), "5023 x 3 x 10 instead of 5023 x 3 x 400"),
        ("v_template", np.zeros((6890, 3)), "6890 x 3 instead of 5023 x 3"),
        ("posedirs", np.full((5023, 3, 36), np.nan), "no numbers"),
        ("f", np.full((9976, 3), 5023, np.uint32), "faces or joints"),
        ("kintree_table", np.zeros((2, 5), np.int64), "faces or joints"),
        ("weights", np.zeros((5023, 5)), "follow no joint"),
        ("weights", None, "has no array 'weights'"),
    ],
)
def test_another_model_in_the_file(tmp_path: Path, name: str, value: np.ndarray | None, sentence: str) -> None:
    arrays = {**flame_files.flame_arrays(), "shapedirs": np.broadcast_to(0.0, (5023, 3, 400)), name: value}
    path = tmp_path / "flame.npz"
    np.savez(path, **{key: array for key, array in arrays.items() if array is not None})
    with pytest.raises(LikenessError, match=sentence):
        reader.read(path)


def test_no_model(tmp_path: Path) -> None:
    with pytest.raises(LikenessError, match="it should be generic_model"):
        reader.read(tmp_path)


@pytest.mark.parametrize("end", [0, 100, 1 << 20, 1 << 24])
def test_cut_off(model_file: Path, tmp_path: Path, end: int) -> None:
    path = tmp_path / "generic_model.pkl"
    path.write_bytes(model_file.read_bytes()[:end])
    with pytest.raises(LikenessError, match="damaged"):
        reader.read(path)
