"""Faces are found small, turned, mirrored or side by side, and their points lie where people have put them."""

from __future__ import annotations

import json
import os
from pathlib import Path

import cv2
import numpy as np
import pytest
from likeness.anatomy.landmarks import DENSE, IBUG68, IBUG68_TO_DENSE, LEFT_IRIS, RIGHT_IRIS, dense_mirror
from likeness.errors import LikenessError
from likeness.inference.detectors import search
from likeness.inference.detectors.crop import Crop
from likeness.inference.detectors.landmarks import DRAFT_LOOKS, FINAL_LOOKS, FaceLandmarks, choose_face, detect_faces
from likeness.inference.detectors.uncertainty import off_axis, point_sigma
from likeness.inference.image_set import TURNED, find_face, warnings_of
from likeness.inference.images import Photo, read_photo, resize
from PIL import Image
from portrait import train_predictor


def face_of(pixels: np.ndarray, looks: int = FINAL_LOOKS) -> FaceLandmarks:
    faces = detect_faces(Photo(None, pixels), looks=looks)
    assert len(faces) == 1
    return faces[0]


def mesh_of(face: FaceLandmarks) -> np.ndarray:
    assert face.depth is not None
    return np.column_stack([face.points, face.depth])


def distance(face: FaceLandmarks, points: np.ndarray) -> float:
    """Median distance of the points on the face (no irises), share of the inter-ocular distance."""
    return float(np.median(np.linalg.norm(face.points - points, axis=1)[:468])) / face.inter_ocular


@pytest.mark.usefixtures("face_finder")
def test_a_portrait(photo_astronaut: np.ndarray) -> None:
    face = face_of(photo_astronaut)
    assert face.scheme is DENSE
    assert face.points.shape == (478, 2)
    assert face.depth is not None
    assert face.ibug68().shape == (68, 2)
    right, left, nose, mouth_right, mouth_left = face.five()
    assert right[0] < nose[0] < left[0]  # the subject's right is on the left of the picture
    assert mouth_right[0] < mouth_left[0]
    assert right[1] < nose[1] < mouth_right[1]
    assert face.depth[1] < face.depth[234]  # the nose is nearer than the ear
    assert 0.5 < face.confidence <= 1
    assert (face.uncertainty > 0).all()
    assert face.uncertainty[[10, 152, 234]].min() > face.uncertainty[[0, 17, 33, 263]].max()  # outline > lips, eyes
    assert face.size == max(face.box[2] - face.box[0], face.box[3] - face.box[1])


def test_ibug_table_agrees_with_the_reference(shared_dir: Path) -> None:
    tables = json.loads((shared_dir / "data" / "landmarks.json").read_text())
    reference = tables["ibug68_to_mediapipe"]
    assert [tuple(ids) if isinstance(ids, list) else (ids,) for ids in reference] == list(IBUG68_TO_DENSE)
    assert tables["ibug68_mirror"][36] == 45


@pytest.mark.usefixtures("face_finder")
@pytest.mark.parametrize("degrees", [0, 45, -90, 120, 180])
def test_any_turn_gives_the_same_points(photo_astronaut: np.ndarray, degrees: float) -> None:
    upright = face_of(photo_astronaut)
    window = Crop((256.0, 200.0), 600.0, np.radians(degrees), 600)
    turned = face_of(window.take(photo_astronaut))
    assert distance(upright, window.to_photo(turned.points)) < 0.015


@pytest.mark.usefixtures("face_finder")
def test_a_mirrored_photo_gives_mirrored_points(photo_astronaut: np.ndarray) -> None:
    face = face_of(photo_astronaut)
    other = face_of(np.ascontiguousarray(photo_astronaut[:, ::-1]))
    points = np.column_stack([512 - other.points[:, 0], other.points[:, 1]])[dense_mirror()]
    assert distance(face, points) < 0.01
    assert other.yaw == pytest.approx(-face.yaw, abs=0.06)


@pytest.mark.usefixtures("face_finder")
def test_averaging_looks_steadies_the_points(photo_astronaut: np.ndarray) -> None:
    """The same face through shifted pixels: more looks scatter less."""
    scatter = {}
    for looks in (DRAFT_LOOKS, 6):
        found = []
        for shift in ((0.0, 0.0), (2.3, 1.1), (-1.7, 2.9), (3.1, -2.2), (0.6, -3.4)):
            window = Crop((256 + shift[0], 256 + shift[1]), 520.0, 0.01 * shift[0], 512)
            found.append(window.to_photo(face_of(window.take(photo_astronaut), looks=looks).points))
        scatter[looks] = np.stack(found).std(axis=0)[:468].mean()
    assert scatter[6] < scatter[DRAFT_LOOKS]


