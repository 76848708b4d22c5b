"""The file browser of Choose Photo: which files of a folder it shows."""

import sys
from pathlib import Path

import bpy
import hands

FOLDER, PICTURES = Path(sys.argv[1]), Path(sys.argv[2])


def browser():
    """The file browser, with what it needs to be spoken to; None while it is not open."""
    for window in bpy.context.window_manager.windows:
        for area in window.screen.areas:
            if area.type == "FILE_BROWSER" and area.spaces.active.params:
                return {"window": window, "area": area, "region": area.regions[-1]}
    return None


def main():
    yield from hands.open_tab()
    yield from hands.click((yield from hands.find("likeness.choose_photo", across=0.3)))
    yield from hands.wait(browser, 10, "the file browser")
    place = browser()
    params = place["area"].spaces.active.params
    params.directory = str(FOLDER).encode()
    yield 1.0
    with bpy.context.temp_override(**place):
        bpy.ops.file.refresh()
    yield 1.0
    hands.photograph(PICTURES / "browser.png")
    with bpy.context.temp_override(**place):
        bpy.ops.file.select_all(action="SELECT")
    yield 0.3
    with bpy.context.temp_override(**place):
        names = sorted(file.name for file in bpy.context.selected_files)
    hands.figure("offered", " ".join(names))
    with bpy.context.temp_override(**place):
        bpy.ops.file.cancel()
    yield 0.3
