"""One start of Blender: choices are made, or those of an earlier start are there, though nobody saved preferences."""

import sys
from pathlib import Path

import bpy
import hands
import product

HOW, PHOTO, PICTURES = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])
CHOICES = {"quality": "draft", "texture_size": "4096", "scalp_tint": False, "device": "cpu"}


def chosen():
    """What the panel shows."""
    return {name: getattr(product.session(), name) for name in CHOICES}


def browser():
    """The folder that the file browser shows; None while it is not open."""
    for window in bpy.context.window_manager.windows:
        for area in window.screen.areas:
            if area.type == "FILE_BROWSER" and area.spaces.active.params:
                return Path(area.spaces.active.params.directory.decode())
    return None


def choose():
    """As the menus and the file browser do it."""
    for name, value in CHOICES.items():
        setattr(product.session(), name, value)
    product.session().photo = str(PHOTO)
    yield from hands.wait(lambda: not product.session().finding_faces, 60, "the search for faces")


def main():
    product.unfold("LIKENESS_PT_photo", "LIKENESS_PT_photo_settings")
    yield from hands.open_tab()
    if HOW == "choose":
        yield from choose()
    hands.photograph(PICTURES / f"{HOW}.png")
    hands.figure("choices", chosen())
    with hands.in_view():
        bpy.ops.likeness.choose_photo("INVOKE_DEFAULT")
    yield from hands.wait(browser, 10, "the file browser")
    yield 0.5
    hands.figure("folder", browser())
    hands.photograph(PICTURES / f"{HOW} browser.png")
