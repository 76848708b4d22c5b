"""The photo panel: what it offers before, during and after a job."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import bpy
import pytest
from fake_layout import FakeLayout, draw
from likeness.operators import engine_host, photo
from likeness.operators.settings import session
from likeness.panels import photo as panel
from likeness.panels import wrapping
from likeness.panels.photo import (
    BESIDE_ERROR,
    LIKENESS_MT_recent,
    LIKENESS_PT_photo,
    LIKENESS_PT_photo_settings,
)
from likeness.panels.preferences import LikenessPreferences
from likeness.scene.setup.photo import CHOICES, WHEN_EMPTY
from named_sheets import ARKIT_FACE, build_named


@pytest.fixture(autouse=True)
def engine_there(monkeypatch: pytest.MonkeyPatch) -> None:
    """An engine is installed."""
    monkeypatch.setattr(engine_host, "find_interpreter", lambda: Path("python"))


def _drawn() -> FakeLayout:
    return draw(LIKENESS_PT_photo)


def test_at_first_it_asks_for_a_photo() -> None:
    layout = _drawn()
    assert "Choose Photo" in layout.texts("operator")
    assert layout.names("menu") == ["LIKENESS_MT_recent"]
    assert layout.names("operator")[-1] == "likeness.create"
    assert not layout.names("icon")
    assert not layout.names("progress")


def test_a_chosen_photo_can_be_typed_over() -> None:
    session(bpy.context).photo = "/a/me.jpg"
    layout = _drawn()
    assert layout.names("prop") == ["photo"]
    assert "Choose Photo" not in layout.texts("operator")


@pytest.mark.parametrize(("count", "buttons"), [(0, 0), (1, 0), (2, 2), (5, 5)])
def test_several_faces_are_a_choice(count: int, buttons: int) -> None:
    for _ in range(count):
        session(bpy.context).faces.add()
    assert _drawn().names("operator").count("likeness.choose_face") == buttons


def test_further_photos_are_counted_and_leave_no_face_to_choose() -> None:
    current = session(bpy.context)
    current.photo = "/a/me.jpg"
    current.others.add().path = "/a/left.jpg"
    current.others.add().path = "/a/right.jpg"
    current.faces.add(), current.faces.add()
    layout = _drawn()
    assert "+ 2 more of this person" in layout.texts("label")
    assert "likeness.choose_face" not in layout.names("operator")


def test_the_photos_camera_and_light_are_offered_for_a_face(tmp_path: Path) -> None:
    build_named(tmp_path, ARKIT_FACE)
    bpy.ops.likeness.photo_camera()
    layout = _drawn()
    assert layout.names("operator")[-2:] == ["likeness.photo_camera", "likeness.use_light"]
    assert layout.texts("operator")[-2:] == ["Look Through the Photo's Camera", "Use the Photo's Light"]


def test_the_choice_of_a_set_up_scene_is_a_preference(monkeypatch: pytest.MonkeyPatch) -> None:
    items = LikenessPreferences.bl_rna.properties["set_up"].enum_items
    assert [item.identifier for item in items] == [WHEN_EMPTY, *(choice for choice, *_ in CHOICES[1:])]
    monkeypatch.setattr(panel, "preferences", lambda context: SimpleNamespace(set_up=WHEN_EMPTY))
    assert "set_up" in draw(LIKENESS_PT_photo_settings).names("prop")


def test_progress_takes_the_place_of_the_button() -> None:
    current = session(bpy.context)
    current.job, current.stage, current.fraction = "Create Face", "fit", 0.254
    layout = _drawn()
    assert layout.texts("progress") == ["Fit 25%"]
    assert "likeness.cancel" in layout.names("operator")
    assert "likeness.create" not in layout.names("operator")


def test_the_search_for_faces_is_seen() -> None:
    session(bpy.context).finding_faces = True
    assert "Looking for faces..." in _drawn().texts("label")


def test_an_error_is_wrapped_and_can_be_dismissed() -> None:
    sentence = "No face was found in a photo with a rather long name that fills more than one line.jpg."
    session(bpy.context).error = sentence
    layout = _drawn()
    lines = layout.texts("label")
    assert " ".join(lines).strip() == sentence  # the first label is the sign
    assert lines[1:] == wrapping.lines(bpy.context, sentence, BESIDE_ERROR)
    assert len(lines) > 2
    assert "likeness.dismiss_error" in layout.names("operator")


def test_warnings_stand_below_one_after_the_other() -> None:
    sentences = ["lawn.jpg is left out: No face was found in it.", "The face is nearly in profile."]
    session(bpy.context).warning = "\n".join(sentences)
    layout = _drawn()
    assert " ".join(layout.texts("label")).strip() == " ".join(sentences)
    assert "likeness.dismiss_error" in layout.names("operator")
    bpy.ops.likeness.dismiss_error()
    assert not session(bpy.context).warning


def test_without_an_engine_it_leads_to_the_preferences(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine_host, "find_interpreter", lambda: None)
    assert "preferences.addon_show" in _drawn().names("operator")
    assert not bpy.ops.likeness.create.poll()


def test_settings_and_recent_photos(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = ["model", "quality", "texture_size", "scalp_tint", "shape", "relief", "device"]
    shown = draw(LIKENESS_PT_photo_settings).names("prop")
    assert [name for name in shown if name != "set_up"] == settings  # that one is an enabled extension's
    monkeypatch.setattr(photo, "_recent", [])
    assert draw(LIKENESS_MT_recent).texts("label") == ["No photo was used yet"]
    monkeypatch.setattr(photo, "_recent", ["/a/me.jpg", "/b/you.jpg"])
    assert draw(LIKENESS_MT_recent).texts("operator") == ["me.jpg", "you.jpg"]


def test_drawing_looks_at_no_file(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a panel looked at the disk")

    current = session(bpy.context)
    current.photo, current.error = "/a/me.jpg", "An error."
    current.faces.add(), current.faces.add()
    for name in ("stat", "exists", "is_file", "open"):
        monkeypatch.setattr(Path, name, refuse)
    _drawn()
    draw(LIKENESS_MT_recent)
