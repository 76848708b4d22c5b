"""Hands and eyes for a scenario: mouse and keys through X, and what lies under the mouse. Runs inside Blender.

Generators are used with ``yield from``. Positions are pixels of the screen, y down.
"""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import bpy

TURN = 0.03  # seconds; at least one turn of Blender's event loop
Point = tuple[int, int]


def figure(name: str, value: object) -> None:
    """Report something measured."""
    print(f"figure: {name} = {value}")


def window() -> bpy.types.Window:
    """Blender's first window; ask again after a file was loaded."""
    return bpy.context.window_manager.windows[0]


def view() -> bpy.types.Area:
    """The first 3D viewport."""
    return next(area for area in window().screen.areas if area.type == "VIEW_3D")


def region(kind: str = "UI") -> bpy.types.Region:
    """A region of the 3D viewport: UI is the sidebar, WINDOW the picture."""
    return next(region for region in view().regions if region.type == kind)


def in_view(kind: str = "WINDOW") -> bpy.types.Context:
    """Context manager: operators called in it find themselves in the 3D viewport."""
    return bpy.context.temp_override(window=window(), area=view(), region=region(kind))


def photograph(path: Path) -> None:
    """The whole screen as it is now."""
    path.parent.mkdir(parents=True, exist_ok=True)
    subprocess.run(["import", "-silent", "-window", "root", str(path)], check=True)


def wait(test: Callable[[], object], seconds: float = 10, what: str = "") -> Iterator[float]:
    """Until ``test`` is true; AssertionError if it never is."""
    end = time.monotonic() + seconds
    while not test():
        assert time.monotonic() < end, f"{what or 'it'} did not happen within {seconds} s"
        yield 0.05


def on_screen(place: bpy.types.Region, x: float, y: float) -> Point:
    """A pixel of a region, from its top left, as a pixel of the screen; Blender counts from the bottom."""
    return int(place.x + x), int(window().height - place.y - place.height + y)


def _act(*arguments: object, turns: int = 3) -> Iterator[float]:
    subprocess.run(["xdotool", *map(str, arguments)], check=True)
    for _ in range(turns):
        yield TURN


def move(point: Point) -> Iterator[float]:
    """Blender takes a press only on a button that it has seen the mouse move on: two moves."""
    yield from _act("mousemove", point[0] - 2, point[1], turns=1)
    yield from _act("mousemove", *point)


def click(point: Point, button: int = 1, times: int = 1) -> Iterator[float]:
    """Press and release, in turns of their own."""
    yield from move(point)
    for _ in range(times):
        yield from _act("mousedown", button)
        yield from _act("mouseup", button)


def drag(start: Point, across: int, steps: int = 8) -> Iterator[float]:
    """Press, move ``across`` pixels to the right in steps, release."""
    yield from move(start)
    yield from _act("mousedown", 1)
    for i in range(1, steps + 1):
        yield from _act("mousemove", start[0] + across * i // steps, start[1])
    yield from _act("mouseup", 1)


def keys(*names: str) -> Iterator[float]:
    """Key strokes such as ``ctrl+z``."""
    for name in names:
        yield from _act("key", name)


def write(text: str) -> Iterator[float]:
    """Type a text, letter by letter."""
    for letter in text:
        yield from _act("type", letter, turns=1)


def rest() -> Iterator[float]:
    """Move the mouse to the middle of the picture, where keys such as ctrl+z mean the scene."""
    picture = region("WINDOW")
    yield from move(on_screen(picture, picture.width * 0.4, picture.height * 0.6))


def open_tab(name: str = "Likeness") -> Iterator[float]:
    """Open the sidebar on a tab."""
    view().spaces.active.show_region_ui = True
    yield 0.5
    region().active_panel_category = name
    view().tag_redraw()
    yield 0.5


def under_mouse() -> str:
    """What is under the mouse: ``bpy.ops...`` of a button, the data path of a field, or nothing."""
    manager = bpy.context.window_manager
    with in_view("UI"):
        for operator, options in (
            (bpy.ops.ui.copy_python_command_button, {}),
            (bpy.ops.ui.copy_data_path_button, {"full_path": True}),
        ):
            manager.clipboard = ""
            try:
                if operator.poll() and operator(**options) == {"FINISHED"} and manager.clipboard:
                    return manager.clipboard
            except RuntimeError:  # nothing there, or a button of another kind
                pass
    return ""


def survey(across: float = 0.5, top: int = 4, bottom: int | None = None) -> Iterator[float]:
    """Sweep the mouse down the sidebar; returns what lies there: [(text, point), ...] from the top."""
    place, found = region(), []
    for y in range(top, min(bottom or place.height, place.height), 8):
        point = on_screen(place, place.width * across, y)
        yield from _act("mousemove", *point, turns=2)
        text = under_mouse()
        if text:
            found.append((text, point))
    return found


def find(text: str, across: float = 0.5, top: int = 4, bottom: int | None = None) -> Iterator[float]:
    """The point of the button whose command or data path holds ``text``; AssertionError if there is none."""
    found = yield from survey(across, top, bottom)
    points = [point for name, point in found if text in name]
    assert points, f"no {text} among {sorted({name for name, _ in found})}"
    return points[len(points) // 2]
