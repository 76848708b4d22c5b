"""A job that was started in the window of the preferences goes on when that window is closed."""

import sys

import bpy
import hands
import product


def main():
    bpy.ops.screen.userpref_show("INVOKE_DEFAULT")
    yield from hands.wait(lambda: len(bpy.context.window_manager.windows) == 2, 10, "the window of the preferences")
    preferences = bpy.context.window_manager.windows[1]
    area = preferences.screen.areas[0]
    with bpy.context.temp_override(window=preferences, area=area, region=area.regions[-1]):
        bpy.ops.likeness.create("INVOKE_DEFAULT", filepath=sys.argv[1])
    yield from hands.wait(lambda: product.session().fraction > 0.1, 120, "progress")
    with bpy.context.temp_override(window=bpy.context.window_manager.windows[1]):
        bpy.ops.wm.window_close()
    yield from hands.wait(lambda: len(bpy.context.window_manager.windows) == 1, 10, "the window's end")
    assert product.session().job, "the job ended with the window"
    yield from product.finished()
    assert not product.session().error, product.session().error
    hands.figure("faces", len(product.faces()))
