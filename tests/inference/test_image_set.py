"""Several photos through the pipeline: which one leads, what is kept of the others, and what is refused."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from likeness.errors import LikenessError
from likeness.inference.detectors import search
from likeness.inference.fitting.view import View
from likeness.inference.image_set import LARGER_MISSED, TURNED, find_face, main_first, warnings_of
from likeness.inference.images import Photo, read_photo
from likeness.inference.pipeline import PipelineOptions, reconstruct
from likeness.result.file_names import FACE_FILE
from likeness.result.folder import read_reconstruction, write_reconstruction
from likeness.result.reconstruction import PHOTO_IMAGE, Reconstruction
from PIL import Image
from skimage import data

DRAFT = PipelineOptions(quality="draft", device="cpu")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One portrait: sharp, blurred, and small."""
    path = tmp_path_factory.mktemp("photos")
    sharp = data.astronaut()
    Image.fromarray(sharp).save(path / "sharp.png")
    Image.fromarray(cv2.GaussianBlur(sharp, (0, 0), 4.0)).save(path / "blurred.png")
    Image.fromarray(sharp).resize((300, 300), Image.Resampling.LANCZOS).save(path / "small.png")
    Image.new("RGB", (200, 200), (90, 120, 90)).save(path / "lawn.png")
    (path / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    return path


@pytest.fixture(scope="module")
def together(face_finder: None, folder: Path) -> Reconstruction:
    return reconstruct([folder / "small.png", folder / "sharp.png"], DRAFT)


def names(views: list[View]) -> list[str]:
    return [Path(view.photo.path or "").stem for view in views]


@pytest.mark.usefixtures("face_finder")
def test_the_sharp_and_large_photo_leads_and_the_others_keep_their_order(folder: Path) -> None:
    found = {name: find_face(read_photo(folder / f"{name}.png"), 2, None) for name in ("sharp", "blurred", "small")}
    ordered = main_first([found["small"], found["sharp"], found["blurred"]])
    assert names(ordered) == ["sharp", "small", "blurred"]
    assert names(main_first([found["blurred"], found["small"], found["sharp"]])) == ["sharp", "blurred", "small"]


def test_the_main_photo_is_that_of_the_result(together: Reconstruction, folder: Path) -> None:
    np.testing.assert_array_equal(together.images[PHOTO_IMAGE], np.asarray(Image.open(folder / "sharp.png")))
    main, other = together.photos
    assert [main["name"], other["name"]] == ["sharp.png", "small.png"]
    assert [main["index"], other["index"]] == [1, 0]  # as they were given
    np.testing.assert_allclose(main["pose"]["rotation"], together.rotation)
    np.testing.assert_allclose(main["lighting"], together.lighting)
    np.testing.assert_allclose(main["expression"], together.coefficients["expression"])
    assert main["camera"]["image_size"] == [512, 512]
    assert other["camera"]["image_size"] == [300, 300]
    # The same picture made smaller: nearly the same pose, and a focal length that is smaller with it.
    np.testing.assert_allclose(other["pose"]["rotation"], main["pose"]["rotation"], atol=0.1)
    for record in together.photos:
        assert np.shape(record["lighting"]) == (9, 3)
        assert 0 < record["reprojection_error"] < 0.05


def test_the_folder_keeps_the_photos_and_folders_without_them_are_read(
    together: Reconstruction, folder: Path, tmp_path: Path
) -> None:
    write_reconstruction(together, tmp_path / "set")
    assert read_reconstruction(tmp_path / "set").photos == json.loads(json.dumps(together.photos))
    write_reconstruction(reconstruct([folder / "sharp.png"], DRAFT), tmp_path / "one")
    assert "photos" not in json.loads((tmp_path / "one" / FACE_FILE).read_text())
    assert read_reconstruction(tmp_path / "one").photos == []


def test_the_order_changes_nothing_but_the_order(together: Reconstruction, folder: Path) -> None:
    again = reconstruct([folder / "sharp.png", folder / "small.png"], DRAFT)
    np.testing.assert_allclose(again.mesh.vertices, together.mesh.vertices, atol=1e-6)
    assert [photo["name"] for photo in again.photos] == [photo["name"] for photo in together.photos]


REASONS = {
    "lawn.png": r"No face was found in the photo",
    "broken.png": r".*broken\.png' is not a picture",
    "absent.png": r"There is no photo at '.*absent\.png'",
}


def test_photos_that_cannot_be_used_are_left_out_and_named(
    together: Reconstruction, folder: Path, tmp_path: Path
) -> None:
    given = ["lawn.png", "small.png", "broken.png", "sharp.png", "absent.png"]
    face = reconstruct([folder / name for name in given], DRAFT)
    np.testing.assert_allclose(face.mesh.vertices, together.mesh.vertices, atol=1e-6)
    assert [(photo["name"], photo["index"]) for photo in face.photos] == [("sharp.png", 3), ("small.png", 1)]
    assert len(face.warnings) == 3
    for sentence, (name, reason) in zip(face.warnings, REASONS.items(), strict=True):
        assert re.match(f"{name} is left out: {reason}", sentence)
    write_reconstruction(face, tmp_path / "set")
    assert read_reconstruction(tmp_path / "set").warnings == face.warnings
    assert together.warnings == []


@pytest.mark.usefixtures("face_finder")
def test_one_photo_is_enough_and_known_by_its_place(folder: Path) -> None:
    face = reconstruct([folder / "lawn.png", folder / "sharp.png"], DRAFT)
    assert [(photo["name"], photo["index"]) for photo in face.photos] == [("sharp.png", 1)]
    alone = reconstruct([folder / "sharp.png"], DRAFT)
    np.testing.assert_allclose(face.mesh.vertices, alone.mesh.vertices, atol=1e-6)
    assert (alone.photos, alone.warnings) == ([], [])


@pytest.mark.usefixtures("face_finder")
def test_where_none_can_be_used_all_reasons_are_told_at_once(folder: Path, tmp_path: Path) -> None:
    Image.new("RGB", (200, 200), (90, 120, 200)).save(tmp_path / "sky.png")
    photos = [folder / "lawn.png", folder / "broken.png", tmp_path / "sky.png"]
    with pytest.raises(LikenessError, match=r"^None of these photos can be used \(.*\)\.$") as told:
        reconstruct(photos, DRAFT)
    assert "lawn.png, sky.png: No face was found" in str(told.value)
    assert re.search(f"; broken.png: {REASONS['broken.png']}", str(told.value))


@pytest.mark.usefixtures("face_finder")
@pytest.mark.parametrize("bad", REASONS)
def test_of_one_photo_the_reason_alone_is_told(folder: Path, bad: str) -> None:
    with pytest.raises(LikenessError, match=REASONS[bad]) as told:
        reconstruct([folder / bad], DRAFT)
    assert "None of" not in str(told.value)


def test_what_makes_no_sense_is_told(folder: Path) -> None:
    with pytest.raises(LikenessError, match="by its number with one photo only"):
        reconstruct([folder / "sharp.png"] * 2, PipelineOptions(quality="draft", device="cpu", face=0))
    with pytest.raises(LikenessError, match="There is no photo"):
        reconstruct([], DRAFT)


@pytest.mark.usefixtures("face_finder")
def test_what_the_main_photo_does_not_show_is_told() -> None:
    front = find_face(Photo(None, data.astronaut()), 2, None)
    points = front.landmarks.points
    side = replace(front, landmarks=replace(front.landmarks, depth=1.2 * points[:, 0]))  # its left half is far away
    assert np.degrees(side.landmarks.yaw) > 45
    assert warnings_of([front, side]) == []
    assert warnings_of([side]) == [TURNED]


@pytest.mark.usefixtures("face_finder")
def test_a_larger_face_that_cannot_be_measured_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    # The portrait, and a larger one of which no look makes a mesh, as of a full profile.
    two = np.full((512, 1024, 3), 120, np.uint8)
    two[:, :512], two[:300, 600:900] = data.astronaut(), cv2.resize(data.astronaut(), (300, 300))
    whole = search.averaged_mesh
    monkeypatch.setattr(
        search,
        "averaged_mesh",
        lambda pixels, rough, looks: whole(pixels, rough, looks) if rough[:, 0].mean() > 512 else None,
    )
    view = find_face(Photo(Path("two.png"), two), 2, None)
    assert view.landmarks.box[0] > 600
    assert warnings_of([view]) == [LARGER_MISSED.format("two.png")]
    assert warnings_of([find_face(Photo(Path("two.png"), two), 2, 0)]) == []  # it was chosen by its number
    monkeypatch.setattr(search, "averaged_mesh", lambda pixels, rough, looks: None)
    with pytest.raises(LikenessError, match="in profile, or too little of it is visible"):
        find_face(Photo(None, two), 2, None)


@pytest.mark.usefixtures("face_finder")
def test_a_bust_seen_from_far_is_no_larger_face() -> None:
    strip = np.full((9000, 500, 3), 90, np.uint8)
    strip[4000:4480, 10:490] = cv2.resize(data.astronaut(), (480, 480), interpolation=cv2.INTER_AREA)
    assert warnings_of([find_face(Photo(Path("strip.png"), strip), 2, None)]) == []
