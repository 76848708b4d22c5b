"""An image is dropped into the 3D view, as Blender tells its file handlers; Create Face is chosen in its menu."""

import sys
from pathlib import Path

import bpy
import hands
import product

PHOTO, PICTURES = Path(sys.argv[1]), Path(sys.argv[2])


def main():
    yield from hands.rest()
    with hands.in_view():
        directory, files = f"{PHOTO.parent}/", [{"name": PHOTO.name}]
        bpy.ops.wm.drop_import_file("INVOKE_DEFAULT", directory=directory, files=files)
    yield 0.5
    hands.photograph(PICTURES / "menu.png")
    yield from hands.keys("c")  # the letter of Create Face in the menu
    yield from hands.wait(lambda: product.session().job, 10, "the start")
    yield from product.finished()
    assert not product.session().error, product.session().error
    hands.figure("faces", len(product.faces()))
    hands.figure("photo", product.session().photo)
