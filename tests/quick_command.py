"""The command line as a process of its own whose pipeline answers at once: ``python quick_command.py ARGUMENT...``.

The photo is only opened. What follows the pipeline is real, the contact sheet excepted.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from types import ModuleType, SimpleNamespace

import numpy as np
from likeness.cli.main import main
from likeness.result.reconstruction import Reconstruction
from synthetic import sheet_reconstruction


class QuickPipeline(ModuleType):
    """Stands for `inference.pipeline`, without PyTorch."""

    PipelineOptions = SimpleNamespace

    @staticmethod
    def reconstruct(
        photos: Sequence[Path], _options: SimpleNamespace, progress: Callable[[str, float], None]
    ) -> Reconstruction:
        photos[0].read_bytes()
        progress("fit", 0.5)
        if photos[0].stem == "fault":
            raise ZeroDivisionError("a bug")
        return sheet_reconstruction()


class QuickSheet(ModuleType):
    """Stands for `inference.preview.contact_sheet`."""

    @staticmethod
    def preview_image(_result: Reconstruction) -> np.ndarray:
        return np.zeros((4, 4, 3), np.uint8)


if __name__ == "__main__":
    sys.modules["likeness.inference.pipeline"] = QuickPipeline("pipeline")
    sys.modules["likeness.inference.preview.contact_sheet"] = QuickSheet("contact_sheet")
    if "--no-temporary-folder" in sys.argv:
        sys.argv.remove("--no-temporary-folder")
        tempfile._candidate_tempdir_list = lambda: ["/no/such/folder"]
    sys.exit(main())
