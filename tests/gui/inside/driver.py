"""Runs inside Blender: installs the extension, then drives the scenario from the event loop.

A scenario is a file with ``def main()``, a generator: each ``yield seconds`` lets Blender handle events and draw. An
exception ends it; the reason is left in the file ``verdict``, which stays empty if all went well.
"""

from __future__ import annotations

import os
import runpy
import sys
import traceback
from collections.abc import Iterator
from pathlib import Path

import bpy

sys.path.insert(0, str(Path(__file__).parent))
import hands  # found through the line above
import product

FOLDER = Path(os.environ["SCENARIO_FOLDER"])


def scenario() -> Iterator[float]:
    """Install, then the scenario's own steps."""
    product.install(os.environ["SCENARIO_EXTENSION"], os.environ["SCENARIO_ENGINE"])
    yield 0.3
    sys.argv = [os.environ["SCENARIO"], *sys.argv[sys.argv.index("--") + 1 :]]
    yield from runpy.run_path(os.environ["SCENARIO"], run_name="scenario")["main"]()


def end(problem: str) -> None:
    """Leave the verdict, and a picture where there is something to see, and quit."""
    if problem:
        hands.photograph(FOLDER / "problem.png")
    (FOLDER / "verdict").write_text(problem, encoding="utf-8")
    sys.stdout.flush()
    with bpy.context.temp_override(window=hands.window()):
        bpy.ops.wm.quit_blender()


steps = scenario()


def step() -> float | None:
    """One turn of the scenario, called by Blender's timers."""
    try:
        return next(steps)
    except StopIteration:
        end("")
    except Exception:
        traceback.print_exc()
        end(traceback.format_exc(limit=-3))
    return None


sys.stdout.reconfigure(line_buffering=True)
bpy.context.preferences.view.show_splash = False
bpy.context.preferences.inputs.use_mouse_continuous = False  # it jumps where the mouse is moved by a program
bpy.app.timers.register(step, first_interval=1.0, persistent=True)
