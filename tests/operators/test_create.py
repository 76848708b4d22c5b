"""Create Face from a script: the blocking path, with an engine that does what it should, or not."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import bpy
import installed
import numpy as np
import pytest
from data_blocks import count_blocks
from faults import FAULTS, QUICK, Fault, command, command_failing_once
from likeness.engine.client import Engine
from likeness.engine.task import Update
from likeness.errors import LikenessError
from likeness.operators import create, engine_host
from likeness.operators.job_folder import FolderTask
from likeness.operators.settings import session, user_folder
from likeness.result.photo_formats import PHOTO_SUFFIXES
from likeness.scene import photo_set
from likeness.scene.photo_set import other_photos
from likeness.scene.state import faces_of, state_of
from PIL import Image

SOON = 5.0

UseEngine = Callable[..., Engine]


def _create(**options: Any) -> set[str]:
    return bpy.ops.likeness.create(**options)


def _error_of(**options: Any) -> str:
    with pytest.raises(RuntimeError) as told:
        _create(**options)
    return str(told.value).removeprefix("Error: ").strip()


def _nothing_left() -> bool:
    current = session(bpy.context)
    return not current.job and not current.stage and not any(user_folder("jobs").iterdir())


def test_a_photo_becomes_a_face_of_its_name(use_engine: UseEngine, photo: Path) -> None:
    use_engine()
    assert _create(filepath=str(photo)) == {"FINISHED"}
    (face,) = faces_of(bpy.context.scene)
    assert face.name == photo.stem
    assert state_of(face).photo == str(photo)
    assert all(image.packed_file for image in bpy.data.images if image.source == "FILE")
    assert session(bpy.context).photo == str(photo)
    assert _nothing_left()


@pytest.mark.skipif(sys.platform != "linux", reason="names are text on this system")
def test_a_photo_whose_name_is_no_text(use_engine: UseEngine, photo: Path) -> None:
    use_engine()
    odd = photo.rename(photo.with_name("a \udcff\n.jpg"))
    assert _create(filepath=str(odd)) == {"FINISHED"}
    (face,) = faces_of(bpy.context.scene)
    assert face.name == "a ??"
    assert state_of(face).photo == session(bpy.context).photo == str(odd)
    assert _nothing_left()


def test_a_device_that_does_not_work_is_told(
    use_engine: UseEngine, photo: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    use_engine()
    note = "Using the CPU, because cuda does not work here (no driver)."
    poll = FolderTask.poll

    def told(task: FolderTask) -> Update:
        update = poll(task)
        return replace(update, result={**update.result, "device": note}) if update.finished else update

    monkeypatch.setattr(FolderTask, "poll", told)
    assert _create(filepath=str(photo), device="cuda") == {"FINISHED"}
    assert f"Warning: {note}" in capfd.readouterr().out


def test_two_faces_of_two_runs(use_engine: UseEngine, photo: Path) -> None:
    use_engine()
    for _ in range(2):
        assert _create(filepath=str(photo)) == {"FINISHED"}
    assert len(faces_of(bpy.context.scene)) == 2


def test_options_come_from_the_session_unless_given(
    use_engine: UseEngine, photo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine, asked = use_engine(), {}
    submit = engine.submit
    monkeypatch.setattr(engine, "submit", lambda action, **options: asked.update(options) or submit(action, **options))
    current = session(bpy.context)
    current.photo, current.face, current.quality, current.texture_size = str(photo), 2, "draft", "2048"
    current.scalp_tint = False
    _create(device="cpu", texture_size="512")
    assert asked["photos"] == [str(photo)]
    names = ("face", "quality", "texture_size", "scalp_tint", "device")
    assert [asked[name] for name in names] == [2, "draft", 512, False, "cpu"]
    assert asked["model"] == "builtin"
    _create(filepath=str(photo.with_name("another.jpg")))
    assert asked["face"] is None  # a choice among the faces of the other photo


def test_several_photos_are_one_face(
    use_engine: UseEngine, photo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Named after the first, which the file browser tells twice; the choice stays for the next time."""
    engine, asked = use_engine(), {}
    submit = engine.submit
    monkeypatch.setattr(engine, "submit", lambda action, **options: asked.update(options) or submit(action, **options))
    names = [photo.name, "left.jpg", "right.jpg"]
    paths = [str(photo.with_name(name)) for name in names]
    files = [{"name": name} for name in names]
    assert _create(filepath=str(photo), directory=str(photo.parent), files=files) == {"FINISHED"}
    assert asked["photos"] == paths
    (face,) = faces_of(bpy.context.scene)
    assert face.name == photo.stem
    assert [state_of(face).photo, *map(str, other_photos(face))] == paths
    session(bpy.context).face = 1
    _create()
    assert asked["photos"] == paths
    assert asked["face"] is None  # of several photos there is no face to choose
    _create(filepath=str(photo))
    assert asked["photos"] == [str(photo)]


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_every_fault_leaves_the_scene_alone(fault: Fault, use_engine: UseEngine, photo: Path, tmp_path: Path) -> None:
    use_engine(command_failing_once(fault, tmp_path / "failed"), QUICK)
    before, begun = count_blocks(), time.monotonic()
    sentence = _error_of(filepath=str(photo))
    assert time.monotonic() - begun < SOON
    assert fault.words in sentence
    assert "\n" not in sentence
    assert "Traceback" not in sentence
    assert session(bpy.context).error == sentence
    assert count_blocks() == before
    assert _nothing_left()
    assert _create(filepath=str(photo)) == {"FINISHED"}
    assert not session(bpy.context).error
    assert len(faces_of(bpy.context.scene)) == 1


