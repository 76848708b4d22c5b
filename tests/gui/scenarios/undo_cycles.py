"""A result folder is opened, taken back and brought again; then opened and taken back many times over."""

import resource
import sys
import time

import bpy
import hands
import product

CYCLES = 50


def open_result():
    """As the button does it, with an undo step of its own; returns seconds."""
    start = time.perf_counter()
    with hands.in_view():
        bpy.ops.likeness.open_reconstruction("EXEC_DEFAULT", True, filepath=sys.argv[1])
    return time.perf_counter() - start


def main():
    yield from hands.open_tab()
    with hands.in_view():
        bpy.ops.ed.undo_push(message="start")
    before = product.data_blocks()
    hands.figure("build seconds", round(open_result(), 3))
    yield 0.5
    face = product.faces()[0]
    values = {key.name: round(key.value, 5) for key in face.data.shape_keys.key_blocks}
    after = product.data_blocks()

    yield from hands.rest()
    yield from hands.keys("ctrl+z")
    yield 0.5
    assert not product.faces(), "Ctrl+Z left the face"
    assert product.data_blocks() == before, "Ctrl+Z left data blocks"
    yield from hands.keys("ctrl+shift+z")
    yield 1.0
    face = product.faces()[0]
    assert {key.name: round(key.value, 5) for key in face.data.shape_keys.key_blocks} == values
    assert product.data_blocks() == after
    yield from hands.keys("ctrl+z")
    yield 0.5

    seconds = []
    for cycle in range(CYCLES):
        seconds.append(open_result())
        yield 0.05
        assert product.data_blocks() == after, f"cycle {cycle}: {product.data_blocks()}"
        with hands.in_view():
            bpy.ops.ed.undo()
        yield 0.05
        assert product.data_blocks() == before, f"cycle {cycle}: {product.data_blocks()}"
        if cycle in (9, CYCLES - 1):
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
            hands.figure(f"peak MB after {cycle + 1} cycles", peak)
    hands.figure("cycles", CYCLES)
    hands.figure("slowest build seconds", round(max(seconds), 3))
