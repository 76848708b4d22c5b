"""Every panel of the tab is opened and drawn many times; how long does that take?"""

import sys

import bpy
import hands
import product
from clock import milliseconds, timed

DRAWINGS = 100


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
    hands.figure("not drawn", ", ".join(name for name, durations in seconds.items() if not durations))
