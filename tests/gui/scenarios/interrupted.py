"""In the middle of a job Blender quits, the add-on is disabled, another file is begun, or the engine is killed."""

import os
import signal
import sys
import time
from pathlib import Path

import bpy
import hands
import product

HOW, PHOTO = sys.argv[1], Path(sys.argv[2])


def disable():
    """The add-on goes, and its worker with it."""
    bpy.ops.preferences.addon_disable(module=product.PACKAGE)


def begin_another_file():
    """File > New."""
    with hands.in_view():
        bpy.ops.wm.read_homefile()


def kill_worker():
    """As the operating system does where memory runs out."""
    for worker in product.workers():
        os.kill(worker, signal.SIGKILL)


def main():
    before = product.data_blocks()
    yield from product.create(PHOTO)
    yield from hands.wait(lambda: product.session().fraction > 0.1, 120, "progress")
    workers = product.workers()
    assert workers, "no engine is running"
    hands.figure("workers", " ".join(map(str, workers)))
    if HOW == "quit":
        return
    start = time.perf_counter()
    {"disable": disable, "new": begin_another_file, "kill": kill_worker}[HOW]()
    if HOW == "kill":
        yield from hands.wait(lambda: product.session().error, 10, "the report")
        hands.figure("error", product.session().error)
        hands.figure("seconds to the report", round(time.perf_counter() - start, 2))
        yield from product.finished(5)
    if HOW != "new":
        assert product.data_blocks() == before, "the scene has changed"
    yield from hands.wait(lambda: not product.workers(), 15, "the end of the worker")
    hands.figure("seconds to the worker's end", round(time.perf_counter() - start, 2))
    yield 1.0
    if HOW == "disable":
        bpy.ops.preferences.addon_enable(module=product.PACKAGE)
        bpy.context.preferences.addons[product.PACKAGE].preferences.interpreter = os.environ["SCENARIO_ENGINE"]
        yield 0.5
    assert not product.session().job
    product.session().quality = "draft"
    yield from product.create(PHOTO)
    yield from hands.wait(lambda: product.session().job, 5, "the next run")
    yield from product.finished()
    assert not product.session().error, product.session().error
    assert len(product.faces()) == 1
