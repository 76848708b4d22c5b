"""The first panel of the tab: the photo, Create Face, how far it is and what went wrong."""

from __future__ import annotations

import bpy

from ..operators import engine_host, library_state, thumbnails
from ..operators.create import LIKENESS_OT_create
from ..operators.open_reconstruction import LIKENESS_OT_open_reconstruction
from ..operators.photo import (
    LIKENESS_OT_choose_face,
    LIKENESS_OT_choose_photo,
    LIKENESS_OT_dismiss_error,
    photo_label,
    recent_photos,
)
from ..operators.scene_setup import (
    LIKENESS_OT_photo_camera,
    LIKENESS_OT_use_light,
    has_photos_light,
    shows_photo,
)
from ..operators.settings import LARGEST_FACE, ROOT_PACKAGE, LikenessSession, preferences, session
from ..operators.texture import LIKENESS_OT_finish
from ..scene.state import active_face, is_draft
from .progress import draw_progress
from .sidebar import SidebarPanel
from .wrapping import draw_text

THUMBNAIL_SCALE = 7.0
FACE_SCALE = 3.5
FACES_IN_A_ROW = 3
BESIDE_ERROR = 3.0  # units of the interface: the frame, and a button at each end


class LIKENESS_MT_recent(bpy.types.Menu):
    """Photos used last"""

    bl_label = "Recent Photos"

    def draw(self, context: bpy.types.Context) -> None:
        recent = recent_photos()
        if not recent:
            self.layout.label(text="No photo was used yet")
        for path in recent:
            self.layout.operator_context = "EXEC_DEFAULT"
            choose = self.layout.operator(LIKENESS_OT_choose_photo.bl_idname, text=photo_label(path))
            choose.filepath = path


class LIKENESS_PT_photo(SidebarPanel, bpy.types.Panel):
    """Choose a photo and make a face of it"""

    bl_label = "Photo"
    bl_order = 0

    def draw(self, context: bpy.types.Context) -> None:
        current = session(context)
        _draw_photo(self.layout, current)
        if current.others:
            _draw_others(self.layout, current)
        elif len(current.faces) > 1:
            _draw_faces(self.layout, current)
        if engine_host.find_interpreter() is None:
            _draw_missing_engine(self.layout)
        if current.job:
            _draw_progress(self.layout, current)
        else:
            row = self.layout.row()
            row.scale_y = 1.5
            row.operator(LIKENESS_OT_create.bl_idname, icon="USER")
            face = active_face(context)
            if face is not None and is_draft(face):
                self.layout.operator(LIKENESS_OT_finish.bl_idname, icon="TEXTURE")
        _draw_set_up(self.layout, context)
        # What comes and goes stands below, so that the button does not move away under the mouse.
        if current.finding_faces:
            self.layout.label(text="Looking for faces...", icon="VIEWZOOM")
        if current.error:
            _draw_message(self.layout, context, current.error, alert=True)
        if current.warning:
            _draw_message(self.layout, context, current.warning, alert=False)


class LIKENESS_PT_photo_settings(SidebarPanel, bpy.types.Panel):
    """What kind of face is made, and how"""

    bl_label = "Settings"
    bl_parent_id = "LIKENESS_PT_photo"
    bl_options = {"DEFAULT_CLOSED"}

    def draw(self, context: bpy.types.Context) -> None:
        current = session(context)
        column = self.layout.column()
        column.use_property_split = True
        column.use_property_decorate = False
        for name in ("model", "quality", "texture_size", "scalp_tint", "shape", "relief", "device"):
            column.prop(current, name)
        for network in library_state.missing_networks(current.shape, current.relief):
            draw_text(self.layout, context, f"{network.name}: {network.expected}. Add it in the preferences.", "ERROR")
        own = preferences(context)
        if own is not None:
            column.prop(own, "set_up")
        self.layout.separator()
        self.layout.operator(LIKENESS_OT_open_reconstruction.bl_idname, icon="FILE_FOLDER")


def _draw_photo(layout: bpy.types.UILayout, current: LikenessSession) -> None:
    picture = thumbnails.icon(current.photo)
    if picture:
        layout.template_icon(picture, scale=THUMBNAIL_SCALE)
    row = layout.row(align=True)
    if current.photo:
        row.prop(current, "photo", text="")
    row.operator(LIKENESS_OT_choose_photo.bl_idname, text="" if current.photo else "Choose Photo", icon="IMAGE_DATA")
    row.menu(LIKENESS_MT_recent.__name__, text="", icon="DOWNARROW_HLT")


def _draw_others(layout: bpy.types.UILayout, current: LikenessSession) -> None:
    """Which further photos of the person there are."""
    layout.label(text=f"+ {len(current.others)} more of this person", icon="IMAGE_REFERENCE")


def _draw_faces(layout: bpy.types.UILayout, current: LikenessSession) -> None:
    grid = layout.grid_flow(row_major=True, columns=FACES_IN_A_ROW, even_columns=True, align=True)
    chosen = 0 if current.face == LARGEST_FACE else current.face
    for index, face in enumerate(current.faces):
        column = grid.column(align=True)
        column.template_icon(thumbnails.icon(face.thumbnail), scale=FACE_SCALE)
        choose = column.operator(LIKENESS_OT_choose_face.bl_idname, text=f"Face {index + 1}", depress=index == chosen)
        choose.index = index


def _draw_set_up(layout: bpy.types.UILayout, context: bpy.types.Context) -> None:
    """What makes the scene that of the photo, and the artist's own again; absent where there is nothing to switch."""
    if not (LIKENESS_OT_photo_camera.poll(context) or LIKENESS_OT_use_light.poll(context)):
        return
    column = layout.column(align=True)
    column.operator(LIKENESS_OT_photo_camera.bl_idname, icon="VIEW_CAMERA", depress=shows_photo(context))
    column.operator(LIKENESS_OT_use_light.bl_idname, icon="LIGHT_SUN", depress=has_photos_light(context))


def _draw_missing_engine(layout: bpy.types.UILayout) -> None:
    column = layout.column(align=True)
    column.label(text="The engine is not installed", icon="INFO")
    column.operator("preferences.addon_show", text="Install in the Preferences").module = ROOT_PACKAGE


def _draw_progress(layout: bpy.types.UILayout, current: LikenessSession) -> None:
    draw_progress(layout, current, current.stage[:1].upper() + current.stage[1:])
    layout.label(text=f"{current.job} is running", icon="TIME")


def _draw_message(layout: bpy.types.UILayout, context: bpy.types.Context, text: str, alert: bool) -> None:
    row = layout.box().row()
    row.alert = alert
    row.label(text="", icon="ERROR" if alert else "INFO")
    draw_text(row, context, text, taken=BESIDE_ERROR)
    row.operator(LIKENESS_OT_dismiss_error.bl_idname, text="", icon="X", emboss=False)


CLASSES = (LIKENESS_MT_recent, LIKENESS_PT_photo, LIKENESS_PT_photo_settings)
