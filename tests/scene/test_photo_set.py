"""Which of a set's photos a face remembers as its main one."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import bpy
import numpy as np
import pytest
from likeness.result.folder import write_reconstruction
from likeness.scene.building.build import build_face
from likeness.scene.photo_set import first_used, other_photos, remember_photos
from likeness.scene.state import state_of
from synthetic import sheet_reconstruction

PHOTOS = [Path("/monday/face.jpg"), Path("/tuesday/face.jpg"), Path("/tuesday/side.jpg")]


def record(photo: Path, **more: Any) -> dict[str, Any]:
    return {"name": photo.name, "pose": {"rotation": np.eye(3).tolist(), "translation": [0.0, 0.0, 1.0]}, **more}


def face_of(records: list[dict[str, Any]], folder: Path) -> bpy.types.Object:
    write_reconstruction(replace(sheet_reconstruction(), photos=records), folder)
    return build_face(folder)


@pytest.mark.parametrize("main", [0, 1, 2])
def test_photos_of_one_name_are_told_apart(tmp_path: Path, main: int) -> None:
    order = [main, *(index for index in range(len(PHOTOS)) if index != main)]
    face = face_of([record(PHOTOS[index], index=index) for index in order], tmp_path / "set")
    remember_photos(face, PHOTOS)
    assert [Path(state_of(face).photo), *other_photos(face)] == [PHOTOS[index] for index in order]


def test_photos_that_were_not_used_are_not_remembered(tmp_path: Path) -> None:
    face = face_of([record(PHOTOS[2], index=2), record(PHOTOS[1], index=1)], tmp_path / "set")
    remember_photos(face, PHOTOS)
    assert [Path(state_of(face).photo), *other_photos(face)] == [PHOTOS[2], PHOTOS[1]]
    assert first_used(tmp_path / "set", PHOTOS) == PHOTOS[1]
    face = face_of([record(PHOTOS[1], index=1)], tmp_path / "one")
    remember_photos(face, PHOTOS)
    assert [Path(state_of(face).photo), *other_photos(face)] == [PHOTOS[1]]


@pytest.mark.parametrize("records", [[], [record(photo) for photo in PHOTOS]], ids=["one photo", "older folder"])
def test_without_an_index_the_first_is_the_main_one(tmp_path: Path, records: list[dict[str, Any]]) -> None:
    face = face_of(records, tmp_path / "set")
    remember_photos(face, PHOTOS)
    assert [Path(state_of(face).photo), *other_photos(face)] == PHOTOS
    assert first_used(tmp_path / "set", PHOTOS) == PHOTOS[0]
