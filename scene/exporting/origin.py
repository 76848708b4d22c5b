"""A file holds a face at its origin, wherever in the scene the face stands."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import bpy


@contextmanager
def at_origin(face: bpy.types.Object) -> Iterator[None]:
    """Let a face and its rig stand at the origin for a while; where they hang on something else, they stay with it."""
    carrier = face.find_armature() or face
    location = carrier.location.copy()
    if carrier.parent is None:
        carrier.location = (0.0, 0.0, 0.0)
    try:
        yield
    finally:
        carrier.location = location
