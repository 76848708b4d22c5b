"""What the engine is given to bake a face again: the photo with what was known of its camera."""

from __future__ import annotations

from pathlib import Path

import bpy
import pytest
from likeness.errors import LikenessError
from likeness.scene.building.build import build_face
from likeness.scene.state import state_of
from likeness.scene.textures.texture_bake import write_photo


def test_the_photo_is_as_it_was_read(sheet_folder: Path, tmp_path: Path) -> None:
    face = build_face(sheet_folder)
    original = (sheet_folder / "photo.png").read_bytes()
    (sheet_folder / "photo.png").unlink()
    write_photo(face, tmp_path / "photo.png")
    assert (tmp_path / "photo.png").read_bytes() == original


def test_a_photo_that_is_gone_is_told(sheet_folder: Path, tmp_path: Path) -> None:
    face = build_face(sheet_folder)
    with pytest.raises(LikenessError, match="cannot be written"):
        write_photo(face, tmp_path / "nowhere" / "photo.png")
    bpy.data.images.remove(state_of(face).photo_image)
    with pytest.raises(LikenessError, match="no longer in this file"):
        write_photo(face, tmp_path / "photo.png")
