"""What Blender is told about: classes of operators and panels, the state of a face, the choices of the session."""

from __future__ import annotations

import bpy

from .cli import blender_command
from .operators import (
    create,
    engine,
    engine_host,
    engine_state,
    export,
    expression,
    expression_presets,
    expression_transfer,
    follow,
    hair,
    human,
    job,
    library_state,
    lighting,
    models,
    objects,
    open_reconstruction,
    photo,
    pose,
    scene_setup,
    settings,
    texture,
    thumbnails,
)
from .panels import detail as detail_panel
from .panels import export as export_panel
from .panels import expression as expression_panel
from .panels import hair as hair_panel
from .panels import human as human_panel
from .panels import lighting as lighting_panel
from .panels import objects as objects_panel
from .panels import photo as photo_panel
from .panels import pose as pose_panel
from .panels import preferences
from .panels import texture as texture_panel
from .scene import belongings, state
from .scene.setup import memory, views

# Panels in the order of the tab, most used first.
MODULES = (
    settings,
    preferences,
    job,
    photo,
    create,
    open_reconstruction,
    expression,
    expression_presets,
    expression_transfer,
    pose,
    lighting,
    scene_setup,
    texture,
    hair,
    export,
    human,
    objects,
    engine,
    models,
    photo_panel,
    objects_panel,
    expression_panel,
    pose_panel,
    lighting_panel,
    detail_panel,
    texture_panel,
    hair_panel,
    export_panel,
    human_panel,
)
CLASSES = tuple(cls for module in MODULES for cls in module.CLASSES)
# Modules with more to register than classes: properties, handlers, timers; each has register() and unregister().
WITH_HOOKS = (
    state,
    memory,
    views,
    belongings,
    library_state,  # before the settings, whose menu shows it
    settings,
    expression_presets,
    engine_host,
    engine_state,
    thumbnails,
    photo,
    follow,  # after the settings, on which a file's face has the last word
    job,
    objects,
    blender_command,
)


def register() -> None:
    """Register everything; `unregister` takes it back in reverse."""
    for cls in CLASSES:
        bpy.utils.register_class(cls)
    for module in WITH_HOOKS:
        module.register()


def unregister() -> None:
    """Take back what `register` did; faces keep what is stored on them."""
    for module in reversed(WITH_HOOKS):
        module.unregister()
    for cls in reversed(CLASSES):
        bpy.utils.unregister_class(cls)
