"""Presets on a head that has keys and their halves: the menu's entry moves the inner brow once."""

import sys

import bpy
import hands
import numpy as np
import product

RESULT, SHOTS = sys.argv[1:3]
FOLDER = hands.Path(SHOTS)
HALVES = ("browInnerUpLeft", "browInnerUpRight")


def moved(face):
    """How the face is moved (V, 3) by all its keys together, metres."""
    keys = face.data.shape_keys

    def points(key):
        values = np.empty(3 * len(key.points), np.float32)
        key.points.foreach_get("co", values)
        return values.reshape(-1, 3)

    return points, sum(key.value * (points(key) - points(keys.reference_key)) for key in keys.key_blocks if key.value)


def main():
    product.unfold("LIKENESS_PT_expression")
    with hands.in_view():
        bpy.ops.likeness.open_reconstruction("EXEC_DEFAULT", True, filepath=RESULT)
        hands.view().spaces.active.shading.type = "SOLID"
    product.session().search = "inner"
    yield from hands.open_tab()
    face = product.faces()[0]
    keys = face.data.shape_keys.key_blocks
    for half in HALVES:
        keys[half].value = 0.3
    with hands.in_view():
        bpy.ops.ed.undo_push(message="halves")
        assert bpy.ops.likeness.apply_preset("EXEC_DEFAULT", True, preset="Sadness") == {"FINISHED"}
    yield 0.7
    hands.photograph(FOLDER / "sadness.png")
    shown = {name: keys[name].value for name in ("browInnerUp", *HALVES)}
    assert shown == {"browInnerUp": 1.0, **dict.fromkeys(HALVES, 0.0)}, shown
    points, motion = moved(face)
    brow = points(keys["browInnerUp"]) - points(face.data.shape_keys.reference_key)
    highest = int(brow[:, 2].argmax())
    hands.figure("rise mm", round(1000 * float(motion[highest, 2]), 2))
    hands.figure("key's rise mm", round(1000 * float(brow[highest, 2]), 2))
    yield from hands.rest()
    yield from hands.keys("ctrl+z")
    yield 0.5
    keys = product.faces()[0].data.shape_keys.key_blocks
    assert [round(keys[half].value, 5) for half in HALVES] == [0.3, 0.3], "one step of undo"