@pytest.mark.parametrize("orientation", range(1, 9))
def test_orientation_tags_do_not_move_the_face(tmp_path: Path, photo_astronaut: np.ndarray, orientation: int) -> None:
    turns = {1: (0, 0), 2: (0, 1), 3: (2, 0), 4: (2, 1), 5: (1, 1), 6: (1, 0), 7: (3, 1), 8: (3, 0)}
    quarter_turns, mirrored = turns[orientation]
    stored = np.rot90(photo_astronaut[:, ::-1] if mirrored else photo_astronaut, quarter_turns)
    block = Image.Exif()
    block[0x0112] = orientation
    path = tmp_path / "photo.png"
    Image.fromarray(np.ascontiguousarray(stored)).save(path, exif=block.tobytes())
    photo = read_photo(path)
    np.testing.assert_array_equal(photo.pixels, photo_astronaut)


@pytest.mark.usefixtures("face_finder")
def test_faces_side_by_side_largest_first(photo_astronaut: np.ndarray) -> None:
    wide = np.full((512, 780, 3), 120, np.uint8)
    wide[100:356, :256], wide[:, 262:774] = resize(photo_astronaut, 0.5), photo_astronaut
    faces = detect_faces(Photo(None, wide))
    assert len(faces) == 2
    assert faces[0].size > 1.7 * faces[1].size
    single = face_of(photo_astronaut)
    assert distance(single, faces[0].points - (262, 0)) < 0.015
    assert distance(single, (faces[1].points - (0, 100)) * 2) < 0.02
    assert choose_face(faces) is faces[0]
    assert choose_face(faces, 1) is faces[1]
    assert detect_faces(Photo(None, wide), max_faces=1)[0].size == faces[0].size
    for index in (2, -1):
        with pytest.raises(LikenessError, match="2 faces"):
            choose_face(faces, index)


@pytest.mark.usefixtures("face_finder")
def test_a_small_face_in_a_large_photo(photo_astronaut: np.ndarray) -> None:
    large = np.full((1500, 2000, 3), (90, 110, 140), np.uint8)
    large[1100:1410, 1500:1810] = resize(photo_astronaut[:310, :310], 1.0)
    face = face_of(cv2.GaussianBlur(large, (0, 0), 0.7))
    assert distance(face_of(photo_astronaut), face.points - (1500, 1100)) < 0.03


@pytest.mark.usefixtures("face_finder")
@pytest.mark.parametrize("share", [0.0, 0.13, 0.5, 0.77, 1.0])
@pytest.mark.parametrize("tall", [True, False])
def test_a_face_anywhere_in_a_long_strip(photo_astronaut: np.ndarray, tall: bool, share: float) -> None:
    portrait = resize(photo_astronaut, 480 / 512)
    place = round(share * (9000 - 480))
    left, top = (10, place) if tall else (place, 10)
    strip = np.full((9000, 500, 3) if tall else (500, 9000, 3), (120, 130, 110), np.uint8)
    strip[top : top + 480, left : left + 480] = portrait
    (face,) = detect_faces(Photo(None, strip), looks=DRAFT_LOOKS)
    assert distance(face_of(portrait), face.points - (left, top)) < 0.03


