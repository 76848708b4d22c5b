"""In Blender's own startup file the scene is set up for a new face, and undo gives the view back too."""

import sys
from pathlib import Path

import bpy
import hands
import product
from snapshot import differences, settings

RESULT, PICTURES = sys.argv[1], Path(sys.argv[2])


def main():
    product.unfold("LIKENESS_PT_photo", "LIKENESS_PT_photo_settings")
    yield from hands.open_tab()
    with hands.in_view():
        bpy.ops.ed.undo_push(message="start")
    view = hands.view().spaces.active
    before, turned = settings(view.shading), repr(view.region_3d.view_matrix)
    with hands.in_view():
        bpy.ops.likeness.open_reconstruction("EXEC_DEFAULT", True, filepath=RESULT)
    yield 20.0
    assert view.region_3d.view_perspective == "CAMERA"
    assert view.shading.type == "MATERIAL"
    hands.photograph(PICTURES / "alone.png")
    yield from hands.rest()
    yield from hands.keys("ctrl+z")
    yield 1.0
    view = hands.view().spaces.active
    assert set(hands.window().scene.objects.keys()) == {"Camera", "Cube", "Light"}
    assert view.region_3d.view_perspective == "PERSP"
    assert repr(view.region_3d.view_matrix) == turned
    assert not differences(before, settings(view.shading))
    hands.figure("done", 1)
