"""The button for FBX: a menu of programs, then the file browser; and what an export leaves of the window."""

import sys
from pathlib import Path

import bpy
import hands
import product

RESULT, FOLDER = sys.argv[1], Path(sys.argv[2])
BELOW = 20  # pixels from one button of a column to the next


def browser():
    """The open file browser, if there is one."""
    spaces = [area.spaces.active for window in bpy.context.window_manager.windows for area in window.screen.areas]
    return next((space for space in spaces if space.type == "FILE_BROWSER"), None)


def state():
    """What the user sees, and what is in the file."""
    scene, region = hands.window().scene, hands.view().spaces.active.region_3d
    key = product.faces()[0].data.shape_keys.key_blocks["jawOpen"]
    return (
        *(scene.name, scene.frame_current, scene.frame_end, len(bpy.data.scenes), product.data_blocks()),
        *(region.view_perspective, region.view_matrix.copy(), bpy.context.view_layer.objects.active.name, key.value),
    )


def main():
    product.unfold("LIKENESS_PT_export")
    with hands.in_view():
        bpy.ops.likeness.open_reconstruction("EXEC_DEFAULT", True, filepath=RESULT)
    hands.view().spaces.active.shading.type = "SOLID"
    yield from hands.open_tab()
    x, y = yield from hands.find("likeness.export_gltf")
    yield from hands.click((x, y + BELOW))
    yield 0.5
    hands.photograph(FOLDER / "menu.png")
    yield from hands.keys("Down", "Down", "Return")
    yield from hands.wait(browser, 10, "the file browser")
    yield 1.0
    hands.photograph(FOLDER / "browser.png")
    hands.figure("target", browser().active_operator.target)
    hands.figure("file", browser().params.filename)
    yield from hands.keys("Escape")
    yield from hands.wait(lambda: browser() is None, 10, "the file browser's end")

    key = product.faces()[0].data.shape_keys.key_blocks["jawOpen"]
    for frame, value in ((1, 0.0), (12, 1.0)):
        key.value = value
        key.keyframe_insert("value", frame=frame)
    hands.window().scene.frame_set(5)
    with hands.in_view():
        bpy.ops.view3d.view_camera()
    yield 1.0
    before = state()
    for target in ("unreal", "unity"):
        with hands.in_view():
            bpy.ops.likeness.export_fbx("EXEC_DEFAULT", True, filepath=str(FOLDER / f"{target}.fbx"), target=target)
        yield 1.0
        assert state() == before, (state(), before)
        hands.figure(f"bytes for {target}", (FOLDER / f"{target}.fbx").stat().st_size)
    hands.photograph(FOLDER / "after.png")
