"""The built-in model's ARKit expressions: each does what its name says, and nothing it must not."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from likeness.anatomy.arkit import ARKIT_NAMES, mirrored_name
from likeness.anatomy.expression_spread import EXPRESSION_STD
from likeness.bfm.builtin.anatomy import Anatomy
from likeness.bfm.builtin.muscles import ElasticSheet, turn
from likeness.bfm.builtin.personal_blink import face_geometry, mirror_vertices, personal_expressions
from likeness.bfm.face_model import FaceModel
from likeness.bfm.library.registry import load_model
from likeness.geometry.arrays import Floats, Ints
from likeness.training.builtin_model import expressions, lips
from likeness.training.builtin_model.expression_table import SHARED, expression_table
from likeness.training.builtin_model.expressions import expression, expression_names

MM = 0.001
CHIN, NOSE_TIP = 152, 4
HALF = 2e-5  # metres: how well the file's half precision keeps a displacement of a few centimetres


@pytest.fixture(scope="module")
def model() -> FaceModel:
    return load_model("builtin")


@pytest.fixture(scope="module")
def face(model: FaceModel) -> Anatomy:
    return Anatomy(face_geometry(model, model.mean, mirror_vertices(model)))


@pytest.fixture(scope="module")
def basis(model: FaceModel) -> dict[str, Floats]:
    deltas = model.expression_basis.astype(np.float64)
    return dict(zip(model.expression_names, deltas, strict=True))


def test_every_arkit_expression_is_there(model: FaceModel) -> None:
    assert model.expression_names == ARKIT_NAMES
    names = expression_names()
    assert set(names) | {mirrored_name(n) for n in names} == set(ARKIT_NAMES)
    assert len(names) == len({frozenset((n, mirrored_name(n))) for n in ARKIT_NAMES})  # no pair is written twice
    assert set(expression_table()) == {*names, *SHARED}
    assert EXPRESSION_STD.shape == (len(ARKIT_NAMES),)
    assert EXPRESSION_STD.min() > 0.1
    assert EXPRESSION_STD.max() < 0.5
    assert np.abs(model.expression_basis).max(axis=(1, 2)).min() > 2 * MM


def test_left_and_right_are_exact_mirrors(face: Anatomy, basis: dict[str, Floats]) -> None:
    mirror = face.geometry.mirror
    assert (mirror[mirror] == np.arange(len(mirror))).all()
    for name in ARKIT_NAMES:
        np.testing.assert_allclose(face.geometry.mirrored(basis[name]), basis[mirrored_name(name)], atol=1e-7)


def test_jaw_open_lowers_the_chin_and_not_the_nose(basis: dict[str, Floats]) -> None:
    moved = basis["jawOpen"]
    assert moved[CHIN, 1] < -20 * MM
    assert np.linalg.norm(moved[NOSE_TIP]) < 0.5 * MM
    assert np.linalg.norm(moved[13]) < 3 * MM  # the upper lip stays
    assert moved[14, 1] < -25 * MM


@pytest.mark.parametrize(
    ("name", "landmark", "axis", "least"),
    [
        ("mouthSmileLeft", 291, 1, 7), ("mouthSmileLeft", 291, 0, 5), ("mouthFrownLeft", 291, 1, -4),
        ("mouthStretchLeft", 291, 0, 6), ("mouthPucker", 291, 0, -4), ("mouthFunnel", 13, 2, 4),
        ("jawForward", CHIN, 2, 6), ("jawLeft", CHIN, 0, 6), ("mouthLeft", 13, 0, 6), ("cheekPuff", 427, 0, 3),
        ("browInnerUp", 336, 1, 4), ("browDownLeft", 295, 1, -3), ("browOuterUpLeft", 293, 1, 4),
        ("noseSneerLeft", 358, 1, 3), ("cheekSquintLeft", 280, 1, 3), ("mouthUpperUpLeft", 312, 1, 3),
        ("mouthLowerDownLeft", 317, 1, -3), ("mouthShrugLower", 199, 1, 3), ("mouthShrugUpper", 0, 1, 3),
        ("mouthRollLower", 16, 2, -2), ("mouthRollUpper", 11, 2, -2), ("mouthDimpleLeft", 291, 2, -4),
    ],
)  # fmt: skip
def test_expressions_go_where_their_name_says(
    basis: dict[str, Floats], name: str, landmark: int, axis: int, least: float
) -> None:
    assert basis[name][landmark, axis] * np.sign(least) > abs(least) * MM


def test_blink_closes_one_eye_and_leaves_the_other(face: Anatomy, basis: dict[str, Floats]) -> None:
    eye, moved = face.left_eye, basis["eyeBlinkLeft"]
    closed = face.geometry.vertices + moved
    opening = np.linalg.norm(face.geometry.vertices[eye.upper] - face.geometry.vertices[eye.lower], axis=1)
    assert opening.max() > 8 * MM
    assert np.linalg.norm(closed[eye.upper] - closed[eye.lower], axis=1).max() < 0.1 * MM
    other = face.geometry.mirror[np.concatenate([eye.skin, eye.margin, eye.upper, eye.lower])]
    assert not moved[other].any()


@pytest.mark.parametrize("name", ["eyeBlinkLeft", "eyeSquintLeft", "eyeWideLeft", "eyeLookDownLeft", "cheekSquintLeft"])
@pytest.mark.parametrize("value", [0.25, 0.5, 0.75, 1.0])
def test_lids_stay_in_front_of_the_eyeball(face: Anatomy, basis: dict[str, Floats], name: str, value: float) -> None:
    eye, vertices = face.left_eye, face.geometry.vertices
    moved = vertices + value * basis[name]
    visible = np.concatenate([eye.skin, eye.upper, eye.lower])
    assert eye.height(moved[visible]).min() > 0.2 * MM
    # The hidden part of the margins may press into the eyeball, but not fall through it.
    assert eye.height(moved[eye.margin]).min() > -1.0 * MM


@pytest.mark.parametrize("direction", ["Down", "Up", "In", "Out"])
@pytest.mark.parametrize("value", [0.5, 1.0])
def test_a_turned_eyeball_keeps_its_radius(
    face: Anatomy, basis: dict[str, Floats], direction: str, value: float
) -> None:
    eye = face.left_eye
    rest = face.geometry.vertices[eye.ball] - eye.centre
    turned = rest + value * basis[f"eyeLook{direction}Left"][eye.ball]
    assert abs(np.linalg.norm(turned, axis=1) / np.linalg.norm(rest, axis=1) - 1).max() < 0.03
    front = np.argmax(rest[:, 2])
    gaze = turned[front] / np.linalg.norm(turned[front])
    wanted = {"Down": (1, -1), "Up": (1, 1), "In": (0, -1), "Out": (0, 1)}[direction]
    assert gaze[wanted[0]] * wanted[1] == pytest.approx(np.sin(np.radians(27) * value), abs=0.03)


def test_only_looks_move_the_eyeballs(face: Anatomy, basis: dict[str, Floats]) -> None:
    balls = np.concatenate(face.geometry.eyeballs)
    for name in ARKIT_NAMES:
        assert basis[name][balls].any() == name.startswith("eyeLook"), name


def test_mouth_close_seals_the_lips_of_an_open_jaw(face: Anatomy, basis: dict[str, Floats]) -> None:
    upper, lower = face.lip_edges
    opened = face.geometry.vertices + basis["jawOpen"]
    assert np.linalg.norm(opened[upper] - opened[lower], axis=1).max() > 25 * MM
    sealed = opened + basis["mouthClose"]
    assert np.linalg.norm(sealed[upper] - sealed[lower], axis=1).max() < 0.1 * MM
    assert sealed[CHIN, 1] - face.geometry.vertices[CHIN, 1] < -20 * MM


def _skin_faces(face: Anatomy) -> Ints:
    """Faces without the red of the lips, the margins of the lids and the mouth bag, which roll and fold."""
    sheet, eye = face.geometry.sheet, face.left_eye
    bag = sheet.enclosed(np.concatenate(face.lip_edges), NOSE_TIP)
    red = sheet.enclosed(sheet.path([*lips.UPPER_LIP[1], *lips.LOWER_LIP[1][::-1]]), NOSE_TIP)
    lids = np.concatenate([eye.margin, eye.upper, eye.lower])
    left_out = np.concatenate([bag, red, lids, face.geometry.mirror[lids]])
    return sheet.faces[~np.isin(sheet.faces, left_out).any(axis=1)]


def _normals(vertices: Floats, faces: Ints) -> Floats:
    a, b, c = (vertices[faces[:, k]] for k in range(3))
    return np.cross(b - a, c - a)


def test_no_expression_turns_skin_inside_out(face: Anatomy, basis: dict[str, Floats]) -> None:
    faces, rest = _skin_faces(face), face.geometry.vertices
    assert len(faces) > 6000
    before = _normals(rest, faces)
    for name in ARKIT_NAMES:
        start = rest + basis["jawOpen"] if name == "mouthClose" else rest
        flipped = (_normals(start + basis[name], faces) * before).sum(axis=1) <= 0
        assert not flipped.any(), (name, np.unique(faces[flipped])[:10])


def test_expressions_are_smooth(face: Anatomy, basis: dict[str, Floats]) -> None:
    """A vertex moves nearly like the mean of its neighbours."""
    ids = np.unique(_skin_faces(face)[:, :3])
    neighbours = (face.geometry.sheet.edges[ids] > 0).astype(float)
    mean = neighbours.multiply(1 / neighbours.sum(axis=1)).tocsr()
    for name in ARKIT_NAMES:
        rough = np.linalg.norm(basis[name][ids] - mean @ basis[name], axis=1)
        largest = np.linalg.norm(basis[name], axis=1).max()
        assert np.sqrt((rough**2).mean()) < 0.006 * largest, name
        assert rough.max() < 0.2 * largest, name


@pytest.mark.parametrize(
    "name",
    ["eyeBlinkLeft", "eyeSquintLeft", "jawLeft", "mouthSmileLeft", "mouthLeft", "noseSneerLeft"],
)
def test_the_model_file_follows_the_table(face: Anatomy, basis: dict[str, Floats], name: str) -> None:
    np.testing.assert_allclose(expression(face, name), basis[name], atol=HALF)


@pytest.mark.parametrize("name", ["jawOpen", "mouthClose", "mouthPucker", "mouthRollLower", "cheekPuff"])
def test_the_symmetric_part_of_the_table_is_in_the_model_file(
    face: Anatomy, basis: dict[str, Floats], name: str
) -> None:
    np.testing.assert_allclose(face.geometry.symmetric(expression(face, name)), basis[name], atol=HALF)


def test_a_mistyped_key_of_the_table_is_found(face: Anatomy, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, section in (
        ("browInnerUp", {"landmark": {}}),
        ("jawForward", {"slides": [0, 0, 1]}),
        ("mouthRollUpper", {"roll": {"lips": "upper"}}),
        ("eyeWideLeft", {"lids": {"uper": 1.0}}),
    ):
        monkeypatch.setattr(expressions, "expression_table", lambda name=name, section=section: {name: section})
        with pytest.raises(TypeError, match="unexpected keyword argument"):
            expression(face, name)


@pytest.mark.parametrize("seed", [1, 5])
def test_personal_blinks_close_where_the_means_do_not(face: Anatomy, model: FaceModel, seed: int) -> None:
    neutral = model.shape(np.random.default_rng(seed).normal(size=100))
    basis = personal_expressions(model, neutral)
    mirror, eye = face.geometry.mirror, face.left_eye
    for side, (upper, lower) in (("Left", (eye.upper, eye.lower)), ("Right", (mirror[eye.upper], mirror[eye.lower]))):
        index = model.expression_names.index(f"eyeBlink{side}")
        gaps = [
            np.linalg.norm((neutral + deltas[index])[upper] - (neutral + deltas[index])[lower], axis=1).max()
            for deltas in (model.expression_basis, basis)
        ]
        assert gaps[0] > 0.5 * MM
        assert gaps[1] < 0.01 * MM
    others = [i for i, name in enumerate(model.expression_names) if not name.startswith("eyeBlink")]
    np.testing.assert_array_equal(basis[others], model.expression_basis[others])


def _grid(size: int) -> tuple[Floats, Ints]:
    x, y = np.meshgrid(np.arange(size), np.arange(size), indexing="ij")
    vertices = np.stack([x.ravel(), y.ravel(), np.zeros(size * size)], axis=1) * 0.01
    corner = (np.arange(size - 1)[:, None] * size + np.arange(size - 1)).ravel()
    return vertices, np.stack([corner, corner + size, corner + size + 1, corner + 1], axis=1)


def test_spread_minimises_its_energy() -> None:
    """Against dense finite differences on a grid, away from its border."""
    size, step, reach = 21, 0.01, 0.03
    vertices, faces = _grid(size)
    centre = size * size // 2
    field = ElasticSheet(vertices, faces, np.empty(0, int)).spread(np.array([centre]), np.array([[1.0]]), reach)[:, 0]
    assert field[centre] == 1
    image = field.reshape(size, size)
    np.testing.assert_allclose(image, image[::-1, ::-1], atol=1e-9)
    np.testing.assert_allclose(image, image.T, atol=1e-9)
    laplace = sum(np.roll(image, s, a) for s in (1, -1) for a in (0, 1)) - 4 * image
    laplace = laplace / step**2
    twice = (sum(np.roll(laplace, s, a) for s in (1, -1) for a in (0, 1)) - 4 * laplace) / step**2
    residual = (twice + image / reach**4)[4:-4, 4:-4]
    residual[size // 2 - 4, size // 2 - 4] = 0  # where the value is given
    assert abs(residual).max() < 0.02 / reach**4


@settings(max_examples=20)
@given(st.lists(st.floats(-1, 1), min_size=4, max_size=4))
def test_a_membrane_stays_between_its_values(values: list[float]) -> None:
    vertices, faces = _grid(7)
    given_ids = np.array([16, 18, 30, 32])
    border = np.flatnonzero((vertices[:, :2] == 0).any(axis=1) | (vertices[:, :2] > 0.059).any(axis=1))
    free = np.setdiff1d(np.arange(49), np.concatenate([given_ids, border]))
    field = ElasticSheet(vertices, faces, np.empty(0, int)).membrane(free, given_ids, np.array(values)[:, None])
    assert field.max() <= max(*values, 0) + 1e-12
    assert field.min() >= min(*values, 0) - 1e-12


def test_spread_does_not_cross_a_slit() -> None:
    """Two sheets that touch in space but share no edge, like the lips."""
    vertices, faces = _grid(9)
    both = np.concatenate([vertices, vertices + np.array([0, 0, 1e-6])])
    sheet = ElasticSheet(both, np.concatenate([faces, faces + 81]), np.empty(0, int))
    field = sheet.spread(np.array([40, 121]), np.array([[1.0], [0.0]]), 0.03)[:, 0]
    assert field[31] > 0.5
    assert abs(field[81:]).max() < 1e-9


@pytest.mark.parametrize("axis", [0, 1, 2])
def test_turn_is_a_rotation_about_its_axis(axis: int) -> None:
    points = np.random.default_rng(axis).normal(size=(5, 3))
    centre, angle = np.array([0.3, -0.2, 0.1]), 0.4
    turned = turn(points, centre, axis, angle)
    along = np.eye(3)[axis]
    cross = np.cross(along, points - centre)
    inside = np.outer((points - centre) @ along, along)
    expected = centre + inside + np.cos(angle) * (points - centre - inside) + np.sin(angle) * cross  # Rodrigues
    np.testing.assert_allclose(turned, expected, atol=1e-12)
