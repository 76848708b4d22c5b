"""From Photo... with its file browser: the face in the scene smiles as the person in the photo, in one undo step."""

import sys
from pathlib import Path

import bpy
import hands
import product

RESULT, PHOTO, PICTURES = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])


def smile():
    """How far the left corner of the mouth is up, by its slider."""
    return product.faces()[0].data.shape_keys.key_blocks["mouthSmileLeft"].value


def browser():
    """The file browser, with what it needs to be spoken to; None while it is not open."""
    for window in bpy.context.window_manager.windows:
        for area in window.screen.areas:
            if area.type == "FILE_BROWSER" and area.spaces.active.params:
                return {"window": window, "area": area, "region": area.regions[-1]}
    return None


def main():
    product.unfold("LIKENESS_PT_expression")
    with hands.in_view():
        bpy.ops.likeness.open_reconstruction("EXEC_DEFAULT", True, filepath=RESULT)
        hands.view().spaces.active.shading.type = "SOLID"
        bpy.ops.likeness.reset_expression("EXEC_DEFAULT", True)
    yield from hands.open_tab()
    hands.photograph(PICTURES / "neutral.png")
    button = yield from hands.find("likeness.expression_from_photo", across=0.25)
    yield from hands.click(button)
    yield from hands.wait(browser, 10, "the file browser")
    place = browser()
    params = place["area"].spaces.active.params
    params.directory, params.filename = str(PHOTO.parent).encode(), PHOTO.name
    yield 0.5
    with bpy.context.temp_override(**place):
        bpy.ops.file.execute("INVOKE_DEFAULT")
    yield from hands.wait(lambda: product.session().job, 10, "the start")
    yield from product.finished()
    assert not product.session().error, product.session().error
    yield 0.5
    hands.photograph(PICTURES / "smiling.png")
    hands.figure("smile", round(smile(), 3))
    assert len(product.faces()) == 1
    yield from hands.rest()
    yield from hands.keys("ctrl+z")
    yield 0.5
    assert product.faces(), "more than the expression was taken back"
    hands.figure("smile after Ctrl+Z", round(smile(), 3))
