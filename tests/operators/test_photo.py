"""Choosing a photo: what it resets, what is remembered, the search for faces, and what survives another file."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path

import bpy
import installed
import pytest
from faults import command
from likeness.engine.client import Engine
from likeness.operators import abandoned_tasks, engine_host, face_search, photo, thumbnails
from likeness.operators.recent import LONGEST, add_recent, read_recent
from likeness.operators.settings import session, user_folder
from PIL import Image

UseEngine = Callable[..., Engine]


def _pictures(folder: Path, count: int) -> list[str]:
    paths = [folder / f"{number}.jpg" for number in range(count)]
    for path in paths:
        path.write_bytes(b"x")
    return [str(path) for path in paths]


def _search_ends() -> None:
    limit = time.monotonic() + 10
    while face_search._poll_search() is not None:
        assert time.monotonic() < limit
        time.sleep(0.01)


def _finding(*faces: str) -> list[str]:
    """A fake engine that finds these faces."""
    values = {"faces": [{"box": [0, 0, 9, 9], "thumbnail": face} for face in faces]}
    message = json.dumps({"type": "result", "job": 123, "values": values}, separators=(",", ":")).replace("123", "JOB")
    return command("hello", "run", f"raw:{message}")


def test_recent_photos_are_few_new_and_there(tmp_path: Path) -> None:
    file, paths = tmp_path / "recent.json", _pictures(tmp_path, LONGEST + 2)
    for path in [*paths, paths[3]]:
        recent = add_recent(file, path)
    assert recent == read_recent(file)
    assert recent[:2] == [paths[3], paths[-1]]
    assert len(recent) == LONGEST == len(set(recent))
    Path(paths[3]).unlink()
    assert paths[3] not in read_recent(file)


@pytest.mark.parametrize("spoilt", [b"", b"{", b'{"a": 1}', b"[1, null]", b"\xff\xfe", b'["\\u0000"]'])
def test_a_spoilt_list_of_recent_photos_is_none(tmp_path: Path, spoilt: bytes) -> None:
    file = tmp_path / "recent.json"
    file.write_bytes(spoilt)
    assert read_recent(file) == []
    assert add_recent(tmp_path / "no folder" / "recent.json", "a") == ["a"]


def test_another_photo_forgets_the_faces_of_the_last(tmp_path: Path) -> None:
    first, second = _pictures(tmp_path, 2)
    current = session(bpy.context)
    bpy.ops.likeness.choose_photo(filepath=first)
    current.faces.add()
    bpy.ops.likeness.choose_face(index=1)
    current.error = "old"
    assert (current.photo, current.face) == (first, 1)
    current.photo = second
    assert (current.face, len(current.faces), current.error) == (-1, 0, "")


def test_several_photos_can_be_chosen_until_another_one_is(tmp_path: Path) -> None:
    paths = _pictures(tmp_path, 3)
    files = [{"name": Path(path).name} for path in paths]
    bpy.ops.likeness.choose_photo(filepath=paths[1], directory=str(tmp_path), files=files)
    assert photo.session_photos(bpy.context) == [paths[1], paths[0], paths[2]]
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "a.blend"))
    bpy.ops.wm.open_mainfile(filepath=str(tmp_path / "a.blend"))
    assert photo.session_photos(bpy.context) == [paths[1], paths[0], paths[2]]
    session(bpy.context).photo = paths[2]
    assert photo.session_photos(bpy.context) == [paths[2]]


def test_a_chosen_photo_is_shown_remembered_and_searched(use_engine: UseEngine, tmp_path: Path) -> None:
    faces = _pictures(tmp_path, 3)
    engine = use_engine(_finding(*faces[:2]))
    current = session(bpy.context)
    current.photo = faces[2]
    photo.look_at_photo()
    assert current.finding_faces
    assert photo.recent_photos()[0] == faces[2]
    assert read_recent(user_folder() / photo.RECENT_NAME)[0] == faces[2]
    _search_ends()
    assert [face.thumbnail for face in current.faces] == faces[:2]
    assert not current.finding_faces
    assert not current.error
    assert engine.state == "ready"  # warm for the face to come


@pytest.mark.parametrize("steps", ["hello run error:input", "hello run error:fault", "exit:3"])
def test_a_search_that_fails_is_told(use_engine: UseEngine, tmp_path: Path, steps: str) -> None:
    use_engine(command(*steps.split()))
    current = session(bpy.context)
    current.photo = _pictures(tmp_path, 1)[0]
    photo.look_at_photo()
    _search_ends()
    assert current.error.endswith(".")
    assert not current.finding_faces
    assert not any(user_folder("jobs").iterdir())


def test_of_a_set_the_first_photo_may_have_no_face(use_engine: UseEngine, tmp_path: Path) -> None:
    use_engine(command("hello", "run", "error:input"))
    photo.choose_photos(bpy.context, _pictures(tmp_path, 2))
    photo.look_at_photo()
    _search_ends()
    assert not session(bpy.context).error


def test_the_file_browser_offers_what_is_read() -> None:
    offered = bpy.ops.likeness.choose_photo.get_rna_type().properties["filter_glob"].default.split(";")
    assert {"*.jpg", "*.jfif", "*.png", "*.avif", "*.gif", "*.heic"} <= set(offered)
    assert not {"*.exr", "*.hdr", "*.psd", "*.eps", "*.svg"} & set(offered)
    assert len(";".join(offered)) < 256  # Blender cuts off what is longer


def test_a_result_of_a_search_that_makes_no_sense_is_told(use_engine: UseEngine, tmp_path: Path) -> None:
    use_engine(command("hello", "run", 'raw:{"type":"result","job":JOB,"values":{}}'))
    current = session(bpy.context)
    current.photo = _pictures(tmp_path, 1)[0]
    photo.look_at_photo()
    _search_ends()
    assert current.error.startswith("The search for faces failed unexpectedly; the details are in ")


def test_a_photo_that_is_not_there_is_told(use_engine: UseEngine) -> None:
    use_engine()
    current = session(bpy.context)
    current.photo = "/nowhere/me.jpg"
    photo.look_at_photo()
    assert current.error == "There is no photo at '/nowhere/me.jpg'."
    assert not current.finding_faces


@pytest.mark.skipif(sys.platform != "linux", reason="names are text on this system")
def test_a_photo_whose_name_is_no_text_is_shown_and_remembered(use_engine: UseEngine, tmp_path: Path) -> None:
    use_engine()
    odd = tmp_path / "a \udcff.png"
    with odd.open("wb") as stream:
        Image.new("RGB", (8, 8)).save(stream, "PNG")
    session(bpy.context).photo = str(odd)
    photo.look_at_photo()
    assert not session(bpy.context).error
    (shown,) = thumbnails._previews.values()
    assert tuple(shown.image_size) == (8, 8)  # Blender has read the file
    assert thumbnails.icon(str(odd)) == shown.icon_id
    assert photo.recent_photos()[0] == str(odd)
    assert photo.photo_label(str(odd)) == "a ?.png"
    session(bpy.context).photo = str(odd.with_name("\udcfe.png"))
    photo.look_at_photo()
    assert session(bpy.context).error == f"There is no photo at '{tmp_path}/?.png'."


def test_a_photo_that_can_be_no_file_is_told() -> None:
    session(bpy.context).photo = name = "x" * 300
    photo.look_at_photo()
    assert session(bpy.context).error == f"There is no photo at '{name}'."


def test_a_session_that_was_saved_in_the_midst_of_work_is_at_rest() -> None:
    current = session(bpy.context)
    current.job, current.stage, current.finding_faces = "Create Face", "fit", True
    current.faces.add()
    installed.disable()
    installed.enable()
    current = session(bpy.context)
    assert (current.job, current.stage, current.finding_faces, len(current.faces)) == ("", "", False, 0)


def test_a_task_that_fails_in_its_own_way_is_let_go(monkeypatch: pytest.MonkeyPatch) -> None:
    class Failing:
        closed = False

        def poll(self) -> None:
            raise ZeroDivisionError

        def close(self) -> None:
            self.closed = True

    monkeypatch.setattr(abandoned_tasks, "_abandoned", [task := Failing()])
    assert abandoned_tasks._close_ended() is None
    assert task.closed


def test_without_an_engine_nothing_is_searched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine_host, "find_interpreter", lambda: None)
    current = session(bpy.context)
    current.photo = _pictures(tmp_path, 1)[0]
    photo.look_at_photo()
    assert not current.finding_faces
    assert not current.error


def test_create_goes_before_the_search(use_engine: UseEngine, tmp_path: Path) -> None:
    # The first process would search for ever and has to be ended.
    use_engine(command(f"once:{tmp_path / 'searched'}", "hello", "run", "progress:0.5", "beat-beside", "hang"))
    current = session(bpy.context)
    current.photo = _pictures(tmp_path, 1)[0]
    photo.look_at_photo()
    limit = time.monotonic() + 10
    while face_search._search.poll().fraction < 0.5:  # till then it would only be taken off the queue
        assert time.monotonic() < limit
        time.sleep(0.01)
    face_search._poll_search()  # the process may have said hello just now, and not have the search yet
    assert current.finding_faces
    assert bpy.ops.likeness.create() == {"FINISHED"}
    assert not current.finding_faces
    assert not any(user_folder("jobs").iterdir())


def test_choices_outlive_the_file_and_progress_does_not(tmp_path: Path) -> None:
    (path,) = _pictures(tmp_path, 1)
    current = session(bpy.context)
    current.photo, current.face, current.quality, current.search = path, 1, "draft", "brow"
    current.faces.add().thumbnail = "a.png"
    current.job, current.stage, current.error = "Create Face", "fit", "old"
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "a.blend"))
    current.quality = "final"
    bpy.ops.wm.open_mainfile(filepath=str(tmp_path / "a.blend"))
    current = session(bpy.context)
    assert (current.photo, current.face, current.quality, current.search) == (path, 1, "final", "brow")
    assert [face.thumbnail for face in current.faces] == ["a.png"]
    assert (current.job, current.stage, current.error) == ("", "", "")


def test_a_message_can_be_dismissed() -> None:
    session(bpy.context).error = "old"
    bpy.ops.likeness.dismiss_error()
    assert not session(bpy.context).error


def test_pictures_that_are_no_longer_shown_have_no_icon(tmp_path: Path) -> None:
    first, second = _pictures(tmp_path, 2)
    thumbnails.show_only([first, first])
    assert first in thumbnails._previews
    thumbnails.show_only([second])
    assert thumbnails.icon(first) == thumbnails.NO_ICON
    assert list(thumbnails._previews) == [second]


def test_disabling_the_extension_ends_search_and_engine(use_engine: UseEngine, tmp_path: Path) -> None:
    use_engine(command("hello", "run", "beat-beside", "hang"))
    session(bpy.context).photo = _pictures(tmp_path, 1)[0]
    photo.look_at_photo()
    face_search._poll_search()
    installed.disable()
    try:
        assert face_search._search is None
        assert not bpy.app.timers.is_registered(face_search._poll_search)
        assert not bpy.app.timers.is_registered(photo.look_at_photo)
        assert thumbnails._previews is None
    finally:
        installed.enable()
