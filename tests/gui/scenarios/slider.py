"""A slider of a panel is dragged by the mouse, taken back by Ctrl+Z and brought again by Ctrl+Shift+Z."""

import sys

import bpy
import hands
import product

RESULT, SLIDER, PANEL = sys.argv[1:]


def value(path):
    """What a full data path means now; looked up anew, as undo replaces data."""
    return eval(path, {"bpy": bpy})


def main():
    product.unfold(PANEL)
    product.session().search = "jaw open"  # so that one slider of the expression stands in no folded group
    with hands.in_view():
        bpy.ops.likeness.open_reconstruction("EXEC_DEFAULT", True, filepath=RESULT)
        hands.view().spaces.active.shading.type = "SOLID"
    yield from hands.open_tab()
    found = yield from hands.survey()
    sliders = [(path, point) for path, point in found if SLIDER in path]
    assert sliders, f"no {SLIDER} among {sorted({path for path, _ in found})}"
    path, point = sliders[len(sliders) // 2]
    before = value(path)
    yield from hands.drag(point, -50 if before > 0.5 else 50)
    yield 0.3
    dragged = value(path)
    assert dragged != before, "dragging changed nothing"
    yield from hands.rest()
    yield from hands.keys("ctrl+z")
    yield 0.5
    assert product.faces(), "more than the slider was taken back"
    assert value(path) == before, "Ctrl+Z did not take the dragging back in one step"
    yield from hands.keys("ctrl+shift+z")
    yield 0.5
    assert value(path) == dragged, "Ctrl+Shift+Z did not bring it again"
    hands.figure(path.rpartition("]")[0] + "]" + path.rpartition("]")[2], f"{before:.3f} -> {dragged:.3f}")
