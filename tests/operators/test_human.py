"""Put on a Human as a script calls it: which human is meant, and what a grey button says."""

# pyright: reportAttributeAccessIssue=none, reportOptionalMemberAccess=none
from __future__ import annotations

from pathlib import Path

import bpy
import pytest
from likeness.operators import human as operator
from likeness.operators.human import why_not_put_on
from toy_human import EYE, Base, build_bust, human_of, rig_on, tube


@pytest.fixture
def base() -> Base:
    """The toy's base mesh."""
    return tube()


def worn(human: bpy.types.Object) -> list[str]:
    return [key.name for key in human.data.shape_keys.key_blocks if key.name.startswith("Likeness")]


def test_the_only_human_gets_the_head(tmp_path: Path, base: Base) -> None:
    human = human_of(base)
    face = build_bust(tmp_path, base, base.vertices, {})
    assert bpy.ops.likeness.put_on_human() == {"FINISHED"}
    assert worn(human) == ["Likeness: face"]
    # The face is out of the way, and the button can be pressed again.
    assert face.hide_get()
    assert face.hide_render
    assert bpy.context.view_layer.objects.active == face
    assert bpy.ops.likeness.put_on_human() == {"FINISHED"}
    assert worn(human) == ["Likeness: face"]


def test_of_several_the_selected_one(tmp_path: Path, base: Base) -> None:
    first, second = human_of(base), human_of(base, "Second")
    rig = rig_on(second, base, {"head": (0.0, 1.5, 0.0), "eye.L": tuple(EYE)})
    build_bust(tmp_path, base, base.vertices, {})
    assert why_not_put_on(bpy.context) == "Select the human as well, then the face"
    rig.select_set(True)
    assert bpy.ops.likeness.put_on_human() == {"FINISHED"}
    assert worn(second) == ["Likeness: face"]
    assert not worn(first)
    first.select_set(True)
    assert not bpy.ops.likeness.put_on_human.poll()


def test_without_a_human_it_says_where_to_get_one(tmp_path: Path, base: Base, monkeypatch: pytest.MonkeyPatch) -> None:
    assert why_not_put_on(bpy.context) == "Select a face"
    build_bust(tmp_path, base, base.vertices, {})
    assert not bpy.ops.likeness.put_on_human.poll()
    assert "MPFB from extensions.blender.org" in why_not_put_on(bpy.context)
    with pytest.raises(RuntimeError, match=r"extensions\.blender\.org"):
        bpy.ops.likeness.put_on_human()
    monkeypatch.setattr(operator, "has_mpfb", lambda: True)
    assert why_not_put_on(bpy.context) == "Make a human first: tab MPFB, New human"


def test_mpfb_is_found_by_its_modules_last_word() -> None:
    from likeness.scene.human.find import has_mpfb

    assert not has_mpfb()
    addon = bpy.context.preferences.addons.new()
    try:
        addon.module = "bl_ext.blender_org.mpfb"
        assert has_mpfb()
    finally:
        bpy.context.preferences.addons.remove(addon)


def test_a_face_that_does_not_fit_is_told_in_one_sentence(tmp_path: Path, base: Base) -> None:
    human_of(base)
    build_bust(tmp_path, base, base.vertices, {}, with_cage=False)
    with pytest.raises(RuntimeError, match="create the face again with the built-in model"):
        bpy.ops.likeness.put_on_human()


def test_in_edit_mode_it_works_and_stays_there(tmp_path: Path, base: Base) -> None:
    human = human_of(base)
    build_bust(tmp_path, base, base.vertices, {})
    bpy.ops.object.mode_set(mode="EDIT")
    assert bpy.ops.likeness.put_on_human() == {"FINISHED"}
    assert bpy.context.mode == "EDIT_MESH"
    assert worn(human) == ["Likeness: face"]
