"""What Blender draws over a face that is not the face: its bones, its camera, its sun."""

import sys
from math import radians
from pathlib import Path

import bpy
import hands
import numpy as np
import product
from bpy_extras.view3d_utils import location_3d_to_region_2d
from mathutils import Euler

RESULT, PICTURES = sys.argv[1], Path(sys.argv[2])
NEAR = 40  # half the side of the square round an eye, pixels
TURNS = {"front": 0, "quarter": -40, "side": -90}  # degrees


def look(turn, everything=False):
    """Look at the face, or at everything, from a side, in Solid, which draws at once."""
    space = hands.view().spaces.active
    space.shading.type = "SOLID"
    space.region_3d.view_perspective = "ORTHO"
    space.region_3d.view_rotation = Euler((radians(90), 0, radians(turn))).to_quaternion()
    with hands.in_view():
        bpy.ops.view3d.view_all() if everything else bpy.ops.view3d.view_selected()


def picture(name):
    """The screen as (H, W, 3), y down."""
    path = PICTURES / f"{name}.png"
    hands.photograph(path)
    image = bpy.data.images.load(str(path))
    width, height = image.size
    pixels = np.array(image.pixels[:]).reshape(height, width, -1)[::-1, :, :3]
    bpy.data.images.remove(image)
    return pixels


def eyes(rig):
    """The rows and columns of the screen round each eye."""
    region = hands.region("WINDOW")
    for name in ("eye.L", "eye.R"):
        spot = location_3d_to_region_2d(region, region.data, rig.matrix_world @ rig.data.bones[name].tail_local)
        x, y = hands.on_screen(region, spot.x, region.height - spot.y)
        yield slice(y - NEAR, y + NEAR), slice(x - NEAR, x + NEAR)


def pixels_of_bones(rig, name):
    """In how many pixels round the eyes the screen is another one without the rig."""
    rig.hide_set(False)
    yield 1.0
    shown = picture(name)
    rig.hide_set(True)
    yield 1.0
    differs = np.abs(shown - picture("without rig")).max(axis=-1) > 0.02
    rig.hide_set(False)
    return sum(int(differs[eye].sum()) for eye in eyes(rig))


def main():
    preferences = bpy.context.preferences
    preferences.view.smooth_view, preferences.system.viewport_aa = 0, "OFF"  # so that two pictures of one thing are one
    with hands.in_view():
        bpy.ops.likeness.open_reconstruction("EXEC_DEFAULT", True, filepath=RESULT)
    yield 0.5
    face = product.faces()[0]
    rig = face.parent
    product.module("scene.pose").reset_pose(face)
    yield 0.5
    over = 0
    for name, turn in TURNS.items():
        look(turn)
        yield 1.0
        over += yield from pixels_of_bones(rig, name)
    hands.figure("pixels of bones", over)
    hidden = [collection for collection in rig.data.collections if not collection.is_visible]
    for collection in hidden:
        collection.is_visible = True
    all_bones = yield from pixels_of_bones(rig, "side with all bones")
    hands.figure("pixels of all bones", all_bones)
    for collection in hidden:
        collection.is_visible = False
    look(-90, everything=True)
    yield 1.0
    picture("everything")
    with hands.in_view():
        bpy.ops.view3d.view_camera()
    yield 2.0
    picture("camera")
