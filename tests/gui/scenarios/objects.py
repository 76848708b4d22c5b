"""A face is deleted with X and with its own button; two rigs are joined with Ctrl+J and parted again."""

import sys

import bpy
import hands
import product

RESULT, SHOTS = sys.argv[1:3]
FOLDER = hands.Path(SHOTS)
ATTENTION = "LIKENESS_PT_attention"


def open_face():
    with hands.in_view():
        bpy.ops.likeness.open_reconstruction("EXEC_DEFAULT", True, filepath=RESULT)
        hands.view().spaces.active.shading.type = "SOLID"
    return product.faces()[-1]


def choose(*names):
    layer = hands.window().view_layer
    for item in layer.objects:
        item.select_set(item.name in names)
    layer.objects.active = layer.objects[names[0]]
    with hands.in_view():
        bpy.ops.ed.undo_push(message="choose")


def press(command):
    """Press the button of a command in the tab."""
    button = yield from hands.find(command, top=4)
    yield from hands.click(button)
    yield 0.5


def main():
    product.unfold(ATTENTION, "LIKENESS_PT_face")
    yield from hands.open_tab()
    with hands.in_view():
        bpy.ops.ed.undo_push(message="start")
    before = product.data_blocks()
    face = open_face()
    yield 0.5
    whole = product.data_blocks()

    # X leaves the rig, the camera and the sun, and the tab says so.
    choose(face.name)
    yield from hands.rest()
    yield from hands.keys("x")
    yield 0.3
    yield from hands.keys("Return")
    yield 0.5
    assert not product.faces(), "X left the face"
    hands.photograph(FOLDER / "leftovers.png")
    yield from press("likeness.remove_leftovers")
    assert not hands.window().scene.objects.keys(), hands.window().scene.objects.keys()
    yield from hands.rest()
    yield from hands.keys("ctrl+z")
    yield 0.5
    assert len(hands.window().scene.objects) == 3, "one step brings the leftovers back"
    yield from hands.keys("ctrl+z")
    yield 1.0
    assert product.data_blocks() == whole, "the face is whole again"

    # Delete Face takes all along, in one step.
    choose(product.faces()[0].name)
    yield 0.3
    hands.photograph(FOLDER / "face_panel.png")
    yield from press("likeness.delete_face")
    empty = before | {"objects": 0}  # the startup scene's own went when the face came
    assert product.data_blocks() == empty, f"{product.data_blocks()} instead of {empty}"
    yield from hands.rest()
    yield from hands.keys("ctrl+z")
    yield 1.0
    assert product.data_blocks() == whole

    # Two rigs, one Ctrl+J.
    second = open_face()
    first = product.faces()[0] if product.faces()[0] != second else product.faces()[1]
    names = first.name, second.name
    choose(first.parent.name, second.parent.name)
    yield from hands.rest()
    yield from hands.keys("ctrl+j")
    yield 0.5
    first, second = (bpy.data.objects[name] for name in names)
    assert second.parent == first.parent, "Ctrl+J did not join the rigs"
    hands.photograph(FOLDER / "joined.png")
    yield from press("likeness.restore_rig")
    first, second = (bpy.data.objects[name] for name in names)
    assert second.find_armature() not in (None, first.find_armature())
    second.likeness.head_yaw = 0.5
    yield 0.5
    hands.photograph(FOLDER / "parted.png")
    assert first.likeness.head_yaw != second.likeness.head_yaw
    hands.figure("faces", len(product.faces()))
