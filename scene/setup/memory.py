"""What a scene remembers of what was there before a photo's camera and light: saved, copied and undone with it."""

from __future__ import annotations

import atexit

import bpy
from bpy.props import BoolProperty, CollectionProperty, PointerProperty, StringProperty

from ...version import ID

PROPERTY = f"{ID}_setup"  # a scene also has sliders under the name itself, see `state`


class LikenessLamp(bpy.types.PropertyGroup):
    """A light of the artist's that is hidden, and whether it was before."""

    lamp: PointerProperty(type=bpy.types.Object)
    hide_viewport: BoolProperty()
    hide_render: BoolProperty()


class LikenessScene(bpy.types.PropertyGroup):
    """What a photo has taken, each beside what was there before."""

    looking: BoolProperty(description="The scene is seen through a photo's camera")
    camera: PointerProperty(type=bpy.types.Object)
    photo_camera: StringProperty(description="Name of the camera of the photo: a pointer would keep it in the file")
    settings: StringProperty(default="{}", description="Settings of the picture, as JSON")
    lighting: BoolProperty(description="The scene has a photo's light")
    world: PointerProperty(type=bpy.types.World)
    photo_world: StringProperty(description="Name of the photo's sky")
    lamps: CollectionProperty(type=LikenessLamp)
    views: StringProperty(default="{}", description="What 3D views showed, as JSON")


CLASSES = (LikenessLamp, LikenessScene)


def register() -> None:
    """Register the memory; again is fine."""
    if not hasattr(bpy.types.Scene, PROPERTY):
        for cls in CLASSES:
            bpy.utils.register_class(cls)
        setattr(bpy.types.Scene, PROPERTY, PointerProperty(type=LikenessScene))
        if not bpy.app.binary_path:  # Blender as a module: a class alive at the interpreter's end can crash or hang it
            atexit.register(unregister)


def unregister() -> None:
    """Take the memory's classes away; again is fine. Files keep what was stored."""
    if hasattr(bpy.types.Scene, PROPERTY):
        delattr(bpy.types.Scene, PROPERTY)
        for cls in reversed(CLASSES):
            bpy.utils.unregister_class(cls)


def memory_of(scene: bpy.types.Scene) -> LikenessScene:
    """The memory of a scene."""
    register()  # scripts use the scene's code without an add-on
    return getattr(scene, PROPERTY)
