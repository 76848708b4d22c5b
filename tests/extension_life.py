"""What `test_extension` runs in a Blender of its own: the extension comes, works, goes, and leaves nothing behind.

Arguments: an empty folder for the profile, the zip, a result folder to open.
"""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

os.environ["BLENDER_USER_RESOURCES"] = sys.argv[1]
for library in ("torch", "cv2", "mediapipe", "scipy", "PIL", "OpenEXR", "likeness"):
    sys.modules[library] = None  # type: ignore[assignment]  # makes importing it fail, as it does in Blender

import bpy  # noqa: E402

MODULE = "bl_ext.user_default.likeness"
timers: list[Callable[..., Any]] = []
commands: dict[object, str] = {}


def count_what_cannot_be_listed() -> None:
    """Blender tells neither its timers nor its commands: note both as they come and go."""
    register_timer = bpy.app.timers.register

    def noted_timer(function: Callable[..., Any], *arguments: Any, **options: Any) -> None:
        timers.append(function)
        register_timer(function, *arguments, **options)

    register_command, unregister_command = bpy.utils.register_cli_command, bpy.utils.unregister_cli_command

    def noted_command(name: str, execute: Callable[[list[str]], int]) -> object:
        command = register_command(name, execute)
        commands[command] = name
        return command

    def noted_end(command: object) -> None:
        unregister_command(command)
        del commands[command]

    bpy.app.timers.register = noted_timer
    bpy.utils.register_cli_command, bpy.utils.unregister_cli_command = noted_command, noted_end


def traces() -> dict[str, set[str]]:
    """All that an extension can leave in Blender, by kind."""
    return {
        "types": set(dir(bpy.types)),
        "hidden types": set(_hidden_types()),
        "properties": set(_properties()),
        "operators": set(dir(bpy.ops.likeness)),
        "handlers": set(_handlers()),
        "timers": {str(function) for function in timers if bpy.app.timers.is_registered(function)},
        "commands": set(commands.values()),
        "keys": {f"{keymap.name}: {item.idname}" for keymap in _keymaps() for item in keymap.keymap_items},
        "drawing": set(_foreign_draw_functions()),
        "driver names": set(bpy.app.driver_namespace),
        "threads": {thread.name for thread in threading.enumerate()},
    }


def _hidden_types() -> Iterator[str]:
    """Ours that `bpy.types` does not list."""
    for base in (bpy.types.PropertyGroup, bpy.types.AddonPreferences):
        yield from (
            cls.__name__ for cls in base.__subclasses__() if cls.__module__.startswith(MODULE) and cls.is_registered
        )


def _properties() -> Iterator[str]:
    for name in dir(bpy.types):
        rna = getattr(getattr(bpy.types, name), "bl_rna", None)
        yield from (f"{name}.{prop}" for prop in (rna.properties.keys() if rna else ()))


def _handlers() -> Iterator[str]:
    for name in dir(bpy.app.handlers):
        functions = getattr(bpy.app.handlers, name)
        if isinstance(functions, list):
            yield from (f"{name}: {function.__module__}.{function.__qualname__}" for function in functions)


def _keymaps() -> Iterator[Any]:
    for config in bpy.context.window_manager.keyconfigs:
        yield from config.keymaps


def _foreign_draw_functions() -> Iterator[str]:
    for name in dir(bpy.types):
        functions = getattr(getattr(getattr(bpy.types, name), "draw", None), "_draw_funcs", ())
        # A menu that was added to keeps its own function in such a list for good.
        foreign = (function for function in functions if not function.__module__.startswith("bl_ui."))
        yield from (f"{name}: {function.__module__}.{function.__qualname__}" for function in foreign)


def differences(before: dict[str, set[str]], after: dict[str, set[str]]) -> dict[str, list[str]]:
    """What has come and what has gone."""
    return {kind: sorted(before[kind] ^ after[kind]) for kind in before if before[kind] != after[kind]}


def install() -> None:
    """As by dropping the zip onto Blender's window."""
    bpy.ops.extensions.package_install_files(filepath=sys.argv[2], repo="user_default", enable_on_install=True)


def main() -> None:
    """An extension's life; an assertion ends it early."""
    import addon_utils  # importable only now: bpy brings it

    count_what_cannot_be_listed()
    without = traces()
    install()
    assert MODULE in bpy.context.preferences.addons
    enabled = traces()
    assert any("LIKENESS_PT_photo" in kind for kind in enabled.values())

    assert bpy.ops.likeness.open_reconstruction(filepath=sys.argv[3]) == {"FINISHED"}
    face = bpy.context.object
    keys = face.data.shape_keys.key_blocks
    for _ in range(2):
        addon_utils.disable(MODULE, default_set=True)
        assert not differences(without, traces()), differences(without, traces())
        keys["raise"].value = 0.5  # the face needs no extension
        bpy.context.view_layer.update()
        addon_utils.enable(MODULE, default_set=True)
        assert not differences(enabled, traces()), differences(enabled, traces())
        assert bpy.types.LIKENESS_PT_expression.poll(bpy.context), "the face is still one"

    install()  # an update
    assert not differences(enabled, traces()), differences(enabled, traces())
    assert bpy.ops.likeness.reset_expression() == {"FINISHED"}
    keys["raise"].value = 0.5

    repository = [repo.module for repo in bpy.context.preferences.extensions.repos].index("user_default")
    bpy.ops.extensions.package_uninstall(repo_index=repository, pkg_id="likeness")
    assert not differences(without, traces()), differences(without, traces())
    assert MODULE not in bpy.context.preferences.addons
    assert not list(Path(sys.argv[1]).rglob("likeness/__init__.py"))
    assert keys["raise"].value == 0.5
    assert face.name in bpy.context.scene.objects


try:
    main()
    print("lived", flush=True)
finally:
    if sys.exc_info()[0]:
        sys.excepthook(*sys.exc_info())
    sys.stdout.flush()
    os._exit(0)
