"""What the engine can do with the library of face models."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ..bfm.library import getting
from ..bfm.library.importing import older_names
from ..bfm.library.store import Record, installed
from ..bfm.model_ids import BUILTIN
from ..inference import model_import
from ..progress import OnProgress


def add_model(arguments: dict[str, Any], progress: OnProgress) -> dict[str, Any]:
    """The model or network in the file or folder ``path`` into the library; ``full``: the whole of a Basel model."""
    return _added(model_import.add(Path(arguments["path"]), bool(arguments.get("full")), progress))


def get_model(arguments: dict[str, Any], progress: OnProgress) -> dict[str, Any]:
    """The model ``id``, which anybody may have, from the internet into the library."""
    return _added(getting.get_model(str(arguments["id"]), progress))


def check_models(arguments: dict[str, Any], progress: OnProgress) -> dict[str, Any]:
    """What is wrong with the models and networks ``ids``, sentences by id; with all unless given."""
    ids = arguments.get("ids") or [BUILTIN, *installed()]
    faults = {}
    for number, model_id in enumerate(ids):
        progress(f"Checking {model_id}", number / len(ids))
        faults[model_id] = model_import.check(model_id)
    return {"faults": faults}


def _added(record: Record) -> dict[str, Any]:
    return {"id": record.id, "name": record.name, "kind": record.kind, "older_names": older_names(record)}
