"""JPEG files that lost their end: read with a warning where nearly all is there, refused where not."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from likeness.errors import LikenessError
from likeness.inference.images import read_photo
from PIL import Image


def jpeg(pixels: np.ndarray, progressive: bool, **options: object) -> bytes:
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "JPEG", quality=90, progressive=progressive, **options)
    return file.getvalue()


@pytest.mark.parametrize("progressive", [False, True])
@pytest.mark.parametrize("lost", [1, 2, 3, 20, 1000])
def test_the_last_bytes(tmp_path: Path, photo_astronaut: np.ndarray, progressive: bool, lost: int) -> None:
    path = tmp_path / "cut.jpg"
    path.write_bytes(jpeg(photo_astronaut, progressive)[:-lost])
    photo = read_photo(path)
    assert len(photo.warnings) == 1
    assert "cut.jpg' is incomplete" in photo.warnings[0]
    rows = np.abs(photo.pixels.astype(int) - photo_astronaut).mean(axis=(1, 2))
    assert np.median(rows) < 4
    assert rows[:480].max() < 8
    path.write_bytes(jpeg(photo_astronaut, progressive))
    assert read_photo(path).warnings == ()


def test_it_is_turned_all_the_same(tmp_path: Path, photo_astronaut: np.ndarray) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera lay on its side
    data = jpeg(np.rot90(photo_astronaut[:400]), False, exif=exif.tobytes())
    (tmp_path / "cut.jpg").write_bytes(data[:-10])
    photo = read_photo(tmp_path / "cut.jpg")
    assert photo.size == (512, 400)
    assert np.abs(photo.pixels.astype(int) - photo_astronaut[:400]).mean() < 4


@pytest.mark.parametrize(("progressive", "share"), [(False, 0.6), (False, 0.05), (True, 0.1), (True, 0.02)])
def test_too_little_is_refused(tmp_path: Path, photo_astronaut: np.ndarray, progressive: bool, share: float) -> None:
    data = jpeg(photo_astronaut, progressive)
    (tmp_path / "cut.jpg").write_bytes(data[: int(len(data) * share)])
    with pytest.raises(LikenessError, match=r"cut\.jpg' is (damaged or )?incomplete.*\.$"):
        read_photo(tmp_path / "cut.jpg")


def test_a_black_border_is_not_taken_for_what_is_missing(tmp_path: Path, photo_astronaut: np.ndarray) -> None:
    photo_astronaut[300:] = 0
    (tmp_path / "cut.jpg").write_bytes(jpeg(photo_astronaut, False)[:-2])
    assert (read_photo(tmp_path / "cut.jpg").pixels[300 + 16 :] < 8).all()
