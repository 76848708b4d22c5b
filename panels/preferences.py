"""The preferences of the extension: which engine computes the faces, and how it is installed."""

from __future__ import annotations

import sys
from pathlib import Path

import bpy
from bpy.props import EnumProperty, IntProperty, StringProperty

from ..engine.environment import interpreter_in
from ..operators import engine_host
from ..operators.settings import ROOT_PACKAGE

BUILDS = (
    ("cpu", "Processor", "Works on every computer; the smallest download"),
    ("cuda", "NVIDIA GPU", "Faster with an NVIDIA graphics card; a large download"),
    ("apple", "Apple", "For Apple computers with a chip of Apple's own"),
)


def _interpreter_changed(preferences: LikenessPreferences, _context: bpy.types.Context) -> None:
    """An environment's folder becomes the Python in it."""
    chosen = bpy.path.abspath(preferences.interpreter)
    python = str(interpreter_in(Path(chosen))) if chosen else ""
    if preferences.interpreter != python:
        preferences.interpreter = python  # comes back here once more
        return
    engine_host.shutdown()


def _idle_time_changed(_preferences: LikenessPreferences, _context: bpy.types.Context) -> None:
    engine_host.shutdown()


class LikenessPreferences(bpy.types.AddonPreferences):
    bl_idname = ROOT_PACKAGE

    interpreter: StringProperty(
        name="Own Python",
        description="A Python 3.10 to 3.12 with PyTorch and the other libraries, or its environment's folder; "
        "empty for the engine installed below",
        subtype="FILE_PATH",
        update=_interpreter_changed,
    )
    build: EnumProperty(
        name="Build",
        description="What the engine computes with",
        items=BUILDS,
        default="apple" if sys.platform == "darwin" else "cpu",
    )
    wheels: StringProperty(
        name="Wheels Folder",
        description="Install from the wheel files in this folder, without the internet; empty to download them",
        subtype="DIR_PATH",
    )
    idle_minutes: IntProperty(
        name="Stop When Idle",
        description="Minutes without work after which the engine ends and its memory is free again",
        default=10,
        min=1,
        max=240,
        update=_idle_time_changed,
    )

    def draw(self, context: bpy.types.Context) -> None:
        layout = self.layout
        layout.use_property_split = True
        layout.prop(self, "interpreter")
        layout.prop(self, "build")
        layout.prop(self, "wheels")
        layout.prop(self, "idle_minutes")


CLASSES = (LikenessPreferences,)
