"""The face models of a run: those asked for, or the built-in one and ICT-FaceKit where it is at hand."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from unittest.mock import patch

from ..bfm.library.importing import add_model
from ..bfm.library.registry import model_file
from ..bfm.library.store import FOLDER_VARIABLE, installed, models_folder
from ..bfm.model_ids import BUILTIN, ICT


@contextmanager
def models_at_hand(shared: Path, wanted: Sequence[str] | None) -> Iterator[list[str]]:
    """Ids to measure. ICT-FaceKit comes from the user's library or, for the time of the run, from ``shared/data``.

    Raises:
        LikenessError: a wanted model is not there.
    """
    packed = shared / "data" / "ict_facekit.npz"
    borrowed = ICT not in installed() and packed.is_file() and (wanted is None or ICT in wanted)
    with tempfile.TemporaryDirectory() as folder:
        if borrowed:
            for own in installed():
                (Path(folder) / own).symlink_to(models_folder() / own, target_is_directory=True)
        with patch.dict(os.environ, {FOLDER_VARIABLE: folder} if borrowed else {}):
            if borrowed:
                add_model(packed)
            models = list(wanted) if wanted else [BUILTIN, *([ICT] if ICT in installed() else [])]
            for model in models:
                model_file(model)
            yield models
