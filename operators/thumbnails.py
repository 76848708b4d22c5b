"""Small pictures for the panels; Blender reads the files in the background when they are first drawn."""

from __future__ import annotations

from collections.abc import Iterable

import bpy
import bpy.utils.previews

NO_ICON = 0
_previews: bpy.utils.previews.ImagePreviewCollection | None = None


def show_only(paths: Iterable[str]) -> None:
    """Make icons of these pictures and remove all others."""
    if _previews is None:
        return
    _previews.clear()
    for path in dict.fromkeys(paths):
        _previews.load(_key(path), bpy.path.abspath(path), "IMAGE", True)


def icon(path: str) -> int:
    """The icon of a picture given to `show_only`, or `NO_ICON`."""
    key = _key(path)
    return _previews[key].icon_id if _previews is not None and key in _previews else NO_ICON


def _key(path: str) -> str:
    """Blender takes a path of any bytes, and a key only if it is text."""
    return path.encode("utf-8", "backslashreplace").decode("utf-8")


def register() -> None:
    """Make room for icons."""
    global _previews
    _previews = bpy.utils.previews.new()


def unregister() -> None:
    """Let go of all icons."""
    global _previews
    if _previews is not None:
        bpy.utils.previews.remove(_previews)
        _previews = None
