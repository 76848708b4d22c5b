"""The command ``likeness`` as a process of its own, with a pipeline that answers at once.

The first photo's name says what comes of it: ``head`` is the built-in model's, ``slow`` takes a minute, else a sheet.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

SLOW_STAGE = "fit"


def reconstruct(photos: list[Path], _options: Any, progress: Callable[[str, float], None]) -> Any:
    import numpy as np
    from likeness.bfm.library.registry import load_model
    from synthetic import model_reconstruction, sheet_reconstruction

    progress(SLOW_STAGE, 0.5)
    if photos[0].stem == "slow":
        time.sleep(60)
    if photos[0].stem == "head":
        return model_reconstruction(load_model("builtin"), np.full((240, 200, 3), 120, np.uint8))
    return sheet_reconstruction()


def start(*arguments: str | Path, **options: Any) -> subprocess.Popen[str]:
    """The process, its standard streams piped."""
    command = [sys.executable, str(Path(__file__)), *map(str, arguments)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **options)


def run(*arguments: str | Path, **options: Any) -> tuple[int, str]:
    """Its status, and what it says on standard error at the end."""
    with start(*arguments, **options) as process:
        _, said = process.communicate(timeout=120)
    return process.returncode, said.splitlines()[-1]


def wait_for_stage(process: subprocess.Popen[str], stage: str) -> None:
    """Read what the process says until it is at a stage."""
    assert process.stderr is not None
    for line in process.stderr:
        if line.strip() == stage:
            return
    raise AssertionError(f"It has ended before {stage}.")


if __name__ == "__main__":
    from likeness.cli.main import script
    from likeness.inference.preview import contact_sheet

    contact_sheet.TILE_WIDTH, contact_sheet.TILE_HEIGHT = 40, 50

    pipeline: Any = ModuleType("pipeline")
    pipeline.PipelineOptions, pipeline.reconstruct = dict, reconstruct
    sys.modules["likeness.inference.pipeline"] = pipeline
    script()
