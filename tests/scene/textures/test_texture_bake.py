"""What the engine is given to bake a face again: the photo with what was known of its camera."""

from __future__ import annotations

import json
from pathlib import Path

import bpy
import numpy as np
import pytest
from likeness.errors import LikenessError
from likeness.scene.building.build import build_face
from likeness.scene.state import state_of
from likeness.scene.textures.texture_bake import face_in_photo, write_photo


def edit_record(built: bpy.types.Object, part: str, **changes: object) -> None:
    memory = state_of(built)
    record = json.loads(memory.record)
    record[part] |= changes
    memory.record = json.dumps(record)


def test_the_photo_is_as_it_was_read(sheet_folder: Path, tmp_path: Path) -> None:
    face = build_face(sheet_folder)
    original = (sheet_folder / "photo.png").read_bytes()
    (sheet_folder / "photo.png").unlink()
    write_photo(face, tmp_path / "photo.png")
    assert (tmp_path / "photo.png").read_bytes() == original


def test_a_known_focal_length_goes_with_the_photo(sheet_folder: Path, tmp_path: Path) -> None:
    pytest.importorskip("torch")
    from likeness.inference.camera import focal_px_from_35mm
    from likeness.inference.images import read_photo

    face = build_face(sheet_folder)
    edit_record(face, "provenance", intrinsics="focal length from the photo's EXIF, principal point in the middle")
    write_photo(face, tmp_path / "photo.png")
    photo = read_photo(tmp_path / "photo.png")
    np.testing.assert_array_equal(photo.pixels, read_photo(sheet_folder / "photo.png").pixels)
    assert photo.focal_35mm is not None
    assert focal_px_from_35mm(photo.focal_35mm, photo.size) == pytest.approx(80.0, abs=0.001)


def test_which_face_of_the_photo(sheet_folder: Path) -> None:
    face = build_face(sheet_folder)
    assert face_in_photo(face) is None
    edit_record(face, "landmarks", face=2)
    assert face_in_photo(face) == 2


def test_a_photo_that_is_gone_is_told(sheet_folder: Path, tmp_path: Path) -> None:
    face = build_face(sheet_folder)
    with pytest.raises(LikenessError, match="cannot be written"):
        write_photo(face, tmp_path / "nowhere" / "photo.png")
    bpy.data.images.remove(state_of(face).photo_image)
    with pytest.raises(LikenessError, match="no longer in this file"):
        write_photo(face, tmp_path / "photo.png")
