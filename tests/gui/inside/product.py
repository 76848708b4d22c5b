"""What a scenario must know of the extension itself. Runs inside Blender."""

from __future__ import annotations

import importlib
import os
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import bpy
import hands

PACKAGE = "bl_ext.user_default.likeness"


def install(zipped: str, interpreter: str) -> None:
    """Install and enable the extension, and point it to the engine's interpreter."""
    bpy.ops.extensions.package_install_files(filepath=zipped, repo="user_default", enable_on_install=True)
    assert PACKAGE in bpy.context.preferences.addons, "the extension was not enabled"
    preferences = bpy.context.preferences.addons[PACKAGE].preferences
    if preferences:
        preferences.interpreter = interpreter


def module(name: str) -> ModuleType:
    """A module of the installed extension."""
    return importlib.import_module(f"{PACKAGE}.{name}")


def session() -> Any:
    """The choices of the session and the state of the running job."""
    return bpy.context.window_manager.likeness


def faces() -> list[bpy.types.Object]:
    """The faces of the scene."""
    return module("scene.state").faces_of(hands.window().scene)


def workers() -> list[int]:
    """Ids of the engine's processes: children of this Blender that run its launch script."""
    mine = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            parent = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
            if parent == os.getpid() and b"launch.py" in (folder / "cmdline").read_bytes():
                mine.append(int(folder.name))
        except OSError:  # it ended while being looked at
            continue
    return mine


def data_blocks() -> dict[str, int]:
    """How many data blocks of each kind there are."""
    kinds = ("objects", "meshes", "shape_keys", "materials", "images", "textures", "armatures", "cameras", "lights")
    kinds += ("worlds", "node_groups", "actions", "collections")
    return {kind: len(getattr(bpy.data, kind)) for kind in kinds}


def unfold(*names: str) -> None:
    """Open these panels and close all others, as long as the tab was never drawn; without names, open all."""
    registration = module("registration")
    registration.unregister()
    for cls in registration.CLASSES:
        if issubclass(cls, bpy.types.Panel):
            wanted = not names or cls.__name__ in names
            options = set(getattr(cls, "bl_options", set())) - {"DEFAULT_CLOSED"}
            cls.bl_options = options if wanted else options | {"DEFAULT_CLOSED"}
    registration.register()


def create(photo: Path) -> Iterator[float]:
    """Choose a photo and press Create Face; returns where the button is."""
    session().photo = str(photo)
    yield from hands.open_tab()
    yield from hands.wait(lambda: not session().finding_faces, 60, "the search for faces")
    button = yield from hands.find("likeness.create")
    yield from hands.click(button)
    return button


def finished(seconds: float = 240) -> Iterator[float]:
    """Until the running job is over; what it failed with, if it did, is the session's error."""
    yield from hands.wait(lambda: not session().job, seconds, "the end of the job")
