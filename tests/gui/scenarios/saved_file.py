"""A face is keyed, saved and opened again without the add-on: it moves all the same."""

import sys

import bpy
import hands
import numpy as np
import product

RESULT, FILE = sys.argv[1:3]
NAME = "Portrait"


def moved(frame):
    """Where the vertices of the evaluated mesh are at a frame, (V, 3) m."""
    bpy.context.scene.frame_set(frame)
    face = bpy.data.objects[NAME].evaluated_get(bpy.context.evaluated_depsgraph_get())
    points = np.empty(3 * len(face.data.vertices), dtype=np.float32)
    face.data.vertices.foreach_get("co", points)
    return points.reshape(-1, 3)


def drivers():
    """All drivers of the file."""
    kinds = (bpy.data.objects, bpy.data.shape_keys, bpy.data.node_groups, bpy.data.materials, bpy.data.lights)
    owners = [owner for kind in kinds for owner in kind]
    owners += [world.node_tree for world in bpy.data.worlds if world.node_tree]
    return [curve.driver for owner in owners if owner.animation_data for curve in owner.animation_data.drivers]


def main():
    with hands.in_view():
        bpy.ops.likeness.open_reconstruction("EXEC_DEFAULT", True, filepath=RESULT)
    yield 0.3
    face = product.faces()[0]
    face.name = NAME
    key = face.data.shape_keys.key_blocks["jawOpen"]
    for frame, value in ((1, 0.0), (20, 1.0)):
        key.value = value
        key.keyframe_insert("value", frame=frame)
    before, alive = moved(20) - moved(1), len(drivers())
    bpy.ops.wm.save_as_mainfile(filepath=FILE)
    bpy.ops.preferences.addon_disable(module=product.PACKAGE)
    yield 0.3
    bpy.ops.wm.open_mainfile(filepath=FILE)
    yield 1.0
    assert not hasattr(bpy.types.Object, "likeness"), "the add-on is still there"
    after = moved(20) - moved(1)
    assert np.abs(after).max() > 0.01, "the mouth stays shut"
    np.testing.assert_allclose(after, before, atol=1e-6)
    assert len(drivers()) == alive, "drivers were lost"
    assert all(driver.is_valid for driver in drivers()), "a driver is dead"
    scripted = [driver for driver in drivers() if driver.type == "SCRIPTED" and not driver.is_simple_expression]
    assert not scripted, "a driver needs the permission to run Python"
    hands.figure("drivers", alive)

    bpy.ops.preferences.addon_enable(module=product.PACKAGE)
    yield 0.5
    assert [face.name for face in product.faces()] == [NAME], "the face is not recognised again"
    hands.figure("jaw opens by m", round(float(np.abs(after).max()), 4))
