"""Expression operators as a script calls them, and why they are greyed out."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import bpy
import pytest
from likeness.anatomy.named_expressions import EMOTIONS, MOODS, VISEMES
from likeness.operators import expression_presets
from likeness.operators.expression_presets import OWN
from likeness.operators.expression_transfer import LIKENESS_OT_expression_from_face
from likeness.operators.settings import user_folder
from likeness.scene.state import active_face, state_of
from named_sheets import ARKIT_FACE, build_named, values_of

SMILE = {"mouthSmileLeft": 0.5, "eyeLookUpLeft": 0.25}


@pytest.fixture(autouse=True)
def no_presets() -> None:
    for path in user_folder("presets").iterdir():
        path.unlink()
    expression_presets.refresh()


def _error(run: Callable[..., set[str]], **options: object) -> str:
    with pytest.raises(RuntimeError) as told:
        run(**options)
    assert "Traceback" not in str(told.value)
    return str(told.value).removeprefix("Error: ").strip()


def _keyframes(face: bpy.types.Object) -> dict[str, list[float]]:
    """Frames at which each property of the face's keys has a keyframe."""
    action = face.data.shape_keys.animation_data.action
    curves = action.fcurves if hasattr(action, "fcurves") else action.layers[0].strips[0].channelbags[0].fcurves
    return {curve.data_path: [point.co.x for point in curve.keyframe_points] for curve in curves}


def test_mirror_reset_and_photo(tmp_path: Path) -> None:
    face = build_named(tmp_path, ARKIT_FACE | SMILE)
    assert bpy.ops.likeness.mirror_expression() == {"FINISHED"}
    assert values_of(face) == {"mouthSmileRight": 0.5, "eyeLookUpRight": 0.25}
    assert bpy.ops.likeness.reset_expression() == {"FINISHED"}
    assert values_of(face) == {}
    assert bpy.ops.likeness.photo_expression() == {"FINISHED"}
    assert values_of(face) == SMILE


def test_the_rig_stands_for_its_face(tmp_path: Path) -> None:
    face = build_named(tmp_path, ARKIT_FACE | SMILE)
    bpy.context.view_layer.objects.active = face.parent
    bpy.ops.likeness.reset_expression()
    assert values_of(face) == {}


@pytest.mark.parametrize("name", MOODS | EMOTIONS)
def test_presets_replace_the_expression_and_leave_the_eyes(tmp_path: Path, name: str) -> None:
    face = build_named(tmp_path, ARKIT_FACE | SMILE)
    assert bpy.ops.likeness.apply_preset(preset=name) == {"FINISHED"}
    assert values_of(face) == pytest.approx((MOODS | EMOTIONS)[name] | {"eyeLookUpLeft": 0.25})


@pytest.mark.parametrize("name", VISEMES)
def test_visemes_move_the_mouth_of_any_mood(tmp_path: Path, name: str) -> None:
    rest = {"eyeLookUpLeft": 0.25, "browInnerUp": 0.5, "eyeBlinkLeft": 0.75}
    face = build_named(tmp_path, ARKIT_FACE | {"tongueOut": 0.0} | SMILE | rest)
    assert bpy.ops.likeness.apply_preset(preset=name) == {"FINISHED"}
    assert values_of(face) == pytest.approx(dict(VISEMES[name]) | rest)


def test_a_preset_is_neutral_until_one_is_chosen(tmp_path: Path) -> None:
    face = build_named(tmp_path, ARKIT_FACE | SMILE)
    assert bpy.ops.likeness.apply_preset() == {"FINISHED"}
    assert values_of(face) == {"eyeLookUpLeft": 0.25}


def test_half_a_preset(tmp_path: Path) -> None:
    face = build_named(tmp_path, ARKIT_FACE | {"jawOpen": 0.5})
    bpy.ops.likeness.apply_preset(preset="Blink", strength=0.5)
    assert values_of(face) == pytest.approx({"jawOpen": 0.25, "eyeBlinkLeft": 0.5, "eyeBlinkRight": 0.5})


def test_a_preset_on_a_face_without_such_shapes(tmp_path: Path) -> None:
    face = build_named(tmp_path, {"exp_00": 0.5})
    assert "no shape key of these names" in _error(bpy.ops.likeness.apply_preset, preset="Smile")
    assert values_of(face) == {"exp_00": 0.5}


def test_an_own_preset_is_kept_used_and_deleted(tmp_path: Path) -> None:
    face = build_named(tmp_path, ARKIT_FACE | SMILE)
    assert "no presets yet" in _error(bpy.ops.likeness.delete_preset)
    assert bpy.ops.likeness.save_preset(name=" Jürgen 张 ") == {"FINISHED"}
    bpy.ops.likeness.reset_expression()
    assert bpy.ops.likeness.apply_preset(preset=OWN + "Jürgen 张") == {"FINISHED"}
    assert values_of(face) == SMILE
    assert bpy.ops.likeness.delete_preset(preset=OWN + "Jürgen 张") == {"FINISHED"}
    assert not list(user_folder("presets").iterdir())
    assert not bpy.ops.likeness.delete_preset.poll()


