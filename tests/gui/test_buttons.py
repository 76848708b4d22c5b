"""Buttons that cannot be pressed say why, and a picture dropped into the view is taken."""

from __future__ import annotations

from pathlib import Path

import pytest
from gui.conftest import Play, number
from likeness.result.photo_formats import PHOTO_SUFFIXES
from PIL import Image

pytestmark = pytest.mark.slow


def test_every_greyed_button_says_why(play: Play, photo: Path) -> None:
    ending = play("greyed", photo)
    assert number(ending, "without an engine or a photo") > 10
    assert number(ending, "while a job runs") > 1


def test_an_image_dropped_into_the_view_becomes_a_face(play: Play, photo: Path, tmp_path: Path) -> None:
    ending = play("drop", photo, tmp_path)
    assert number(ending, "faces") == 1
    assert ending.figures["photo"] == str(photo)


def test_the_file_browser_offers_what_is_read_and_nothing_else(play: Play, tmp_path: Path) -> None:
    photos = {f"photo{suffix}" for suffix in PHOTO_SUFFIXES} | {"CAMERA.JPG"}
    (folder := tmp_path / "pictures").mkdir()
    for name in photos | {"light.exr", "drawing.svg", "letter.txt", "drawing.eps"}:
        (folder / name).write_bytes(b"never looked at")
    assert set(play("offered_files", folder, tmp_path).figures["offered"].split()) == photos


def test_of_dropped_images_those_without_a_face_are_left_out(play: Play, photo: Path, tmp_path: Path) -> None:
    Image.new("RGB", (200, 200), (90, 120, 90)).save(photo.with_name("lawn.png"))
    ending = play("drop_set", photo.with_name("lawn.png"), photo, tmp_path)
    assert number(ending, "faces") == 1
    assert ending.figures["name"] == photo.stem
    assert ending.figures["warning"].startswith("lawn.png is left out: No face was found")
    assert ending.figures["photo"] == str(photo)
