"""Every panel of the tab is drawn many times and a slider is moved; how long does that take?"""

import sys
import time

import bpy
import hands
import product
from clock import milliseconds, timed

DRAWINGS = 100


def evaluations():
    """Seconds that Blender needs for the face after each move of a slider, with all sliders in use."""
    keys = product.faces()[0].data.shape_keys.key_blocks[1:]
    for key in keys:
        key.value = 0.1
    seconds = []
    for turn in range(DRAWINGS):
        keys[turn % len(keys)].value = 0.2 + 0.5 * turn / DRAWINGS
        start = time.perf_counter()
        hands.window().view_layer.update()
        seconds.append(time.perf_counter() - start)
    return seconds


def polls(panel):
    """Seconds to find out whether a panel is there at all."""
    seconds = []
    with hands.in_view():
        for _ in range(DRAWINGS):
            start = time.perf_counter()
            panel.poll(bpy.context)
            seconds.append(time.perf_counter() - start)
    return seconds


def main():
    product.unfold()
    product.session().search = "e"  # nearly all sliders
    panels = [cls for cls in product.module("registration").CLASSES if issubclass(cls, bpy.types.Panel)]
    seconds = {panel.__name__: [] for panel in panels}
    for panel in panels:
        timed(panel, "draw", seconds[panel.__name__])
    with hands.in_view():
        bpy.ops.likeness.open_reconstruction("EXEC_DEFAULT", True, filepath=sys.argv[1])
    yield from hands.open_tab()
    for durations in seconds.values():
        durations.clear()
    for _ in range(DRAWINGS):
        hands.region().tag_redraw()
        yield 0.02
    for name, durations in seconds.items():
        if durations:
            hands.figure(f"draw {name}: median p99 max ms", milliseconds(durations))
    for panel in panels:
        if not seconds[panel.__name__]:
            hands.figure(f"draw poll of {panel.__name__}: median p99 max ms", milliseconds(polls(panel)))
    hands.figure("not drawn", ", ".join(name for name, durations in seconds.items() if not durations))
    hands.figure("evaluation after a slider: median p99 max ms", milliseconds(evaluations()))
