"""The switch of the wrinkles and Bake Still in the panel of the detail, each one step of undo."""

import sys

import bpy
import hands
import product

RESULT, SHOTS = sys.argv[1:3]
FOLDER = hands.Path(SHOTS)
DYNAMIC, AMOUNTS = "Dynamic Wrinkles", "Wrinkle Amounts 1"


def amount():
    """How much of the map of raised brows the face shows more than its photo."""
    bpy.context.view_layer.update()
    return round(product.faces()[0][AMOUNTS][0], 3)


def main():
    product.unfold("LIKENESS_PT_detail")
    with hands.in_view():
        bpy.ops.likeness.open_reconstruction("EXEC_DEFAULT", True, filepath=RESULT)
        hands.view().spaces.active.shading.type = "SOLID"
    yield from hands.open_tab()
    keys = product.faces()[0].data.shape_keys.key_blocks
    for name in ("browInnerUp", "browOuterUpLeft", "browOuterUpRight"):
        keys[name].value = 1.0
    shown = amount()
    assert shown > 0.5, shown
    with hands.in_view():
        bpy.ops.ed.undo_push(message="brows")
    yield 0.5
    hands.photograph(FOLDER / "panel.png")
    switch = yield from hands.find(DYNAMIC)
    yield from hands.click(switch)
    yield 0.3
    assert not product.faces()[0][DYNAMIC]
    assert amount() == 0.0
    yield from hands.rest()
    yield from hands.keys("ctrl+z")
    yield 0.5
    assert product.faces()[0][DYNAMIC], "Ctrl+Z did not switch it on again"
    assert amount() == shown
    before = product.data_blocks()
    maps = {image.name for image in bpy.data.images}
    button = yield from hands.find("likeness.bake_still")
    yield from hands.click(button)
    yield from hands.wait(lambda: not product.faces()[0][DYNAMIC], 60, "Bake Still")
    yield 0.5
    hands.photograph(FOLDER / "still.png")
    assert product.data_blocks() == before
    yield from hands.rest()
    yield from hands.keys("ctrl+z")
    yield 0.7
    assert product.faces()[0][DYNAMIC], "Ctrl+Z did not take Bake Still back in one step"
    assert {image.name for image in bpy.data.images} == maps
    assert amount() == shown
    hands.figure("amount", shown)
