"""The preferences: which engine computes the faces, how it is installed, and which face models there are."""

from __future__ import annotations

import bpy
from bpy.props import EnumProperty, IntProperty, StringProperty

from ..operators import engine_host, engine_state
from ..operators.engine import (
    LIKENESS_OT_check_engine,
    LIKENESS_OT_copy_diagnostics,
    LIKENESS_OT_install_engine,
    LIKENESS_OT_remove_engine,
    LIKENESS_OT_repair_engine,
    LIKENESS_OT_stop_engine,
)
from ..operators.engine_state import BUILD_ITEMS, PYTHONS
from ..operators.scene_setup import SET_UP_TEXT
from ..operators.settings import ROOT_PACKAGE, session
from ..scene.setup.photo import CHOICES
from .model_list import draw_models
from .progress import draw_progress
from .wrapping import draw_text

# The builds for this kind of computer; all of them where there is none, so that installing says why it is impossible.
_ITEMS = [item for item in BUILD_ITEMS if engine_state.find_or_none(item[0])] or list(BUILD_ITEMS)
# A failed or cancelled installation has left what it had fetched.
GOES_ON = "What was downloaded already is kept: the next installation goes on from there."


def _interpreter_changed(preferences: LikenessPreferences, _context: bpy.types.Context) -> None:
    python = engine_state.resolved_interpreter(preferences.interpreter)
    if preferences.interpreter != python:
        preferences.interpreter = python  # comes back here once more
    else:
        engine_state.refresh()


def _idle_time_changed(_preferences: LikenessPreferences, _context: bpy.types.Context) -> None:
    engine_host.shutdown()


class LikenessPreferences(bpy.types.AddonPreferences):
    """The engine, the face models, and where their files lie"""

    bl_idname = ROOT_PACKAGE

    interpreter: StringProperty(
        name="Own Python",
        description=f"A Python {PYTHONS} with PyTorch and the other libraries, or its environment's folder; "
        "empty to use the installed engine",
        subtype="FILE_PATH",
        update=_interpreter_changed,
    )
    build: EnumProperty(
        name="Build",
        description="What the engine computes with",
        items=_ITEMS,
        default=engine_state.default_build(),
    )
    wheels: StringProperty(
        name="Wheels Folder",
        description="Install from the wheel files in this folder, without the internet; empty to download them",
        subtype="DIR_PATH",
    )
    idle_minutes: IntProperty(
        name="Idle Minutes",
        description="Minutes without work after which the engine ends and its memory is free again",
        default=10,
        min=1,
        max=240,
        update=_idle_time_changed,
    )
    set_up: EnumProperty(name="Set Up Scene", description=SET_UP_TEXT, items=CHOICES)

    def draw(self, context: bpy.types.Context) -> None:
        current = session(context)
        self._draw_state(context)
        if current.job:
            draw_progress(self.layout, current, f"{current.job}: {current.stage}")
        elif not self.interpreter:
            self._draw_installing(context)
        if current.error:
            self._draw_error(context, current.error)
        self._draw_tools()
        header, body = self.layout.panel("likeness_engine_options", default_closed=True)
        header.label(text="Engine Options")
        if body is not None:
            self._draw_options(body)
        header, body = self.layout.panel("likeness_face_models", default_closed=False)
        header.label(text="Face Models")
        if body is not None:
            draw_models(body, context)

    def _draw_state(self, context: bpy.types.Context) -> None:
        """What there is, in a line of its own: a path is long."""
        if self.interpreter:
            draw_text(self.layout, context, f"Engine: own Python, {self.interpreter}", "CONSOLE")
        else:
            self.layout.label(
                text=f"Engine: {engine_state.summary()}", icon="CHECKMARK" if self._is_ready() else "INFO"
            )

    def _is_ready(self) -> bool:
        return bool(self.interpreter) or engine_state.current().installed is not None

    def _draw_tools(self) -> None:
        """What can be done at any time."""
        buttons = self.layout.row(align=True)
        if self._is_ready():
            buttons.operator(LIKENESS_OT_check_engine.bl_idname, text="Check", icon="VIEWZOOM")
            buttons.operator(LIKENESS_OT_stop_engine.bl_idname, text="Stop", icon="PAUSE")
        buttons.operator(LIKENESS_OT_copy_diagnostics.bl_idname, icon="COPYDOWN")

    def _draw_installing(self, context: bpy.types.Context) -> None:
        """Install, or what can be done with what is installed."""
        installed = engine_state.current().installed
        if engine_state.current().outdated:
            draw_text(self.layout, context, "This engine was made for another version of Likeness: repair it.", "INFO")
        if not (self.wheels or bpy.app.online_access or bpy.app.online_access_override):
            row = self.layout.row()
            row.label(text="To download it, go online:", icon="INTERNET_OFFLINE")
            row.operator("extensions.userpref_allow_online", text="Allow Online Access")
        if len(_ITEMS) > 1:
            self.layout.row().prop(self, "build", expand=True)
        row = self.layout.row(align=True)
        row.scale_y = 1.5
        if installed is None or self.build != installed.build:
            row.operator(LIKENESS_OT_install_engine.bl_idname, text=self._install_text(), icon="IMPORT")
        if installed is not None:
            row.operator(LIKENESS_OT_repair_engine.bl_idname, icon="FILE_REFRESH")
        if installed is not None or engine_state.current().downloads:
            row.operator(LIKENESS_OT_remove_engine.bl_idname, text=self._remove_text(), icon="TRASH")
        if engine_state.current().downloads:
            draw_text(self.layout, context, GOES_ON, "INFO")

    def _install_text(self) -> str:
        build = engine_state.find_or_none(self.build)
        label = engine_state.BUILD_LABELS[self.build]
        return f"Install {label} Engine (needs {engine_state.gigabytes(build.space)})" if build else "Install Engine"

    def _remove_text(self) -> str:
        return "Remove Engine" if engine_state.current().installed else "Delete Downloads"

    def _draw_options(self, layout: bpy.types.UILayout) -> None:
        layout.use_property_split = True
        layout.use_property_decorate = False
        layout.prop(self, "wheels")
        layout.prop(self, "interpreter")
        layout.prop(self, "idle_minutes")

    def _draw_error(self, context: bpy.types.Context, error: str) -> None:
        column = self.layout.column(align=True)
        column.alert = True
        draw_text(column, context, error, "ERROR")


CLASSES = (LikenessPreferences,)