@pytest.mark.usefixtures("face_finder")
def test_ordinary_photos_are_looked_at_no_more_often(
    photo_astronaut: np.ndarray, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = []
    monkeypatch.setattr(search, "_tile_windows", lambda pixels, count: seen.append(count) or [])
    detect_faces(Photo(None, photo_astronaut), looks=DRAFT_LOOKS)
    assert seen == []
    with pytest.raises(LikenessError, match="No face"):
        detect_faces(Photo(None, np.full((3000, 4000, 3), 120, np.uint8)))
    assert seen == [2, 4, 8]  # of the finer ones even the first is too small for its pixels


@pytest.mark.usefixtures("face_finder")
def test_a_face_filling_the_photo(photo_astronaut: np.ndarray) -> None:
    face = face_of(np.ascontiguousarray(photo_astronaut[70:180, 175:275]))
    assert distance(face_of(photo_astronaut), face.points - (-175, -70)) < 0.03


@pytest.mark.usefixtures("face_finder")
def test_a_tiny_face_is_refused(photo_astronaut: np.ndarray) -> None:
    with pytest.raises(LikenessError, match="pixels large; at least 48"):
        detect_faces(Photo(None, resize(photo_astronaut, 0.35)))


@pytest.mark.usefixtures("face_finder")
@pytest.mark.parametrize("name", ["chelsea", "noise", "black", "thin"])
def test_where_there_is_no_face(name: str) -> None:
    from skimage import data

    random = np.random.default_rng(0).integers(0, 256, (300, 400, 3)).astype(np.uint8)
    pictures = {"noise": random, "black": np.zeros((64, 64, 3), np.uint8), "thin": np.zeros((2, 900, 3), np.uint8)}
    with pytest.raises(LikenessError, match="No face"):
        detect_faces(Photo(None, pictures[name] if name in pictures else data.chelsea()))


@pytest.mark.usefixtures("face_finder")
@pytest.mark.parametrize("looks", [DRAFT_LOOKS, FINAL_LOOKS])
@pytest.mark.parametrize("mirrored", [True, False])
def test_a_profile_is_told(looks: int, mirrored: bool) -> None:
    """The cameraman: the mesh network makes a face of him that is turned by 55 degrees."""
    from skimage import data

    pixels = np.repeat(data.camera()[..., None], 3, axis=2)
    view = find_face(Photo(None, np.ascontiguousarray(pixels[:, ::-1] if mirrored else pixels)), looks, None)
    assert TURNED in warnings_of([view])


@pytest.mark.usefixtures("face_finder")
@pytest.mark.parametrize("name", ["photoA", "photoB"])
def test_a_head_turned_by_sixty_degrees_is_taken(shared_dir: Path, name: str) -> None:
    view = find_face(read_photo(shared_dir / "bench" / "heads" / "mmk" / f"{name}.jpg"), FINAL_LOOKS, None)
    assert np.degrees(abs(view.landmarks.yaw)) > 50
    assert TURNED in warnings_of([view])


@pytest.mark.usefixtures("face_finder")
def test_points_lie_where_people_put_them(shared_dir: Path) -> None:
    """AFLW2000-3D: 51 inner points; the two conventions differ by some 3 % of the inter-ocular distance themselves."""
    from scipy.io import loadmat

    medians = []
    for path in sorted((shared_dir / "photos").glob("aflw_*.jpg")):
        face = choose_face(detect_faces(read_photo(path)))
        truth = loadmat(path.with_suffix(".mat"))["pt3d_68"][:2].T - 0.5  # MATLAB counts pixels from 1
        scale = np.linalg.norm(truth[36] - truth[45])
        medians.append(np.median(np.linalg.norm(face.ibug68() - truth, axis=1)[17:]) / scale)
    assert len(medians) == 6
    assert np.median(medians) < 0.05
    assert max(medians) < 0.08


@pytest.mark.usefixtures("face_finder")
def test_turned_heads(shared_dir: Path) -> None:
    left_turned = choose_face(detect_faces(read_photo(shared_dir / "photos" / "aflw_04331.jpg")))
    frontal = choose_face(detect_faces(read_photo(shared_dir / "photos" / "d3d_000031.jpg")))
    assert left_turned.yaw < np.radians(-25)  # to the subject's right, the left of the picture
    assert abs(frontal.yaw) < np.radians(8)
    relative = [np.median(face.uncertainty) / face.inter_ocular for face in (left_turned, frontal)]
    assert relative[0] > 1.5 * relative[1]
    assert abs(off_axis(mesh_of(frontal))) < np.radians(20)


@pytest.mark.usefixtures("face_finder")
def test_closed_lids_make_the_iris_a_guess(photo_astronaut: np.ndarray) -> None:
    mesh = mesh_of(face_of(photo_astronaut))
    still = np.zeros(len(mesh))
    opened = point_sigma(mesh, still)
    mesh[159] = mesh[145]
    closed = point_sigma(mesh, still)
    assert (closed[list(RIGHT_IRIS)] > 3 * opened[list(RIGHT_IRIS)]).all()
    np.testing.assert_array_equal(closed[list(LEFT_IRIS)], opened[list(LEFT_IRIS)])


@pytest.fixture(scope="module")
def predictors(face_finder: None, tmp_path_factory: pytest.TempPathFactory) -> dict[int, Path]:
    """Tiny dlib predictors of 68 and of 5 points, trained on the portrait and its shifted copies."""
    from skimage import data

    portrait = data.astronaut()
    points = face_of(portrait).ibug68()
    folder = tmp_path_factory.mktemp("dlib")
    return {count: train_predictor(folder / f"predictor_{count}.dat", portrait, points[-count:]) for count in (68, 5)}


def test_dlib_predictor_from_path_and_environment(
    predictors: dict[int, Path], photo_astronaut: np.ndarray, monkeypatch: pytest.MonkeyPatch
) -> None:
    photo = Photo(None, photo_astronaut)
    (face,) = detect_faces(photo, predictor_path=predictors[68])
    assert (face.scheme, face.detector, face.depth) == (IBUG68, "dlib", None)
    expected = face_of(photo_astronaut)
    assert np.median(np.linalg.norm(face.points - expected.ibug68(), axis=1)) < 0.1 * expected.inter_ocular
    assert abs(face.yaw - expected.yaw) < 0.3
    monkeypatch.setenv("LIKENESS_DLIB_PREDICTOR", os.fspath(predictors[68]))
    np.testing.assert_array_equal(detect_faces(photo)[0].points, face.points)


def test_wrong_predictor_files_are_told(
    predictors: dict[int, Path], photo_astronaut: np.ndarray, tmp_path: Path
) -> None:
    (tmp_path / "text.dat").write_text("hello")
    (tmp_path / "half.dat").write_bytes(predictors[68].read_bytes()[:1000])
    for path, says in (
        (tmp_path / "none.dat", "no landmark predictor"),
        (tmp_path / "text.dat", "not a dlib shape predictor"),
        (tmp_path / "half.dat", "not a dlib shape predictor"),
        (predictors[5], "predicts 5 points"),
    ):
        with pytest.raises(LikenessError, match=says):
            detect_faces(Photo(None, photo_astronaut), predictor_path=path)


@pytest.mark.usefixtures("face_finder")
def test_mediapipe_stays_quiet(photo_astronaut: np.ndarray, capfd: pytest.CaptureFixture[str]) -> None:
    face_of(photo_astronaut)
    assert capfd.readouterr() == ("", "")
