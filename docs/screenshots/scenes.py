"""One picture of the user guide in a fresh window; runs inside Blender, driven by `take.py`.

Arguments: the picture's name, the portrait, its finished result, a picture of two people, one of nobody, the folder for
the pictures. Leaves ``NAME.png``, the screen, and ``NAME.txt``, the part of it to keep: left, top, right, bottom.
"""

import math
import sys
from pathlib import Path

import bpy
import hands
import product
from mathutils import Euler, Vector

NAME = sys.argv[1]
PORTRAIT, RESULT, GROUP, NOBODY, PICTURES = map(Path, sys.argv[2:])
DRAWN = 12.0  # seconds that a software renderer needs for its first Material Preview


def keep(box=None):
    """Photograph the screen; without a box, all of it."""
    hands.photograph(PICTURES / f"{NAME}.png")
    box = box or (0, 0, hands.window().width, hands.window().height)
    (PICTURES / f"{NAME}.txt").write_text(" ".join(str(int(side)) for side in box))


def view_box():
    """The right part of the 3D viewport, where the head and the sidebar are."""
    area, height = hands.view(), hands.window().height
    return area.x + 0.27 * area.width, height - area.y - area.height, area.x + area.width, height - area.y


def sidebar_box(height):
    """The upper part of the sidebar."""
    left, top = hands.on_screen(hands.region(), 0, 0)
    return left, top, left + hands.region().width, top + height


def look(yaw, pitch=3.0, distance=0.55, height=0.0):
    """Level the head and look at it from degrees to the side and above, without the lines and tools of Blender."""
    space = hands.view().spaces.active
    space.overlay.show_overlays = space.show_gizmo = space.show_region_toolbar = space.show_region_tool_header = False
    space.lens = 80
    free = space.region_3d
    free.view_perspective = "PERSP"
    free.view_rotation = Euler((math.radians(90 - pitch), 0.0, math.radians(yaw))).to_quaternion()
    free.view_location = free.view_rotation @ Vector((0.015, height, 0.0))  # leave room for the sidebar
    free.view_distance = distance
    with hands.in_view():
        bpy.ops.likeness.reset_pose("EXEC_DEFAULT", True)


def open_face():
    """The portrait's face, as Create Face leaves it."""
    with hands.in_view():
        bpy.ops.likeness.open_reconstruction("EXEC_DEFAULT", True, filepath=str(RESULT))
    return product.faces()[0]


def drawn(seconds=DRAWN):
    """Take the mouse out of the way and let the viewport finish."""
    yield from hands.rest()
    yield seconds


def choose(photo):
    """Choose a photo and wait until its faces were looked for."""
    product.session().photo = str(photo)
    yield from hands.open_tab()
    yield from hands.wait(lambda: not product.session().finding_faces, 120, "the search for faces")
    yield 0.5


def start():
    yield from choose(PORTRAIT)
    yield from drawn(1.0)
    keep()


def progress():
    product.session().texture_size = "4096"
    yield from product.create(PORTRAIT)
    yield from hands.wait(lambda: product.session().fraction > 0.35, 120, "progress")
    keep(sidebar_box(340))


def face():
    product.session().photo = str(PORTRAIT)
    open_face()
    yield from hands.open_tab()
    yield from drawn(25.0)
    keep()


def expression():
    open_face()
    look(12)
    with hands.in_view():
        bpy.ops.likeness.apply_preset("EXEC_DEFAULT", True, preset="Wink")
    yield from hands.open_tab()
    yield from drawn()
    keep(view_box())


def head():
    made = open_face()
    look(0)
    turned = made.parent.pose.bones["head"].rotation_euler
    turned.x, turned.y = math.radians(-8), math.radians(24)
    made.likeness.gaze_sideways = -0.5
    yield from hands.open_tab()
    yield from drawn()
    keep(view_box())


def light():
    open_face()
    look(0)
    with hands.in_view():
        bpy.ops.likeness.studio_light("EXEC_DEFAULT", True, preset="REMBRANDT")
    yield from hands.open_tab()
    yield from drawn()
    keep(view_box())


def detail():
    open_face()
    look(25, distance=0.35, height=-0.04)
    yield from hands.open_tab()
    yield from drawn()
    keep(view_box())


def texture():
    made = open_face()
    look(-30)
    made.likeness.texture_view = product.module("scene.texture_view").SEEN
    yield from hands.open_tab()
    yield from drawn()
    keep(view_box())


def export():
    open_face()
    yield from hands.open_tab()
    yield from drawn(1.0)
    keep(sidebar_box(420))


def people():
    yield from choose(GROUP)
    yield from drawn(1.0)
    keep(sidebar_box(420))


def failure():
    yield from product.create(NOBODY)
    yield from hands.wait(lambda: product.session().error, 120, "the message")
    yield from drawn(0.5)
    keep(sidebar_box(420))


def preferences():
    bpy.context.preferences.addons[product.PACKAGE].preferences.interpreter = ""
    with hands.in_view():
        bpy.ops.preferences.addon_show(module=product.PACKAGE)
    yield 2.0
    opened, height = bpy.context.window_manager.windows[-1], hands.window().height
    top = height - opened.y - opened.height
    keep((opened.x, top, opened.x + opened.width, top + opened.height))


# The name of each picture: which panels are open in it, how it comes about.
SCENES = {
    "start": (["photo", "photo_settings"], start),
    "progress": (["photo"], progress),
    "face": (["photo", "expression"], face),
    "expression": (["expression"], expression),
    "pose": (["pose"], head),
    "lighting": (["lighting"], light),
    "detail": (["detail"], detail),
    "texture": (["texture"], texture),
    "export": (["export"], export),
    "people": (["photo"], people),
    "failure": (["photo"], failure),
    "preferences": (["photo"], preferences),
}


def main():
    panels, scene = SCENES[NAME]
    product.unfold(*(f"LIKENESS_PT_{panel}" for panel in panels))
    yield from scene()
