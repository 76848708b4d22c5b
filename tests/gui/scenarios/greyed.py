"""Every button that is greyed says why: in an empty file, without an engine, and while a job runs."""

import sys
from pathlib import Path

import bpy
import hands
import product

PHOTO = Path(sys.argv[1])
NO_REASON = "failed, context is incorrect"


def reasons():
    """What each operator that refuses says for itself: {name: reason}."""
    said = {}
    for cls in product.module("registration").CLASSES:
        if not issubclass(cls, bpy.types.Operator):
            continue
        family, _, name = cls.bl_idname.partition(".")
        operator = getattr(getattr(bpy.ops, family), name)
        with hands.in_view():
            if not operator.poll():
                try:
                    operator("EXEC_DEFAULT")
                except RuntimeError as error:
                    said[cls.bl_idname] = str(error).partition("poll() ")[2].strip()
    return said


def report(situation):
    """Print the reasons, and insist that there are some."""
    said = reasons()
    for name, reason in said.items():
        print(f"{situation}: {name}: {reason}")
    silent = [name for name, reason in said.items() if reason == NO_REASON]
    assert said, f"{situation}: nothing is greyed"
    assert not silent, f"{situation}: no reason given by {silent}"
    hands.figure(situation, len(said))
    return said


def main():
    chosen = bpy.context.preferences.addons[product.PACKAGE].preferences
    interpreter, chosen.interpreter = chosen.interpreter, ""
    yield from hands.open_tab()
    said = report("without an engine or a photo")
    assert "likeness.create" in said
    chosen.interpreter = interpreter
    product.session().texture_size = "4096"
    yield from product.create(PHOTO)
    yield from hands.wait(lambda: product.session().fraction > 0.1, 120, "progress")
    said = report("while a job runs")
    assert "likeness.create" in said
    yield from hands.rest()
    yield from hands.keys("Escape")
    yield from product.finished(10)
