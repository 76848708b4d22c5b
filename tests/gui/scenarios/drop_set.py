"""Two images are dropped into the 3D view, one of which shows nobody: the face is made, and the tab says so."""

import sys
from pathlib import Path

import bpy
import hands
import product

PHOTOS, PICTURES = [Path(path) for path in sys.argv[1:3]], Path(sys.argv[3])


def main():
    yield from hands.open_tab()
    product.session().quality = "draft"
    yield from hands.rest()
    with hands.in_view():
        directory, files = f"{PHOTOS[0].parent}/", [{"name": photo.name} for photo in PHOTOS]
        bpy.ops.wm.drop_import_file("INVOKE_DEFAULT", directory=directory, files=files)
    yield 0.5
    yield from hands.keys("c")  # the letter of Create Face in the menu
    yield from hands.wait(lambda: product.session().job, 10, "the start")
    yield from product.finished()
    assert not product.session().error, product.session().error
    yield 0.5
    hands.photograph(PICTURES / "warning.png")
    hands.figure("faces", len(product.faces()))
    hands.figure("warning", product.session().warning)
    hands.figure("name", product.faces()[0].name)
    hands.figure("photo", product.faces()[0].likeness.photo)
