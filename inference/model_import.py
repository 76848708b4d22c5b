"""Adding and checking whatever the library holds: face models, which need NumPy, and networks, which need PyTorch."""

from __future__ import annotations

from pathlib import Path

from ..bfm import importing
from ..bfm.importing import Progress
from ..bfm.library import Record


def add(path: Path, full: bool = False, progress: Progress = lambda *_: None) -> Record:
    """Bring the model or network in a file or folder into the library; see `bfm.importing.add_model`."""
    return importing.add_model(path, full, progress)


def check(model_id: str) -> list[str]:
    """What is wrong with a model or network of the library, a sentence each; see `bfm.importing.check_model`."""
    return importing.check_model(model_id)
