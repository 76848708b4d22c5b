"""Likeness: one photo becomes a rigged, textured, detailed 3D face inside Blender."""

from __future__ import annotations


def register() -> None:
    """Blender calls this when the extension is enabled."""
    from . import registration  # here, so that the package can be imported without Blender

    registration.register()


def unregister() -> None:
    """Blender calls this when the extension is disabled."""
    from . import registration

    registration.unregister()