def test_a_name_or_file_that_is_no_preset_is_one_sentence(tmp_path: Path) -> None:
    face = build_named(tmp_path, ARKIT_FACE | SMILE)
    assert "cannot contain" in _error(bpy.ops.likeness.save_preset, name="x/../../evil")
    (user_folder("presets") / "bad.json").write_text("{", encoding="utf-8")
    expression_presets.refresh()
    assert "is damaged" in _error(bpy.ops.likeness.apply_preset, preset=OWN + "bad")
    assert values_of(face) == SMILE


def test_key_all_makes_keyframes_at_this_frame(tmp_path: Path) -> None:
    face = build_named(tmp_path, ARKIT_FACE | SMILE)
    for frame in (1, 12):
        bpy.context.scene.frame_set(frame)
        assert bpy.ops.likeness.key_expression() == {"FINISHED"}
        bpy.ops.likeness.reset_expression()
    keyframes = _keyframes(face)
    assert set(keyframes) == {f'key_blocks["{name}"].value' for name in ARKIT_FACE}
    assert all(frames == [1, 12] for frames in keyframes.values())
    bpy.context.scene.frame_set(1)
    assert values_of(face) == SMILE


def test_buttons_key_where_sliders_would(tmp_path: Path) -> None:
    face = build_named(tmp_path, ARKIT_FACE)
    bpy.context.scene.tool_settings.use_keyframe_insert_auto = True
    bpy.context.scene.frame_set(7)
    bpy.ops.likeness.apply_preset(preset="Blink")
    assert _keyframes(face)['key_blocks["eyeBlinkLeft"].value'] == [7]
    assert 'key_blocks["eyeLookUpLeft"].value' not in _keyframes(face)
    state_of(face).gaze_up = 1.0
    assert _keyframes(face)['key_blocks["eyeLookUpLeft"].value'] == [7]


def test_from_the_other_face(tmp_path: Path) -> None:
    source = build_named(tmp_path, {"mouthSmile_L": 0.8, "jawOpen": 0.4, "exp_00": 0.0}, model="other")
    face = build_named(tmp_path, ARKIT_FACE)
    assert bpy.ops.likeness.expression_from_face(source=source.name, strength=0.5) == {"FINISHED"}
    assert values_of(face) == pytest.approx({"mouthSmileLeft": 0.4, "jawOpen": 0.2})


@pytest.mark.parametrize("selected", [0, 1, 2])
def test_which_face_is_meant(tmp_path: Path, selected: int) -> None:
    """One other face, selected or alone, is taken; among several Blender asks, the selected ones first."""
    others = [build_named(tmp_path, {"jawOpen": value}, model="other") for value in (0.2, 0.4)]
    face = build_named(tmp_path, ARKIT_FACE)
    for other in others[len(others) - selected :]:
        other.select_set(True)
    asked = []
    manager = SimpleNamespace(invoke_props_dialog=lambda operator: asked.append(operator.source) or {"RUNNING_MODAL"})
    context = SimpleNamespace(view_layer=bpy.context.view_layer, scene=bpy.context.scene, window_manager=manager)
    operator = SimpleNamespace(source="", execute=lambda _context: {"FINISHED"})
    outcome = LIKENESS_OT_expression_from_face.invoke(operator, context, None)
    assert active_face(bpy.context) == face
    assert outcome == ({"FINISHED"} if selected == 1 else {"RUNNING_MODAL"})
    assert operator.source == (others[1] if selected == 1 else others[0]).name
    assert bool(asked) is (selected != 1)


def test_from_a_face_without_common_shapes(tmp_path: Path) -> None:
    source = build_named(tmp_path, {"exp_00": 0.5}, model="other")
    face = build_named(tmp_path, ARKIT_FACE | SMILE)
    assert "no shape key of these names" in _error(bpy.ops.likeness.expression_from_face, source=source.name)
    assert values_of(face) == SMILE


def test_why_not(tmp_path: Path) -> None:
    assert "Select a face" in _error(bpy.ops.likeness.reset_expression)
    face = build_named(tmp_path, ARKIT_FACE | SMILE)
    assert "no other face" in _error(bpy.ops.likeness.expression_from_face)
    assert "Install the engine" in _error(bpy.ops.likeness.expression_from_photo)
    state_of(face).photo_expression = ""
    assert "does not remember" in _error(bpy.ops.likeness.photo_expression)
    face.shape_key_clear()
    assert "no expression shape keys" in _error(bpy.ops.likeness.reset_expression)


def test_linked_faces_say_so(tmp_path: Path) -> None:
    face = build_named(tmp_path, ARKIT_FACE)
    name, blend = face.name, tmp_path / "library.blend"
    bpy.ops.wm.save_as_mainfile(filepath=str(blend))
    bpy.ops.wm.read_homefile(use_factory_startup=True, use_empty=True)
    with bpy.data.libraries.load(str(blend), link=True) as (_, wanted):
        wanted.objects = [name]
    (linked,) = wanted.objects
    bpy.context.collection.objects.link(linked)
    bpy.context.view_layer.objects.active = linked
    assert "linked from another file" in _error(bpy.ops.likeness.reset_expression)
