"""3D views: they show a photo's camera and light, and afterwards what they showed before.

Blender's undo leaves views alone. So a scene remembers which of its views show what; after undo and redo they follow.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

import bpy

from .borrowed import Record, borrow, give_back
from .memory import memory_of

LOOK, LIGHT = "look", "light"
KINDS = (LOOK, LIGHT)
# What Blender itself overwrites while a view looks through a camera.
STANDPOINT = ("view_rotation", "view_location", "view_distance")
SHADING = ("use_scene_lights", "use_scene_world", "use_scene_lights_render", "use_scene_world_render")

# What was in a view before, by kind. A view's address is its name as long as the file is open.
_changed: dict[int, dict[str, Any]] = {}


def views_asked(context: bpy.types.Context) -> list[bpy.types.SpaceView3D]:
    """The 3D view that something was asked from, else those of the screen."""
    space = context.space_data
    return [space] if space is not None and space.type == "VIEW_3D" else views_of_screen(context)


def views_of_screen(context: bpy.types.Context) -> list[bpy.types.SpaceView3D]:
    """The 3D views of the screen, as far as there is one."""
    areas = context.screen.areas if context.screen is not None else ()
    return [area.spaces.active for area in areas if area.type == "VIEW_3D"]


def is_through_camera(view: bpy.types.SpaceView3D) -> bool:
    """Whether a view looks through the scene's camera."""
    return view.region_3d.view_perspective == "CAMERA" and not view.use_local_camera


def show(scene: bpy.types.Scene, kind: str, views: Iterable[bpy.types.SpaceView3D]) -> None:
    """Let views look through the scene's camera, or show its light."""
    _find_again(scene)
    for view in views:
        _change(view, kind)
    _note(scene)


def hide(scene: bpy.types.Scene, kind: str) -> None:
    """Let all views that do show again what they showed before."""
    _find_again(scene)
    for _, _, view in _all_views():
        _change_back(view, kind)
    _note(scene)


def leave_camera() -> None:
    """Where there is no camera any more, no view looks through it."""
    for _, _, view in _all_views():
        if is_through_camera(view):
            view.region_3d.view_perspective = "PERSP"


def follow(scene: bpy.types.Scene) -> None:
    """After undo and redo: what views show is what the scene says that they do."""
    wanted = json.loads(memory_of(scene).views)
    for _, _, view in _all_views():
        address = view.as_pointer()
        for kind in KINDS:
            now, then = kind in _changed.get(address, {}), kind in wanted.get(str(address), {})
            if then and not now:
                _change(view, kind)
            elif now and not then:
                _change_back(view, kind)


def show_in_local_view(items: Iterable[bpy.types.Object], views: Iterable[bpy.types.SpaceView3D]) -> None:
    """What is new is seen in a view that shows some objects alone, as whatever Blender adds is."""
    for view in views:
        if view.local_view is not None:
            for item in items:
                item.local_view_set(view, True)


def _change(view: bpy.types.SpaceView3D, kind: str) -> None:
    records = _changed.setdefault(view.as_pointer(), {})
    records[kind] = _look(view, records.get(kind)) if kind == LOOK else _light(view, records.get(kind, {}))


def _change_back(view: bpy.types.SpaceView3D, kind: str) -> None:
    record = _changed.get(view.as_pointer(), {}).pop(kind, None)
    if record is None:
        return
    if kind == LIGHT:
        give_back(view.shading, record)
    elif is_through_camera(view):  # else the user has turned away from the camera
        view.use_local_camera = record["use_local_camera"]
        view.region_3d.view_perspective = record["view_perspective"]
        for name in STANDPOINT:
            setattr(view.region_3d, name, record[name])


def _look(view: bpy.types.SpaceView3D, earlier: dict[str, Any] | None) -> dict[str, Any]:
    if earlier and is_through_camera(view):
        return earlier
    region = view.region_3d
    record: dict[str, Any] = {name: _plain(getattr(region, name)) for name in STANDPOINT}
    record |= {"view_perspective": region.view_perspective, "use_local_camera": view.use_local_camera}
    view.use_local_camera = False
    region.view_perspective = "CAMERA"
    return record


def _light(view: bpy.types.SpaceView3D, earlier: Record) -> Record:
    """Material Preview where there is no light at all, and the scene's own light."""
    kind = "MATERIAL" if view.shading.type == "SOLID" else view.shading.type
    return borrow(view.shading, {"type": kind} | dict.fromkeys(SHADING, True), earlier)


def _plain(value: Any) -> Any:
    return value if isinstance(value, float) else list(value)


def _all_views() -> Iterator[tuple[str, int, bpy.types.SpaceView3D]]:
    """Every 3D view of the file, with the name of its screen and its place there."""
    for screen in bpy.data.screens:
        for place, area in enumerate(screen.areas):
            for space in area.spaces:
                if space.type == "VIEW_3D" and space.region_3d is not None:
                    yield screen.name, place, space


def _note(scene: bpy.types.Scene) -> None:
    """Write into the scene what its views show: where a view is outlives the file, its address does not."""
    noted = {}
    for screen, place, view in _all_views():
        records = _changed.get(view.as_pointer())
        if records:
            noted[view.as_pointer()] = {"screen": screen, "place": place, **records}
    memory_of(scene).views = json.dumps(noted)


def _find_again(scene: bpy.types.Scene) -> None:
    """The views that a file says it changed, where this session knows of none."""
    if _changed:
        return
    noted = {(entry["screen"], entry["place"]): entry for entry in json.loads(memory_of(scene).views).values()}
    for screen, place, view in _all_views():
        if (screen, place) in noted:
            records = noted[screen, place]
            _changed[view.as_pointer()] = {kind: records[kind] for kind in KINDS if kind in records}


@bpy.app.handlers.persistent
def _file_is_new(_file: str) -> None:
    _changed.clear()
    for scene in bpy.data.scenes:
        if scene.library is None and memory_of(scene).views != "{}":
            _find_again(scene)
            _note(scene)


@bpy.app.handlers.persistent
def _was_undone(*_what: object) -> None:
    follow(bpy.context.scene)


HANDLERS = (("load_post", _file_is_new), ("undo_post", _was_undone), ("redo_post", _was_undone))


def register() -> None:
    """Watch for undo and for other files."""
    for name, handler in HANDLERS:
        getattr(bpy.app.handlers, name).append(handler)


def unregister() -> None:
    """Stop watching."""
    for name, handler in HANDLERS:
        getattr(bpy.app.handlers, name).remove(handler)
    _changed.clear()