def test_what_the_user_caused_is_told_as_it_is(use_engine: UseEngine, photo: Path) -> None:
    use_engine(command(*["hello", "run", "error:input"]))
    assert _error_of(filepath=str(photo)) == "No face was found in the photo."


@pytest.mark.parametrize("spoilt", ["face.json", "mesh.npz", "albedo.png", ""])
def test_a_spoilt_result_leaves_the_scene_alone(spoilt: str, use_engine: UseEngine, photo: Path) -> None:
    result = Path(os.environ["LIKENESS_FAKE_RESULT"])
    if spoilt:
        (result / spoilt).write_bytes(b"spoilt")
    else:
        (result / "mesh.npz").unlink()
    use_engine()
    before = count_blocks()
    sentence = _error_of(filepath=str(photo))
    assert sentence.endswith(".")
    assert "\n" not in sentence
    assert count_blocks() == before
    assert _nothing_left()


@pytest.mark.parametrize("problem", [LikenessError("The disk is full."), ValueError("a fault of Likeness")])
def test_a_failure_after_building_takes_everything_back(
    problem: Exception, use_engine: UseEngine, photo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise problem

    use_engine()
    bpy.context.scene.world = world = bpy.data.worlds.new("Mine")
    monkeypatch.setattr(create, "remember_photos", fail)
    before = count_blocks()
    sentence = _error_of(filepath=str(photo))
    assert count_blocks() == before
    assert bpy.context.scene.world == world
    if isinstance(problem, LikenessError):
        assert sentence == str(problem)
    else:
        log = user_folder("logs") / "likeness.log"
        assert sentence == f"Create Face failed unexpectedly; the details are in {log}."
        assert "a fault of Likeness" in log.read_text(encoding="utf-8")
    assert _nothing_left()


def test_ctrl_c_cancels(use_engine: UseEngine, photo: Path) -> None:
    use_engine(command(*["hello", "run", "beat-beside", "progress:0.5", "hang"]))
    before, handler = count_blocks(), signal.getsignal(signal.SIGINT)
    timer = threading.Timer(0.5, signal.raise_signal, [signal.SIGINT])
    timer.start()
    assert _create(filepath=str(photo)) == {"CANCELLED"}
    timer.join()
    assert count_blocks() == before
    assert signal.getsignal(signal.SIGINT) == handler
    assert not session(bpy.context).error
    assert _nothing_left()


def test_no_photo_and_no_engine_are_told(use_engine: UseEngine, photo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    use_engine()
    assert _error_of() == "Choose a photo first."
    monkeypatch.setattr(engine_host, "find_interpreter", lambda: None)
    assert "Install the engine in the preferences" in _error_of(filepath=str(photo))


def test_no_folder_to_write_into(use_engine: UseEngine, photo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    use_engine()
    monkeypatch.setattr(bpy.utils, "extension_path_user", lambda *_, path, **__: str(photo / path))
    assert _error_of(filepath=str(photo)).startswith("No temporary folder can be made (")
    nowhere = "/dev/null/here"
    monkeypatch.setattr(bpy.utils, "extension_path_user", lambda *_, create=False, **__: "" if create else nowhere)
    assert user_folder("logs") == Path(nowhere)  # never the current folder
    installed.disable()
    installed.enable()


def test_a_photo_with_the_longest_name(use_engine: UseEngine, tmp_path: Path) -> None:
    use_engine()
    (photo := tmp_path / f"{'a' * 251}.jpg").write_bytes(b"not looked at")
    assert _create(filepath=str(photo)) == {"FINISHED"}


@pytest.mark.slow
def test_the_real_engine_makes_a_face(photo_astronaut: np.ndarray, tmp_path: Path, real_engine: None) -> None:
    path = tmp_path / "with space 张.png"
    Image.fromarray(photo_astronaut).save(path)
    assert _create(filepath=str(path), quality="draft") == {"FINISHED"}
    (face,) = faces_of(bpy.context.scene)
    assert len(face.data.shape_keys.key_blocks) > 50
    assert _nothing_left()
    assert _error_of(filepath=str(tmp_path / "nothing.png")).startswith("There is no photo at")


def test_a_dropped_picture_is_for_3d_views_and_for_what_is_read() -> None:
    handler = create.LIKENESS_FH_photo
    for area, welcome in (("VIEW_3D", True), ("IMAGE_EDITOR", False)):
        assert handler.poll_drop(SimpleNamespace(area=SimpleNamespace(type=area))) == welcome
    assert not handler.poll_drop(SimpleNamespace(area=None))
    assert bpy.types.FileHandler.bl_rna_get_subclass_py("LIKENESS_FH_photo") is handler
    assert tuple(handler.bl_file_extensions.split(";")) == PHOTO_SUFFIXES
    assert {".jpg", ".jfif", ".png", ".webp", ".avif", ".gif", ".heic"} <= set(PHOTO_SUFFIXES)


def test_photos_that_were_left_out_are_told_and_not_remembered(
    use_engine: UseEngine, photo: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    sentence = "lawn.jpg is left out: No face was found in the photo."
    paths = [photo.with_name("lawn.jpg"), photo.with_name("left.jpg"), photo]
    told = [{"name": paths[index].name, "index": index} for index in (2, 1)]
    use_engine()
    finish = create.LIKENESS_OT_create.finish

    def finish_with_warning(self: Any, context: bpy.types.Context, result: dict[str, Any]) -> None:
        finish(self, context, result | {"warnings": [sentence]})

    files = [{"name": path.name} for path in paths]
    with monkeypatch.context() as patched:
        patched.setattr(photo_set, "recall", lambda face: SimpleNamespace(face={"photos": told}))
        patched.setattr(create.LIKENESS_OT_create, "finish", finish_with_warning)
        assert _create(filepath=str(paths[0]), directory=str(photo.parent), files=files) == {"FINISHED"}
    assert session(bpy.context).warning == sentence
    assert f"Warning: {sentence}" in capfd.readouterr().out
    (face,) = faces_of(bpy.context.scene)
    assert [state_of(face).photo, *map(str, other_photos(face))] == [str(paths[2]), str(paths[1])]
    _create(filepath=str(photo))
    assert not session(bpy.context).warning


def test_opening_a_folder_fails_in_one_sentence_too(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise ValueError("a fault of Likeness")

    monkeypatch.setattr("likeness.operators.open_reconstruction.build_face", fail)
    with pytest.raises(RuntimeError, match=r"^Error: Open Reconstruction failed unexpectedly; the details are in "):
        bpy.ops.likeness.open_reconstruction(filepath="anything")
