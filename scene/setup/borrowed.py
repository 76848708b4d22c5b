"""Settings that are changed for a while: what was there is remembered, and given back where nobody changed it since."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from operator import attrgetter
from typing import Any

# By path: what was there, and what stands there now, as JSON knows them.
Record = dict[str, list[Any]]


def borrow(owner: object, wanted: Mapping[str, Any], earlier: Record) -> Record:
    """Set properties of ``owner`` by path, such as ``render.resolution_x``; those that this Blender lacks are left out.

    Args:
        earlier: the record of a borrowing that this one takes the place of, empty without one.
    """
    before = {path: _read(owner, path) for path in wanted if _has(owner, path)}
    for path in before:
        _write(owner, path, wanted[path])
    for path, (first, ours) in earlier.items():
        if before.get(path) == ours:
            before[path] = first
    return {path: [value, _read(owner, path)] for path, value in before.items()}


def give_back(owner: object, record: Record) -> None:
    """Put back what was there; a value that somebody has changed since is theirs."""
    ours = [path for path, (_, now) in record.items() if _read(owner, path) == now]  # one may change another
    for path in ours:
        _write(owner, path, record[path][0])


def _read(owner: object, path: str) -> Any:
    return attrgetter(path)(owner)


def _has(owner: object, path: str) -> bool:
    holder, _, name = path.rpartition(".")
    return hasattr(attrgetter(holder)(owner) if holder else owner, name)


def _write(owner: object, path: str, value: Any) -> None:
    holder, _, name = path.rpartition(".")
    with suppress(TypeError):  # a word that this colour configuration or Blender does not have
        setattr(attrgetter(holder)(owner) if holder else owner, name, value)
