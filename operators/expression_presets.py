"""Expressions with a name: applying one, keeping one's own, deleting it."""

from __future__ import annotations

from pathlib import Path

import bpy
from bpy.props import EnumProperty, FloatProperty, StringProperty

from ..anatomy.named_expressions import GROUPS, named_expression_values
from ..scene.expressions import expression_presets as presets
from ..scene.expressions.expression import expression_of, transfer_expression
from ..scene.state import state_of
from .expression import ExpressionOperator
from .operator_base import QuickOperator
from .settings import user_folder

OWN = "own:"
YOURS, TITLE = "Yours", -1

# What the folder held when it was last looked at: menus and buttons ask at every redraw.
_own_names: list[str] = []
# Blender keeps no reference to the strings of a list made at run time: they must live on here.
_own_items: list[tuple[str, str, str]] = []
_all_items: list[tuple[str, str, str, int]] = []


def refresh() -> None:
    """See which presets the user has."""
    _own_names[:] = presets.preset_names(_folder())


def _folder() -> Path:
    return user_folder("presets")


def _items_of_own(_operator: object, _context: bpy.types.Context | None) -> list[tuple[str, str, str]]:
    _own_items[:] = [(OWN + name, name, f"Your own preset {name}") for name in _own_names]
    return _own_items


def _items_of_all(operator: object, context: bpy.types.Context | None) -> list[tuple[str, str, str, int]]:
    """Each group below its title: an item without an identifier is drawn as one."""
    groups = {title: [(name, name, "") for name in group] for title, group in GROUPS.items()}
    if own := _items_of_own(operator, context):
        groups[YOURS] = own
    _all_items.clear()
    number = 0  # the default is the item of number 0, which may be no title
    for title, items in groups.items():
        _all_items.append(("", title, "", TITLE))
        for item in items:
            _all_items.append((*item, number))
            number += 1
    return _all_items


class LIKENESS_OT_apply_preset(ExpressionOperator, bpy.types.Operator):
    """Show an expression by its name; the direction of the eyes stays, and a viseme moves the mouth alone"""

    bl_idname = "likeness.apply_preset"
    bl_label = "Presets"

    preset: EnumProperty(name="Preset", description="Which expression", items=_items_of_all)
    strength: FloatProperty(
        name="Strength", description="How far to go towards it", default=1.0, min=0.0, max=1.0, subtype="FACTOR"
    )

    def change(self, context: bpy.types.Context, face: bpy.types.Object) -> str:
        if self.preset.startswith(OWN):
            preset = presets.read_preset(_folder(), self.preset.removeprefix(OWN))
        else:
            preset = presets.Preset(named_expression_values(self.preset))
        transfer_expression(preset.shapes, preset.model, face, self.strength)
        return ""


class LIKENESS_OT_save_preset(ExpressionOperator, bpy.types.Operator):
    """Keep this expression under a name, for all faces and files"""

    bl_idname = "likeness.save_preset"
    bl_label = "Save Preset"
    bl_options = {"REGISTER"}

    name: StringProperty(name="Name", description="A preset of this name is replaced")

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> set[str]:
        return context.window_manager.invoke_props_dialog(self)

    def change(self, context: bpy.types.Context, face: bpy.types.Object) -> str:
        presets.write_preset(_folder(), self.name.strip(), presets.Preset(expression_of(face), state_of(face).model))
        refresh()
        return f"The preset {self.name.strip()} is saved."


class LIKENESS_OT_delete_preset(QuickOperator, bpy.types.Operator):
    """Delete one of your own presets"""

    bl_idname = "likeness.delete_preset"
    bl_label = "Delete Preset"
    bl_options = {"INTERNAL"}  # found by search or repeated, it would take whichever preset is the first

    preset: EnumProperty(name="Preset", description="Which one", items=_items_of_own)

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        if not _own_names:
            cls.poll_message_set("You have saved no presets yet")
            return False
        return True

    def act(self, context: bpy.types.Context) -> str:
        try:
            presets.delete_preset(_folder(), self.preset.removeprefix(OWN))
        finally:
            refresh()
        return ""


def register() -> None:
    """Know the user's presets from the start."""
    refresh()


def unregister() -> None:
    """Forget them."""
    _own_names.clear()


CLASSES = (LIKENESS_OT_apply_preset, LIKENESS_OT_save_preset, LIKENESS_OT_delete_preset)
