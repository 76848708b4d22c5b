"""Create Face is one undo step: by its button and the keys once, then made and taken back many times over."""

import sys
from pathlib import Path

import bpy
import hands
import product

CYCLES = 50


def create_again():
    """As the button does it, from the click to the face."""
    with hands.in_view():
        bpy.ops.likeness.create("INVOKE_DEFAULT", True)
    yield from product.finished(60)
    yield 0.05
    assert not product.session().error, product.session().error


def main():
    with hands.in_view():
        bpy.ops.ed.undo_push(message="start")
    before = product.data_blocks()
    product.session().quality = "draft"  # the shortest way through the same steps
    yield from product.create(Path(sys.argv[1]))
    yield from hands.wait(lambda: product.session().job, 5, "the job")
    yield from product.finished()
    yield 0.5
    after = product.data_blocks()
    assert len(product.faces()) == 1
    yield from hands.rest()
    yield from hands.keys("ctrl+z")
    yield 0.5
    assert product.data_blocks() == before, "Ctrl+Z left data blocks"
    yield from hands.keys("ctrl+shift+z")
    yield 0.5
    assert product.data_blocks() == after, "Ctrl+Shift+Z did not bring the face back"
    yield from hands.keys("ctrl+z")
    yield 0.5

    for cycle in range(CYCLES):
        yield from create_again()
        assert product.data_blocks() == after, f"cycle {cycle}: {product.data_blocks()}"
        with hands.in_view():
            bpy.ops.ed.undo()
        yield 0.05
        assert product.data_blocks() == before, f"cycle {cycle}: {product.data_blocks()}"
    assert len(product.workers()) == 1
    hands.figure("cycles", CYCLES)
