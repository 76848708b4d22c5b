"""The Photo panel shows what the active face was made with, and the user's own choices come back for a new photo."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import bpy
import pytest
from likeness.bfm.model_ids import BUILTIN
from likeness.operators import face_search, follow, library_state, photo, remembered
from likeness.operators.settings import session
from likeness.result.folder import write_reconstruction
from likeness.result.reconstruction import PHOTO_IMAGE
from likeness.scene.building.build import build_face
from likeness.scene.photo_set import remember_photos
from likeness.scene.state import state_of
from synthetic import sheet_reconstruction

UseEngine = Callable[..., Any]


@pytest.fixture(autouse=True)
def models(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    names = {BUILTIN: "Built-in", "sheet": "Sheet"}
    monkeypatch.setattr(library_state, "_names", names)
    monkeypatch.setattr(library_state, "available_models", lambda: names)  # what every file looks for
    remembered._values.clear()
    yield
    remembered._values.clear()


@pytest.fixture
def faces(tmp_path: Path) -> tuple[bpy.types.Object, bpy.types.Object]:
    """One of a photo, a draft that is the second face of it; one of two photos in 512 texels."""
    made = []
    for name, count in (("draft", 1), ("final", 2)):
        result = sheet_reconstruction()
        if name == "draft":
            result = replace(result, images={PHOTO_IMAGE: result.images[PHOTO_IMAGE]})
            result = replace(result, landmarks=result.landmarks | {"face": 1})
        write_reconstruction(result, tmp_path / f"{name}.likeness")
        made.append(build_face(tmp_path / f"{name}.likeness"))
        photos = [tmp_path / f"{name} {number}.jpg" for number in range(count)]
        for path in photos:
            path.write_bytes(b"x")
        remember_photos(made[-1], photos)
    state_of(made[1]).texture_size, state_of(made[1]).scalp_tint = "512", False
    return made[0], made[1]


def activate(item: bpy.types.Object | None) -> None:
    bpy.context.view_layer.objects.active = item
    follow.follow()  # what Blender tells a window's event loop


def shown() -> tuple[Any, ...]:
    current = session(bpy.context)
    names = [Path(path).name for path in photo.session_photos(bpy.context)]
    return names, current.face, current.model, current.quality, current.texture_size, current.scalp_tint


def test_photos_and_settings_are_those_of_the_active_face(faces: tuple[bpy.types.Object, bpy.types.Object]) -> None:
    draft, final = faces
    current = session(bpy.context)
    current.device = "cpu"
    activate(draft)
    assert shown() == (["draft 0.jpg"], 1, "sheet", "draft", "auto", True)
    activate(state_of(final).camera)
    assert shown() == (["final 0.jpg", "final 1.jpg"], -1, "sheet", "final", "512", False)
    assert current.device == "cpu"
    assert not bpy.app.timers.is_registered(photo.look_at_photo)
    assert face_search._search is None


def test_a_choice_stays_until_another_face_is_active(faces: tuple[bpy.types.Object, bpy.types.Object]) -> None:
    draft, final = faces
    activate(draft)
    session(bpy.context).texture_size = "4096"
    follow.follow()
    assert session(bpy.context).texture_size == "4096"
    activate(None)
    assert session(bpy.context).texture_size == "4096"
    activate(draft)
    assert session(bpy.context).texture_size == "auto"
    state_of(draft).albedo = state_of(final).albedo  # it is finished, or that is undone
    follow.follow()
    assert session(bpy.context).quality == "final"


def test_another_photo_brings_the_users_own_choices_back(
    faces: tuple[bpy.types.Object, bpy.types.Object], tmp_path: Path
) -> None:
    current = session(bpy.context)
    current.quality, current.texture_size = "final", "2048"
    activate(faces[0])
    assert (current.model, current.quality) == ("sheet", "draft")
    current.photo = str(tmp_path / "final 0.jpg")
    assert shown() == (["final 0.jpg"], -1, BUILTIN, "final", "2048", True)


def test_a_new_file_has_the_choices_and_a_saved_one_those_of_its_face(
    faces: tuple[bpy.types.Object, bpy.types.Object], tmp_path: Path
) -> None:
    session(bpy.context).quality = "final"
    session(bpy.context).texture_size = "1024"
    activate(faces[0])
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "draft.blend"))
    bpy.ops.wm.read_homefile(use_empty=True)
    assert shown()[2:5] == (BUILTIN, "final", "1024")
    bpy.ops.wm.open_mainfile(filepath=str(tmp_path / "draft.blend"))
    assert shown() == (["draft 0.jpg"], 1, "sheet", "draft", "auto", True)


def test_create_makes_another_of_the_active_face_and_tells_it_how(
    faces: tuple[bpy.types.Object, bpy.types.Object], use_engine: UseEngine
) -> None:
    engine = use_engine()
    submit, got = engine.submit, []
    engine.submit = lambda action, **arguments: got.append(arguments) or submit(action, **arguments)
    activate(faces[1])
    assert bpy.ops.likeness.create() == {"FINISHED"}
    assert [Path(path).name for path in got[0]["photos"]] == ["final 0.jpg", "final 1.jpg"]
    assert (got[0]["model"], got[0]["texture_size"], got[0]["scalp_tint"]) == ("sheet", 512, False)
    made = bpy.context.view_layer.objects.active
    assert made not in faces
    assert (state_of(made).texture_size, state_of(made).scalp_tint) == ("512", False)


def test_a_face_of_a_model_that_is_gone_changes_only_the_rest(
    faces: tuple[bpy.types.Object, bpy.types.Object], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(library_state, "_names", {BUILTIN: "Built-in"})
    state_of(faces[0]).texture_size = "77"  # of another version
    activate(faces[0])
    assert shown() == (["draft 0.jpg"], 1, BUILTIN, "draft", "auto", True)


def test_photos_that_are_gone_are_named_all_the_same(faces: tuple[bpy.types.Object, bpy.types.Object]) -> None:
    Path(state_of(faces[0]).photo).unlink()
    activate(faces[0])
    assert shown()[0] == ["draft 0.jpg"]
    assert not session(bpy.context).error


def test_what_was_chosen_is_written_and_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "choices.json"
    remembered.open_memory(file)
    session(bpy.context).quality = "draft"
    assert not file.exists(), "a script in background mode must not change the user's choices"
    monkeypatch.setattr(remembered, "_in_window", lambda: True)
    session(bpy.context).device = "cpu"
    remembered.remember_folder("photo_folder", tmp_path / "a.jpg")
    assert json.loads(file.read_text()) == {"quality": "draft", "device": "cpu", "photo_folder": str(tmp_path)}
    remembered.open_memory(file)
    assert remembered.recall("device") == "cpu"
    assert Path(remembered.recall_folder("photo_folder")) == tmp_path
    assert list(tmp_path.iterdir()) == [file]


@pytest.mark.parametrize("spoilt", [b"", b"{", b"[1]", b"\xff\xfe", b'{"quality": 1, "photo_folder": "\\u0000"}'])
def test_a_spoilt_memory_is_none(tmp_path: Path, spoilt: bytes) -> None:
    from likeness.operators.settings import show_own_choices

    file = tmp_path / "choices.json"
    file.write_bytes(spoilt)
    remembered.open_memory(file)
    show_own_choices()
    assert shown()[2:] == (BUILTIN, "final", "auto", True)
    assert remembered.recall_folder("photo_folder") == ""


def test_a_model_that_comes_back_is_the_choice_again(monkeypatch: pytest.MonkeyPatch) -> None:
    from likeness.operators.settings import keep_known_model, show_own_choices

    session(bpy.context).model = "sheet"
    monkeypatch.setattr(library_state, "_names", {BUILTIN: "Built-in"})
    keep_known_model(bpy.context)
    assert session(bpy.context).model == BUILTIN
    monkeypatch.setattr(library_state, "_names", {BUILTIN: "Built-in", "sheet": "Sheet"})
    show_own_choices()
    assert session(bpy.context).model == "sheet"
