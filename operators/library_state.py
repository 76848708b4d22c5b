"""What is in the library of face models, without touching the disk: panels ask at every redraw."""

from __future__ import annotations

import bpy

from ..bfm.library.listing import Entry, entry_of
from ..bfm.library.networks import KNOWN, NEEDED_FOR, KnownNetwork
from ..bfm.library.registry import available_models
from ..bfm.library.store import installed, models_folder
from ..bfm.model_ids import BUILTIN

_entries: tuple[Entry, ...] = ()
_names: dict[str, str] = {}
_folder = ""


def entries() -> tuple[Entry, ...]:
    """The models and networks of the library as of the last `refresh`."""
    return _entries


def model_names() -> dict[str, str]:
    """Name by id of the face models, the built-in one first, as of the last `refresh`."""
    return _names or {BUILTIN: "Built-in"}


def missing_networks(shape: str, relief: str) -> list[KnownNetwork]:
    """Those that these choices of the shape and the wrinkles need and that are not in the library."""
    there = {entry.id for entry in _entries}
    return [
        network
        for network in KNOWN
        if network.id in NEEDED_FOR.get(shape, ()) + NEEDED_FOR.get(relief, ()) and network.id not in there
    ]


def folder() -> str:
    """Where the library is."""
    return _folder


def refresh() -> None:
    """Look again, after anything was added or removed."""
    global _entries, _names, _folder
    _entries = tuple(entry_of(record) for record in installed().values())
    _names, _folder = available_models(), str(models_folder())


@bpy.app.handlers.persistent
def _file_is_loaded(_file: str) -> None:
    refresh()


def register() -> None:
    """Look for the first time, and with every file: the command line changes the same library."""
    refresh()
    bpy.app.handlers.load_post.append(_file_is_loaded)


def unregister() -> None:
    """Stop looking."""
    bpy.app.handlers.load_post.remove(_file_is_loaded)


CLASSES: tuple[type[bpy.types.bpy_struct], ...] = ()
