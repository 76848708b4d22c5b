"""Set up a scene as a photo was taken: its camera and picture, its light; each can be given back by itself."""

from __future__ import annotations

import json
from collections.abc import Iterable

import bpy
import numpy as np

from ..light.lighting import use_light
from ..record import recall
from ..state import companions, faces_of, state_of
from . import views
from .borrowed import borrow, give_back
from .memory import LikenessScene, memory_of
from .picture import photo_settings
from .startup import startup_objects

WHEN_EMPTY, ALWAYS, NEVER = "EMPTY", "ALWAYS", "NEVER"
CHOICES = (
    (WHEN_EMPTY, "In an Empty File", "A scene of your own stays as it is"),
    (ALWAYS, "Always", "Every new face is seen through its photo's camera, in its photo's light"),
    (NEVER, "Never", "The face is added and nothing else changes"),
)

Views = Iterable[bpy.types.SpaceView3D]


def is_to_set_up(scene: bpy.types.Scene, choice: str) -> bool:
    """Whether a scene, as it is before a new face, is to be set up for it.

    Empty is a scene without objects, with Blender's startup objects, or with nothing but faces one of whose photo's
    cameras it is looked through: then the next face takes over.
    """
    if choice != WHEN_EMPTY:
        return choice == ALWAYS
    faces = faces_of(scene)
    ours = {item for face in faces for item in (face, *companions(face))}
    if any(item not in ours for item in scene.objects):
        return bool(startup_objects(scene))
    return not faces or any(is_looked_through(scene, face) for face in faces)


def set_up(scene: bpy.types.Scene, face: bpy.types.Object) -> None:
    """The scene shows a face as its photo does, in all 3D views of the screen."""
    shown = views.views_of_screen(bpy.context)
    look_through(scene, face, shown)
    light_as_photo(scene, face, shown)


def is_looked_through(scene: bpy.types.Scene, face: bpy.types.Object) -> bool:
    """Whether the camera of a face's photo is the scene's."""
    return scene.camera is not None and scene.camera == state_of(face).camera


def look_through(scene: bpy.types.Scene, face: bpy.types.Object, shown: Views) -> None:
    """Render through the camera of a face's photo what lies over the photo, in its colours, and look through it."""
    memory = memory_of(scene)
    if not _is_photos_camera(scene, memory):
        memory.camera = scene.camera
    scene.camera = state_of(face).camera
    memory.looking, memory.photo_camera = True, _name(scene.camera)
    memory.settings = json.dumps(borrow(scene, _settings(face), json.loads(memory.settings)))
    views.show(scene, views.LOOK, shown)


def look_away(scene: bpy.types.Scene) -> None:
    """Give back camera, picture and views."""
    memory = memory_of(scene)
    if _is_photos_camera(scene, memory):
        scene.camera = memory.camera if memory.camera is not None and memory.camera.users_scene else None
    give_back(scene, json.loads(memory.settings))
    views.hide(scene, views.LOOK)
    if scene.camera is None:
        views.leave_camera()
    memory.camera = None
    memory.looking, memory.photo_camera, memory.settings = False, "", "{}"


def is_lit_by(scene: bpy.types.Scene, face: bpy.types.Object) -> bool:
    """Whether a scene has a face's light."""
    return scene.world is not None and scene.world == state_of(face).world


def light_as_photo(scene: bpy.types.Scene, face: bpy.types.Object, shown: Views) -> None:
    """Light the scene with a face's sky and sun alone: the artist's world and lights make way."""
    memory = memory_of(scene)
    if not _is_photos_world(scene, memory):
        memory.world = scene.world
    _hide_lamps(scene, memory)
    use_light(scene, face)
    memory.lighting, memory.photo_world = True, _name(scene.world)
    views.show(scene, views.LIGHT, shown)


def give_light_back(scene: bpy.types.Scene) -> None:
    """Give back world, lights and views; the suns of faces go dark."""
    memory = memory_of(scene)
    if _is_photos_world(scene, memory):
        scene.world = memory.world
    for entry in memory.lamps:
        lamp = entry.lamp
        if lamp is not None and lamp.hide_viewport and lamp.hide_render:
            lamp.hide_viewport, lamp.hide_render = entry.hide_viewport, entry.hide_render
    for sun in _suns(scene):
        sun.hide_viewport = sun.hide_render = True
    views.hide(scene, views.LIGHT)
    memory.lamps.clear()
    memory.world = None
    memory.lighting, memory.photo_world = False, ""


def _is_photos_camera(scene: bpy.types.Scene, memory: LikenessScene) -> bool:
    """Whether the scene's camera is still the one that it was given, or that one is gone."""
    given = memory.looking and (scene.camera is None or scene.camera.name == memory.photo_camera)
    return given or any(is_looked_through(scene, face) for face in faces_of(scene))


def _is_photos_world(scene: bpy.types.Scene, memory: LikenessScene) -> bool:
    given = memory.lighting and (scene.world is None or scene.world.name == memory.photo_world)
    return given or any(is_lit_by(scene, face) for face in faces_of(scene))


def _name(block: bpy.types.ID | None) -> str:
    return block.name if block is not None else ""


def _settings(face: bpy.types.Object) -> dict[str, object]:
    if not state_of(face).record:  # of an earlier version
        return {}
    camera = recall(face).face["camera"]
    return photo_settings(np.array(camera["intrinsics"]), camera["image_size"])


def _hide_lamps(scene: bpy.types.Scene, memory: LikenessScene) -> None:
    left = {entry.lamp for entry in memory.lamps} | _suns(scene)
    for lamp in scene.objects:
        if lamp.type == "LIGHT" and lamp.library is None and lamp not in left:
            entry = memory.lamps.add()
            entry.lamp, entry.hide_viewport, entry.hide_render = lamp, lamp.hide_viewport, lamp.hide_render
            lamp.hide_viewport = lamp.hide_render = True


def _suns(scene: bpy.types.Scene) -> set[bpy.types.Object]:
    return {sun for sun in (state_of(face).sun for face in faces_of(scene)) if sun is not None}
