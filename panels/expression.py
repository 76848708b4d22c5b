"""The sliders of the active face: the shape keys themselves, in groups an artist looks for."""

from __future__ import annotations

import re
from functools import cache
from typing import NamedTuple

import bpy

from ..anatomy.arkit import ARKIT_NAMES, NUMBERED, canonical_name
from ..operators import expression as operators
from ..operators import expression_presets as presets
from ..operators import expression_transfer as transfer
from ..operators.settings import session
from ..scene.shape_keys import expression_keys
from ..scene.state import active_face
from .sidebar import FacePanel

# First word of the ARKit names -> the group they are shown in.
GROUPS = {
    "brow": "Brows", "eye": "Eyes", "jaw": "Jaw", "mouth": "Mouth", "tongue": "Tongue", "cheek": "Cheeks",
    "nose": "Nose",
}  # fmt: skip
OTHERS = "Shapes"
BASIS = "Basis"  # the numbered axes of a statistical model
OPEN_AT_FIRST = {"Brows", OTHERS}  # that the closed ones hold sliders too is then plain to see
_SPELLING = {canonical_name(name): name for name in ARKIT_NAMES}


class Title(NamedTuple):
    """How a shape key is shown."""

    group: str
    text: str
    words: str  # what a search looks through


@cache
def title_of(key_name: str) -> Title:
    """``eyeBlink_L`` -> group Eyes, "Blink Left"."""
    name = _SPELLING.get(canonical_name(key_name), key_name)
    words = re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])", name)
    group = GROUPS.get(words[0]) if len(words) > 1 else None
    text = " ".join(words[1:]) if group else key_name
    place = group or (BASIS if NUMBERED.fullmatch(key_name) else OTHERS)
    return Title(place, text, f"{key_name} {' '.join(words)} {place}".lower())


class LIKENESS_PT_expression(FacePanel, bpy.types.Panel):
    """What the active face shows: sliders, presets, and expressions from elsewhere"""

    bl_label = "Expression"
    bl_order = 1

    def draw(self, context: bpy.types.Context) -> None:
        face = active_face(context)
        keys = expression_keys(face)
        self._draw_buttons()
        self.layout.prop(session(context), "search", text="", icon="VIEWZOOM")
        words = session(context).search.lower().split()
        if words:
            self._draw_found(keys, words)
        else:
            self._draw_groups(keys)

    def _draw_buttons(self) -> None:
        row = self.layout.row(align=True)
        row.operator_menu_enum(presets.LIKENESS_OT_apply_preset.bl_idname, "preset", text="Presets")
        row.operator(presets.LIKENESS_OT_save_preset.bl_idname, text="", icon="ADD")
        row.operator_menu_enum(presets.LIKENESS_OT_delete_preset.bl_idname, "preset", text="", icon="REMOVE")
        row = self.layout.row(align=True)
        row.operator(operators.LIKENESS_OT_reset_expression.bl_idname)
        row.operator(operators.LIKENESS_OT_photo_expression.bl_idname)
        row.operator(operators.LIKENESS_OT_mirror_expression.bl_idname)
        row.operator(operators.LIKENESS_OT_key_expression.bl_idname, text="", icon="KEY_HLT")
        row = self.layout.row(align=True)
        row.operator(transfer.LIKENESS_OT_expression_from_photo.bl_idname)
        row.operator(transfer.LIKENESS_OT_expression_from_face.bl_idname)

    def _draw_found(self, keys: list[bpy.types.ShapeKey], words: list[str]) -> None:
        """A flat list while one searches, so that no group is opened or closed for it."""
        column = self.layout.column(align=True)
        found = [key for key in keys if all(word in title_of(key.name).words for word in words)]
        for key in found:
            title = title_of(key.name)
            place = "" if title.group in (OTHERS, BASIS) else f"{title.group}: "
            column.prop(key, "value", text=place + title.text, slider=True)
        if not found:
            column.label(text="No slider of this name")

    def _draw_groups(self, keys: list[bpy.types.ShapeKey]) -> None:
        groups: dict[str, list[bpy.types.ShapeKey]] = {group: [] for group in (*GROUPS.values(), OTHERS, BASIS)}
        for key in keys:
            groups[title_of(key.name).group].append(key)
        filled = {group: members for group, members in groups.items() if members}
        for group, members in filled.items():
            self._draw_group(group, members, is_open=group in OPEN_AT_FIRST or len(filled) == 1)

    def _draw_group(self, group: str, keys: list[bpy.types.ShapeKey], is_open: bool) -> None:
        header, body = self.layout.panel(f"likeness_{group}", default_closed=not is_open)
        header.label(text=group)
        if body is not None:
            column = body.column(align=True)
            for key in keys:
                column.prop(key, "value", text=title_of(key.name).text, slider=True)


CLASSES = (LIKENESS_PT_expression,)
