"""A face comes into a scene with other things: nothing else changes, and two buttons switch its photo on and off."""

import sys
from pathlib import Path

import bpy
import hands
import product
from snapshot import differences, settings

RESULT, PICTURES = sys.argv[1], Path(sys.argv[2])


def furnish():
    """What an artist has made."""
    scene = hands.window().scene
    cube = bpy.data.objects["Cube"]
    cube.location, cube.scale = (0.9, 0.4, 0.2), (0.2, 0.2, 0.2)
    bpy.data.objects["Camera"].location = (0.0, -3.0, 1.0)
    fill = bpy.data.objects.new("Fill", bpy.data.lights.new("Fill", "AREA"))
    scene.collection.objects.link(fill)
    scene.world.name = "My Sky"
    scene.render.resolution_x, scene.render.resolution_percentage, scene.render.pixel_aspect_y = 1234, 50, 1.5
    scene.view_settings.look, scene.view_settings.exposure = "AgX - Punchy", 0.7
    scene.cursor.location, scene.cursor.rotation_euler = (0.3, -0.4, 0.5), (0.4, 0.5, 0.6)
    space = hands.view().spaces.active
    space.region_3d.view_distance, space.region_3d.view_location = 3.5, (0.4, 0.0, 0.4)
    space.shading.use_scene_world = False


def everything():
    """The scene, its objects and what the view shows."""
    scene, space = hands.window().scene, hands.view().spaces.active
    found = settings(scene) | settings(space.shading, "shading.") | settings(space.overlay, "overlay.")
    for name in ("view_perspective", "view_location", "view_rotation", "view_distance", "view_matrix"):
        value = getattr(space.region_3d, name)
        found[name] = value if isinstance(value, str) else repr(value)
    for name in ("Cube", "Camera", "Light", "Fill"):
        item = scene.objects[name]
        found[name] = item.hide_viewport, item.hide_render, repr(item.matrix_world), item.data.name
    return found


def unchanged(before, when):
    """Fail where something is not as it was."""
    changed = differences(before, everything())
    assert not changed, f"{when}: {changed}"


def press(name):
    """Click a button of the tab."""
    point = yield from hands.find(name)
    yield from hands.click(point)
    yield from hands.rest()
    yield 2.0


def undo(*strokes):
    yield from hands.rest()
    yield from hands.keys(*strokes)
    yield 1.5


def main():
    product.unfold("LIKENESS_PT_photo")
    furnish()
    yield from hands.open_tab()
    yield 1.0
    with hands.in_view():
        bpy.ops.ed.undo_push(message="furnished")
    before = everything()
    hands.photograph(PICTURES / "before.png")
    with hands.in_view():
        bpy.ops.likeness.open_reconstruction("EXEC_DEFAULT", True, filepath=RESULT)
    yield 2.0
    unchanged(before, "a new face")
    (face,) = product.faces()
    assert tuple(round(value, 5) for value in face.parent.matrix_world.translation) == (0.3, -0.4, 0.5)
    hands.photograph(PICTURES / "face.png")
    yield from undo("ctrl+z")
    assert not product.faces()
    unchanged(before, "undo of a new face")
    yield from undo("ctrl+shift+z")
    assert len(product.faces()) == 1
    unchanged(before, "redo of a new face")

    yield from press("likeness.photo_camera")
    hands.photograph(PICTURES / "camera.png")
    with_camera = everything()
    assert with_camera["view_perspective"] == "CAMERA"
    assert with_camera["view_settings.view_transform"] == "Standard"
    yield from press("likeness.use_light")
    yield 20.0
    hands.photograph(PICTURES / "camera_and_light.png")
    both = everything()
    assert both["shading.type"] == "MATERIAL"
    assert (both["Light"][1], both["Fill"][1]) == (True, True)
    yield from undo("ctrl+z")
    unchanged(with_camera, "undo of the light")
    yield from undo("ctrl+z")
    unchanged(before, "undo of the camera")
    yield from undo("ctrl+shift+z")
    unchanged(with_camera, "redo of the camera")
    yield from press("likeness.photo_camera")
    unchanged(before, "the camera given back")

    hands.view().spaces.active.shading.type = "WIREFRAME"  # which stays; Material Preview takes a minute each time
    before = everything()
    yield from press("likeness.photo_camera")
    yield from press("likeness.use_light")
    assert everything()["shading.use_scene_world"]
    bpy.ops.wm.save_as_mainfile(filepath=str(PICTURES / "file.blend"))
    bpy.ops.wm.open_mainfile(filepath=str(PICTURES / "file.blend"), load_ui=True)
    yield 2.0
    yield from hands.open_tab()
    yield from press("likeness.use_light")
    yield from press("likeness.photo_camera")
    unchanged(before, "both given back in the reopened file")
    hands.photograph(PICTURES / "given_back.png")
    hands.figure("done", 1)
